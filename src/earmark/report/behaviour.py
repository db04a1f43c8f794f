"""Pictures of how a model answers: a tree, curves along columns, how sure it is of whom."""

from collections.abc import Sequence

import numpy as np

from earmark.evaluate.dependence import Dependence
from earmark.evaluate.imitation import Imitation, Node
from earmark.figures import lines, rows, tree
from earmark.figures.colours import genre_colours
from earmark.figures.lines import Chart, Line
from earmark.figures.tree import Branch, Tree
from earmark.models.probabilities import Array, Codes
from earmark.report.page import Block, Drawn, Words, written

_MOVED, _GRID, _FEWEST = 3, 61, 5
_LONGEST = 24
_REST = "#7d7d7d"


def as_tree(found: Imitation, genres: Sequence[str]) -> list[Block]:
    """Return a drawn tree, and what it is.

    Parameters
    ----------
    found : Imitation
        The tree.
    genres : sequence of str
        All genres, each of which keeps its colour.
    """
    colours = genre_colours(genres)
    if found.root.low is None:
        return [Words("The tree asks nothing: it gives one answer to all songs.")]
    first = f"{found.root.column} ≤ {written(found.root.threshold, '.4g')}"
    if found.itself:
        title, subtitle = (
            f"It asks first whether {first}",
            "the model's first questions, on its training rows",
        )
        told = (
            "Bars are the genres of the training rows that come to each question, as the model weighs them. "
            "Columns are as the steps hand them over."
        )
    else:
        title = f"A small tree answers as the model does to {100 * found.fidelity:.0f} % of other songs"
        subtitle = f"measured on {found.songs} songs; one answer to all: {100 * found.by_chance:.0f} %"
        told = (
            "The tree was made to imitate the model on half of the groups, and measured on the others; what "
            "the songs really are it was not told. Bars are what the model answers to the songs that come to "
            "each question. It says how the model decides only as far as both agree."
        )
    chart = Tree(
        title,
        subtitle,
        _branch(found.root, found.genres),
        found.genres,
        [colours[one] for one in found.genres],
    )
    drawing = tree.draw(chart)
    return [Drawn.of(drawing, "tree"), Words(told)]


def _branch(node: Node, genres: Sequence[str]) -> Branch:
    if node.low is None or node.high is None:
        best = int(np.argmax(node.shares))
        return Branch(f"{genres[best]}, {100 * node.shares[best]:.0f} % of {node.songs}", node.shares)
    words = f"{_short(node.column)} ≤ {written(node.threshold, '.4g')}"
    ways = (("yes", _branch(node.low, genres)), ("no", _branch(node.high, genres)))
    return Branch(words, node.shares, ways)


def _short(column: str) -> str:
    """Return a name that fits between two questions; both its ends tell what it is."""
    return column if len(column) <= _LONGEST else f"{column[:12]}…{column[-10:]}"


def along_columns(found: Sequence[Dependence], genres: Sequence[str]) -> list[Block]:
    """Return curves of mean probabilities along columns, of the genres that they move most."""
    if not found:
        return []
    colours = genre_colours(genres)
    strongest = found[0]
    moved = int(strongest.reach.argmax())
    low, high = float(strongest.p[:, moved].min()), float(strongest.p[:, moved].max())
    charts = []
    for one in found:
        most = np.argsort(-one.reach, kind="stable")[:_MOVED].tolist()
        drawn = [Line(genres[at], colours[genres[at]], one.values, one.p[:, at], dots=False) for at in most]
        charts.append(Chart(one.column, "value, 5th to 95th percentile", "mean probability", drawn))
    page = lines.Lines(
        f"{strongest.column} moves {genres[moved]} between {low:.2f} and {high:.2f}",
        "one column set to a value in all songs, the others as they are; the three genres that move most",
        charts,
    )
    told = (
        "A column is set to one value in every song, which makes songs that cannot be where columns hang "
        "together: a curve tells what the model does, not what music does."
    )
    drawing = lines.draw(page)
    return [Drawn.of(drawing, "dependence"), Words(told)]


def confidences(p: Array, y: Codes, genres: Sequence[str]) -> list[Block]:
    """Return how sure the model is of each genre, on songs of that genre and on all others.

    Parameters
    ----------
    p : array of float, shape (songs, genres)
        Probabilities.
    y : array of int, shape (songs,)
        The genres' numbers.
    genres : sequence of str
        The genres.
    """
    colours, grid = genre_colours(genres), np.linspace(0, 1, _GRID)
    charts, apart = [], []
    for at, genre in enumerate(genres):
        own, rest = p[y == at, at], p[y != at, at]
        if min(len(own), len(rest)) < _FEWEST:
            continue
        apart.append((_above(own, rest), genre))
        drawn = [
            Line("", colours[genre], grid, rows.density(own, grid), dots=False),
            Line("", _REST, grid, rows.density(rest, grid), dots=False),
        ]
        charts.append(Chart(f"{genre}, {len(own)} songs", "its probability", "density", drawn))
    if not charts:
        return []
    best, worst = max(apart), min(apart)
    title = f"{best[1]} stands apart best, {worst[1]} least"
    page = lines.Lines(
        title,
        f"own songs in colour, all others grey; areas under the curve {best[0]:.2f} and {worst[0]:.2f}",
        charts,
    )
    drawing = lines.draw(page)
    return [Drawn.of(drawing, "confidences")]


def _above(own: Array, rest: Array) -> float:
    """Return how often a song of the genre has a greater probability than another; ties count half."""
    order = np.sort(rest)
    less = np.searchsorted(order, own, "left") + np.searchsorted(order, own, "right")
    return float(less.mean() / 2 / len(rest))
