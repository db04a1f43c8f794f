"""Columns turned and scaled until songs of one genre spread alike in all directions."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Codes, Transformer, codes_of, tagged

_FLAT = 1e-9  # of the mean variance: directions in which training rows do not differ


def counted(groups: Codes, genres: Codes, balance: float) -> Array:
    """Return how much each row counts, 1 on average: less in a large group, each genre the same in all.

    At a balance of 0 neither: all rows count alike.

    Parameters
    ----------
    groups, genres : array of int, shape (rows,)
        From 0 on.
    balance : float
        0: each row counts alike; 1: each group does; 0.5, between: a row counts by the inverse root of the
        number of rows of its group.

    Examples
    --------
    >>> counted(np.array([0, 0, 0, 0, 1, 2]), np.array([0, 0, 0, 0, 0, 1]), 0.5).round(2).tolist()
    [0.5, 0.5, 0.5, 0.5, 1.0, 3.0]
    """
    if not 0 <= balance <= 1:
        raise ArgumentError(f"a balance of {balance}", "give a number from 0 to 1")
    weights = np.bincount(groups)[groups] ** -float(balance)
    if balance > 0:
        weights /= np.bincount(genres, weights=weights)[genres]
    return np.asarray(weights / weights.mean(), np.float64)


class Whiten(Transformer):
    """Turn and scale columns so that within genres all directions vary alike (whitening).

    What differs between songs of one genre (how they were recorded, who plays) is what must not count. So the
    columns are multiplied by the inverse root of their covariance within genres, as speaker recognition does
    (A. Hatch, S. Kajarekar and A. Stolcke, Interspeech 2006). Distances between rows then say how many usual
    deviations songs are apart.

    Parameters
    ----------
    shrink : float
        0 to 1: how much of the covariance gives way to that of columns that vary alike and independently.
    balance : float
        0 to 1: how much less a row counts in a large group, see :func:`counted`.

    Attributes
    ----------
    mean_ : array of float, shape (columns,)
        Taken off.
    turn_ : array of float, shape (columns, columns)
        Multiplied by.

    Examples
    --------
    >>> x = [[0.0, 0.0], [2.0, 0.2], [5.0, 1.0], [7.0, 1.2]]
    >>> white = Whiten(shrink=0.1).fit(x, ["a", "a", "b", "b"])
    >>> white.transform(x).std(axis=0).round(2).tolist()
    [1.09, 5.56]
    """

    # See earmark.models.steps.routing.
    __metadata_request__fit = {"groups": True}  # noqa: RUF012 - scikit-learn reads it so

    def __init__(self, shrink: float = 0.03, balance: float = 0.5) -> None:
        self.shrink = shrink
        self.balance = balance

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn how columns vary within genres.

        Parameters
        ----------
        X : array-like, shape (rows, columns)
            Numbers, none missing.
        y : array-like, shape (rows,)
            Genres.
        groups : sequence, shape (rows,), optional
            What belongs together; each row is one group unless told.
        """
        if not 0 < self.shrink <= 1:
            raise ArgumentError(f"a shrinking by {self.shrink}", "give a number above 0, at most 1")
        x, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        genres = np.unique(y, return_inverse=True)[1]
        known = np.arange(len(x)) if groups is None else codes_of(groups, len(x), "group")
        weights = counted(known, genres, self.balance)
        self.mean_ = np.average(x, axis=0, weights=weights)
        spread = np.sqrt(np.average((x - self.mean_) ** 2, axis=0, weights=weights))
        # A constant column varies by rounding only.
        spread[spread <= 1e-12 * np.maximum(1.0, np.abs(self.mean_))] = 1.0
        within = _within((x - self.mean_) / spread, genres, weights)
        even = np.trace(within) / len(within)
        even = even if even > 0 else 1.0
        within = (1 - self.shrink) * within + self.shrink * even * np.eye(len(within))
        sizes, axes = np.linalg.eigh(within)
        root = (axes * np.maximum(sizes, _FLAT * even) ** -0.5) @ axes.T
        self.turn_ = root / spread[:, None]
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns turned and scaled."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        return np.asarray((x - self.mean_) @ self.turn_, np.float64)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), target_tags={"required": True})


def _within(x: Array, genres: Codes, weights: Array) -> Array:
    """Return the covariance of rows around the means of their genres, shape (columns, columns)."""
    members = (genres[:, None] == np.arange(genres.max() + 1)) * weights[:, None]
    means = (members / members.sum(axis=0)).T @ x
    off = x - means[genres]
    return np.asarray((off * weights[:, None]).T @ off / weights.sum(), np.float64)
