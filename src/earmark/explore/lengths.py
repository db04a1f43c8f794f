"""How long songs are, genre by genre, where a table tells of it."""

from dataclasses import dataclass

import numpy as np

from earmark.explore.songs import Songs
from earmark.stats.units import Array

COLUMNS = ("length", "length_s", "duration", "duration_s", "duration_ms")
"""What columns that hold lengths are called."""


@dataclass(frozen=True)
class Lengths:
    """The lengths of a genre's songs, in the unit of their column.

    Attributes
    ----------
    genre : str
        Which.
    songs : int
        Of how many the length is known.
    shortest, median, longest, commonest : float
        NaN if none is known.
    share : float
        Of the songs, those of the commonest length.
    """

    genre: str
    songs: int
    shortest: float
    median: float
    longest: float
    commonest: float
    share: float


def lengths(songs: Songs) -> tuple[str, tuple[Lengths, ...]] | None:
    """Return the column that holds lengths and what it tells of each genre; None if there is none."""
    column = next((name for name in COLUMNS if name in songs.columns), None)
    if column is None:
        return None
    values = songs.values[:, songs.columns.index(column)]
    found = [
        _of(genre, values[(songs.genres == code) & np.isfinite(values)])
        for code, genre in enumerate(songs.classes)
    ]
    return column, tuple(found)


def _of(genre: str, values: Array) -> Lengths:
    if not len(values):
        return Lengths(genre, 0, *[np.nan] * 5)
    each, counts = np.unique(values, return_counts=True)
    most = int(counts.argmax())
    return Lengths(
        genre, len(values), float(each[0]), float(np.median(values)), float(each[-1]), float(each[most]),
        float(counts[most] / len(values)),
    )  # fmt: skip
