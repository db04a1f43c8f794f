"""The ways to the same 57 columns: librosa function by function, with one spectrum, and each of our paths."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# One thread for linear algebra: else librosa spends a tenth more, and its idle threads spin into our turn.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from benchmarks.librosa_recipe import RATE_HZ, gtzan57, gtzan57_shared
from earmark._dsp import native
from earmark._dsp.summary import summarise
from earmark.features import FEATURE_SETS
from earmark.records import FloatArray

_LEAN = frozenset({"frames", "chroma", "mfcc", "tempo"})


def paths() -> tuple[str, ...]:
    """Return the signal paths that this machine can run, slowest first."""
    return ("numpy", *reversed(native.isas()))


@contextmanager
def forced(path: str) -> Iterator[None]:
    """Have the columns computed on that path, whatever the machine would choose."""
    before = os.environ.get(native.VARIABLE)
    os.environ[native.VARIABLE] = path
    try:
        yield
    finally:
        if before is None:
            del os.environ[native.VARIABLE]
        else:
            os.environ[native.VARIABLE] = before


def ours(y: FloatArray) -> NDArray[np.float64]:
    """Return our 57 columns of mono samples at 22 050 Hz, by the path that is in force."""
    return FEATURE_SETS["gtzan58"].compute(y).values[0, 1:]


@dataclass(frozen=True)
class Way:
    """One way to the columns.

    Attributes
    ----------
    name : str
        Its name in tables.
    full : callable or None
        From mono samples at 22 050 Hz to the 57 columns in order; None if it has nothing of the kind.
    lean : callable
        The same without the harmonic and the percussive signal; what it returns does not matter.
    path : str or None
        Our signal path; None for other people's.
    """

    name: str
    full: Callable[[FloatArray], Any] | None
    lean: Callable[[FloatArray], Any]
    path: str | None = None


def _of(path: str) -> Way:
    def full(y: FloatArray) -> NDArray[np.float64]:
        with forced(path):
            return ours(y)

    def lean(y: FloatArray) -> Any:
        with forced(path):
            return summarise(y, RATE_HZ, _LEAN)

    return Way(f"Earmark, {'NumPy' if path == 'numpy' else f'C, {path}'}", full, lean, path)


def floor(path: str) -> Callable[[FloatArray], None]:
    """Return a function that spends the least the separation can cost on a path of compiled code.

    That is one forward and one inverse transform and two medians of 31 per frame.
    """
    ear = native.EARS[path]
    return lambda y: native.kernels().floor(ear, y)


def _essentia() -> Way:
    log = import_module("essentia").log
    log.infoActive = log.warningActive = False  # before the rest greets us
    es = import_module("essentia.standard")
    low = es.LowLevelSpectralExtractor(frameSize=2048, hopSize=512, sampleRate=RATE_HZ)
    pitch = es.TonalExtractor(frameSize=2048, hopSize=512)
    beat = es.PercivalBpmEstimator(sampleRate=RATE_HZ)
    return Way("essentia (its own definitions)", None, lambda y: (low(y), pitch(y), beat(y)))


def ways() -> list[Way]:
    """Return every way that this machine knows, librosa first; essentia only where it is installed."""
    known = [
        Way(
            "librosa, function by function",
            lambda y: np.array(list(gtzan57(y).values())),
            lambda y: gtzan57(y, hpss=False),
        ),
        Way(
            "librosa, one spectrum for all",
            lambda y: np.array(list(gtzan57_shared(y).values())),
            lambda y: gtzan57_shared(y, hpss=False),
        ),
    ]
    if find_spec("essentia"):
        known.append(_essentia())
    return known + [_of(path) for path in paths()]
