"""Columns that feature sets select from a summary of the sound."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark._dsp import native
from earmark._dsp.summary import Summary, overall, summarise
from earmark.features.columns import ColumnInfo
from earmark.features.quantities import QUANTITIES, Quantity
from earmark.features.table import Rows
from earmark.records import FloatArray

RATE_HZ = 22050
LONGEST_S = 1800.0
"""Constant-Q features need all frames at once, and in NumPy the separation does, 60 MB a minute."""

LONGEST_STREAMED_S = 4 * 3600.0 if native.isas() else LONGEST_S
"""The compiled kernel holds three minutes of spectra at most: what grows are the samples, 5 MB a minute."""


_MOMENTS = ("mean", "var")  # what a summary holds, in its order


@dataclass(frozen=True)
class Family:
    """Neighbouring columns that are taken from a summary together.

    Attributes
    ----------
    info : tuple of ColumnInfo
        The columns.
    part : str
        What of :func:`earmark._dsp.summary.summarise` they are taken from.
    values : callable
        From a summary to their values, shape (columns,).
    """

    info: tuple[ColumnInfo, ...]
    part: str
    values: Callable[[Summary], NDArray[np.float64]]


def _info(quantity: Quantity, name: str, statistic: str = "mean") -> ColumnInfo:
    """Describe a column; a deviation is at most half the range (T. Popoviciu, 1935)."""
    unit, low, high, source = quantity.unit, quantity.low, quantity.high, quantity.source
    if statistic != "mean":
        low, high = 0.0, (high - low) / 2
    if statistic == "var":
        unit, high = "1" if unit == "1" else f"({unit})²", high**2
    return ColumnInfo(name, unit, low, high, source)


def _take(moments: NDArray[np.float64], statistic: str) -> NDArray[np.float64]:
    """Return means, variances or standard deviations of moments of shape (..., 2)."""
    values: NDArray[np.float64] = moments[..., int(statistic != "mean")]
    return np.sqrt(values) if statistic == "std" else values


def pooled(prefix: str, name: str, *statistics: str) -> Family:
    """Return columns ``prefix_mean``, ``prefix_std``, ... of a quantity, all its rows in one.

    Parameters
    ----------
    prefix : str
        What the columns' names begin with.
    name : str
        The quantity.
    *statistics : str
        Some of ``mean``, ``std`` and ``var``.
    """
    quantity = QUANTITIES[name]

    def values(summary: Summary) -> NDArray[np.float64]:
        moments = overall(summary.moments[name])
        if statistics == _MOMENTS:
            return moments
        return np.array([_take(moments, statistic) for statistic in statistics])

    info = tuple(_info(quantity, f"{prefix}_{statistic}", statistic) for statistic in statistics)
    return Family(info, quantity.part, values)


def each(prefixes: Sequence[str], name: str, *statistics: str) -> Family:
    """Return columns of every row of a quantity: those of the first row, then those of the next.

    Parameters
    ----------
    prefixes : sequence of str
        What the names of each row's columns begin with.
    name, *statistics : str
        As of :func:`pooled`.
    """
    quantity = QUANTITIES[name]

    def values(summary: Summary) -> NDArray[np.float64]:
        moments = summary.moments[name]
        if statistics == _MOMENTS:
            return moments.ravel()
        return np.stack([_take(moments, statistic) for statistic in statistics], axis=1).ravel()

    info = tuple(
        _info(quantity, f"{prefix}_{statistic}", statistic) for prefix in prefixes for statistic in statistics
    )
    return Family(info, quantity.part, values)


def number(column: str, name: str) -> Family:
    """Return the column of a quantity that is one number for the whole sound."""
    quantity = QUANTITIES[name]
    return Family(
        (_info(quantity, column),), quantity.part, lambda summary: np.array([summary.numbers[name]])
    )


def mean_of_each(columns: Sequence[str], name: str) -> Family:
    """Return columns of the means of every row of a quantity, by names that do not say so."""
    quantity = QUANTITIES[name]
    info = tuple(_info(quantity, column, "mean") for column in columns)
    return Family(info, quantity.part, lambda summary: summary.moments[name][:, 0])


def length() -> Family:
    """Return the column ``length``, the number of samples."""
    info = ColumnInfo("length", "samples", 1.0, math.inf, "the sound itself")
    return Family((info,), "", lambda summary: np.array([float(summary.samples)]))


class Selection:
    """Columns from a summary, family by family.

    Parameters
    ----------
    *families : Family
        In the order of the columns.

    Examples
    --------
    >>> chosen = Selection(number("tempo", "tempo_bpm"), pooled("rms", "rms", "mean", "std"))
    >>> chosen.names, sorted(chosen.parts)
    (('tempo', 'rms_mean', 'rms_std'), ['frames', 'tempo'])
    >>> chosen.rows(np.ones(22050, dtype=np.float32)).values.shape
    (1, 3)
    """

    def __init__(self, *families: Family) -> None:
        self.families = families
        self.info = tuple(info for family in families for info in family.info)
        self.names = tuple(info.name for info in self.info)
        self.parts = frozenset(family.part for family in families if family.part)

    def row_of(self, summary: Summary) -> NDArray[np.float64]:
        """Return the columns of a summary with at least these parts, shape (columns,)."""
        return np.concatenate([family.values(summary) for family in self.families])

    def rows(self, samples: FloatArray) -> Rows:
        """Return one row for all of the mono samples at 22 050 Hz."""
        values = self.row_of(summarise(samples, RATE_HZ, self.parts))
        return Rows(values[None], [0.0], [len(samples) / RATE_HZ])
