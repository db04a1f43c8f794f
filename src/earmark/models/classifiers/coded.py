"""Names of genres and columns kept from libraries that do not take them."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone

from earmark.models.classifiers._base import Learner
from earmark.models.steps._base import Array, tagged


class Coded(Learner):
    """A classifier that learns numbers of genres instead of names, and numbers of columns likewise.

    XGBoost takes no names of genres, and LightGBM refuses some names of columns.

    Parameters
    ----------
    classifier : estimator
        What learns.
    """

    def __init__(self, classifier: Any) -> None:
        self.classifier = classifier

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803
        """Learn from rows; values may be missing."""
        x, codes = self._given(X, y, missing=True)
        self.classifier_ = clone(self.classifier).fit(x, codes)
        return self

    @property
    def feature_importances_(self) -> Array:
        """How much each column is used, shape (columns,)."""
        return np.asarray(self.classifier_.feature_importances_, np.float64)

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X, missing=True)
        found = np.asarray(self.classifier_.predict_proba(x), np.float64)
        return np.asarray(found / found.sum(axis=1, keepdims=True), np.float64)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), input_tags={"allow_nan": True})
