"""How good a model is: metrics with intervals, and models against each other."""
