"""A Gaussian process classifier whose kernel is as wide as it is told."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from earmark.errors import ArgumentError
from earmark.models.classifiers._base import Learner
from earmark.models.steps._base import Array


class GaussianProcess(Learner):
    """scikit-learn's Gaussian process classifier (Laplace's approximation), one genre against the rest.

    The kernel is ``height * exp(-|a - b|^2 / (2 * width^2 * columns))`` and is not optimised while fitting:
    search for `width` and `height` as for any other parameter.

    Parameters
    ----------
    width, height : float
        Of the kernel, above 0; columns must be scaled alike.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> GaussianProcess().fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(self, width: float = 0.7, height: float = 10.0) -> None:
        self.width = width
        self.height = height

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        """Learn from rows."""
        if not (self.width > 0 and self.height > 0):
            raise ArgumentError(f"width {self.width} and height {self.height}", "give numbers above 0")
        x, codes = self._given(X, y)
        kernel = ConstantKernel(self.height) * RBF(self.width * np.sqrt(x.shape[1]))
        self.process_ = GaussianProcessClassifier(kernel, optimizer=None).fit(x, codes)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X)
        found: Array = self.process_.predict_proba(x)
        return found
