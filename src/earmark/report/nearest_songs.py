"""The part of a page about a song that shows the training songs nearest to it."""

from collections.abc import Sequence

from earmark.evaluate.nearest import Nearest
from earmark.figures import bars
from earmark.figures.colours import genre_colours
from earmark.report.page import Block, Cell, Drawn, Head, Rows, Section, Words, written

_LONGEST = 32


def line(found: Nearest | None, genre: str) -> str:
    """Return in one line of what genre the training songs nearest to a song are; nothing if none is known."""
    if found is None or not found.songs:
        return ""
    return f"{found.of(genre)} of the {len(found.songs)} nearest training songs are {genre}"


def nearest_section(found: Nearest | None, genre: str, genres: Sequence[str]) -> Section:
    """Return the section on the training songs nearest to a song.

    Parameters
    ----------
    found : Nearest or None
        What is known; None of a model that keeps no songs.
    genre : str
        What is answered.
    genres : sequence of str
        All genres, each of which keeps its colour.
    """
    return Section("Nearest training songs", _none() if found is None else _blocks(found, genre, genres))


def _none() -> list[Block]:
    return [
        Words(
            "This model keeps no songs that it has learnt from: it is the built-in one, or was made before "
            "songs were kept. One that is trained anew keeps them."
        )
    ]


def _blocks(found: Nearest, genre: str, genres: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    if found.same:
        names = ", ".join(f"{name} ({one})" for name, one in found.same)
        blocks.append(
            Words(f"The model has learnt from this very song, or from what is the same to it: {names}.")
        )
    some = f"{found.kept}"
    if found.kept < found.learnt_from:
        some += f", drawn by chance from the {found.learnt_from} that it has learnt from"
    told = (
        "Distance is taken in all columns as the classifier gets them, each in standard deviations, cut to "
        "their first principal components: near is what looks alike to the model, whatever it makes of it. "
        f"Looked through: {some}. Half of them have another within {written(found.usual, '.2f')}."
    )
    if not found.songs:
        return [*blocks, Words("No other song was learnt from.")]
    colours = genre_colours(genres)
    shown = [
        bars.Bar(_short(name), colours[one], distance, f"{written(distance, '.2f')}, {one}")
        for name, one, distance in found.songs
    ]
    drawing = bars.draw(
        bars.Bars(line(found, genre), "colours: their genres; the nearest first", "distance", shown)
    )
    rows: list[list[Cell]] = [list(one) for one in found.songs]
    heads = [Head("song", "text"), Head("genre", "text"), Head("distance", form=".3f")]
    return [
        *blocks,
        Drawn.of(drawing, "nearest"),
        Words(told),
        Rows("Nearest training songs", heads, rows),
    ]


def _short(name: str) -> str:
    """Return a name of which the end, where files differ, is seen."""
    return name if len(name) <= _LONGEST else f"…{name[-_LONGEST + 1 :]}"
