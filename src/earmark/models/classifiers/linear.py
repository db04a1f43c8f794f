"""Linear classifiers that take more than one class of scikit-learn to say."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from earmark.errors import ArgumentError
from earmark.models.classifiers._base import GroupLearner, groups_for, softmax
from earmark.models.steps._base import Array
from earmark.models.steps.whiten import counted


class BalancedLogistic(GroupLearner):
    """Multinomial logistic regression in which a row counts less in a large group, and all genres alike.

    An artist with twelve songs tells less of the next artist than twelve artists do.

    Parameters
    ----------
    C : float
        What errors cost beside large weights, as scikit-learn has it; above 0.
    balance : float
        0 to 1: how much less a row counts in a large group, see :func:`earmark.models.steps.whiten.counted`.
        At 0 all rows count alike, and this is scikit-learn's ``LogisticRegression``.

    Attributes
    ----------
    coef_, intercept_ : array of float, shapes (genres, columns) and (genres,)
        Of the log-odds; for two genres one row, that of the second.

    Examples
    --------
    >>> x = [[0.0], [0.1], [1.0], [1.1]]
    >>> BalancedLogistic().fit(x, ["a", "a", "b", "b"]).predict([[0.2], [0.9]]).tolist()
    ['a', 'b']
    """

    def __init__(
        self,
        C: float = 1.0,  # noqa: N803 - as scikit-learn has it
        balance: float = 0.5,
    ) -> None:
        self.C = C
        self.balance = balance

    def fit(self, X: ArrayLike, y: ArrayLike, groups: Sequence[Any] | None = None) -> Self:  # noqa: N803
        """Learn from rows; `groups` tells what belongs together, each row is one unless told."""
        if not self.C > 0:
            raise ArgumentError(f"C {self.C}", "give a number above 0")
        x, codes = self._given(X, y)
        weights = counted(groups_for(groups, x), codes, self.balance)
        made = LogisticRegression(C=self.C, max_iter=2000).fit(x, codes, sample_weight=weights)
        self.coef_ = np.asarray(made.coef_, np.float64)
        self.intercept_ = np.asarray(made.intercept_, np.float64)
        return self

    def decision_function(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return log-odds, shape (rows, genres); of two genres those of the second, shape (rows,)."""
        scores = self._asked(X) @ self.coef_.T + self.intercept_
        return np.asarray(scores[:, 0] if len(self.coef_) == 1 else scores, np.float64)

    def predict_proba(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the probability of each genre, shape (rows, genres)."""
        scores = self.decision_function(X)
        return softmax(scores if scores.ndim == 2 else np.stack([np.zeros_like(scores), scores], axis=1))


def one_vs_rest(
    C: float = 1.0,  # noqa: N803 - as scikit-learn has it
    class_weight: str | None = None,
    random_state: int = 0,
) -> Any:
    """Return one logistic regression per genre, that genre against the rest."""
    each = LogisticRegression(C=C, class_weight=class_weight, max_iter=2000, random_state=random_state)
    return OneVsRestClassifier(each)
