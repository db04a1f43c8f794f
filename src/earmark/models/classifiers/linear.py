"""Linear classifiers that take more than one class of scikit-learn to say."""

from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier


def one_vs_rest(
    C: float = 1.0,  # noqa: N803 - as scikit-learn has it
    class_weight: str | None = None,
    random_state: int = 0,
) -> Any:
    """Return one logistic regression per genre, that genre against the rest."""
    each = LogisticRegression(C=C, class_weight=class_weight, max_iter=2000, random_state=random_state)
    return OneVsRestClassifier(each)
