"""The published GTZAN columns, librosa function by function: the truth for parity and for speed.

Each function is called with the samples and its defaults, as the notebook that made the published table does:
the short-time Fourier transform is therefore computed again by every one of them.
"""

import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.records import FloatArray

# Machine code that Numba cached beside librosa crashes where the environment was copied from another machine.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / "earmark-numba"))

import librosa

RATE_HZ = 22050


def _moments(name: str, values: NDArray[Any]) -> dict[str, float]:
    """Return mean and population variance, summed in double: a mean near zero drowns in float32."""
    exact = values.astype(np.float64)
    return {f"{name}_mean": float(exact.mean()), f"{name}_var": float(exact.var())}


def gtzan57(y: FloatArray, hpss: bool = True) -> dict[str, float]:
    """Return the 57 sound columns of mono samples at 22 050 Hz, in the published order.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    hpss : bool
        False leaves out `harmony` and `perceptr`, which take six sevenths of the time.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large", category=UserWarning)
        warnings.filterwarnings("ignore", message="Trying to estimate tuning", category=UserWarning)
        feature = librosa.feature
        columns = _moments("chroma_stft", feature.chroma_stft(y=y, sr=RATE_HZ))
        columns |= _moments("rms", feature.rms(y=y))
        columns |= _moments("spectral_centroid", feature.spectral_centroid(y=y, sr=RATE_HZ))
        columns |= _moments("spectral_bandwidth", feature.spectral_bandwidth(y=y, sr=RATE_HZ))
        columns |= _moments("rolloff", feature.spectral_rolloff(y=y, sr=RATE_HZ))
        columns |= _moments("zero_crossing_rate", feature.zero_crossing_rate(y))
        if hpss:
            harmonic, percussive = librosa.effects.hpss(y)
            columns |= _moments("harmony", harmonic)
            columns |= _moments("perceptr", percussive)
        columns["tempo"] = float(np.ravel(librosa.beat.beat_track(y=y, sr=RATE_HZ)[0])[0])
        for number, row in enumerate(feature.mfcc(y=y, sr=RATE_HZ), start=1):
            columns |= _moments(f"mfcc{number}", row)
    return columns
