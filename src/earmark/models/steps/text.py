"""Columns of words as numbers."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Transformer, one_of, tagged

UNITS = ("words", "letters")


class Text(Transformer):
    """How much each word, or run of letters, says: TF-IDF.

    All columns are read as one text; what is missing is empty. A text that shares nothing with those of
    training has zeros. Every script is read: words are runs of letters and digits.

    Parameters
    ----------
    unit : {"words", "letters"}
        Words, or runs of letters inside words, their ends included.
    shortest, longest : int
        How many words, or letters, make one.
    top : int
        How many to keep, the most frequent in training.
    binary : bool
        Whether a word that occurs twice counts once.

    Examples
    --------
    >>> words = Text(top=2).fit([["Dark Techno"], ["dark trap"], [None]])
    >>> words.get_feature_names_out().tolist(), words.transform([["DARK"]]).tolist()
    (['dark', 'techno'], [[1.0, 0.0]])
    """

    def __init__(
        self, unit: str = "words", shortest: int = 1, longest: int = 1, top: int = 100, binary: bool = False
    ) -> None:
        self.unit = unit
        self.shortest = shortest
        self.longest = longest
        self.top = top
        self.binary = binary

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn the words, and how many texts have each."""
        one_of("unit", self.unit, UNITS)
        if not 1 <= self.shortest <= self.longest or self.top < 1:
            raise ArgumentError(
                f"runs of {self.shortest} to {self.longest}, the top {self.top}",
                "give at least 1, the shorter first",
            )
        made = TfidfVectorizer(
            analyzer="word" if self.unit == "words" else "char_wb",
            token_pattern=r"\w+" if self.unit == "words" else None,
            ngram_range=(self.shortest, self.longest),
            max_features=self.top,
            binary=self.binary,
        )
        texts = texts_of(self, X, reset=True)
        # Without any word in training, one that no text can hold.
        self.empty_ = not any(made.build_analyzer()(text) for text in texts)
        self.vectorizer_ = made.fit(["nothing"] if self.empty_ else texts)
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the weight of each word in each text, shape (rows, words); dense."""
        check_is_fitted(self)
        found = self.vectorizer_.transform(texts_of(self, X, reset=False)).toarray()
        return np.asarray(np.zeros_like(found) if self.empty_ else found, np.float64)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Return the words."""
        check_is_fitted(self)
        return self.vectorizer_.get_feature_names_out()

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), input_tags={"string": True, "allow_nan": True})


def texts_of(step: Transformer, given: Any, reset: bool) -> list[str]:
    """Return each row as one text; with `reset`, the step learns how many columns there are."""
    table = validate_data(step, given, reset=reset, dtype=object, ensure_all_finite=False)
    return [" ".join(str(cell) for cell in row if _is_there(cell)) for row in table]


def _is_there(cell: Any) -> bool:
    return cell is not None and type(cell).__name__ != "NAType" and bool(cell == cell)  # noqa: PLR0124 - NaN
