"""What is to be seen on a page: heat maps and curves with their scales, as plain data."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Palette = Literal["level", "share", "contrast", "signed"]


@dataclass(frozen=True)
class Scale:
    """A vertical axis of rows, the first row at the bottom.

    Attributes
    ----------
    label : str
        What the rows are, with the unit.
    ticks : tuple of (float, str)
        Where words stand, in rows from the bottom edge: the middle of the first row is 0.5.
    """

    label: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Heat:
    """A heat map over time.

    Attributes
    ----------
    title : str
        What it shows.
    values : ndarray, shape (rows, frames)
        The first row is drawn at the bottom.
    start_s, end_s : float
        Edges of the first and the last frame.
    scale : Scale
        The vertical axis.
    low, high : float
        Values drawn in the first and the last colour.
    unit : str
        Words beside the colour bar.
    palette : {"level", "share", "contrast", "signed"}
        Which colours: for decibels, for shares, for the third kind of thing, for values around 0.
    clipped : {"neither", "min", "max", "both"}
        At which ends values lie beyond the colours.
    """

    title: str
    values: NDArray[Any]
    start_s: float
    end_s: float
    scale: Scale
    low: float
    high: float
    unit: str
    palette: Palette
    clipped: Literal["neither", "min", "max", "both"] = "neither"


@dataclass(frozen=True)
class Curve:
    """A curve over time, or the band between two.

    Attributes
    ----------
    title, unit : str
        What it shows, and the unit of the values.
    values : ndarray, shape (1, frames) or (2, frames)
        One curve, or the lower and the upper edge of a band.
    start_s, end_s : float
        Edges of the first and the last frame.
    low, high : float
        Ends of the vertical axis.
    """

    title: str
    unit: str
    values: NDArray[Any]
    start_s: float
    end_s: float
    low: float
    high: float


@dataclass(frozen=True)
class Spectrum:
    """Levels over frequency.

    Attributes
    ----------
    title : str
        What it shows.
    level_db : ndarray, shape (bins,)
        Levels.
    frequency_hz : ndarray of float64, shape (bins,)
        Rising.
    low_hz : float
        The logarithmic axis begins with the first frequency that is not below it.
    low_db : float
        Lower end of the vertical axis; the upper one is 0.
    """

    title: str
    level_db: NDArray[Any]
    frequency_hz: NDArray[np.float64]
    low_hz: float
    low_db: float


Panel = Heat | Curve | Spectrum


@dataclass(frozen=True)
class Placed:
    """A panel and its height, 1 for a common one."""

    panel: Panel
    height: float = 1.0


@dataclass(frozen=True)
class Page:
    """One page: a title, a line about the song, and columns of panels.

    Attributes
    ----------
    title, subtitle : str
        Words at the top, shown as they are.
    footnote : str
        Words at the bottom; ``""`` for none.
    columns : tuple of tuples of Placed
        Panels from left to right and from top to bottom.
    start_s, end_s : float
        Ends of every time axis.
    column_in : float
        Width of the panels in inches.
    """

    title: str
    subtitle: str
    footnote: str
    columns: tuple[tuple[Placed, ...], ...]
    start_s: float
    end_s: float
    column_in: float
