"""The published GTZAN columns, librosa function by function: the truth for parity and for speed.

Each function is called with the samples and its defaults, as the notebook that made the published table does:
the short-time Fourier transform is therefore computed again by every one of them. :func:`gtzan57_shared`
is what a careful user of librosa would write instead, with the spectrum computed once.
"""

import warnings
from collections.abc import Callable
from typing import Any

import benchmarks.numba_cache  # noqa: F401 - before librosa

# isort: split
import librosa
import numpy as np
from numpy.typing import NDArray

from earmark.records import FloatArray

RATE_HZ = 22050
Columns = dict[str, float]


def _moments(name: str, values: NDArray[Any]) -> Columns:
    """Return mean and population variance, summed in double: a mean near zero drowns in float32."""
    exact = values.astype(np.float64)
    return {f"{name}_mean": float(exact.mean()), f"{name}_var": float(exact.var())}


def _parts(harmonic: FloatArray, percussive: FloatArray) -> Columns:
    return _moments("harmony", harmonic) | _moments("perceptr", percussive)


def _cepstral(mfcc: NDArray[Any]) -> Columns:
    columns: Columns = {}
    for number, row in enumerate(mfcc, start=1):
        columns |= _moments(f"mfcc{number}", row)
    return columns


def _tempo(tempo: Any) -> Columns:
    return {"tempo": float(np.ravel(tempo)[0])}


_FEATURE = librosa.feature
FUNCTIONS: dict[str, Callable[[FloatArray], Columns]] = {
    "chroma_stft": lambda y: _moments("chroma_stft", _FEATURE.chroma_stft(y=y, sr=RATE_HZ)),
    "rms": lambda y: _moments("rms", _FEATURE.rms(y=y)),
    "spectral_centroid": lambda y: _moments("spectral_centroid", _FEATURE.spectral_centroid(y=y, sr=RATE_HZ)),
    "spectral_bandwidth": lambda y: _moments(
        "spectral_bandwidth", _FEATURE.spectral_bandwidth(y=y, sr=RATE_HZ)
    ),
    "spectral_rolloff": lambda y: _moments("rolloff", _FEATURE.spectral_rolloff(y=y, sr=RATE_HZ)),
    "zero_crossing_rate": lambda y: _moments("zero_crossing_rate", _FEATURE.zero_crossing_rate(y)),
    "effects.hpss": lambda y: _parts(*librosa.effects.hpss(y)),
    "beat_track": lambda y: _tempo(librosa.beat.beat_track(y=y, sr=RATE_HZ)[0]),
    "mfcc": lambda y: _cepstral(_FEATURE.mfcc(y=y, sr=RATE_HZ)),
}
"""librosa's functions in the published order, each from the samples to its columns."""


def quiet(work: Callable[[], Any]) -> Any:
    """Return what `work` does, without librosa's warnings about short and about silent sounds."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large", category=UserWarning)
        warnings.filterwarnings("ignore", message="Trying to estimate tuning", category=UserWarning)
        return work()


def gtzan57(y: FloatArray, hpss: bool = True) -> Columns:
    """Return the 57 sound columns of mono samples at 22 050 Hz, in the published order.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    hpss : bool
        False leaves out `harmony` and `perceptr`, which take six sevenths of the time.
    """
    columns: Columns = {}
    for name, function in FUNCTIONS.items():
        if hpss or name != "effects.hpss":
            columns |= quiet(lambda function=function: function(y))  # type: ignore[misc]
    return columns


def gtzan57_shared(y: FloatArray, hpss: bool = True) -> Columns:
    """Return the same columns with one spectrum for all, and the tempo without the beats.

    Parameters are those of :func:`gtzan57`.
    """
    return quiet(lambda: _shared(y, hpss))


def _shared(y: FloatArray, hpss: bool) -> Columns:
    spectrum = librosa.stft(y)
    magnitude = np.abs(spectrum)
    power = magnitude**2
    centroid = _FEATURE.spectral_centroid(S=magnitude, sr=RATE_HZ)
    bandwidth = _FEATURE.spectral_bandwidth(S=magnitude, sr=RATE_HZ, centroid=centroid)
    mel = _FEATURE.melspectrogram(S=power, sr=RATE_HZ)
    level_db = librosa.power_to_db(mel)
    columns = _moments("chroma_stft", _FEATURE.chroma_stft(S=power, sr=RATE_HZ))
    columns |= _moments("rms", _FEATURE.rms(y=y))  # that of samples: a window would change it
    columns |= _moments("spectral_centroid", centroid)
    columns |= _moments("spectral_bandwidth", bandwidth)
    columns |= _moments("rolloff", _FEATURE.spectral_rolloff(S=magnitude, sr=RATE_HZ))
    columns |= _moments("zero_crossing_rate", _FEATURE.zero_crossing_rate(y))
    if hpss:
        harmonic, percussive = librosa.decompose.hpss(spectrum)
        columns |= _parts(*(librosa.istft(part, length=len(y)) for part in (harmonic, percussive)))
    onsets = librosa.onset.onset_strength(S=level_db, sr=RATE_HZ, aggregate=np.median)
    columns |= _tempo(_FEATURE.tempo(onset_envelope=onsets, sr=RATE_HZ) if onsets.any() else 0.0)
    return columns | _cepstral(_FEATURE.mfcc(S=level_db, sr=RATE_HZ))
