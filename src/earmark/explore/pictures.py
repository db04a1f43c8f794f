"""Pictures of a table: what is to be drawn, each with a title that says what is found."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earmark.explore.overview import Column, Overview
from earmark.figures import bars, matrix, rows, scatter
from earmark.figures.colours import genre_colours
from earmark.figures.sheet import Drawing
from earmark.stats.effects import size
from earmark.stats.shape import normal_quantiles
from earmark.stats.units import Array

MOST_DRAWN = 60
"""So many columns are drawn, those that tell most; all are in the tables."""

MOST_SONGS = 20_000
"""Of more songs, so many are drawn, by chance with seed 0; all are counted and tested."""

MOST_CORRELATED = 60
SCATTERED = 4
_MOST_DOTS = 4000
_ALIKE = 0.8
_TESTS = {"anova": "analysis of variance", "welch": "Welch's test", "kruskal": "Kruskal-Wallis test"}

Chart = bars.Bars | matrix.Matrix | rows.FeatureRows | scatter.Scatter


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart and what its file is called, without the ending."""

    name: str
    chart: Chart

    def draw(self, dark: bool = False) -> Drawing:
        """Draw it."""
        match self.chart:
            case bars.Bars() as chart:
                return bars.draw(chart, dark)
            case matrix.Matrix() as chart:
                return matrix.draw(chart, dark)
            case rows.FeatureRows() as chart:
                return rows.draw(chart, dark)
            case scatter.Scatter() as chart:
                return scatter.draw(chart, dark)


