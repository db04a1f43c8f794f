"""Labels and probabilities as they come, seen to be what they should be."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earmark.errors import ArgumentError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

# Single precision sums to 1 this nearly, whatever the number of genres.
_SUM = 1e-3


def checked(p: ArrayLike, genres: int | None = None) -> Array:
    """Return probabilities, each row divided by its sum.

    Parameters
    ----------
    p : array-like, shape (rows, genres)
        Probabilities, 0 to 1; the rows sum to 1 within 0.001.
    genres : int, optional
        How many columns there must be.

    Raises
    ------
    ArgumentError
        If they are none: another shape, no row, NaN, below 0 or another sum.

    Examples
    --------
    >>> checked([[0.5, 0.5004]]).sum().item()
    1.0
    """
    try:
        found = np.asarray(p, np.float64)
    except (TypeError, ValueError):
        raise ArgumentError("the probabilities are not numbers", "give an array of numbers") from None
    wanted = "genres" if genres is None else f"{genres}"
    if found.ndim != 2 or not found.shape[1] or (genres is not None and found.shape[1] != genres):
        raise ArgumentError(
            f"probabilities of shape {found.shape}",
            f"give one row per song or segment, shape (rows, {wanted})",
        )
    if not len(found):
        raise ArgumentError("no row of probabilities", "give at least one song")
    if (bad := ~np.isfinite(found).all(axis=1)).any():
        raise ArgumentError(
            f"{bad.sum()} of {len(found)} rows have probabilities that are not numbers, "
            f"the first is row {bad.argmax()}",
            "find the step that gives NaN: missing features must be imputed before the classifier",
        )
    total = found.sum(axis=1)
    if (bad := (found < 0).any(axis=1) | (np.abs(total - 1) > _SUM)).any():
        row = int(bad.argmax())
        raise ArgumentError(
            f"row {row} holds no probabilities: from {found[row].min():.3g} to {found[row].max():.3g}, "
            f"sum {total[row]:.3g}",
            "give numbers from 0 to 1 that sum to 1; softmax makes them of scores",
        )
    return np.asarray(found / total[:, None], np.float64)


def coded(y: Iterable[Any], classes: Sequence[str]) -> Codes:
    """Return the genres' numbers.

    Parameters
    ----------
    y : iterable of str or of int
        Names of genres, or their numbers from 0 on.
    classes : sequence of str
        The genres' names, each once.

    Raises
    ------
    ArgumentError
        If a label is missing or none of the genres, or a genre is named twice.

    Examples
    --------
    >>> coded(["rock", "jazz"], ["jazz", "rock"]).tolist()
    [1, 0]
    """
    if not classes or len(set(classes)) < len(classes):
        twice = next((name for name in classes if list(classes).count(name) > 1), None)
        raise ArgumentError(
            "no genres" if twice is None else f"the genre {twice!r} is named twice", "name each genre once"
        )
    labels = list(y.tolist() if isinstance(y, np.ndarray) else y)
    numbers: dict[Any, int] = {name: i for i, name in enumerate(classes)}
    if not any(isinstance(name, int) for name in classes):
        numbers |= {i: i for i in range(len(classes))}
    found = [numbers.get(label, -1) if not isinstance(label, bool) else -1 for label in labels]
    if -1 in found:
        row = found.index(-1)
        _refuse(row, labels[row], classes)
    return np.asarray(found, np.int64)


def _refuse(row: int, label: Any, classes: Sequence[str]) -> None:
    if is_missing(label):
        raise ArgumentError(f"row {row} has no label", "leave out rows without a label")
    near = difflib.get_close_matches(str(label), classes, n=1, cutoff=0.5)
    guess = f"did you mean {near[0]!r}? " if near else ""
    some = ", ".join(classes[:10]) + (", ..." if len(classes) > 10 else "")
    raise ArgumentError(f"row {row} is {label!r}, none of the {len(classes)} genres", f"{guess}known: {some}")


def numbered(names: Iterable[Any]) -> tuple[tuple[str, ...], Codes]:
    """Return the different names in order of first sight, and the number of each row's.

    A missing name (None, NaN, empty) is nobody else's.

    Examples
    --------
    >>> names, codes = numbered(["b", "a", "b"])
    >>> names, codes.tolist()
    (('b', 'a'), [0, 1, 0])
    >>> numbered(["b", None, None])[1].tolist()
    [0, 1, 2]
    """
    seen: dict[str, int] = {}
    codes = [
        seen.setdefault(f"(row {row})" if is_missing(name) else str(name), len(seen))
        for row, name in enumerate(names)
    ]
    return tuple(seen), np.asarray(codes, np.int64)


def is_missing(value: Any) -> bool:
    """Return whether a table has nothing in this cell."""
    return value is None or value != value or value == ""  # noqa: PLR0124 - NaN of whatever type


def see_that_lengths_agree(rows: int, what: str, **lengths: int) -> None:
    """Raise unless there is one of each for each row.

    Examples
    --------
    >>> see_that_lengths_agree(3, "features", labels=2)
    Traceback (most recent call last):
    ...
    earmark.errors.ArgumentError: 2 labels for 3 rows of features (give one for each row)
    """
    for name, length in lengths.items():
        if length != rows:
            raise ArgumentError(f"{length} {name} for {rows} rows of {what}", "give one for each row")


def known(
    y: Iterable[Any], p: ArrayLike, classes: Sequence[str], groups: Sequence[Any] | None = None
) -> tuple[Codes, Array, Codes]:
    """Return numbers of genres, probabilities and numbers of groups of songs whose genre is known.

    Raises
    ------
    ArgumentError
        If they are none, or lengths differ.

    Examples
    --------
    >>> [part.tolist() for part in known(["b"], [[0.5, 0.5]], ["a", "b"], ["x"])]
    [[1], [[0.5, 0.5]], [0]]
    """
    codes, found = coded(y, classes), checked(p, len(classes))
    parties = np.arange(len(found)) if groups is None else numbered(groups)[1]
    see_that_lengths_agree(len(found), "probabilities", labels=len(codes), groups=len(parties))
    return codes, found, parties
