"""Support vector machines with probabilities."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.svm import SVC

from earmark.models.classifiers._base import GroupLearner, groups_for, inner_folds, softmax, steepness
from earmark.models.steps._base import Array


class SupportVectors(GroupLearner):
    """scikit-learn's ``SVC``, its decisions made probabilities by a softmax.

    How steep the softmax is comes from decisions about rows that were held back, group by group, in `folds`
    further fits. The most probable genre is the one of the highest decision.

    Parameters
    ----------
    kernel : {"linear", "rbf", "poly"}
        The kernel.
    C : float
        What a row on the wrong side costs.
    gamma : {"scale", "auto"} or float
        Of the kernels ``rbf`` and ``poly``.
    degree : int
        Of the kernel ``poly``.
    coef0 : float
        Of the kernel ``poly``.
    class_weight : dict or "balanced", optional
        How much rows of a genre count.
    folds : int
        How often some rows are held back.
    random_state : int
        Of what is held back.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> SupportVectors(kernel="linear").fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        kernel: str = "rbf",
        *,
        C: float = 1.0,  # noqa: N803 - as scikit-learn has it
        gamma: str | float = "scale",
        degree: int = 3,
        coef0: float = 0.0,
        class_weight: Any = None,
        folds: int = 3,
        random_state: int | None = 0,
    ) -> None:
        self.kernel = kernel
        self.C = C
        self.gamma = gamma
        self.degree = degree
        self.coef0 = coef0
        self.class_weight = class_weight
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn from rows; `groups` tells what belongs together, each row is one unless told."""
        x, codes = self._given(X, y)
        folds = inner_folds(codes, groups_for(groups, x), self.folds, self.random_state or 0)
        self.machine_ = self._machine().fit(x, self.classes_[codes])
        held = np.flatnonzero(folds >= 0)
        scores = np.empty((len(x), len(self.classes_)))
        for fold in np.unique(folds[held]):
            asked, learnt = folds == fold, folds != fold
            scores[asked] = self._decided(
                self._machine().fit(x[learnt], self.classes_[codes[learnt]]), x[asked]
            )
        self.steepness_ = steepness(scores[held], codes[held]) if len(held) else 1.0
        return self

    def _machine(self) -> Any:
        return SVC(
            kernel=self.kernel,
            C=self.C,
            gamma=self.gamma,
            degree=self.degree,
            coef0=self.coef0,
            class_weight=self.class_weight,
        )

    def _decided(self, machine: Any, x: Array) -> Array:
        """Return the decision for each genre; the least of all for a genre that the machine does not know."""
        found = np.asarray(machine.decision_function(x), np.float64)
        if found.ndim == 1:
            found = np.stack([-found, found], axis=1)
        scores = np.full((len(x), len(self.classes_)), found.min(initial=0.0))
        scores[:, np.searchsorted(self.classes_, machine.classes_)] = found
        return scores

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        x = self._asked(X)
        return softmax(self.steepness_ * self._decided(self.machine_, x))
