"""What the steps share. scikit-learn has no types, so only these few classes are taken from it untyped."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin

from earmark.errors import ArgumentError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


class Transformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A step: `fit` learns from the training rows, `transform` only applies what was learnt."""


def codes_of(names: Iterable[Any], rows: int, what: str) -> Codes:
    """Return a number for every row's track (or group), equal for equal ones.

    Raises
    ------
    ArgumentError
        If there is not one for each row, or one is missing.
    """
    seen: dict[Any, int] = {}
    given = list(names)
    if len(given) != rows:
        raise ArgumentError(f"{len(given)} names of {what} for {rows} rows", f"name the {what} of each row")
    for row, name in enumerate(given):
        if name is None or name != name:  # noqa: PLR0124 - NaN of whatever type
            raise ArgumentError(f"row {row} has no {what}", f"name the {what} of each row")
    return np.asarray([seen.setdefault(name, len(seen)) for name in given], np.int64)


def one_of(what: str, got: object, known: Iterable[object]) -> None:
    """Refuse a value that is none of those known."""
    allowed = list(known)
    if got not in allowed:
        raise ArgumentError(f"{what} is {got!r}", f"give one of {', '.join(map(repr, allowed))}")


def tagged(tags: Any, **changes: Mapping[str, Any]) -> Any:
    """Return scikit-learn's tags of an estimator with some of them changed."""
    for part, values in changes.items():
        for name, value in values.items():
            setattr(getattr(tags, part), name, value)
    return tags
