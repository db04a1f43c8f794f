"""The page about a table: genres, gaps, columns, pairs of genres, correlations, outliers."""

from collections.abc import Callable, Sequence
from pathlib import PurePath

from earmark.explore.lengths import Lengths, lengths
from earmark.explore.overview import OUTLYING, Column, Overview
from earmark.explore.pictures import MOST_DRAWN, Picture, Pictures
from earmark.explore.songs import Songs
from earmark.report.page import Block, Cell, Drawn, Folded, Head, Page, Rows, Section, Words, written
from earmark.stats.effects import size

Progress = Callable[[str, int, int], None]


def exploration(made: Overview, made_by: str = "", progress: Progress | None = None) -> Page:
    """Return the page of an overview.

    Parameters
    ----------
    made : Overview
        What is told of a table.
    made_by : str
        The command that makes the page.
    progress : callable, optional
        Told how many pictures are drawn, and of how many.
    """
    pictures = Pictures(made)
    drawn = pictures.drawn
    blocks: list[Block] = []
    for done, at in enumerate(drawn):
        if progress is not None:
            progress("drawing", done, len(drawn))
        picture = pictures.column(at)
        blocks += [_drawn(picture, picture.name), *_pairs(made, at)]
    songs, several = made.songs, len(made.genres) > 1
    unit = "song" if songs.unit == "row" else songs.unit
    facts = [
        ("songs", written(len(songs.genres), "d")),
        ("rows", written(len(songs.row_genres), "d")),
        ("genres", written(len(made.genres), "d")),
        ("columns", written(len(made.columns), "d")),
    ]
    if songs.unit in ("artist", "album"):
        facts.insert(1, (f"{unit}s", written(int(songs.row_units.max()) + 1, "d")))
    sections = [
        Section("Genres", [_drawn(pictures.genres()), _genres(made, unit)]),
        Section(
            "Columns",
            [Words(_how(made, unit)), _columns(made, drawn)] if several else [_columns(made, drawn)],
        ),
        Section("Every column", [*_left_undrawn(made), *blocks]),
    ]
    if len(made.columns) > 1:
        sections.append(Section("Correlations", [_drawn(pictures.correlations())]))
    if scatters := list(pictures.scatters()):
        sections.append(Section("Pairs of columns", [_drawn(one) for one in scatters]))
    if found := lengths(songs):
        sections.append(Section("Lengths", _lengths(*found, songs)))
    sections += [Section("Missing values", [_missing(made)]), Section("Outliers", [_outliers(made)])]
    lead = "What the table holds, before anything is learnt from it. " + " ".join(
        f"{note}." for note in made.notes
    )
    return Page(PurePath(made.name).name, lead, facts, sections, made_by)


def _drawn(picture: Picture, place: str = "") -> Drawn:
    return Drawn.of(picture.draw(), place)


def _how(made: Overview, unit: str) -> str:
    return (
        f"Whether genres differ is tested on {unit}s, each counted once in a genre with the mean of its rows "
        f"there: rows of one {unit} are alike. What a test assumes chooses it. p is corrected for all "
        f"{len(made.columns)} columns (Benjamini and Hochberg); the effect is the share of the variance that "
        "genres explain: .01 is small, .06 medium, .14 large."
    )


def _genres(made: Overview, unit: str) -> Rows:
    heads = [
        Head("genre", "text"),
        Head("songs", form="d"),
        Head("share", form="%"),
        Head("rows", form="d"),
    ]
    rows: list[list[Cell]] = [[one.genre, one.songs, one.share, one.rows] for one in made.genres]
    if unit == "song":
        return Rows("Songs, which count as independent, and rows", heads, rows)
    more: list[list[Cell]] = [[*row, one.units] for row, one in zip(rows, made.genres, strict=True)]
    return Rows("Songs, rows and what counts as independent", [*heads, Head(f"{unit}s", form="d")], more)


_COLUMNS = (
    Head("column", "text"), Head("unit", "text"), Head("known", form="d"), Head("mean", form=".4g"),
    Head("std", form=".3g"), Head("lowest", form=".4g"), Head("median", form=".4g"),
    Head("highest", form=".4g"), Head("effect", form=".3f"), Head("size", "text"), Head("p", form="p"),
    Head("test", "text"), Head("alike within", form=".2f"), Head("design effect", form=".1f"),
    Head("why this test", "text"),
)  # fmt: skip


