"""What feature sets take their columns from: one summary of a stretch of sound, shared by all of them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.core import PARTS as CORE_PARTS
from earmark._dsp.core import core
from earmark._dsp.passes import HOP
from earmark._dsp.spectrum import FloatArray
from earmark._dsp.tempo import tempo

_NEEDS = {"tempo": frozenset({"onsets"})}
"""Parts that are derived, and what of the core each of them needs."""

PARTS = frozenset(CORE_PARTS) | frozenset(_NEEDS)
"""All that can be asked for."""


class Summary(NamedTuple):
    """What a stretch of sound is like.

    Attributes
    ----------
    samples : int
        Its length.
    moments : dict of str to ndarray of float64, shape (k, 2)
        Mean and population variance, those of :class:`earmark._dsp.core.Core`.
    numbers : dict of str to float
        What is one number for the whole stretch: ``tempo_bpm`` (part ``tempo``).
    """

    samples: int
    moments: dict[str, NDArray[np.float64]]
    numbers: dict[str, float]


def summarise(y: FloatArray, rate_hz: int, parts: frozenset[str], mirror_ends: bool = False) -> Summary:
    """Summarise a stretch of sound.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        At least one sample; finite, full scale ±1.
    rate_hz : int
        Sampling rate.
    parts : frozenset of str
        Members of :data:`PARTS`; nothing else is computed.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Returns
    -------
    Summary

    Raises
    ------
    ArgumentError
        As :func:`earmark._dsp.core.core` does.

    Examples
    --------
    >>> summarise(np.zeros(22050, dtype=np.float32), 22050, frozenset({"tempo"})).numbers
    {'tempo_bpm': 0.0}
    """
    needed = frozenset().union(*(_NEEDS.get(part, {part}) for part in parts))
    found = core(y, rate_hz, needed, mirror_ends)
    numbers: dict[str, float] = {}
    if "tempo" in parts:
        numbers["tempo_bpm"] = tempo(found.onsets, rate_hz, HOP)
    return Summary(len(y), found.moments, numbers)


def overall(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean and variance over all k columns together, shape (2,), from those of each, shape (k, 2)."""
    mean, variance = moments.mean(axis=0)
    return np.array([mean, variance + moments[:, 0].var()])
