"""One pass over a signal: everything that the feature sets take their columns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.passes import HOP, measure
from earmark._dsp.spectrum import FloatArray
from earmark._dsp.tempo import tempo


@dataclass(frozen=True)
class Description:
    """What was measured on centred frames of 2048 samples, 512 apart.

    Attributes
    ----------
    chroma : ndarray of float32, shape (frames, 12)
        Energy per pitch class, C first, 1 for the strongest.
    rms : ndarray of float64, shape (frames,)
        Root mean square, full scale ±1.
    centroid_hz, bandwidth_hz, rolloff_hz : ndarray of float64, shape (frames,)
        Mean, standard deviation and 85-% point of frequency.
    zero_crossing_rate : ndarray of float64, shape (frames,)
        Sign changes per sample.
    mfcc : ndarray of float32, shape (frames, 20)
        Mel-frequency cepstral coefficients of levels in decibels.
    tempo_bpm : float
        Tempo, 0 without onsets.
    harmonic, percussive : ndarray of float32, shape (samples,)
        Two signals that sum to the whole; empty if they were not asked for.
    """

    chroma: FloatArray
    rms: NDArray[np.float64]
    centroid_hz: NDArray[np.float64]
    bandwidth_hz: NDArray[np.float64]
    rolloff_hz: NDArray[np.float64]
    zero_crossing_rate: NDArray[np.float64]
    mfcc: FloatArray
    tempo_bpm: float
    harmonic: FloatArray
    percussive: FloatArray


def describe(y: FloatArray, rate_hz: int, separate: bool = True, mirror_ends: bool = False) -> Description:
    """Measure a mono signal.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        At least one finite sample.
    rate_hz : int
        Sampling rate.
    separate : bool
        Whether to part it into harmonic and percussive, which takes half of the time.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> round(float(np.median(describe(tone, 22050).centroid_hz)))
    440
    """
    parts = frozenset({"frames", "chroma", "mfcc", "onsets"}) | ({"hpss"} if separate else set())
    found = measure(y, rate_hz, parts, mirror_ends)
    return Description(
        chroma=found["chroma"],
        rms=found["rms"],
        centroid_hz=found["centroid_hz"],
        bandwidth_hz=found["bandwidth_hz"],
        rolloff_hz=found["rolloff_hz"],
        zero_crossing_rate=found["zero_crossing_rate"],
        mfcc=found["mfcc"],
        tempo_bpm=tempo(found["onsets"], rate_hz, HOP),
        harmonic=found.get("harmonic", y[:0]),
        percussive=found.get("percussive", y[:0]),
    )
