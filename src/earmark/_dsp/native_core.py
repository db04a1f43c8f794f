"""The compiled kernel: the same numbers as :mod:`earmark._dsp.numpy_core`, sixteen frames at a time.

``EARMARK_DSP`` chooses the path: ``numpy``, or the instruction set of a kernel (``baseline``, ``avx2``,
``avx512``). By default the best that the processor can run is taken, and NumPy where none was built.
"""

import os
import threading
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.chroma import chroma_filters, peak_bins, tuning_edges
from earmark._dsp.contrast import bands
from earmark._dsp.mel import cosines, mel_filters
from earmark._dsp.numpy_core import Core
from earmark._dsp.passes import HOP, N_FFT, N_MELS, N_MFCC
from earmark._dsp.spectrum import FloatArray
from earmark.errors import ArgumentError

try:
    from earmark._dsp import _native
except ImportError:  # there was no compiler
    _native = None  # type: ignore[assignment] # a module or none: every use asks first

VARIABLE = "EARMARK_DSP"

_BITS = {
    name: 1 << bit
    for bit, name in enumerate(
        ("frames", "chroma", "mel", "mfcc", "hpss", "contrast", "flatness", "flux", "onsets")
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
_NEGLIGIBLE = 1e-7  # of the heaviest weight: what weighs less changes no chroma by more than roundings do
_NO_FRAMES: FloatArray = np.zeros(0, dtype=np.float32)


@cache
def isas() -> tuple[str, ...]:
    """Return the instruction sets of the kernels that this machine can run, best first; none without any."""
    return tuple(_native.isas()) if _native else ()


@cache
def chosen(wish: str | None) -> str | None:
    """Return the kernel for the value of ``EARMARK_DSP``; None for NumPy.

    Raises
    ------
    ArgumentError
        If no such kernel can run here.
    """
    if not wish:
        return isas()[0] if isas() else None
    if wish == "numpy":
        return None
    if wish not in isas():
        can = ", ".join(("numpy", *isas()))
        raise ArgumentError(f"{VARIABLE}={wish}, which cannot run here", f"this machine can run: {can}")
    return wish


def kernel() -> str | None:
    """Return the name of the kernel in use, or None for NumPy; the environment is asked every time."""
    return chosen(os.environ.get(VARIABLE))


class _Ears(threading.local):
    """The working memory of this thread, by kernel."""

    def __init__(self) -> None:
        self.by_isa: dict[str, Any] = {}

    def __getitem__(self, isa: str) -> Any:
        if isa not in self.by_isa:
            self.by_isa[isa] = _native.open(isa)
        return self.by_isa[isa]


_EARS = _Ears()


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
    """Return filters, shape (12, 1025), and where each is more than negligible: pitch class, first bin, end."""
    weights = np.ascontiguousarray(chroma_filters(rate_hz, N_FFT, tuning_semitones).T)
    least = _NEGLIGIBLE * float(weights.max())
    runs = [(first, pitch, end) for pitch, row in enumerate(weights) for first, end in _runs(row, least)]
    return weights, np.array([(pitch, first, end) for first, pitch, end in sorted(runs)], dtype=np.int32)


def core(isa: str, y: FloatArray, rate_hz: int, parts: frozenset[str]) -> Core:
    """Return :class:`Core`; parameters as for :func:`earmark._dsp.core.core`, `isa` is the kernel."""
    frames = 1 + len(y) // HOP if "onsets" in parts else 0
    onsets, onsets_mean = np.empty((2, frames), dtype=np.float32) if frames else (_NO_FRAMES, _NO_FRAMES)
    moments = np.zeros((_MOMENTS, 2))
    loud = _native.measure(
        _EARS[isa],
        np.ascontiguousarray(y, dtype=np.float32),
        sum(_BITS[part] for part in parts),
        _rate(rate_hz),
        lambda tuning: _chroma(rate_hz, tuning),
        moments,
        onsets if frames else np.empty(0, dtype=np.float32),
        onsets_mean if frames else np.empty(0, dtype=np.float32),
    )
    found = {
        name: moments[first : first + count]
        for part in parts
        for name, first, count in _ROWS.get(part, ())
    }
    return Core(found, loud, onsets, onsets_mean)


def mean_correlation(isa: str, onsets: FloatArray, lags: int) -> NDArray[np.float64]:
    """Return the mean autocorrelation of stretches of `lags` onsets: see :func:`earmark._dsp.tempo.resemblance`."""
    sums = np.empty(lags)
    _native.correlate(_EARS[isa], np.ascontiguousarray(onsets, dtype=np.float32), sums)
    return sums / len(onsets)
