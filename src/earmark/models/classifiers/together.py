"""Several classifiers that answer together."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from earmark.errors import ArgumentError
from earmark.models.classifiers._base import GroupLearner, groups_for, inner_folds, log_loss, softmax
from earmark.models.classifiers.histogram import HistogramBoosting
from earmark.models.classifiers.ridge import KernelRidge
from earmark.models.steps._base import Array, Codes, tagged
from earmark.models.steps.power import SignedLog
from earmark.models.steps.routing import fitted

Members = Sequence[tuple[str, Any]]

LEAST = 1e-6  # what a probability of 0 counts as under a logarithm


class _Together(GroupLearner):
    """Members that are fitted on the same rows."""

    members: Members

    def _see_members(self) -> None:
        names = [name for name, _ in self.members]
        if not names or len(set(names)) < len(names):
            raise ArgumentError(f"the members {names}", "name at least one, each once")

    def _fitted(self, x: Array, codes: Codes, groups: Codes, weights: Array | None = None) -> list[Any]:
        return [
            fitted(clone(member), x, codes, groups=groups.tolist(), weights=weights)
            for _, member in self.members
        ]

    def _answers(self, members: Sequence[Any], x: Array) -> Array:
        """Return the probabilities of each member, shape (members, rows, genres)."""
        found = np.zeros((len(members), len(x), len(self.classes_)))
        for i, member in enumerate(members):
            found[i][:, member.classes_] = member.predict_proba(x)
        return found

    def __sklearn_tags__(self) -> Any:
        taken = all(member.__sklearn_tags__().input_tags.allow_nan for _, member in self.members)
        return tagged(super().__sklearn_tags__(), input_tags={"allow_nan": taken})


class Vote(_Together):
    """The mean of the members' probabilities.

    Parameters
    ----------
    members : sequence of (str, estimator)
        Who votes, by name.
    weights : sequence of float, optional
        How much each counts; all the same unless told.
    evened : float
        By which power of the size of its group a row counts less, for members that can be told: 0 counts rows
        alike, 1 groups.
    tilt : float
        By which power of its share of the training rows each genre's probability is divided: 0 leaves them as
        they are, 1 names rare genres as readily as frequent ones.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> vote = Vote([("ridge", KernelRidge()), ("logistic", LogisticRegression())])
    >>> vote.fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        members: Members,
        weights: Sequence[float] | None = None,
        evened: float = 0.0,
        tilt: float = 0.0,
    ) -> None:
        self.members = members
        self.weights = weights
        self.evened = evened
        self.tilt = tilt

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Fit every member on all rows; those that ask for `groups` are told."""
        self._see_members()
        if self.weights is not None and (
            len(self.weights) != len(self.members) or min(self.weights) < 0 or sum(self.weights) <= 0
        ):
            raise ArgumentError(
                f"the weights {list(self.weights)} for {len(self.members)} members",
                "give one for each, none below 0",
            )
        x, codes = self._given(X, y, missing=True)
        known = groups_for(groups, x)
        sizes = np.asarray(np.bincount(known)[known], np.float64)
        self.fitted_ = self._fitted(x, codes, known, sizes**-self.evened if self.evened else None)
        weights = np.ones(len(self.members)) if self.weights is None else np.asarray(self.weights, np.float64)
        self.weights_ = weights / weights.sum()
        self.shares_ = np.asarray((np.bincount(codes) / len(codes)) ** self.tilt, np.float64)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X, missing=True)
        mean = np.tensordot(self.weights_, self._answers(self.fitted_, x), 1)
        if not self.tilt:
            return np.asarray(mean, np.float64)
        tilted = mean / self.shares_
        return np.asarray(tilted / tilted.sum(axis=1, keepdims=True), np.float64)


class Stack(_Together):
    """The members' answers weighed by how well each tells rows that it did not learn from.

    ``p ~ exp(sum_m w_m log p_m)`` with one weight per member, none below 0: those with the least log loss on
    rows held back, group by group. One weight each is few enough to be learnt from a small table, and a genre
    that cannot be held back (all of one artist) is answered all the same.

    Parameters
    ----------
    members : sequence of (str, estimator)
        Who answers, by name.
    folds : int
        How often some rows are held back.
    random_state : int
        Of what is held back.

    Attributes
    ----------
    weights_ : array of float, shape (members,)
        They need not sum to 1: more makes answers surer, less makes them less sure.

    Examples
    --------
    >>> x = [[0.0], [0.1], [0.2], [1.0], [1.1], [1.2]]
    >>> stack = Stack([("ridge", KernelRidge()), ("logistic", LogisticRegression())])
    >>> stack.fit(x, ["a", "a", "a", "b", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(self, members: Members, folds: int = 5, random_state: int | None = 0) -> None:
        self.members = members
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn the weights on rows held back, then fit every member on all rows."""
        self._see_members()
        x, codes = self._given(X, y, missing=True)
        known = groups_for(groups, x)
        folds = inner_folds(codes, known, self.folds, self.random_state or 0)
        held = np.flatnonzero(folds >= 0)
        answers = np.zeros((len(self.members), len(x), len(self.classes_)))
        for fold in np.unique(folds[held]):
            learnt, asked = folds != fold, folds == fold
            members = self._fitted(x[learnt], codes[learnt], known[learnt])
            answers[:, asked] = self._answers(members, x[asked])
        self.weights_ = _weights(answers[:, held], codes[held])
        self.fitted_ = self._fitted(x, codes, known)
        return self

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X, missing=True)
        return _pooled(self.weights_, self._answers(self.fitted_, x))


def _pooled(weights: Array, answers: Array) -> Array:
    return softmax(np.tensordot(weights, np.log(np.maximum(answers, LEAST)), 1))


def _weights(answers: Array, codes: Codes) -> Array:
    start = np.full(len(answers), 1 / len(answers))
    if not len(codes):
        return start
    found = minimize(
        lambda weights: log_loss(_pooled(weights, answers), codes),
        start,
        method="L-BFGS-B",
        bounds=[(0.0, 4.0)] * len(answers),
    )
    return np.asarray(found.x, np.float64)


def _evened(classifier: Any) -> Pipeline:
    return Pipeline([("log", SignedLog()), ("scale", StandardScaler()), ("classifier", classifier)])


def _members(
    *, alpha: float, width: float, c: float, rounds: int, learning_rate: float, seed: int
) -> list[tuple[str, Any]]:
    boosting = HistogramBoosting(
        learning_rate=learning_rate,
        max_iter=rounds,
        max_leaf_nodes=6,
        min_samples_leaf=10,
        l2_regularization=1.0,
        max_features=0.2,
        early_stopping=False,
        random_state=seed,
    )
    return [
        ("ridge", _evened(KernelRidge(alpha, width))),
        ("boosting", boosting),
        ("logistic", _evened(LogisticRegression(C=c, max_iter=2000))),
    ]


def small_table(
    *,
    alpha: float = 0.1,
    width: float = 2.0,
    C: float = 0.1,  # noqa: N803 - as scikit-learn has it
    rounds: int = 100,
    learning_rate: float = 0.05,
    random_state: int = 0,
) -> Vote:
    """Return what suits tables of some hundred songs: the mean of three that err differently.

    Kernel ridge and logistic regression see the logarithms of the columns, scaled; boosting sees the columns.

    Parameters
    ----------
    alpha, width : float
        Of :class:`~earmark.models.classifiers.ridge.KernelRidge`.
    C : float
        Of the logistic regression.
    rounds, learning_rate : int, float
        Of the boosting.
    random_state : int
        Of what is drawn.
    """
    return Vote(
        _members(alpha=alpha, width=width, c=C, rounds=rounds, learning_rate=learning_rate, seed=random_state)
    )


def stack(
    *,
    alpha: float = 0.1,
    width: float = 2.0,
    C: float = 0.1,  # noqa: N803 - as scikit-learn has it
    rounds: int = 100,
    learning_rate: float = 0.05,
    folds: int = 5,
    random_state: int = 0,
) -> Stack:
    """Return the members of :func:`small_table` weighed on `folds` folds of the training rows."""
    return Stack(
        _members(
            alpha=alpha, width=width, c=C, rounds=rounds, learning_rate=learning_rate, seed=random_state
        ),
        folds,
        random_state,
    )