class Pictures:
    """The pictures of an overview.

    Parameters
    ----------
    made : Overview
        What is told of a table.
    """

    def __init__(self, made: Overview) -> None:
        self._made = made
        self._colours = genre_colours(made.songs.classes)
        number = len(made.songs.genres)
        chosen = np.arange(number)
        if number > MOST_SONGS:
            chosen = np.sort(np.random.default_rng(0).choice(number, MOST_SONGS, replace=False))
        self._values, self._genres = made.songs.values[chosen], made.songs.genres[chosen]
        self._sampled = (
            f"; {_number(MOST_SONGS)} of {_number(number)} songs drawn" if number > MOST_SONGS else ""
        )

    @property
    def drawn(self) -> list[int]:
        """The numbers of the columns that are drawn, those that tell most first."""
        return self._made.telling[:MOST_DRAWN]

    def genres(self) -> Picture:
        """Return how many songs there are of each genre."""
        counts = self._made.genres
        most, least = counts[0], counts[-1]
        title = f"{most.genre} is {_percent(most.share)} of the songs, {least.genre} {_percent(least.share)}"
        if most.songs == least.songs:
            title = (
                f"{len(counts)} genres of {_number(most.songs)} songs each" if len(counts) > 1 else most.genre
            )
        total = sum(one.songs for one in counts)
        shown = [
            bars.Bar(
                one.genre,
                self._colours[one.genre],
                one.songs,
                f"{_number(one.songs)} ({_percent(one.share)})",
            )
            for one in counts
        ]
        return Picture("genres", bars.Bars(title, f"{_number(total)} songs", "songs", shown))

    def column(self, at: int) -> Picture:
        """Return one column over genres, the lowest median first."""
        column, classes = self._made.columns[at], self._made.songs.classes
        values = self._values[:, at]
        known = values[np.isfinite(values)]
        low, high = ends(known)
        shown = []
        for genre, name in enumerate(classes):
            mine = values[(self._genres == genre) & np.isfinite(values)]
            enough = len(mine) > 1 and np.ptp(mine) > 0
            expected, found = normal_quantiles(mine) if enough else (np.empty(0), np.empty(0))
            shown.append(
                rows.GenreValues(name, self._colours[name], mine, *column.means[genre], expected, found)
            )
        shown.sort(key=lambda one: float(np.median(one.values)) if len(one.values) else np.inf)
        chart = rows.FeatureRows(
            self.finding(column),
            self._tested(column),
            column.unit if column.unit not in ("", "1") else column.name,
            low,
            high,
            shown,
        )
        return Picture(f"column-{column.name}", chart)

    def finding(self, column: Column) -> str:
        """Return what a column tells, in a line."""
        known = [
            (mean.mean, name)
            for mean, name in zip(column.means, self._made.songs.classes, strict=True)
            if np.isfinite(mean.mean)
        ]
        if len(known) < 2 or not column.difference.test:
            return column.name
        if column.difference.p_adjusted >= 0.05:
            return f"{column.name}: no difference between genres shows"
        words = {
            "negligible": "hardly differ",
            "small": "differ a little",
            "medium": "differ",
            "large": "differ much",
        }
        much = words[size(column.difference.effect)]
        return f"{column.name}: genres {much}, highest in {max(known)[1]}, lowest in {min(known)[1]}"

    def _tested(self, column: Column) -> str:
        found, songs = column.difference, self._made.songs
        told = f"{_number(column.known)} songs{self._sampled}"
        if not found.test:
            return f"{told}; not tested: {found.why}"
        p = "p < 0.001" if found.p_adjusted < 0.001 else f"p = {found.p_adjusted:.3f}"
        units = "" if songs.unit == "row" else f" on {_number(found.units)} {songs.unit}s"
        share = "of the ranks' variance" if found.test == "kruskal" else "of the variance"
        return f"{told}; {_TESTS[found.test]}{units}: {p}, genres explain {_percent(found.effect)} {share}"

    def correlations(self) -> Picture:
        """Return which columns move together."""
        made = self._made
        shown = sorted(made.telling[:MOST_CORRELATED])
        names = [made.songs.columns[at] for at in shown]
        chosen = np.asarray(shown, np.int64)
        values = made.correlations[np.ix_(chosen, chosen)]
        off = np.where(np.eye(len(shown), dtype=bool), np.nan, np.abs(values))
        title = "columns of the table and how they move together"
        if np.isfinite(off).any():
            row, column = divmod(int(np.nanargmax(off)), len(shown))
            title = (
                f"{names[row]} and {names[column]} move together most ({values[row, column]:+.2f})".replace(
                    "(-", "(\N{MINUS SIGN}"
                )
            )
        said = [[_tenths(one) for one in line] for line in values] if len(shown) <= 24 else ()
        subtitle = f"Spearman's correlation over songs; {len(shown)} of {len(made.columns)} columns"
        return Picture(
            "correlations", matrix.Matrix(title, subtitle, names, names, values, said, kind="signed")
        )

    def scatters(self) -> Iterator[Picture]:
        """Yield the pairs of columns that were chosen; else those that tell much and do not tell the same."""
        made = self._made
        for x, y in made.chosen:
            yield self._scatter(x, y)
        if made.chosen:
            return
        chosen: list[int] = []
        for at in made.telling:
            # A correlation that is not known is of columns that are hardly ever known together.
            if made.columns[at].difference.test and all(
                abs(made.correlations[at, other]) <= _ALIKE for other in chosen
            ):
                chosen.append(at)
        for x, y in zip(chosen[: 2 * SCATTERED : 2], chosen[1 : 2 * SCATTERED : 2], strict=False):
            yield self._scatter(x, y)

    def _scatter(self, x: int, y: int) -> Picture:
        made, values = self._made, self._made.songs.values[:, [x, y]]
        known = np.flatnonzero(np.isfinite(values).all(axis=1))
        total = len(known)
        if total > _MOST_DOTS:
            known = np.sort(np.random.default_rng(0).choice(known, _MOST_DOTS, replace=False))
        names = [made.columns[at].name for at in (x, y)]
        axes = [
            f"{one.name}, {one.unit}" if one.unit not in ("", "1") else one.name
            for one in (made.columns[x], made.columns[y])
        ]
        subtitle = f"{_number(len(known))} of {_number(total)} songs; all genres faint behind each"
        chart = scatter.Scatter(
            f"{names[0]} and {names[1]}{_together(made.correlations[x, y])}", subtitle, axes[0], axes[1],
            values[known], made.songs.genres[known], made.songs.classes,
            [self._colours[one] for one in made.songs.classes],
        )  # fmt: skip
        return Picture(f"pair-{names[0]}-{names[1]}", chart)

    def __iter__(self) -> Iterator[Picture]:
        yield self.genres()
        for at in self.drawn:
            yield self.column(at)
        if len(self._made.columns) > 1:
            yield self.correlations()
        yield from self.scatters()


def ends(known: Array) -> tuple[float, float]:
    """Return where an axis begins and ends: nearly all values are inside."""
    if not len(known):
        return 0.0, 1.0
    low, high = map(float, np.percentile(known, [0.5, 99.5]))
    if not high > low:
        low, high = float(known.min()), float(known.max())
    room = 0.04 * (high - low) or 0.5
    return low - room, high + room


def _together(correlation: float) -> str:
    if not np.isfinite(correlation):
        return ""
    size = abs(correlation)
    told = "hardly move together" if size < 0.1 else f"move together {'a little' if size < 0.5 else 'much'}"
    return f" {told} ({correlation:+.2f})".replace("-", "\N{MINUS SIGN}")


def _tenths(value: float) -> str:
    """Return a correlation as short as can be; nothing where it is not known.

    Examples
    --------
    >>> _tenths(0.31), _tenths(-0.04), _tenths(1.0)
    ('.3', '.0', '1')
    """
    if not np.isfinite(value):
        return ""
    tenths = round(abs(value), 1)
    sign = "\N{MINUS SIGN}" if value < 0 and tenths else ""
    return sign + ("1" if tenths == 1 else f"{tenths:.1f}".removeprefix("0"))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1f} %"
