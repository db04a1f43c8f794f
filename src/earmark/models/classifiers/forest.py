"""A random forest whose genres count by how seldom a plain one names them."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import RandomForestClassifier

from earmark.models.classifiers._base import GroupLearner, groups_for, inner_folds
from earmark.models.steps._base import Array, Codes


class ForestByPrediction(GroupLearner):
    """A random forest in which a genre counts more the more seldom a plain forest names it.

    A plain forest names rows that were held back, group by group; the genre it names most has weight 1, one
    named a fifth as often weight 5, one never named as if it were named once. (By how often genres *occur*
    instead, the weights are those of ``class_weight="balanced"`` but for a factor that changes no tree.)

    Parameters
    ----------
    n_estimators, max_depth, min_samples_leaf, max_features
        Of both forests, as scikit-learn has them.
    folds : int
        How often some rows are held back.
    random_state : int
        Of the trees and of what is held back.

    Attributes
    ----------
    weights_ : array of float, shape (genres,)
        What each genre counts.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> ForestByPrediction(20).fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        n_estimators: int = 300,
        *,
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        max_features: str | float = "sqrt",
        folds: int = 3,
        random_state: int | None = 0,
    ) -> None:
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn from rows; `groups` tells what belongs together, each row is one unless told."""
        x, codes = self._given(X, y)
        named = self._named(x, codes, inner_folds(codes, groups_for(groups, x), self.folds, 0))
        self.weights_ = named.max() / np.maximum(named, 1)
        self.forest_ = self._forest(dict(enumerate(self.weights_.tolist()))).fit(x, codes)
        return self

    def _named(self, x: Array, codes: Codes, folds: Codes) -> Codes:
        """Return how often a plain forest names each genre among rows held back, all rows where none are."""
        genres = len(self.classes_)
        if not (folds >= 0).any():
            return np.bincount(codes, minlength=genres)
        named = np.zeros(genres, np.int64)
        for fold in np.unique(folds[folds >= 0]):
            plain = self._forest(None).fit(x[folds != fold], codes[folds != fold])
            named += np.bincount(plain.predict(x[folds == fold]), minlength=genres)
        return named

    def _forest(self, weights: dict[int, float] | None) -> Any:
        return RandomForestClassifier(
            self.n_estimators,
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            class_weight=weights,
            random_state=self.random_state,
        )

    @property
    def feature_importances_(self) -> Array:
        """How much each column is used, shape (columns,); they sum to 1."""
        return np.asarray(self.forest_.feature_importances_, np.float64)

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X)
        return np.asarray(self.forest_.predict_proba(x), np.float64)
