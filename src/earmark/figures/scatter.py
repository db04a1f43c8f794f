"""Two columns against each other, a panel for each genre with all others behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from earmark.figures.sheet import Drawing, Sheet
from earmark.figures.words import brief

Array = NDArray[np.float64]

_SIDE, _GAP, _TITLE, _LEFT, _BELOW = 1.45, 0.14, 0.26, 0.7, 0.5
_ACROSS = 6
_LETTERS, _LETTER = 17, 0.075  # of a genre's name above its panel; one letter, in inches
_TICKS_PT = (18.0, 34.0)  # room for the ticks below and to the left
_BEHIND = 500


@dataclass(frozen=True, eq=False)
class Scatter:
    """Points of several genres.

    Attributes
    ----------
    title, subtitle, x, y : str
        What it shows, of what, and the axes with units.
    points : array of float, shape (points, 2)
        All of them; about 500 show faintly behind each genre.
    genres : array of int, shape (points,)
        The number of each point's genre.
    names, colours : sequence of str
        Of the genres, in the order of the panels.
    """

    title: str
    subtitle: str
    x: str
    y: str
    points: Array
    genres: NDArray[np.int64]
    names: Sequence[str]
    colours: Sequence[str]


def draw(chart: Scatter, dark: bool = False) -> Drawing:
    """Draw a small panel for each genre, its points in colour and all others faint."""
    across = min(_ACROSS, len(chart.names))
    down = -(-len(chart.names) // across)
    width = _LEFT + across * (_SIDE + _GAP) + 0.1
    drawing = Drawing(
        Sheet(chart.title, chart.subtitle, width, down * (_SIDE + _TITLE + _GAP) + _BELOW), dark
    )
    lows, highs = np.percentile(chart.points, [0.5, 99.5], axis=0)
    room = 0.06 * np.where(highs > lows, highs - lows, 1.0)
    lows, highs = lows - room, highs + room
    points = np.clip(chart.points, lows, highs)
    for at, (name, colour) in enumerate(zip(chart.names, chart.colours, strict=True)):
        row, column = divmod(at, across)
        left, top = _LEFT + column * (_SIDE + _GAP), _TITLE + row * (_SIDE + _TITLE + _GAP)
        axes = drawing.axes(left, top, _SIDE, _SIDE)
        dots(axes, points[:: max(1, len(points) // _BEHIND)], drawing.theme.rule, 1.3)
        dots(axes, points[chart.genres == at], colour, 2.0)
        axes.set(xlim=(lows[0], highs[0]), ylim=(lows[1], highs[1]))
        drawing.numbers(axes, 3)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
        axes.tick_params(labelbottom=at + across >= len(chart.names), labelleft=not column)
        drawing.label(axes, title=brief(name, _LETTERS))
    _name_axes(drawing, chart, across, down)
    return drawing


def _name_axes(drawing: Drawing, chart: Scatter, across: int, down: int) -> None:
    """Name both axes once, along all panels."""
    wide, high = across * (_SIDE + _GAP) - _GAP, down * (_SIDE + _TITLE + _GAP) - _TITLE - _GAP
    around = drawing.axes(_LEFT, _TITLE, wide, high)
    around.set_xticks([])
    around.set_yticks([])
    for spine in around.spines.values():
        spine.set_visible(False)
    drawing.label(around, x=chart.x, y=brief(chart.y, int(high / _LETTER)))
    around.xaxis.labelpad, around.yaxis.labelpad = _TICKS_PT


def dots(axes: Axes, points: Array, colour: str, width_pt: float) -> None:
    """Draw points as one path: a mark each would make a page ten times as large."""
    if not len(points):
        return
    places = np.repeat(points, 2, axis=0)
    places[1::2, 0] += 1e-3 * (np.ptp(points[:, 0]) or 1.0)  # a line of no length would not be drawn
    path = Path(places, np.tile([Path.MOVETO, Path.LINETO], len(points)))
    path.should_simplify = False  # or short lines are left out of pictures made of pixels
    axes.add_patch(
        PathPatch(path, snap=False, edgecolor=colour, linewidth=width_pt, capstyle="round", fill=False)
    )
