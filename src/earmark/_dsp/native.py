"""The compiled kernel: which one runs, and each thread's working memory.

``EARMARK_DSP`` chooses the path: ``numpy``, or the instruction set of a kernel (``baseline``, ``avx2``,
``avx512``). By default the best that the processor can run is taken, and NumPy where none was built.
"""

import os
import threading
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray
from earmark.errors import ArgumentError

built: ModuleType | None
"""The extension module, or None where there was no compiler."""
try:
    from earmark._dsp import _native
except ImportError:
    built = None
else:
    built = _native

VARIABLE = "EARMARK_DSP"
MOST_LAGS = 512
"""Longest stretch that the kernel correlates."""


def kernels() -> ModuleType:
    """Return the extension module; it must be there."""
    if built is None:
        raise ArgumentError("no compiled kernel", f"unset {VARIABLE}, or install a C compiler and reinstall")
    return built


@cache
def isas() -> tuple[str, ...]:
    """Return the instruction sets of the kernels that this machine can run, best first; none without any."""
    return tuple(built.isas()) if built else ()


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


class Ears(threading.local):
    """The working memory of this thread, by kernel."""

    def __init__(self) -> None:
        self.by_isa: dict[str, Any] = {}

    def __getitem__(self, isa: str) -> Any:
        if isa not in self.by_isa:
            self.by_isa[isa] = kernels().open(isa)
        return self.by_isa[isa]


EARS = Ears()


def mean_correlation(isa: str, onsets: FloatArray, lags: int) -> NDArray[np.float64]:
    """Return the mean autocorrelation of stretches of onsets: :func:`earmark._dsp.tempo.resemblance`."""
    sums = np.empty(lags)
    kernels().correlate(EARS[isa], np.ascontiguousarray(onsets, dtype=np.float32), sums)
    return np.maximum(sums / len(onsets), 0.0)


def add_octave(
    isa: str, y: FloatArray, hop: int, filters: tuple[FloatArray, NDArray[np.int32]], energy: FloatArray
) -> None:
    """Add the magnitudes of one octave's filters to `energy`, shape (12, frames): `earmark._dsp.cqt`."""
    kernels().constant_q(EARS[isa], np.ascontiguousarray(y, dtype=np.float32), hop, *filters, energy)


def tonality(
    isa: str,
    energy: FloatArray,
    frames: int,
    told_by: tuple[FloatArray, FloatArray, NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the moments of chroma (12), CENS (12) and tonal centroids (6): :mod:`earmark._dsp.tonal`.

    `told_by` are the steps of CENS, its window, and the tonal centroids of the pitch classes.
    """
    moments = np.zeros((30, 2))
    kernels().tonality(EARS[isa], energy, frames, *told_by, moments)
    return moments


def energy(isa: str, y: FloatArray) -> float:
    """Return the sum of all squares."""
    squares: float = kernels().energy(EARS[isa], np.ascontiguousarray(y, dtype=np.float32))
    return squares


def extremes(isa: str, y: FloatArray, box: int, first: int, end: int) -> tuple[float, float]:
    """Return largest and smallest sum of squares over boxes that end at samples `first` .. `end` - 1."""
    samples = np.ascontiguousarray(y, dtype=np.float32)
    loudest, softest = kernels().extremes(EARS[isa], samples, box, first, end)
    return loudest, softest
