"""Columns that give the genre away are refused."""

from collections.abc import Sequence
from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Transformer, tagged


class Guard(OneToOneFeatureMixin, Transformer):  # type: ignore[misc]  # scikit-learn has no types
    """Let columns through as they are, and refuse to learn from giveaways.

    A giveaway tells how the songs were collected and not what they sound like: the playlist's name, the
    file's length. ``earmark check`` finds them.

    Parameters
    ----------
    giveaways : sequence of str
        Columns known as giveaways.
    allowed : sequence of str
        Those of them that are wanted all the same.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"tempo": [120.0, 90.0], "playlist": ["Dark Trap", "Emo"]})
    >>> Guard(giveaways=["playlist"]).fit(table)
    Traceback (most recent call last):
    ...
    earmark.errors.ArgumentError: 'playlist' gives the genre away (leave it out, or allow it on purpose: \
allowed = ["playlist"])
    """

    def __init__(self, giveaways: Sequence[str] = (), allowed: Sequence[str] = ()) -> None:
        self.giveaways = giveaways
        self.allowed = allowed

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """See that no column is a giveaway.

        Raises
        ------
        ArgumentError
            If one is, or if columns without names cannot be told.
        """
        self._see(X, reset=True)
        refused = [name for name in self.giveaways if name not in set(self.allowed)]
        names = getattr(self, "feature_names_in_", None)
        if refused and names is None:
            raise ArgumentError(
                "the columns have no names, so giveaways among them cannot be told", "give a DataFrame"
            )
        if found := [name for name in (() if names is None else names) if name in set(refused)]:
            told = ", ".join(map(repr, found))
            listed = ", ".join(f'"{name}"' for name in found)
            verb, they = ("gives", "it") if len(found) == 1 else ("give", "them")
            raise ArgumentError(
                f"{told} {verb} the genre away",
                f"leave {they} out, or allow {they} on purpose: allowed = [{listed}]",
            )
        return self

    def transform(self, X: ArrayLike) -> Any:  # noqa: N803
        """Return the columns as they are."""
        check_is_fitted(self, "n_features_in_")
        return self._see(X, reset=False)

    def _see(self, given: Any, reset: bool) -> Any:
        if hasattr(given, "iloc"):  # a DataFrame keeps its types
            validate_data(self, given, reset=reset, skip_check_array=True)
            return given
        return validate_data(self, given, reset=reset, dtype=None, ensure_all_finite="allow-nan")

    def __sklearn_tags__(self) -> Any:
        return tagged(
            super().__sklearn_tags__(), input_tags={"string": True, "categorical": True, "allow_nan": True}
        )
