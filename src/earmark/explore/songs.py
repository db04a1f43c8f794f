"""A table as statistics take it: songs in place of rows, the genre and the independent unit of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.kinship import factorized, kin
from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError
from earmark.stats.units import Array, Codes, Units

MOST_GENRES = 30
UNITS = ("artist", "album", "track", "row")
_ALL = "all songs"


@dataclass(frozen=True, eq=False)
class Songs:
    """The songs of a table.

    Attributes
    ----------
    columns : tuple of str
        Its features that are numbers.
    units_of_columns : tuple of str
        The unit of each; empty where unknown.
    rows : array of float, shape (rows, columns)
        NaN where missing or infinite; only rows of the genres that are shown.
    row_genres, row_units : array of int, shape (rows,)
        Number of each row's genre and of its independent unit.
    values : array of float, shape (songs, columns)
        Means over the rows of each song.
    genres : array of int, shape (songs,)
        Number of each song's genre.
    names : tuple of str
        Of songs: their track, else their row number.
    classes : tuple of str
        Of genres, the most frequent first.
    unit : str
        What counts as independent: artist, album, track or row.
    row_songs : array of int, shape (rows,)
        Number of each row's song.
    notes : tuple of str
        What was left out or assumed.
    """

    columns: tuple[str, ...]
    units_of_columns: tuple[str, ...]
    rows: Array
    row_genres: Codes
    row_units: Codes
    values: Array
    genres: Codes
    names: tuple[str, ...]
    classes: tuple[str, ...]
    unit: str
    row_songs: Codes
    notes: tuple[str, ...]

    @property
    def units_by_genre(self) -> Codes:
        """How many independent units each genre has, shape (genres,)."""
        pairs = np.unique(np.stack([self.row_units, self.row_genres]), axis=1)
        return np.bincount(pairs[1], minlength=len(self.classes))


def songs(dataset: Dataset, unit: str | None = None, columns: Sequence[str] = ()) -> Songs:
    """Return a table's songs.

    Parameters
    ----------
    dataset : Dataset
        A table; without a label, all songs are of one genre.
    unit : {"artist", "album", "track", "row"}, optional
        What counts as independent; the widest that the table tells of if left out. Rows of a unit that
        is not known count as units of their own.
    columns : sequence of str
        Which features; all that are numbers if empty.

    Raises
    ------
    ArgumentError
        If the table has no number to explore, or does not tell of such units.
    """
    found, notes = kin(dataset), []
    numbers = [one for one in dataset.schema if one.role == "feature" and one.numeric]
    chosen = [one for one in numbers if not columns or one.name in columns]
    if not chosen or len(dataset.frame) == 0:
        raise ArgumentError(
            f"'{dataset.name}' has no feature that is a number",
            "give a table of features, as 'earmark extract' writes",
        )
    told = [kind for kind in UNITS[:-1] if kind in found and (found[kind].codes >= 0).any()]
    if unit not in (None, "row", *told):
        raise ArgumentError(
            f"'{dataset.name}' does not tell of each row's {unit}", f"take one of {', '.join((*told, 'row'))}"
        )
    unit = unit or next(iter(told), "row")
    genres, classes, kept, left_out = _genres(dataset)
    notes += left_out
    if not kept.any():
        raise ArgumentError(
            f"no row of '{dataset.name}' has a genre: '{dataset.label}' is empty",
            "name another column with --label, or label the songs first (earmark label)",
        )
    whole = np.arange(len(kept))
    track = _filled(found["track"].codes, whole) if "track" in found else whole
    of_unit = _filled(found[unit].codes, track + len(kept)) if unit in found else whole
    rows = np.column_stack(
        [dataset.frame[one.name].to_numpy(np.float64, na_value=np.nan)[kept] for one in chosen]
    )
    rows[~np.isfinite(rows)] = np.nan
    grouped = Units.of(genres[kept], track[kept])
    first = np.unique(grouped.codes, return_index=True)[1]
    column = found["track"].column if "track" in found else None
    places = np.flatnonzero(kept)[first]
    names = [str(at) for at in places] if column is None else dataset.frame[column].iloc[places].astype(str)
    return Songs(
        tuple(one.name for one in chosen), tuple(one.unit for one in chosen), rows, genres[kept],
        factorized_codes(of_unit[kept]), grouped.known_means(rows), grouped.genres, tuple(names), classes,
        unit, grouped.codes, tuple(notes),
    )  # fmt: skip


def factorized_codes(codes: Codes) -> Codes:
    """Return the same groups numbered 0, 1, ..."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def _filled(codes: Codes, others: Codes) -> Codes:
    return np.where(codes < 0, others + codes.max(initial=-1) + 1, codes)


def _genres(dataset: Dataset) -> tuple[Codes, tuple[str, ...], NDArray[np.bool_], list[str]]:
    """Return each row's genre, the genres' names, which rows are kept, and what was left out."""
    if dataset.label is None:
        rows = len(dataset.frame)
        return (
            np.zeros(rows, np.int64),
            (_ALL,),
            np.ones(rows, bool),
            ["no column of genres: all songs together"],
        )
    values = dataset.frame[dataset.label]
    texts = values.astype(str).str.strip().where(values.notna())
    codes = factorized(texts)
    names = texts.dropna().loc[lambda one: one != ""].unique()
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda at: (-counts[at], str(names[at])))
    shown, rest = order[:MOST_GENRES], order[MOST_GENRES:]
    number = np.full(len(names) + 1, -1, np.int64)
    number[shown] = np.arange(len(shown))
    found = number[codes]
    notes = []
    if missing := int((codes < 0).sum()):
        notes.append(f"{missing} rows without a genre left out")
    if rest:
        notes.append(
            f"the {MOST_GENRES} most frequent of {len(names)} genres; "
            f"{int(counts[rest].sum())} rows of others left out"
        )
    return found, tuple(str(names[at]) for at in shown), found >= 0, notes


def known_medians(values: Array) -> Array:
    """Return the median of what is known of each column, NaN where nothing is.

    Examples
    --------
    >>> known_medians(np.array([[1.0, np.nan], [3.0, np.nan]])).tolist()
    [2.0, nan]
    """
    known = [column[np.isfinite(column)] for column in values.T]
    return np.array([np.median(one) if len(one) else np.nan for one in known])
