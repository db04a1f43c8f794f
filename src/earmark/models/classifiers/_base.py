"""What the classifiers of this room share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.dataset.sharing import groups_of, share_out
from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Codes, codes_of

_LEAST = 1e-15  # what a probability of 0 counts as under a logarithm


class Learner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier: genres in ``classes_``, the most probable is predicted."""

    classes_: Any

    def _given(self, X: Any, y: Any, missing: bool = False) -> tuple[Array, Codes]:  # noqa: N803
        """Return the training rows and their genres' numbers, having noted the genres."""
        finite: bool | str = "allow-nan" if missing else True
        x, y = validate_data(self, X, y, dtype=np.float64, ensure_all_finite=finite)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            # A ValueError, as scikit-learn's own: whoever trains sees to the genres first.
            raise ValueError("there is one class only, so nothing can be told apart")
        return np.asarray(x, np.float64), np.asarray(codes, np.int64)

    def _asked(self, X: Any, missing: bool = False) -> Array:  # noqa: N803
        check_is_fitted(self)
        finite: bool | str = "allow-nan" if missing else True
        return np.asarray(validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite=finite))

    def predict_proba(self, X: Any) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        raise NotImplementedError  # each classifier has its own

    def predict(self, X: Any) -> Any:  # noqa: N803
        """Return the most probable genre of each row, the first of equals."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]


class GroupLearner(Learner):
    """A classifier that asks what belongs together, to hold back whole groups or count large ones less."""

    # See earmark.models.steps.routing.
    __metadata_request__fit = {"groups": True}  # noqa: RUF012 - scikit-learn reads it so


def groups_for(groups: Sequence[Any] | None, x: Array) -> Codes:
    """Return the number of each row's group; without groups each row is one.

    Rows behind the last one with a group were made by oversampling; each belongs to the group of the known
    row next to it.

    Examples
    --------
    >>> groups_for(["a", "b"], np.array([[0.0], [1.0], [0.9]])).tolist()
    [0, 1, 1]
    """
    if groups is None:
        return np.arange(len(x))
    if len(groups) > len(x):
        raise ArgumentError(f"{len(groups)} groups for {len(x)} rows", "name the group of each row")
    codes = codes_of(groups, len(groups), "group")
    if len(codes) == len(x):
        return codes
    near = NearestNeighbors(n_neighbors=1).fit(x[: len(codes)])
    nearest = near.kneighbors(x[len(codes) :], return_distance=False).ravel()
    return np.concatenate([codes, codes[nearest]])


def inner_folds(labels: Codes, groups: Codes, number: int, seed: int) -> Codes:
    """Return a fold for every training row, groups kept whole; -1 for rows that are never held back.

    A genre whose rows are all of one group is always learnt from. There are fewer folds where there are fewer
    groups, and none (all -1) where fewer than two can be held back.

    Examples
    --------
    >>> inner_folds(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 2, 3, 4]), 2, 0).tolist()
    [0, 0, 1, 0, 1, -1]
    """
    alone = np.flatnonzero(groups_of(_dense(groups), labels) == 1)
    free = ~np.isin(groups, np.unique(groups[np.isin(labels, alone)]))
    folds = np.full(len(labels), -1, np.int64)
    number = min(number, len(np.unique(groups[free])))
    if number >= 2:
        shares = [1 / number] * number
        found = share_out(_dense(groups[free]), _dense(labels[free]), shares, seed, first=range(number))
        folds[free] = found
    return folds


def _dense(codes: Codes) -> Codes:
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def softmax(scores: Array) -> Array:
    """Return probabilities, shape as given: ``exp(score)`` by its sum over the genres."""
    found = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float64)


def log_loss(p: Array, codes: Codes) -> float:
    """Return the mean of the negative logarithm of the right genre's probability."""
    return float(-np.log(np.maximum(p[np.arange(len(codes)), codes], _LEAST)).mean())


def steepness(scores: Array, codes: Codes) -> float:
    """Return the number that scores must be multiplied by for :func:`softmax` to give the least log loss.

    The inverse of a temperature (C. Guo et al., ICML 2017); between e^-6 and e^8, so that a perfect answer is
    not taken for certainty.

    Examples
    --------
    >>> bool(steepness(np.array([[1.0, 0.0]] * 4), np.array([0, 0, 0, 1])).__round__(2) == 1.10)
    True
    """
    found = minimize_scalar(lambda log: log_loss(softmax(np.exp(log) * scores), codes), bounds=(-6.0, 8.0))
    return float(np.exp(found.x))
