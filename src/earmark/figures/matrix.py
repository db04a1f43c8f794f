"""A matrix of numbers with names on both sides: correlations, confusions, clusters against genres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from earmark.figures.sheet import TICKS_PT, Drawing, Sheet
from earmark.figures.words import LONGEST

_WIDE, _HIGH, _SMALL, _SMALLEST = 0.46, 0.3, 0.19, 0.155
_NAMES, _BELOW, _TOP, _RIGHT = 1.9, 0.5, 0.08, 0.35
_SMALL_PT = 7.5
_LETTER = 0.05  # of a slanted name, downwards, in inches
_MOST_WRITTEN, _MANY = 24, 40
_DARKEST, _DARKEST_SIGNED = 0.55, 0.75  # ink is read on either, on light paper and on dark


@dataclass(frozen=True, eq=False)
class Matrix:
    """Numbers in rows and columns.

    Attributes
    ----------
    title, subtitle : str
        What it shows, of what.
    rows, columns : sequence of str
        Names from the top down and from left to right.
    values : array of float, shape (rows, columns)
        What is coloured: shares of 0 to 1, or correlations of -1 to 1; NaN stays empty.
    said : sequence of sequence of str
        What is written in the cells, where there are no more than 24 columns; empty for nothing.
    kind : {"share", "signed"}
        Shares are coloured in one hue, correlations in one for each sign.
    across, down : str
        What columns and rows are.
    """

    title: str
    subtitle: str
    rows: Sequence[str]
    columns: Sequence[str]
    values: NDArray[np.float64]
    said: Sequence[Sequence[str]] = ()
    kind: Literal["share", "signed"] = "share"
    across: str = ""
    down: str = ""


def draw(chart: Matrix, dark: bool = False) -> Drawing:
    """Draw coloured cells; the deeper the colour, the greater the number, on light pages and on dark ones."""
    small = len(chart.columns) > _MOST_WRITTEN
    cell = _SMALL if max(len(chart.columns), len(chart.rows)) <= _MANY else _SMALLEST
    wide, high = (cell, cell if len(chart.rows) > _MOST_WRITTEN else _HIGH) if small else (_WIDE, _HIGH)
    width, height = wide * len(chart.columns), high * len(chart.rows)
    below = _BELOW + _LETTER * min(max(map(len, chart.columns), default=0), LONGEST)
    drawing = Drawing(
        Sheet(chart.title, chart.subtitle, max(_NAMES + width + _RIGHT, 7.7), _TOP + height + below), dark
    )
    axes = drawing.axes(_NAMES, _TOP, width, height)
    axes.imshow(
        _colours(chart, written=bool(chart.said) and not small), aspect="auto", interpolation="nearest"
    )
    drawing.ticks(axes, list(chart.rows))
    drawing.across(axes, list(chart.columns))
    if small:
        axes.tick_params(axis="x", labelsize=_SMALL_PT)
        axes.tick_params(axis="y", labelsize=TICKS_PT if high == _HIGH else _SMALL_PT)
    drawing.label(axes, x=chart.across, y=chart.down)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if not small:
        for row, line in enumerate(chart.said):
            for column, words in enumerate(line):
                drawing.say(axes, column, row, words, ha="center", size=8)
    return drawing


def _colours(chart: Matrix, *, written: bool) -> NDArray[np.float64]:
    """Return a colour for each cell whose depth is its opacity, so that it fits any paper."""
    positive, negative = to_rgb("#2f6db3"), to_rgb("#b45309")
    known = np.isfinite(chart.values)
    values = np.where(known, chart.values, 0.0)
    found = np.zeros((*values.shape, 4))
    found[..., :3] = np.where((values >= 0)[..., None], positive, negative)
    deepest = (_DARKEST if chart.kind == "share" else _DARKEST_SIGNED) if written else 1.0
    if chart.kind == "share":
        deepest /= max(float(values.max(initial=0.0)), 1e-9)
    found[..., 3] = np.clip(np.abs(values) * deepest, 0.0, 1.0) * known
    return found
