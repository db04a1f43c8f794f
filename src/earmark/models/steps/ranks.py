"""Columns as places among the training rows."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Transformer


class Ranks(OneToOneFeatureMixin, Transformer):  # type: ignore[misc]  # scikit-learn has no types
    """Each number's place among those of training, as a normal score: about -2.8 to 2.8 with 200 knots.

    For columns that no power makes even, such as one that is 0 for half of all songs and spreads over six
    powers of ten for the others. Between the knots, which are quantiles of training, lie straight lines; what
    lies beyond them counts as the last one.

    Parameters
    ----------
    knots : int
        How many quantiles at most; equal ones are one, at the mean of their scores.

    Attributes
    ----------
    knots_, scores_ : list of array
        Of each column, where the lines meet, and the score there.

    Examples
    --------
    >>> Ranks(knots=4).fit([[0.0], [1.0], [10.0], [1000.0]]).transform([[-5.0], [5.5]]).round(2).tolist()
    [[-1.15], [0.0]]
    """

    def __init__(self, knots: int = 200) -> None:
        self.knots = knots

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn each column's quantiles."""
        if self.knots < 2:
            raise ArgumentError(f"{self.knots} knots", "give at least two")
        x = validate_data(self, X, dtype=np.float64)
        scores = ndtri((np.arange(self.knots) + 0.5) / self.knots)
        quantiles = np.quantile(x, np.linspace(0, 1, self.knots), axis=0)
        self.knots_, self.scores_ = [], []
        for column in quantiles.T:
            knots, of = np.unique(column, return_inverse=True)
            self.knots_.append(knots)
            self.scores_.append(np.bincount(of, scores) / np.bincount(of))
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the scores."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        places = zip(x.T, self.knots_, self.scores_, strict=True)
        return np.stack([np.interp(column, knots, scores) for column, knots, scores in places], axis=1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = False
        return tags
