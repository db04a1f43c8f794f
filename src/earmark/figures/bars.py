"""Bars, sorted, with their values; dots with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from earmark.figures.sheet import Drawing, Sheet

_ROW, _AXIS, _TOP = 0.27, 0.42, 0.08
_NAMES, _WIDE, _RIGHT = 1.9, 4.2, 1.6


@dataclass(frozen=True)
class Bar:
    """One bar, or one dot.

    Attributes
    ----------
    name, colour : str
        What it is of.
    value : float
        Its length, or its place.
    said : str
        What is written beside it.
    low, high : float
        Ends of its interval; NaN for none.
    """

    name: str
    colour: str
    value: float
    said: str
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Bars:
    """Bars from the top down.

    Attributes
    ----------
    title, subtitle, unit : str
        What they show, of what, in what.
    bars : sequence of Bar
        In the order in which they are to be read.
    dots : bool
        Dots with intervals in place of bars, on an axis that need not begin at 0.
    """

    title: str
    subtitle: str
    unit: str
    bars: Sequence[Bar]
    dots: bool = False


def draw(chart: Bars, dark: bool = False) -> Drawing:
    """Draw bars, or dots with intervals, each with its value in words."""
    rows = np.arange(len(chart.bars))
    tall = _ROW * max(len(rows), 2)
    drawing = Drawing(Sheet(chart.title, chart.subtitle, _NAMES + _WIDE + _RIGHT, _TOP + tall + _AXIS), dark)
    axes = drawing.axes(_NAMES, _TOP, _WIDE, tall)
    drawing.ticks(axes, [bar.name for bar in chart.bars])
    drawing.label(axes, x=chart.unit)
    colours, values = [bar.colour for bar in chart.bars], np.array([bar.value for bar in chart.bars])
    ends = np.array([[bar.low, bar.high] for bar in chart.bars]).reshape(-1, 2)
    ink, rule = drawing.theme.ink, drawing.theme.rule
    if chart.dots:
        axes.hlines(rows, 0, 1, transform=axes.get_yaxis_transform(), color=rule, linewidth=0.4)
        axes.scatter(values, rows, c=colours, s=30, edgecolors=ink, linewidths=0.6, zorder=3)
    else:
        axes.barh(rows, values, color=colours, alpha=0.75, height=0.66)
        axes.spines["left"].set_color(drawing.theme.faint)
    axes.hlines(rows, ends[:, 0], ends[:, 1], color=ink, linewidth=1.2)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high)
    reach = np.fmax(values, np.fmax(ends[:, 1], 0.0 if not chart.dots else -np.inf))
    for row, bar in enumerate(chart.bars):
        drawing.say(axes, float(reach[row]) + 0.02 * (high - low), row, bar.said, clip_on=False)
    return drawing
