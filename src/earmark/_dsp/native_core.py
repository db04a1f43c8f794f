"""The heart of every feature set in compiled code; :mod:`earmark._dsp.numpy_core` is its twin in NumPy."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.chroma import chroma_filters, peak_bins, tuning_edges
from earmark._dsp.contrast import bands
from earmark._dsp.mel import cosines, mel_filters
from earmark._dsp.native import EARS, kernels
from earmark._dsp.numpy_core import Core
from earmark._dsp.passes import HOP, N_FFT, N_MELS, N_MFCC
from earmark._dsp.spectrum import FloatArray

_BITS = {
    name: 1 << bit
    for bit, name in enumerate(
        ("frames", "chroma", "mel", "mfcc", "hpss", "contrast", "flatness", "flux", "onsets", "tuning")
    )
}
# Rows of moments in the order of kernel.h, and how many each name takes.
_ROWS = {
    "frames": (("rms", 0, 1), ("centroid_hz", 1, 1), ("bandwidth_hz", 2, 1), ("rolloff_hz", 3, 1),
               ("zero_crossing_rate", 4, 1)),
    "hpss": (("harmonic", 5, 1), ("percussive", 6, 1), ("harmonic_rms", 7, 1), ("percussive_rms", 8, 1)),
    "flatness": (("flatness", 9, 1),),
    "flux": (("flux", 10, 1),),
    "chroma": (("chroma", 11, 12),),
    "mfcc": (("mfcc", 23, N_MFCC),),
    "contrast": (("contrast", 43, 7),),
    "mel": (("mel", 50, N_MELS),),
}  # fmt: skip
_MOMENTS = 50 + N_MELS
_NEGLIGIBLE = 1e-6  # of the heaviest weight: what weighs less changes no chroma by more than roundings do
_NO_FRAMES: FloatArray = np.zeros(0, dtype=np.float32)


def _runs(weights: NDArray[Any], least: float) -> list[tuple[int, int]]:
    """Return first index and end of every stretch of weights above `least`."""
    inside = np.concatenate([[False], np.abs(weights) > least, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@cache
def _rate(rate_hz: int) -> tuple[Any, ...]:
    """Return all that the kernel has to know of a sampling rate."""
    mel = np.ascontiguousarray(mel_filters(rate_hz, N_FFT, N_MELS))
    covered = [np.flatnonzero(row) for row in mel]
    ends = np.array([(row[0], row[-1] + 1) if len(row) else (0, 0) for row in covered], dtype=np.int32)
    octaves = np.array([(part.start, part.stop, few) for part, few in bands(rate_hz, N_FFT)], dtype=np.int32)
    dct = np.ascontiguousarray(cosines(N_MELS, N_MFCC).T, dtype=np.float32)
    return (float(rate_hz), mel, ends, dct, tuning_edges(), octaves, *peak_bins(rate_hz, N_FFT))


@lru_cache(maxsize=101)
def _chroma(rate_hz: int, tuning_semitones: float) -> tuple[FloatArray, NDArray[np.int32]]:
    """Return filters, shape (12, 1025), and where they count: pitch class, first bin, end."""
    weights = np.ascontiguousarray(chroma_filters(rate_hz, N_FFT, tuning_semitones).T)
    least = _NEGLIGIBLE * float(weights.max())
    runs = [(first, pitch, end) for pitch, row in enumerate(weights) for first, end in _runs(row, least)]
    return weights, np.array([(pitch, first, end) for first, pitch, end in sorted(runs)], dtype=np.int32)


def core(isa: str, y: FloatArray, rate_hz: int, parts: frozenset[str]) -> Core:
    """Return :class:`Core`; parameters as for :func:`earmark._dsp.core.core`, `isa` is the kernel."""
    frames = 1 + len(y) // HOP if "onsets" in parts else 0
    onsets, onsets_mean = np.empty((2, frames), dtype=np.float32) if frames else (_NO_FRAMES, _NO_FRAMES)
    moments = np.zeros((_MOMENTS, 2))
    *loud, tuning_bins = kernels().measure(
        EARS[isa],
        np.ascontiguousarray(y, dtype=np.float32),
        sum(_BITS[part] for part in parts),
        _rate(rate_hz),
        lambda tuning: _chroma(rate_hz, tuning),
        moments,
        onsets if frames else np.empty(0, dtype=np.float32),
        onsets_mean if frames else np.empty(0, dtype=np.float32),
    )
    found = {
        name: moments[first : first + count] for part in parts for name, first, count in _ROWS.get(part, ())
    }
    return Core(found, (loud[0], loud[1]), onsets, onsets_mean, tuning_bins)
