"""Skewed columns made even: by a power that is fitted, by a logarithm, or by one that keeps the sign."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin
from sklearn.preprocessing import PowerTransformer
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Transformer, one_of, tagged

METHODS = ("yeo-johnson", "box-cox")


class Power(OneToOneFeatureMixin, Transformer):  # type: ignore[misc]  # scikit-learn has no types
    """The power of each column that makes it most like a normal one; then mean 0 and deviation 1.

    Box and Cox's needs positive numbers: columns with others have Yeo and Johnson's, and a number that is
    not positive where all training numbers were counts as the smallest of those.

    Parameters
    ----------
    method : {"yeo-johnson", "box-cox"}
        For the columns that allow it.

    Attributes
    ----------
    positive_ : array of bool, shape (columns,)
        Which columns have Box and Cox's.

    Examples
    --------
    >>> Power("box-cox").fit([[1.0, -1.0], [2.0, 0.0], [8.0, 2.0]]).positive_.tolist()
    [True, False]
    """

    def __init__(self, method: str = "yeo-johnson") -> None:
        self.method = method

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn each column's power, mean and deviation."""
        one_of("method", self.method, METHODS)
        x = validate_data(self, X, dtype=np.float64)
        self.positive_ = np.asarray((x > 0).all(axis=0) & (self.method == "box-cox"), bool)
        # Box and Cox's power of a constant is anything, and scikit-learn's search for it fails.
        self.positive_ &= np.ptp(x, axis=0) > 0
        self.least_ = x.min(axis=0)
        self.parts_ = []
        for kind, columns in (("box-cox", self.positive_), ("yeo-johnson", ~self.positive_)):
            self.parts_.append(PowerTransformer(kind).fit(x[:, columns]) if columns.any() else None)
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns transformed."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        x = np.where(self.positive_ & (x <= 0), self.least_, x)
        made = np.empty_like(x)
        for part, columns in zip(self.parts_, (self.positive_, ~self.positive_), strict=True):
            if part is not None:
                made[:, columns] = part.transform(x[:, columns])
        return np.asarray(made, np.float64)


class SignedLog(OneToOneFeatureMixin, Transformer):  # type: ignore[misc]  # scikit-learn has no types
    """``sign(x) log(1 + |x| / scale)``, with a scale of its own for every column.

    Parameters
    ----------
    scale : {"median", "deviation"} or float
        Where the logarithm begins to bend: the median size of the column's training numbers, their standard
        deviation, or a number for all columns.

    Examples
    --------
    >>> SignedLog(scale=1.0).fit_transform([[0.0], [np.e - 1], [1 - np.e]]).round(6).ravel().tolist()
    [0.0, 1.0, -1.0]
    """

    def __init__(self, scale: str | float = "median") -> None:
        self.scale = scale

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn each column's scale."""
        x = validate_data(self, X, dtype=np.float64)
        if isinstance(self.scale, str):
            one_of("scale", self.scale, ("median", "deviation"))
            found = np.median(np.abs(x), axis=0) if self.scale == "median" else x.std(axis=0)
            self.scale_ = np.asarray(np.where(found > 0, found, 1.0), np.float64)
        elif self.scale > 0:
            self.scale_ = np.full(x.shape[1], float(self.scale))
        else:
            raise ArgumentError(f"a scale of {self.scale}", "give a number above 0")
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns transformed."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray(np.sign(x) * np.log1p(np.abs(x) / self.scale_), np.float64)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), input_tags={"allow_nan": False})


class Log(OneToOneFeatureMixin, Transformer):  # type: ignore[misc]  # scikit-learn has no types
    """The natural logarithm of columns whose training numbers are all positive; others stay as they are.

    A number that is not positive where all training numbers were counts as the smallest of those.

    Attributes
    ----------
    positive_ : array of bool, shape (columns,)
        Which columns become logarithms.

    Examples
    --------
    >>> Log().fit([[1.0, -1.0], [2.0, 3.0]]).transform([[np.e, 3.0], [-5.0, 1.0]]).round(6).tolist()
    [[1.0, 3.0], [0.0, 1.0]]
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn which columns are positive, and the smallest number of each."""
        x = validate_data(self, X, dtype=np.float64)
        self.positive_ = np.asarray((x > 0).all(axis=0), bool)
        self.least_ = np.where(self.positive_, x.min(axis=0), 1.0)
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns transformed."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        logs = np.log(np.where(x > 0, x, self.least_))
        return np.asarray(np.where(self.positive_, logs, x), np.float64)
