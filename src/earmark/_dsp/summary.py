"""What feature sets take their columns from: one summary of a stretch of sound, shared by all of them."""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.beats import beat_frames, tempo_candidates
from earmark._dsp.core import PARTS as CORE_PARTS
from earmark._dsp.core import Core, core
from earmark._dsp.loudness import dynamic_range_db
from earmark._dsp.passes import HOP
from earmark._dsp.rhythm import beat_strength, onset_frames
from earmark._dsp.spectrum import FloatArray
from earmark._dsp.tempo import tempo
from earmark._dsp.tonal import key, tonal_moments

_NEEDS = {
    "tempo": frozenset({"onsets"}),
    "tempo_all_bands": frozenset({"onsets"}),
    "rhythm": frozenset({"onsets"}),
    "dynamics": frozenset[str](),
    **dict.fromkeys(("chroma_cqt", "cens", "tonnetz", "key"), frozenset({"tuning"})),
}
"""Parts that are derived, and what of the core each of them needs."""

_TONAL = {"chroma_cqt": "chroma_cqt", "cens": "chroma_cens", "tonnetz": "tonnetz"}

PARTS = frozenset(CORE_PARTS) - {"tuning"} | frozenset(_NEEDS)
"""All that can be asked for."""


class Summary(NamedTuple):
    """What a stretch of sound is like.

    Attributes
    ----------
    samples : int
        Its length.
    moments : dict of str to ndarray of float64, shape (k, 2)
        Mean and population variance: those of :class:`earmark._dsp.core.Core`, ``chroma_cqt`` (12),
        ``chroma_cens`` (12; part ``cens``) and ``tonnetz`` (6).
    numbers : dict of str to float
        What is one number for the whole stretch. Part ``tempo``: ``tempo_bpm``, that of the beat tracker.
        ``tempo_all_bands``: ``tempo_all_bands_bpm``, from the mean of the mel bands, not their median.
        ``rhythm``: ``onset_rate_hz``, ``beat_strength`` and what speaks for the tempo, its half and its
        double, ``tempo_confidence``, ``tempo_half_bpm``, ``tempo_half_share``, ``tempo_double_bpm``,
        ``tempo_double_share``. ``dynamics``: ``dynamic_range_db``. ``hpss``: ``harmonic_to_percussive``.
        ``key``: ``key_tonic``, ``key_minor``, ``key_confidence``, of the mean of ``chroma_cqt``.
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
    found = core(y, rate_hz, _needed(parts), mirror_ends)
    numbers = _pulse(found, len(y) / rate_hz, rate_hz, parts)
    if "dynamics" in parts:
        numbers["dynamic_range_db"] = dynamic_range_db(y, rate_hz)
    if "hpss" in parts:
        harmonic, percussive = found.loud
        numbers["harmonic_to_percussive"] = harmonic / max(percussive, 1)
    moments = dict(found.moments)
    if parts & {*_TONAL, "key"}:
        heard = tonal_moments(y, rate_hz, found.tuning_bins)
        moments |= {name: heard[name] for part, name in _TONAL.items() if part in parts}
        if "key" in parts:
            tonic, minor, _, confidence = key(heard["chroma_cqt"][:, 0])
            numbers |= {"key_tonic": float(tonic), "key_minor": float(minor), "key_confidence": confidence}
    return Summary(len(y), moments, numbers)


@cache
def _needed(parts: frozenset[str]) -> frozenset[str]:
    """Return the parts of the core that these are made from."""
    return frozenset().union(*(_NEEDS.get(part, {part}) for part in parts))


def _pulse(found: Core, duration_s: float, rate_hz: int, parts: frozenset[str]) -> dict[str, float]:
    """Return the tempi asked for and, with ``rhythm``, how sure and how strong the beat is."""
    numbers = {}
    if "tempo_all_bands" in parts:
        numbers["tempo_all_bands_bpm"] = tempo(found.onsets_mean, rate_hz, HOP)
    if "rhythm" in parts:
        chosen, half, double = tempo_candidates(found.onsets, rate_hz, HOP)
        beats = beat_frames(found.onsets, rate_hz, HOP, chosen.tempo_bpm)
        numbers |= {
            "tempo_bpm": chosen.tempo_bpm,
            "tempo_confidence": chosen.share,
            "tempo_half_bpm": half.tempo_bpm,
            "tempo_half_share": half.share,
            "tempo_double_bpm": double.tempo_bpm,
            "tempo_double_share": double.share,
            "onset_rate_hz": len(onset_frames(found.onsets_mean, rate_hz, HOP)) / duration_s,
            "beat_strength": beat_strength(found.onsets_mean, beats),
        }
    elif "tempo" in parts:
        numbers["tempo_bpm"] = tempo(found.onsets, rate_hz, HOP)
    return numbers


def overall(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return mean and variance over all k columns together, shape (2,), from those of each, shape (k, 2)."""
    if len(moments) == 1:
        alone: NDArray[np.float64] = moments[0]
        return alone
    means, count = moments[:, 0], len(moments)
    mean, variance = moments.sum(axis=0) / count
    off = means - mean
    return np.array([mean, variance + off.dot(off) / count])
