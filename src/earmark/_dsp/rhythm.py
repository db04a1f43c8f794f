"""How many sounds begin, and how much the beats stand out."""

import math

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray

_RISE = 0.07


def onset_frames(onsets_mean: FloatArray, rate_hz: int, hop: int) -> NDArray[np.intp]:
    """Return the frames in which a sound begins.

    On the scale from the least to the greatest onset strength, a peak is the greatest within 30 ms before it,
    0.07 above the mean from 100 ms before to 100 ms after it, and more than 30 ms later than the one before.

    Parameters
    ----------
    onsets_mean : ndarray of float32, shape (frames,)
        Onset strength, the mean of the mel bands.
    rate_hz, hop : int
        Sampling rate and step of the frames in samples.

    Returns
    -------
    ndarray of int, shape (onsets,)
        In ascending order.

    References
    ----------
    S. Böck, F. Krebs, M. Schedl, "Evaluating the online capabilities of onset detection methods", ISMIR 2012.
    """
    strength = onsets_mean - onsets_mean.min()
    strength /= strength.max() + np.finfo(np.float32).tiny
    if not strength.any():
        return np.zeros(0, dtype=np.intp)
    before, around, wait = (int(span_s * rate_hz // hop) for span_s in (0.03, 0.1, 0.03))
    n = len(strength)
    greatest = strength.copy()
    for lag in range(1, before + 1):
        np.maximum(greatest[lag:], strength[:-lag], out=greatest[lag:])
    summed = np.concatenate([[0.0], np.cumsum(strength, dtype=np.float64)])
    first = np.maximum(np.arange(n) - around, 0)
    end = np.minimum(np.arange(n) + around + 1, n)
    mean = (summed[end] - summed[first]) / (end - first)
    frames: list[int] = []
    for frame in np.flatnonzero((strength == greatest) & (strength >= mean + _RISE)):
        if not frames or frame - frames[-1] > wait:
            frames.append(int(frame))
    return np.array(frames, dtype=np.intp)


def beat_strength(onsets_mean: FloatArray, beats: NDArray[np.intp]) -> float:
    """Return how many times as strong the onsets are on the beats as on average; 0 without beats.

    It is 1 where the beats mean nothing. Peak over mean, as G. Tzanetakis, G. Essl and P. Cook take it of the
    beat histogram ("Human perception and computer extraction of musical beat strength", DAFx 2002), here of
    the onsets themselves.

    Parameters
    ----------
    onsets_mean : ndarray of float32, shape (frames,)
        Onset strength, the mean of the mel bands.
    beats : ndarray of int, shape (beats,)
        What :func:`earmark._dsp.beats.beat_frames` found.

    Examples
    --------
    >>> beat_strength(np.float32([0, 3, 0, 0, 3, 0]), np.array([1, 4]))
    3.0
    """
    mean = float(onsets_mean.mean(dtype=np.float64))
    if not len(beats) or math.isclose(mean, 0.0, abs_tol=1e-30):
        return 0.0
    return float(onsets_mean[beats].mean(dtype=np.float64)) / mean
