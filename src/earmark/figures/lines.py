"""Curves with bands: learning, calibration, the choice of a number of clusters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from earmark.figures.sheet import Drawing, Sheet
from earmark.figures.words import brief

Array = NDArray[np.float64]

_LEFT, _WIDE, _HIGH, _APART, _BELOW, _TOP = 0.75, 2.75, 2.0, 0.9, 0.5, 0.32
_LETTERS = 12  # of a name at a curve's end
_ACROSS = 3
_LEAST = 7.7


@dataclass(frozen=True, eq=False)
class Line:
    """A curve, or dots.

    Attributes
    ----------
    name, colour : str
        What it is; written at its end.
    x, y : array of float, shape (points,)
        Rising in x.
    low, high : array of float, shape (points,), or None
        A band around it.
    dots : bool
        Whether its points are marked.
    """

    name: str
    colour: str
    x: Array
    y: Array
    low: Array | None = None
    high: Array | None = None
    dots: bool = True


@dataclass(frozen=True, eq=False)
class Chart:
    """One pair of axes.

    Attributes
    ----------
    title, x, y : str
        What it shows, and what its axes are, with units.
    lines : sequence of Line
        The curves.
    marked : float or None
        Where a line stands upright, for what was chosen.
    diagonal : bool
        Whether to draw where x and y are equal.
    """

    title: str
    x: str
    y: str
    lines: Sequence[Line]
    marked: float | None = None
    diagonal: bool = False


@dataclass(frozen=True, eq=False)
class Lines:
    """Charts side by side.

    Attributes
    ----------
    title, subtitle : str
        What they show, of what.
    charts : sequence of Chart
        From left to right, three in a row, four in two rows.
    """

    title: str
    subtitle: str
    charts: Sequence[Chart]


def draw(page: Lines, dark: bool = False) -> Drawing:
    """Draw charts side by side."""
    across = 2 if len(page.charts) == 4 else min(_ACROSS, len(page.charts))
    down = -(-len(page.charts) // across)
    width = max(across * (_LEFT + _WIDE + _APART), _LEAST)
    drawing = Drawing(Sheet(page.title, page.subtitle, width, down * (_TOP + _HIGH + _BELOW)), dark)
    for at, chart in enumerate(page.charts):
        row, column = divmod(at, across)
        left, top = _LEFT + column * (_LEFT + _WIDE + _APART), _TOP + row * (_TOP + _HIGH + _BELOW)
        _draw_chart(drawing, drawing.axes(left, top, _WIDE, _HIGH), chart)
    return drawing


def _draw_chart(drawing: Drawing, axes: Axes, chart: Chart) -> None:
    drawing.label(axes, x=chart.x, y=chart.y, title=chart.title)
    axes.grid(color=drawing.theme.rule, linewidth=0.4)
    for line in chart.lines:
        if line.low is not None and line.high is not None:
            axes.fill_between(line.x, line.low, line.high, color=line.colour, alpha=0.18, linewidth=0)
        axes.plot(
            line.x, line.y, color=line.colour, linewidth=1.4, marker="o" if line.dots else "", markersize=3.5
        )
    if chart.diagonal:
        axes.axline((0, 0), slope=1, color=drawing.theme.faint, linewidth=0.6)
    if chart.marked is not None:
        axes.axvline(chart.marked, color=drawing.theme.ink, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    _name_ends(drawing, axes, chart.lines)


def _name_ends(drawing: Drawing, axes: Axes, lines: Sequence[Line]) -> None:
    """Write each curve's name at its end, names far enough apart to be read."""
    named = sorted((line for line in lines if line.name), key=lambda line: float(line.y[-1]))
    low, high = axes.get_ylim()
    least, last = 0.09 * (high - low), -np.inf
    for line in named:
        last = max(float(line.y[-1]), last + least)
        at = axes.get_xlim()[1] + 0.02 * float(np.ptp(axes.get_xlim()))
        drawing.say(axes, at, last, brief(line.name, _LETTERS), clip_on=False)
