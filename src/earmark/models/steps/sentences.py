"""Columns of words as what they mean."""

import re
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from earmark.errors import ArgumentError
from earmark.models.steps import bert
from earmark.models.steps._base import Array, Transformer, tagged
from earmark.models.steps.text import texts_of


class Sentences(Transformer):
    """What a text means: a direction, near to those of texts that mean something alike.

    All columns are read as one text; what is missing is empty, and an empty text has zeros. Nothing is learnt
    from the rows: the network was made before. The model keeps its digest, never its weights.

    Parameters
    ----------
    weights : str
        Digest of the network, see :func:`earmark.models.steps.bert.digest`; all-MiniLM-L6-v2 unless set.
    """

    def __init__(self, weights: str = bert.MINILM) -> None:
        self.weights = weights

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """See that the network is there, and how many numbers it gives.

        Raises
        ------
        EarmarkError
            If it is not.
        ArgumentError
            If `weights` is no digest.
        """
        if not (isinstance(self.weights, str) and re.fullmatch("[0-9a-f]{64}", self.weights)):
            raise ArgumentError(
                f"weights is {self.weights!r}", f"give a digest: cat {' '.join(bert.FILES)} | sha256sum"
            )
        texts_of(self, X, reset=True)
        self.width_ = bert.network(self.weights).width
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the direction of each text, shape (rows, width)."""
        check_is_fitted(self)
        return bert.vectors(texts_of(self, X, reset=False), self.weights).astype(np.float64)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Return ``meaning 1`` and so on."""
        check_is_fitted(self)
        return np.array([f"meaning {at}" for at in range(1, self.width_ + 1)], object)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), input_tags={"string": True, "allow_nan": True})
