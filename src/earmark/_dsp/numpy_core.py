"""The heart of every feature set in NumPy: what runs without a compiler, and what the C path is held to."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.passes import PARTS, measure
from earmark._dsp.spectrum import FloatArray

AUDIBLE = np.float32(1e-5)
"""Samples of the harmonic or percussive part above this count as sounding."""

_CHUNK = 2**16  # numbers at a time stay in the cache
_NO_FRAMES: FloatArray = np.zeros(0, dtype=np.float32)
_NO_FRAMES.flags.writeable = False
_NO_TUNING = np.zeros(1)


class Core(NamedTuple):
    """What one pass over a signal found.

    Attributes
    ----------
    moments : dict of str to ndarray of float64, shape (k, 2)
        Mean and population variance over the frames: ``rms``, ``centroid_hz``, ``bandwidth_hz``,
        ``rolloff_hz``, ``zero_crossing_rate`` (k = 1; part ``frames``); ``chroma`` (12, C first); ``mel``
        (128, power); ``mfcc`` (20); ``contrast`` (7, decibels); ``flatness``; ``flux``; ``harmonic_rms``,
        ``percussive_rms`` (1). Over the samples: ``harmonic``, ``percussive`` (1). Only of parts asked for.
    loud : tuple of int
        Samples of the harmonic and of the percussive part above 1e-5; (0, 0) without ``hpss``.
    onsets, onsets_mean : ndarray of float32, shape (frames,)
        Onset strength in decibels, the median and the mean of the mel bands; empty without ``onsets``.
    tuning_bins : float
        Deviation from A = 440 Hz in thirds of a semitone, by peaks of magnitude, for constant-Q transforms;
        0 without ``tuning``.
    """

    moments: dict[str, NDArray[np.float64]]
    loud: tuple[int, int]
    onsets: FloatArray
    onsets_mean: FloatArray
    tuning_bins: float


def mean_and_variance(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return mean and population variance of every column, in double precision; 0 where there are no rows.

    Two passes: safe for values far from zero.

    Parameters
    ----------
    values : ndarray, shape (rows,) or (rows, k)

    Returns
    -------
    ndarray of float64, shape (k, 2)

    Examples
    --------
    >>> mean_and_variance(np.array([1.0, 3.0]))
    array([[2., 1.]])
    """
    columns = values if values.ndim > 1 else values[:, None]
    found = np.zeros((columns.shape[1], 2))
    if not len(columns):
        return found
    mean = found[:, 0] = columns.mean(axis=0, dtype=np.float64)
    step = max(1, _CHUNK // columns.shape[1])
    for start in range(0, len(columns), step):
        deviations = columns[start : start + step] - mean
        found[:, 1] += np.einsum("ij,ij->j", deviations, deviations)
    found[:, 1] /= len(columns)
    return found


def core(y: FloatArray, rate_hz: int, parts: frozenset[str], mirror_ends: bool = False) -> Core:
    """Return :class:`Core`; parameters as for :func:`earmark._dsp.core.core`."""
    measured = measure(y, rate_hz, parts, mirror_ends)
    onsets, onsets_mean = (measured.pop(name, _NO_FRAMES) for name in PARTS["onsets"])
    tuning_bins = float(measured.pop("tuning_bins", _NO_TUNING)[0])
    loud_harmonic, loud_percussive = (
        int(np.count_nonzero(measured[name] > AUDIBLE)) if "hpss" in parts else 0
        for name in ("harmonic", "percussive")
    )
    return Core(
        {name: mean_and_variance(values) for name, values in measured.items()},
        (loud_harmonic, loud_percussive),
        onsets,
        onsets_mean,
        tuning_bins,
    )
