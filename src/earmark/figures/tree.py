"""A decision tree from left to right: questions, and a bar of genres at each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from matplotlib.axes import Axes

from earmark.figures.sheet import Drawing, Sheet
from earmark.figures.words import brief

_ROW, _DEEP, _BAR, _HIGH = 0.62, 2.75, 1.55, 0.15
_LEGEND, _ACROSS, _MARGIN = 0.27, 5, 0.2

_LETTERS, _LETTERS_LEGEND = 30, 19  # of words above a bar, and beside a colour


@dataclass(frozen=True)
class Branch:
    """A place in a tree.

    Attributes
    ----------
    words : str
        The question, or the answer.
    shares : sequence of float
        Of each genre.
    ways : tuple of (str, Branch)
        The answers to the question, the upper first, and what comes next.
    """

    words: str
    shares: Sequence[float]
    ways: "tuple[tuple[str, Branch], ...]" = ()


@dataclass(frozen=True)
class Tree:
    """A tree.

    Attributes
    ----------
    title, subtitle : str
        What it shows, of what.
    root : Branch
        Where it begins.
    genres, colours : sequence of str
        What shares are of, and the colour of each.
    """

    title: str
    subtitle: str
    root: Branch
    genres: Sequence[str]
    colours: Sequence[str]


@dataclass(frozen=True)
class _Placed:
    branch: Branch
    depth: int
    row: float
    way: str
    before: float | None


def draw(chart: Tree, dark: bool = False) -> Drawing:
    """Draw a tree from left to right, and below it which colour is which genre."""
    placed = _place(chart.root)
    leaves, deep = sum(not one.branch.ways for one in placed), max(one.depth for one in placed)
    lines = -(-len(chart.genres) // _ACROSS)
    width = max((deep + 1) * _DEEP + _MARGIN, 7.5)
    tall = leaves * _ROW
    drawing = Drawing(Sheet(chart.title, chart.subtitle, width, tall + lines * _LEGEND + _MARGIN), dark)
    axes = drawing.axes(0, 0, width, tall)
    _bare(axes, (0, width), (leaves - 0.5, -0.5))
    for one in placed:
        left = _MARGIN + one.depth * _DEEP
        if one.before is not None:
            start = left - _DEEP + _BAR
            corner = left - 0.36
            axes.plot(
                [start, corner, corner, left],
                [one.before, one.before, one.row, one.row],
                color=drawing.theme.faint,
                linewidth=0.8,
                zorder=0,
            )
            drawing.say(axes, left - 0.06, one.row - 0.19, one.way, ha="right", color=drawing.theme.faint)
        at = left
        for share, colour in zip(one.branch.shares, chart.colours, strict=True):
            axes.barh(one.row, share * _BAR, left=at, height=_HIGH / _ROW, color=colour, zorder=2)
            at += share * _BAR
        drawing.say(axes, left, one.row - 0.28, brief(one.branch.words, _LETTERS))
    _legend(drawing, chart, tall + _MARGIN / 2, width)
    return drawing


def _place(root: Branch) -> list[_Placed]:
    """Return all branches with their rows: leaves one below the other, questions between their ways."""
    rows = count()

    def walk(branch: Branch, depth: int, way: str) -> tuple[float, list[_Placed]]:
        if not branch.ways:
            row = float(next(rows))
            return row, [_Placed(branch, depth, row, way, None)]
        below = [walk(after, depth + 1, name) for name, after in branch.ways]
        row = (below[0][0] + below[-1][0]) / 2
        made = [_Placed(branch, depth, row, way, None)]
        for _, (first, *others) in below:
            made += [_Placed(first.branch, first.depth, first.row, first.way, row), *others]
        return row, made

    return walk(root, 0, "")[1]


def _bare(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(drawing: Drawing, chart: Tree, top: float, width: float) -> None:
    lines = -(-len(chart.genres) // _ACROSS)
    axes = drawing.axes(0, top, width, lines * _LEGEND)
    _bare(axes, (0, width), (lines - 0.5, -0.5))
    each = (width - 2 * _MARGIN) / _ACROSS
    for at, (genre, colour) in enumerate(zip(chart.genres, chart.colours, strict=True)):
        row, column = divmod(at, _ACROSS)
        left = _MARGIN + column * each
        axes.barh(row, 0.16, left=left, height=0.5, color=colour)
        drawing.say(axes, left + 0.24, row, brief(genre, _LETTERS_LEGEND))
