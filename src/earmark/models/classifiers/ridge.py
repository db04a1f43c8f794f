"""Kernel ridge regression on the genres, with probabilities."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel

from earmark.errors import ArgumentError
from earmark.models.classifiers._base import GroupLearner, groups_for, softmax, steepness
from earmark.models.steps._base import Array, Codes, one_of
from earmark.models.steps.whiten import counted

KERNELS = ("gaussian", "matern")


class KernelRidge(GroupLearner):
    """Kernel ridge regression, one column of ones and zeros per genre.

    Probabilities are the softmax of the regression's answers, made as steep as fits the answers for rows
    whose group was left out. Those need no further fit: with ``C = (K + alpha I)^-1`` the answers for a
    group G are off by ``C_GG^-1 (C y)_G`` when G is left out (T. Pahikkala et al., 2006).

    Parameters
    ----------
    alpha : float
        How much large weights cost, above 0.
    width : float
        Of the kernel, above 0. The Gaussian one is ``exp(-d^2)`` with
        ``d = |a - b| / (width * sqrt(columns * variance))``; Matern's is ``(1 + r) exp(-r)`` with
        ``r = sqrt(3) d`` and falls more slowly.
    kernel : {"gaussian", "matern"}
        How likeness falls with distance.
    balance : float
        0 to 1: how much less a row counts in a large group, see :func:`earmark.models.steps.whiten.counted`.

    Notes
    -----
    Columns must be scaled alike. Takes memory by the square of the rows: 5 000 take 0.6 GB.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> KernelRidge().fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self, alpha: float = 0.1, width: float = 2.0, kernel: str = "gaussian", balance: float = 0.0
    ) -> None:
        self.alpha = alpha
        self.width = width
        self.kernel = kernel
        self.balance = balance

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn from rows.

        Parameters
        ----------
        X : array-like, shape (rows, columns)
            Numbers, none missing.
        y : array-like, shape (rows,)
            Genres.
        groups : sequence, shape (rows,), optional
            What belongs together; each row is one group unless told.
        """
        if not (self.alpha > 0 and self.width > 0):
            raise ArgumentError(f"alpha {self.alpha} and width {self.width}", "give numbers above 0")
        one_of("kernel", self.kernel, KERNELS)
        x, codes = self._given(X, y)
        spread = x.var() * x.shape[1]
        self.gamma_ = 1.0 / (self.width**2 * (spread if spread > 0 else 1.0))
        self.rows_ = x
        known = groups_for(groups, x)
        weights = counted(known, codes, self.balance)
        targets = np.eye(len(self.classes_))[codes]
        self.mean_ = np.average(targets, axis=0, weights=weights)
        kernel = self._likeness(x)
        kernel[np.diag_indices_from(kernel)] += self.alpha / weights
        inverse = cho_solve(cho_factor(kernel, overwrite_a=True), np.eye(len(x)))
        self.weights_ = inverse @ (targets - self.mean_)
        self.steepness_ = self._steepness(inverse, targets, codes, known)
        return self

    def _likeness(self, x: Array) -> Array:
        """Return the kernel between rows and those learnt from, shape (rows, learnt rows)."""
        if self.kernel == "gaussian":
            return np.asarray(rbf_kernel(x, self.rows_, gamma=self.gamma_), np.float64)
        r = euclidean_distances(x, self.rows_) * np.sqrt(3 * self.gamma_)
        return np.asarray((1 + r) * np.exp(-r), np.float64)

    def _steepness(self, inverse: Array, targets: Array, codes: Codes, groups: Codes) -> float:
        left_out = targets.copy()
        for group in np.unique(groups):
            rows = np.flatnonzero(groups == group)
            left_out[rows] -= np.linalg.solve(inverse[np.ix_(rows, rows)], self.weights_[rows])
        return steepness(left_out, codes)

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X)
        scores = self._likeness(x) @ self.weights_ + self.mean_
        return softmax(self.steepness_ * scores)
