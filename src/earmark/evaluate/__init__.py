"""How good a model is: metrics with intervals, and models against each other."""

from earmark.evaluate.evaluation import Evaluation, Score, Scores
from earmark.evaluate.scoring import evaluate

__all__ = ["Evaluation", "Score", "Scores", "evaluate"]