def _columns(made: Overview, drawn: list[int]) -> Rows:
    rows = [_column(made.columns[at]) for at in made.telling]
    links = {made.columns[at].name: f"column-{made.columns[at].name}" for at in drawn}
    return Rows("All columns, those that tell genres apart best first", _COLUMNS, rows, links)


def _column(one: Column) -> list[Cell]:
    found = one.difference
    return [
        one.name, one.unit, one.known, one.mean, one.std, one.low, one.median, one.high, found.effect,
        size(found.effect) if found.test else "", found.p_adjusted, found.test, found.correlation,
        found.design_effect, found.why,
    ]  # fmt: skip


def _left_undrawn(made: Overview) -> list[Block]:
    if len(made.columns) <= MOST_DRAWN:
        return []
    return [
        Words(f"The {MOST_DRAWN} columns that tell most of {len(made.columns)}; all are in the table above.")
    ]


def _pairs(made: Overview, at: int) -> list[Block]:
    column, classes = made.columns[at], made.songs.classes
    if not column.pairs:
        return []
    apart = sum(pair.p < 0.05 for pair in column.pairs)
    name = "Dunn's test" if column.difference.test == "kruskal" else "the test of Games and Howell"
    heads = [
        Head("genre", "text"),
        Head("against", "text"),
        Head("statistic", form=".2f"),
        Head("p", form="p"),
        Head("Cliff's delta", form="+.2f"),
    ]
    rows: list[list[Cell]] = [
        [classes[pair.first], classes[pair.second], pair.statistic, pair.p, pair.delta]
        for pair in sorted(column.pairs, key=lambda pair: (pair.p, -abs(pair.delta)))
    ]
    table = Rows(f"{column.name} by {name}, p corrected for all pairs", heads, rows)
    return [Folded(f"{apart} of {len(column.pairs)} pairs of genres differ", [table])]


def _lengths(column: str, found: Sequence[Lengths], songs: Songs) -> list[Block]:
    unit = songs.units_of_columns[songs.columns.index(column)]
    known = [one for one in found if one.songs]
    form = "d" if max((one.longest for one in known), default=0.0) >= 1000 else ".2f"
    heads = [
        Head("genre", "text"), Head("songs", form="d"), Head("shortest", form=form),
        Head("median", form=form), Head("longest", form=form), Head("commonest", form=form),
        Head("songs of that length", form="%"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.genre, one.songs, one.shortest, one.median, one.longest, one.commonest, one.share]
        for one in found
    ]
    share = sum(one.share * one.songs for one in known) / max(sum(one.songs for one in known), 1)
    told = (
        f"{written(share, '%')} of the songs have the commonest length of their genre. A length that one "
        "genre has and others have not tells how songs were collected and not how they sound."
    )
    caption = f"{column}{f', {unit}' if unit not in ('', '1') else ''}, by genre"
    return [Rows(caption, heads, rows), Words(told)]


def _missing(made: Overview) -> Block:
    if not made.missing:
        return Words("No value is missing.")
    heads = [
        Head("column", "text"),
        Head("rows", form="d"),
        Head("share", form="%"),
        Head("most in", "text"),
        Head("share there", form="%"),
    ]
    rows: list[list[Cell]] = [
        [one.column, one.rows, one.share, one.worst_genre, one.worst_share] for one in made.missing
    ]
    return Rows("Gaps by column, and the genre with most of them", heads, rows)


def _outliers(made: Overview) -> Block:
    if not made.outliers:
        return Words(f"No song lies farther than {OUTLYING:g} robust deviations from the median of a column.")
    heads = [
        Head("song", "text"),
        Head("genre", "text"),
        Head("column", "text"),
        Head("value", form=".4g"),
        Head("deviations", form=".1f"),
    ]
    rows: list[list[Cell]] = [
        [one.song, one.genre, one.column, one.value, one.deviations] for one in made.outliers
    ]
    caption = f"Songs farther than {OUTLYING:g} robust deviations (1.48 times the median one) from the median"
    return Rows(caption, heads, rows)
