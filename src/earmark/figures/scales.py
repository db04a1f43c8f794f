"""Rows for vertical axes, and fewer columns than a song has frames."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.figures.panels import Scale

HEARD_HZ = (
    (50.0, "50"),
    (100.0, "100"),
    (200.0, "200"),
    (500.0, "500"),
    (1000.0, "1k"),
    (2000.0, "2k"),
    (5000.0, "5k"),
    (10000.0, "10k"),
)
"""Frequencies that axes mark."""


def named(label: str, names: Sequence[str], every: int = 1) -> Scale:
    """Return a scale that names every row, or every so many."""
    return Scale(label, tuple((row + 0.5, name) for row, name in enumerate(names) if row % every == 0))


def even(label: str, rows: Sequence[float], marks: Sequence[tuple[float, str]]) -> Scale:
    """Return a scale of rows as they come, with marks at the rows' own numbers, which rise.

    Examples
    --------
    >>> even("Hz", [100.0, 200.0, 400.0], [(150.0, "150"), (5000.0, "5000")]).ticks
    ((1.0, '150'),)
    """
    inside = [(value, word) for value, word in marks if rows[0] <= value <= rows[-1]]
    places = np.interp([value for value, _ in inside], rows, np.arange(len(rows)) + 0.5)
    return Scale(label, tuple((float(place), word) for place, (_, word) in zip(places, inside, strict=True)))


def logarithmic(
    label: str,
    values: NDArray[np.float32],
    rows: Sequence[float],
    *,
    low: float,
    high: float,
    marks: Sequence[tuple[float, str]],
    count: int = 256,
) -> tuple[NDArray[np.float32], Scale]:
    """Return values on rows that are evenly spaced in the logarithm, and their scale.

    Where a new row spans several old ones it takes their strongest, elsewhere the nearest.

    Parameters
    ----------
    label : str
        What the rows are.
    values : ndarray of float32, shape (rows, frames)
    rows : sequence of float
        The rows' numbers, which rise.
    low, high : float
        Edges of the new rows.
    marks : sequence of (float, str)
        Numbers to be written, and how.
    count : int
        How many new rows.
    """
    edges = np.geomspace(low, high, count + 1)
    centres = np.sqrt(edges[:-1] * edges[1:])
    numbers = np.asarray(rows, dtype=np.float64)
    middles = (numbers[:-1] + numbers[1:]) / 2
    nearest = np.searchsorted(middles, centres)
    first, end = np.searchsorted(numbers, edges[:-1]), np.searchsorted(numbers, edges[1:])
    spread = np.stack(
        [
            values[a:b].max(axis=0) if b - a > 1 else values[near]
            for a, b, near in zip(first, end, nearest, strict=True)
        ]
    )
    places = [(count * np.log(value / low) / np.log(high / low), word) for value, word in marks]
    return spread, Scale(label, tuple((place, word) for place, word in places if 0 <= place <= count))


def fewer_frames(values: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Return at most so many columns, each the mean of as many neighbours; few are returned as they are."""
    frames = values.shape[1]
    if frames <= most:
        return values
    starts = np.linspace(0, frames, most, endpoint=False).astype(int)
    sums = np.add.reduceat(values, starts, axis=1, dtype=np.float64)
    return (sums / np.diff(starts, append=frames)).astype(np.float32)


def fewer_bounds(values: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Return at most so many columns of a lower and an upper edge, which hold all that they did."""
    frames = values.shape[1]
    if frames <= most:
        return values
    starts = np.linspace(0, frames, most, endpoint=False).astype(int)
    return np.stack([np.minimum.reduceat(values[0], starts), np.maximum.reduceat(values[1], starts)])


def clock(seconds: float, places: int = 0) -> str:
    """Return a time as minutes and seconds.

    Examples
    --------
    >>> clock(62.0), clock(3723.0), clock(1.5, places=1)
    ('1:02', '1:02:03', '0:01.5')
    """
    whole, part = divmod(round(seconds * 10**places), 10**places)
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    fraction = f".{part:0{places}d}" if places else ""
    return f"{hours}:{m:02d}:{s:02d}{fraction}" if hours else f"{m}:{s:02d}{fraction}"


def time_step_s(span_s: float, most: int = 9) -> float:
    """Return a round step that marks a span at most so many times.

    Examples
    --------
    >>> time_step_s(240.0), time_step_s(3.0), time_step_s(30.0)
    (30.0, 0.5, 5.0)
    """
    steps = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
    return next((step for step in steps if span_s / step <= most), steps[-1])
