"""Models of tables as ONNX, for programs without Python: steps, classifier and calibration in one graph.

Everything is in double precision, by converters of our own, one for each class that a recipe can name: trees
have the thresholds of the pipeline, and what is rounded to single precision there is rounded here.
"""
