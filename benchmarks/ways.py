"""The ways to the same 57 columns: librosa function by function, with one spectrum, and each of our paths."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# One thread for linear algebra: else librosa spends a tenth more, and its idle threads spin into our turn.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from benchmarks.librosa_recipe import RATE_HZ, gtzan57, gtzan57_shared
from earmark._dsp import native_core
from earmark._dsp.summary import summarise
from earmark.features import FEATURE_SETS
from earmark.records import FloatArray

LEAN = frozenset({"frames", "chroma", "mfcc", "tempo"})
"""Parts of the 57 columns without the harmonic and the percussive signal."""


def paths() -> tuple[str, ...]:
    """Return the signal paths that this machine can run, slowest first."""
    return ("numpy", *reversed(native_core.isas()))


@contextmanager
def forced(path: str) -> Iterator[None]:
    """Have the columns computed on that path, whatever the machine would choose."""
    before = os.environ.get(native_core.VARIABLE)
    os.environ[native_core.VARIABLE] = path
    try:
        yield
    finally:
        if before is None:
            del os.environ[native_core.VARIABLE]
        else:
            os.environ[native_core.VARIABLE] = before


def ours(y: FloatArray) -> NDArray[np.float64]:
    """Return our 57 columns of mono samples at 22 050 Hz, by the path that is in force."""
    return FEATURE_SETS["gtzan58"].compute(y).values[0, 1:]


def theirs(y: FloatArray) -> NDArray[np.float64]:
    """Return librosa's."""
    return np.array(list(gtzan57(y).values()))


def theirs_shared(y: FloatArray) -> NDArray[np.float64]:
    """Return librosa's, the spectrum computed once."""
    return np.array(list(gtzan57_shared(y).values()))


FULL: dict[str, Callable[[FloatArray], NDArray[np.float64]]] = {
    "librosa": theirs,
    "librosa, one spectrum": theirs_shared,
}
LEAN_WAYS: dict[str, Callable[[FloatArray], Any]] = {
    "librosa": lambda y: gtzan57(y, hpss=False),
    "librosa, one spectrum": lambda y: gtzan57_shared(y, hpss=False),
}


def cpu_s(work: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Return the CPU seconds of all threads, and the result."""
    start = time.process_time()
    result = work(*arguments)
    return time.process_time() - start, result


def lean(y: FloatArray) -> Any:
    """Compute our columns but for those of the harmonic and the percussive signal."""
    return summarise(y, RATE_HZ, LEAN)
