"""A neural network that stops where rows held back from its training rows are told best."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neural_network import MLPClassifier

from earmark.errors import ArgumentError
from earmark.models.classifiers._base import GroupLearner, groups_for, inner_folds, log_loss, softmax
from earmark.models.steps._base import Array, Codes


class Net(GroupLearner):
    """scikit-learn's multilayer perceptron (Adam), with early stopping on parts of the **training** rows.

    How many epochs it runs is learnt first: in each of `folds` folds, whole groups are held back, and the
    epoch with the least log loss on all of them counts. Then it learns from all rows for so many epochs.
    Where nothing can be held back (a genre of one group is always learnt from), it runs for all epochs.

    Parameters
    ----------
    hidden : tuple of int
        How many units each hidden layer has.
    alpha : float
        How much large weights cost.
    learning_rate : float
        Of the first step.
    batch : int
        Rows per step; fewer in small tables, which have at least eight steps in an epoch.
    epochs : int
        How often it sees all rows at most.
    patience : int
        How many epochs without a new best it waits.
    folds : int
        How often some rows are held back, at least 2; 0: never, it runs for all epochs.
    random_state : int
        Of the first weights, the order of rows and what is held back.

    Attributes
    ----------
    losses_ : list of float
        Log loss on the rows held back, epoch by epoch; empty where none were.
    best_epoch_ : int
        How many epochs it ran.

    Examples
    --------
    >>> x = [[-1.0], [-0.9], [1.0], [1.1]] * 5
    >>> Net(epochs=20).fit(x, ["a", "a", "b", "b"] * 5).predict([[-2.0], [2.0]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (100,),
        *,
        alpha: float = 1e-3,
        learning_rate: float = 3e-3,
        batch: int = 32,
        epochs: int = 200,
        patience: int = 10,
        folds: int = 3,
        random_state: int | None = 0,
    ) -> None:
        self.hidden = hidden
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.batch = batch
        self.epochs = epochs
        self.patience = patience
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn from rows; `groups` tells what belongs together, each row is one unless told."""
        if min(self.epochs, self.patience, self.batch) < 1 or (self.folds != 0 and self.folds < 2):
            raise ArgumentError(
                f"{self.epochs} epochs, patience of {self.patience}, {self.batch} rows per step, "
                f"{self.folds} folds",
                "give at least one of each and two folds, or none",
            )
        x, codes = self._given(X, y)
        self._stop(x, codes, inner_folds(codes, groups_for(groups, x), self.folds, self.random_state or 0))
        net = self._net(len(x))
        for _ in range(self.best_epoch_):
            net.partial_fit(x, codes, classes=np.arange(len(self.classes_)))
        self.coefs_, self.intercepts_ = net.coefs_, net.intercepts_
        return self

    def _stop(self, x: Array, codes: Codes, folds: Codes) -> None:
        """Find the epoch after which rows held back are told best."""
        self.losses_: list[float] = []
        self.best_epoch_ = self.epochs
        nets = [(folds != fold, self._net((folds != fold).sum())) for fold in np.unique(folds[folds >= 0])]
        if not nets:
            return
        for _ in range(self.epochs):
            p = np.empty((len(x), len(self.classes_)))
            for learnt, net in nets:
                net.partial_fit(x[learnt], codes[learnt], classes=np.arange(len(self.classes_)))
                p[~learnt] = net.predict_proba(x[~learnt])
            self.losses_.append(log_loss(p[folds >= 0], codes[folds >= 0]))
            self.best_epoch_ = 1 + int(np.argmin(self.losses_))
            if len(self.losses_) - self.best_epoch_ >= self.patience:
                return

    def _net(self, rows: int) -> MLPClassifier:
        return MLPClassifier(
            tuple(self.hidden),
            alpha=self.alpha,
            learning_rate_init=self.learning_rate,
            batch_size=max(1, min(self.batch, rows // 8)),
            # One that moves on: with a number, every epoch would have the rows in the same order.
            random_state=np.random.RandomState(self.random_state),
        )

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        found = self._asked(X)
        for weights, biases in zip(self.coefs_[:-1], self.intercepts_[:-1], strict=True):
            found = np.maximum(found @ weights + biases, 0.0)
        scores = found @ self.coefs_[-1] + self.intercepts_[-1]
        # Two genres have one output: the odds of the second.
        return softmax(np.hstack([np.zeros_like(scores), scores]) if scores.shape[1] == 1 else scores)
