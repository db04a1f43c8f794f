"""A dot for each song in rows: how much of something, coloured by what the song's value is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.figures.scatter import dots
from earmark.figures.sheet import Drawing, Sheet

Array = NDArray[np.float64]

LOW_TO_HIGH = ("#2f6db3", "#6f9fc4", "#9a9a9a", "#d9985a", "#c2661c")
"""Colours of values from the lowest fifth to the highest."""

_ROW, _AXIS, _TOP = 0.4, 0.42, 0.08
_NAMES, _WIDE, _RIGHT = 1.9, 4.6, 1.5
_BINS, _TALLEST, _DOT_PT = 110, 0.4, 2.6
_APART = 0.075  # of a row, where there is room


@dataclass(frozen=True, eq=False)
class Swarm:
    """A row of dots.

    Attributes
    ----------
    name, said : str
        What it is of, to the left and to the right.
    places : array of float, shape (songs,)
        Where each song's dot lies.
    ranks : array of float, shape (songs,)
        Where the song's value lies among those of all songs, 0 to 1.
    """

    name: str
    said: str
    places: Array
    ranks: Array


@dataclass(frozen=True)
class Swarms:
    """Rows of dots from the top down.

    Attributes
    ----------
    title, subtitle, unit : str
        What they show, of what, in what.
    rows : sequence of Swarm
        In the order in which they are to be read.
    """

    title: str
    subtitle: str
    unit: str
    rows: Sequence[Swarm]


def draw(chart: Swarms, dark: bool = False) -> Drawing:
    """Draw rows of dots around 0; where many songs lie, dots stand apart."""
    tall = _ROW * max(len(chart.rows), 2)
    drawing = Drawing(Sheet(chart.title, chart.subtitle, _NAMES + _WIDE + _RIGHT, _TOP + tall + _AXIS), dark)
    axes = drawing.axes(_NAMES, _TOP, _WIDE, tall)
    drawing.ticks(axes, [row.name for row in chart.rows])
    drawing.label(axes, x=chart.unit)
    low = min(float(row.places.min()) for row in chart.rows)
    high = max(float(row.places.max()) for row in chart.rows)
    room = 0.03 * ((high - low) or 1.0)
    axes.set_xlim(low - room, high + room)
    axes.axvline(0, color=drawing.theme.faint, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    for at, row in enumerate(chart.rows):
        points = np.column_stack([row.places, at + beside(row.places, low, high)])
        fifths = np.minimum((row.ranks * len(LOW_TO_HIGH)).astype(np.int64), len(LOW_TO_HIGH) - 1)
        for fifth, colour in enumerate(LOW_TO_HIGH):
            dots(axes, points[fifths == fifth], colour, _DOT_PT)
        drawing.say(axes, high + 2 * room, at, row.said, clip_on=False)
    return drawing


def beside(places: Array, low: float, high: float) -> Array:
    """Return how far each dot stands from the middle of its row, so that dots at one place are seen.

    Parameters
    ----------
    places : array of float, shape (dots,)
        Where dots lie along the row.
    low, high : float
        The row's ends.

    Returns
    -------
    array of float, shape (dots,)
        At most 0.4 of a row, to both sides by turns.

    Examples
    --------
    >>> beside(np.array([0.0, 0.0, 0.0, 1.0]), 0.0, 1.0).round(3).tolist()
    [0.0, 0.075, -0.075, 0.0]
    """
    bins = np.zeros(len(places), np.int64) if high <= low else np.int64(_BINS * (places - low) / (high - low))
    order = np.argsort(bins, kind="stable")
    counts = np.bincount(bins)
    turns = np.empty(len(places), np.int64)
    turns[order] = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
    step = min(_APART, 2 * _TALLEST / max(int(counts.max()), 1))
    return np.asarray(np.where(turns % 2, 1, -1) * ((turns + 1) // 2) * step, np.float64)
