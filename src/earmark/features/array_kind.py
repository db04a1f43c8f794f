"""Two-dimensional features: what each declares before any sound is read, and their registry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.passes import HOP
from earmark.features.analysis import Analysis
from earmark.features.selection import RATE_HZ
from earmark.records import FloatArray
from earmark.registry import Registry


@dataclass(frozen=True)
class Array2D:
    """One two-dimensional feature of one song.

    Attributes
    ----------
    name : str
        Its name in :data:`ARRAYS`.
    values : ndarray of float32, shape (rows, frames)
        Read-only.
    times_s : ndarray of float64, shape (frames,)
        Centre of every frame in the song, the offset included.
    rows : tuple of float or tuple of str
        What each row stands for: a number in the kind's `axis_unit`, or a name.
    unit : str
        Unit of the values, ``""`` for plain numbers.
    notes : tuple of str
        What had to be salvaged or assumed when the sound was read.
    """

    name: str
    values: FloatArray
    times_s: NDArray[np.float64]
    rows: tuple[float, ...] | tuple[str, ...]
    unit: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArrayKind:
    """A two-dimensional feature, declared before any sound is read.

    Attributes
    ----------
    name, title : str
        Its name in :data:`ARRAYS`, and the one for people.
    axis, axis_unit : str
        What the rows are, and the unit of their numbers; ``""`` where they have names.
    rows : tuple of float or tuple of str
        One entry per row.
    unit : str
        Unit of the values, ``""`` for plain numbers.
    low, high : float
        No value lies outside; infinite where nothing bounds them.
    description : str
        One sentence for people who choose.
    compute : callable
        From an :class:`Analysis` to an array of shape (frames, rows).
    whole : bool
        Whether it has one column for the whole sound, not one per frame.
    """

    name: str
    title: str
    axis: str
    axis_unit: str
    rows: tuple[float, ...] | tuple[str, ...]
    unit: str
    low: float
    high: float
    description: str
    compute: Callable[[Analysis], NDArray[Any]]
    whole: bool = False

    def of(self, analysis: Analysis) -> Array2D:
        """Compute it."""
        values = np.ascontiguousarray(self.compute(analysis).T, dtype=np.float32)
        values.flags.writeable = False
        clip = analysis.clip
        first_s = clip.start_s + (clip.duration_s / 2 if self.whole else 0.0)
        times_s = first_s + np.arange(values.shape[1], dtype=np.float64) * (HOP / RATE_HZ)
        return Array2D(self.name, values, times_s, self.rows, self.unit, clip.notes)


ARRAYS: Registry[ArrayKind] = Registry("2-D feature")
"""Every two-dimensional feature by name."""

Compute = Callable[[Analysis], NDArray[Any]]


def array_kind(name: str, **declared: Any) -> Callable[[Compute], Compute]:
    """Return a decorator that registers a function under `name`; see :class:`ArrayKind` for the rest."""

    def decorate(compute: Compute) -> Compute:
        ARRAYS.add(name, ArrayKind(name, compute=compute, **declared))
        return compute

    return decorate
