"""Runs, and who keeps them: the local record always, MLflow and Weights & Biases where they are wanted."""
