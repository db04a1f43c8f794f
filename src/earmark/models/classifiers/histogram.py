"""scikit-learn's histogram gradient boosting, on one thread."""

from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from earmark.models.steps._base import Array


class HistogramBoosting(HistGradientBoostingClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """scikit-learn's ``HistGradientBoostingClassifier``, whose parameters it has, on one thread.

    The original takes all processors, without a parameter to say otherwise. With several of them at work side
    by side its threads wait for each other, and asking it about sixty rows takes seconds.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]] * 10
    >>> HistogramBoosting(max_iter=5).fit(x, ["a", "a", "b", "b"] * 10).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn from rows; values may be missing."""
        with threadpool_limits(1):
            super().fit(X, y, sample_weight=sample_weight)
        return self

    def predict(self, X: ArrayLike) -> Any:  # noqa: N803
        """Return the most probable genre of each row."""
        with threadpool_limits(1):
            return super().predict(X)

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        with threadpool_limits(1):
            found: Array = super().predict_proba(X)
        return found

    def decision_function(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the score of each genre, shape (rows, genres), or (rows,) for two genres."""
        with threadpool_limits(1):
            found: Array = super().decision_function(X)
        return found
