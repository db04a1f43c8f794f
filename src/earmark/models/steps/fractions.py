"""How far numbers lie from whole ones, as columns."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.models.steps._base import Array, Transformer

_EVEN = 0.25  # the mean distance to the nearest whole number, were fractions even
_DEVIATION = 0.5 / np.sqrt(12)
_ERRORS = 5  # standard errors: one column in a million is taken by chance


class Fractions(Transformer):
    """Join the distance to the nearest whole number to the columns, where it is not even.

    A tempo of 140.02 was set by a machine, one of 141.37 was played. Trees that cut a column between some
    hundred bins cannot see that. A column is taken if its values spread over more than two whole numbers,
    most are not whole, and their mean distance to the nearest one is not the 1/4 of even fractions. Each
    value counts once, so that one put where a number was missing says nothing.

    Attributes
    ----------
    taken_ : array of int
        The numbers of the columns that were taken.

    Examples
    --------
    >>> tempos = [[tempo + error] for tempo in (90, 128, 140, 174) for error in (0.01, 0.02, 0.03, 0.04)]
    >>> Fractions().fit(tempos).transform([[126.5], [128.0]]).tolist()
    [[126.5, 0.5], [128.0, 0.0]]
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn which columns have fractions that tell something."""
        x = validate_data(self, X, dtype=np.float64)
        self.taken_ = np.flatnonzero([_tells(np.unique(column)) for column in x.T])
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns with the distances, 0 to 0.5, to their right."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        return np.hstack([x, _apart(x[:, self.taken_])])

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Return the names of the columns, then such as ``"fraction(tempo)"``."""
        check_is_fitted(self)
        given = getattr(self, "feature_names_in_", None) if input_features is None else input_features
        names = [f"x{i}" for i in range(self.n_features_in_)] if given is None else list(np.asarray(given))
        return np.asarray([*names, *(f"fraction({names[i]})" for i in self.taken_)], dtype=object)


def _tells(values: Array) -> bool:
    """Return whether the fractions of a column's distinct values tell something."""
    low, high = np.quantile(values, [0.25, 0.75])
    apart = _apart(values)
    uneven = abs(apart.mean() - _EVEN) > _ERRORS * _DEVIATION / np.sqrt(len(values))
    return bool(high - low > 2 and uneven and (apart > 0).mean() > 0.5)


def _apart(x: Array) -> Array:
    return np.asarray(np.abs(x - np.round(x)), np.float64)
