"""Everything that a page about a table tells, as plain tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from earmark.dataset.table import Dataset
from earmark.explore.chosen import chosen
from earmark.explore.lengths import lengths
from earmark.explore.songs import Songs, known_medians, songs
from earmark.stats.choice import ALPHA, Difference, differences
from earmark.stats.pairs import Pair, dunn, games_howell
from earmark.stats.shape import Mean, mean_interval
from earmark.stats.units import Array, Units

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and of how much."""

OUTLYING = 6.0
"""Robust deviations from which a song is an outlier in a column."""

MOST_OUTLIERS = 200
PAIRED = 12
"""Pairs of genres are tested in so many columns, those that tell most."""

_FEWEST_TOGETHER = 3
_MAD = 1.4826  # makes the median absolute deviation of a normal column its standard deviation


@dataclass(frozen=True)
class GenreCount:
    """How much there is of a genre: rows, songs, independent units; and its share of the songs."""

    genre: str
    rows: int
    songs: int
    units: int
    share: float


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name, unit : str
        What it is called and measured in.
    known : int
        In how many songs it is known.
    mean, std, low, median, high : float
        Over songs; `low` and `high` are the ends.
    difference : Difference
        Whether and how much genres differ in it.
    means : tuple of Mean
        Each genre's mean over independent units, with its 95 % interval.
    pairs : tuple of Pair
        Genres against each other, for the columns that tell most.
    """

    name: str
    unit: str
    known: int
    mean: float
    std: float
    low: float
    median: float
    high: float
    difference: Difference
    means: tuple[Mean, ...]
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Outlier:
    """A song far from all others in a column: its value, and by how many robust deviations."""

    song: str
    genre: str
    column: str
    value: float
    deviations: float


@dataclass(frozen=True)
class Missing:
    """A column with gaps: in how many rows, in what share of them, and where most often."""

    column: str
    rows: int
    share: float
    worst_genre: str
    worst_share: float


@dataclass(frozen=True, eq=False)
class Overview:
    """What a table holds.

    Attributes
    ----------
    name : str
        Of the table.
    songs : Songs
        What everything is about.
    genres : tuple of GenreCount
        The most frequent first.
    columns : tuple of Column
        As in the table.
    missing : tuple of Missing
        The worst first; of all columns, words too.
    outliers : tuple of Outlier
        The farthest first.
    correlations : array of float, shape (columns, columns)
        Spearman's, over songs.
    notes : tuple of str
        What was left out or assumed.
    chosen : tuple of (int, int)
        The numbers of columns that are to be drawn against each other; if empty, those that tell most are.
    """

    name: str
    songs: Songs
    genres: tuple[GenreCount, ...]
    columns: tuple[Column, ...]
    missing: tuple[Missing, ...]
    outliers: tuple[Outlier, ...]
    correlations: Array
    notes: tuple[str, ...]
    chosen: tuple[tuple[int, int], ...] = ()

    @property
    def telling(self) -> list[int]:
        """The numbers of the columns, those that tell genres apart best first."""
        effects = [column.difference.effect for column in self.columns]
        return sorted(range(len(effects)), key=lambda at: (-np.nan_to_num(effects[at], nan=-1.0), at))


def overview(
    dataset: Dataset,
    unit: str | None = None,
    progress: Progress | None = None,
    pairs: Sequence[tuple[str, str]] = (),
) -> Overview:
    """Return what a table holds.

    Parameters
    ----------
    dataset : Dataset
        Any table of features.
    unit : str, optional
        What counts as independent; see :func:`earmark.explore.songs.songs`.
    progress : callable, optional
        Told what is being done.
    pairs : sequence of (str, str)
        Columns that are to be drawn against each other.

    Raises
    ------
    ArgumentError
        If there is no number in it, or a pair cannot be drawn.
    UnknownNameError
        If there is no column of that name.
    """
    found = songs(dataset, unit)
    wanted = chosen(pairs, dataset, found)
    columns = _columns(found, progress)
    made = Overview(
        dataset.name, found, _counts(found), columns, _missing(dataset, found), _outliers(found),
        spearman(found.values), found.notes, wanted,
    )  # fmt: skip
    paired = {at: _pairs(made, at) for at in made.telling[:PAIRED]} if len(found.classes) > 1 else {}
    return replace(
        made,
        columns=tuple(replace(column, pairs=paired.get(at, ())) for at, column in enumerate(columns)),
    )


def _counts(found: Songs) -> tuple[GenreCount, ...]:
    rows, of_songs = (
        np.bincount(codes, minlength=len(found.classes)) for codes in (found.row_genres, found.genres)
    )
    units = found.units_by_genre
    made = (
        GenreCount(
            name,
            int(rows[at]),
            int(of_songs[at]),
            int(units[at]),
            float(of_songs[at] / max(of_songs.sum(), 1)),
        )
        for at, name in enumerate(found.classes)
    )
    return tuple(sorted(made, key=lambda one: -one.songs))


def _columns(found: Songs, progress: Progress | None) -> tuple[Column, ...]:
    grouped = Units.of(found.row_genres, found.row_units)
    means = grouped.known_means(found.rows)
    if progress is not None:
        progress("testing columns", 0, len(found.columns))
    tested = differences(found.rows, found.row_genres, found.row_units)
    made = []
    for at, (name, unit) in enumerate(zip(found.columns, found.units_of_columns, strict=True)):
        by_genre = tuple(
            mean_interval(means[grouped.genres == genre, at]) for genre in range(len(found.classes))
        )
        known = found.values[np.isfinite(found.values[:, at]), at]
        ends = np.percentile(known, [0, 50, 100]) if len(known) else np.full(3, np.nan)
        mean, std = (float(known.mean()), float(known.std())) if len(known) else (np.nan, np.nan)
        low, median, high = map(float, ends)
        made.append(Column(name, unit, len(known), mean, std, low, median, high, tested[at], by_genre))
    return tuple(made)


def _pairs(made: Overview, at: int) -> tuple[Pair, ...]:
    """Return which genres differ in a column, if any do; on independent units."""
    found, difference = made.songs, made.columns[at].difference
    if not difference.test or difference.p_adjusted >= ALPHA:
        return ()
    grouped = Units.of(found.row_genres, found.row_units)
    values = grouped.known_means(found.rows[:, [at]])[:, 0]
    sizes = np.bincount(grouped.genres[np.isfinite(values)], minlength=len(found.classes))
    kept = np.isfinite(values) & (sizes[grouped.genres] > 1)
    names, codes = np.unique(grouped.genres[kept], return_inverse=True)
    test = dunn if difference.test == "kruskal" else games_howell
    return tuple(
        replace(pair, first=int(names[pair.first]), second=int(names[pair.second]))
        for pair in test(values[kept], np.asarray(codes, np.int64))
    )


def _missing(dataset: Dataset, found: Songs) -> tuple[Missing, ...]:
    gaps = dataset.frame.isna()
    label = dataset.label
    made = []
    for name in gaps.columns:
        column = gaps[name]
        if not column.any() or name == label:
            continue
        worst, share = "", float("nan")
        if label is not None:
            by_genre = column.groupby(dataset.frame[label]).mean()
            worst, share = str(by_genre.idxmax()), float(by_genre.max())
        made.append(Missing(str(name), int(column.sum()), float(column.mean()), worst, share))
    return tuple(sorted(made, key=lambda one: (-one.rows, one.column)))


def _outliers(found: Songs) -> tuple[Outlier, ...]:
    medians = known_medians(found.values)
    spread = _MAD * known_medians(np.abs(found.values - medians))
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(found.values - medians) / spread
    away = np.where(np.isfinite(away), away, 0.0)
    song, column = np.nonzero(away > OUTLYING)
    order = np.argsort(-away[song, column], kind="stable")[:MOST_OUTLIERS]
    return tuple(
        Outlier(
            found.names[at], found.classes[found.genres[at]], found.columns[one],
            float(found.values[at, one]), float(away[at, one]),
        )
        for at, one in zip(song[order], column[order], strict=True)
    )  # fmt: skip


def spearman(values: Array) -> Array:
    """Return Spearman's correlation of all pairs of columns, each over the songs in which both are known.

    C. Spearman, American Journal of Psychology 15 (1904). NaN for columns that do not vary there, or of which
    fewer than three songs are known together.
    """
    known = np.isfinite(values)
    whole = np.flatnonzero(known.all(axis=0))
    found = np.full((values.shape[1],) * 2, np.nan)
    found[np.ix_(whole, whole)] = _correlations(values[:, whole])
    for one in np.flatnonzero(~known.all(axis=0)).tolist():
        for other in range(values.shape[1]):
            rows = known[:, one] & known[:, other]
            pair = _correlations(values[rows][:, [one, other]])
            found[one, other] = found[other, one] = pair[0, 1]
    return found


def _correlations(values: Array) -> Array:
    if len(values) < _FEWEST_TOGETHER:
        return np.full((values.shape[1],) * 2, np.nan)
    ranks = rankdata(values, axis=0)
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = centred.T @ centred / np.outer(length, length)
    return np.where(np.isfinite(found), np.clip(found, -1.0, 1.0), np.nan)


def tables(made: Overview) -> "dict[str, pd.DataFrame]":
    """Return all of it as DataFrames by name; lengths where the table tells of them."""
    import pandas as pd  # noqa: PLC0415 - heavy, and the page needs none

    classes = made.songs.classes
    columns = [
        {
            **{
                key: value
                for key, value in vars(column).items()
                if key not in ("difference", "means", "pairs")
            },
            **vars(column.difference),
            **{f"mean_{name}": mean.mean for name, mean in zip(classes, column.means, strict=True)},
            **{f"low_{name}": mean.low for name, mean in zip(classes, column.means, strict=True)},
            **{f"high_{name}": mean.high for name, mean in zip(classes, column.means, strict=True)},
        }
        for column in made.columns
    ]
    pairs = [
        {
            "column": column.name,
            "first": classes[pair.first],
            "second": classes[pair.second],
            "statistic": pair.statistic,
            "p": pair.p,
            "delta": pair.delta,
        }
        for column in made.columns
        for pair in column.pairs
    ]
    known = lengths(made.songs)
    names = list(made.songs.columns)
    correlations = pd.DataFrame(made.correlations, columns=names)
    correlations.insert(0, "column", names, allow_duplicates=True)  # a feature may be called so
    return {
        "genres": pd.DataFrame([vars(one) for one in made.genres]),
        "columns": pd.DataFrame(columns),
        "pairs": pd.DataFrame(pairs, columns=["column", "first", "second", "statistic", "p", "delta"]),
        "missing": pd.DataFrame(
            [vars(one) for one in made.missing], columns=list(Missing.__dataclass_fields__)
        ),
        "outliers": pd.DataFrame(
            [vars(one) for one in made.outliers], columns=list(Outlier.__dataclass_fields__)
        ),
        "correlations": correlations,
        **({"lengths": pd.DataFrame([vars(one) for one in known[1]])} if known else {}),
    }
