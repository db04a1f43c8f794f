"""Feature sets by name, and the table that each of them gives."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark import audio
from earmark.errors import ArgumentError, EarmarkError
from earmark.records import Clip, FloatArray
from earmark.registry import Registry

if TYPE_CHECKING:
    import pandas


class Rows(NamedTuple):
    """What a feature set computes: one row per segment.

    Attributes
    ----------
    values : ndarray, shape (segments, columns)
        The columns in their declared order.
    starts_s, ends_s : sequence of float
        Where each segment lies in the samples.
    """

    values: NDArray[Any]
    starts_s: list[float]
    ends_s: list[float]


@dataclass(frozen=True)
class FeatureSet:
    """Columns that are computed together, declared before any sound is read.

    Attributes
    ----------
    name : str
        Its name in :data:`FEATURE_SETS`; worker processes receive no more than that.
    version : int
        Rises whenever a number changes.
    rate_hz : int
        Sampling rate of the samples that `compute` takes.
    columns : tuple of str
        Names of the columns.
    description : str
        One sentence for people who choose.
    compute : callable
        From mono samples, float32 of shape (n,) with n at least 1, to :class:`Rows`.
    """

    name: str
    version: int
    rate_hz: int
    columns: tuple[str, ...]
    description: str
    compute: Callable[[FloatArray], Rows]


FEATURE_SETS: Registry[FeatureSet] = Registry("feature set")
"""Every feature set by name."""


def feature_set(
    name: str, version: int, rate_hz: int, columns: tuple[str, ...], description: str
) -> Callable[[Callable[[FloatArray], Rows]], Callable[[FloatArray], Rows]]:
    """Return a decorator that registers a function as a feature set; the parameters are its attributes."""

    def decorate(compute: Callable[[FloatArray], Rows]) -> Callable[[FloatArray], Rows]:
        FEATURE_SETS.add(name, FeatureSet(name, version, rate_hz, columns, description, compute))
        return compute

    return decorate


@dataclass(frozen=True)
class FeatureTable:
    """The columns of one song.

    Attributes
    ----------
    name, version : str, int
        The feature set.
    columns : tuple of str
        Names of the columns.
    values : ndarray of float64, shape (segments, columns)
        One row per segment, read-only.
    starts_s, ends_s : tuple of float
        Where each segment lies in the song.
    notes : tuple of str
        What had to be salvaged or assumed when the sound was read.

    Examples
    --------
    >>> FeatureTable("pair", 1, ("a", "b"), np.array([[1.0, 2.0]]), (0.0,), (3.0,)).to_dict()
    {'a': [1.0], 'b': [2.0]}
    """

    name: str
    version: int
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, list[float]]:
        """Return a list per column, one number per segment."""
        return {column: self.values[:, i].tolist() for i, column in enumerate(self.columns)}

    def to_frame(self) -> "pandas.DataFrame":
        """Return a data frame: ``start_s`` and ``end_s``, then the columns.

        Raises
        ------
        EarmarkError
            If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - nothing else here needs it
        except ImportError as error:
            raise EarmarkError("pandas is not installed", "pip install 'earmark[frame]'") from error
        frame = pd.DataFrame(self.values, columns=list(self.columns))
        frame.insert(0, "start_s", self.starts_s)
        frame.insert(1, "end_s", self.ends_s)
        return frame


def _clip(song: Any, rate: float | None, rate_hz: int) -> Clip:
    """Read a file, or bring samples to the rate asked for."""
    if isinstance(song, str | bytes | os.PathLike):
        if rate is not None:
            raise ArgumentError(f"a rate of {rate} Hz for a file", "leave out rate: a file knows its own")
        return audio.load(song, rate_hz=rate_hz)
    if rate is None:
        raise ArgumentError("samples without a sampling rate", "give rate, e.g. extract(samples, rate=44100)")
    return audio.from_samples(song, rate, rate_hz=rate_hz)


def extract(song: Any, features: str = "gtzan58", rate: float | None = None) -> FeatureTable:
    """Compute a feature set of a song.

    Parameters
    ----------
    song : str or os.PathLike or bytes or array_like
        A sound file, or samples: shape (n,) for mono, (channels, n) or (n, channels) otherwise; the shorter
        axis is the channels, and of two equal ones the second. Floats have full scale ±1, integers that of
        their type.
    features : str
        A name in :data:`FEATURE_SETS`.
    rate : float, optional
        Sampling rate of samples in hertz; not for a file.

    Returns
    -------
    FeatureTable

    Raises
    ------
    UnknownNameError
        If no feature set has that name.
    ArgumentError
        If samples come without a rate or a file with one.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> table = extract(tone, rate=22050)
    >>> len(table.columns), table.to_dict()["length"]
    (58, [22050.0])
    """
    chosen = FEATURE_SETS[features]
    clip = _clip(song, rate, chosen.rate_hz)
    rows = chosen.compute(clip.samples)
    values = np.array(rows.values, dtype=np.float64)
    values.flags.writeable = False
    starts_s = tuple(clip.start_s + start for start in rows.starts_s)
    ends_s = tuple(clip.start_s + end for end in rows.ends_s)
    return FeatureTable(chosen.name, chosen.version, chosen.columns, values, starts_s, ends_s, clip.notes)
