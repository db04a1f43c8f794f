"""Onset strength and tempo.

References
----------
D. P. W. Ellis, "Beat tracking by dynamic programming", J. New Music Research 36 (2007).
P. Grosche, M. Müller, F. Kurth, "Cyclic tempogram", ICASSP 2010.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from earmark._dsp import native
from earmark._dsp.spectrum import BLOCK_FRAMES, FloatArray, hann

_MEMORY_S = 8.0
_LIKELY_BPM = 120.0
FASTEST_BPM = 320.0


def onset_strength(
    level_db: FloatArray, n_fft: int, hop: int, aggregate: Callable[..., Any] = np.median
) -> FloatArray:
    """Return how much louder the mel bands got since the frame before.

    Parameters
    ----------
    level_db : ndarray of float32, shape (frames, mels)
        Levels of a mel spectrogram.
    n_fft, hop : int
        Frame length and step in samples: rises are entered half a frame later, to counter centring.
    aggregate : callable
        How the rises of the bands, none below 0, become one number: the median of them is what tempo and
        beats are taken from, the mean what single onsets are.

    Returns
    -------
    ndarray of float32, shape (frames,)
        In decibels; the first 1 + n_fft // (2 hop) are 0.
    """
    rise_db = aggregate(np.maximum(np.diff(level_db, axis=0), 0), axis=1)
    delay = 1 + n_fft // (2 * hop)
    return np.concatenate([np.zeros(delay, dtype=np.float32), rise_db])[: len(level_db)]


@cache
def _fast_length(least: int) -> int:
    """Return the smallest length of at least that many samples whose prime factors are 2, 3 and 5."""
    lengths = [2**a * 3**b * 5**c for a in range(24) for b in range(8) for c in range(6)]
    return min(int(length) for length in lengths if length >= least)


def resemblance(onsets: FloatArray, rate_hz: int, hop: int) -> NDArray[np.float64]:
    """Return how much onsets resemble themselves some frames later, on average over stretches of 8 s.

    That is the mean autocorrelation of Hann-windowed stretches, each divided by its energy. The mean of
    inverse transforms is the inverse transform of the mean, hence only one of them.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        Onset strength.
    rate_hz, hop : int
        Sampling rate and step of the frames in samples.

    Returns
    -------
    ndarray of float64, shape (lags,)
        1 at lag 0, or less if some stretches hold no onsets, and never below 0.
    """
    lags = int(_MEMORY_S * rate_hz) // hop
    isa = native.kernel()
    if isa is None or lags > native.MOST_LAGS:
        return _mean_correlation(onsets, lags)
    return native.mean_correlation(isa, onsets, lags)


def _mean_correlation(onsets: FloatArray, lags: int) -> NDArray[np.float64]:
    """Return the mean autocorrelation of stretches of `lags` onsets."""
    padded = np.pad(onsets, lags // 2, mode="linear_ramp")
    stretches = sliding_window_view(padded, lags)[: len(onsets)]
    size = _fast_length(2 * lags - 1)
    mean_power = np.zeros(1 + size // 2)
    for start in range(0, len(stretches), BLOCK_FRAMES):
        windowed = stretches[start : start + BLOCK_FRAMES] * hann(lags)
        energy = np.einsum("ij,ij->i", windowed, windowed)
        weight = 1.0 / np.where(energy < np.finfo(np.float64).tiny, 1.0, energy)
        spectrum = np.fft.rfft(windowed, n=size, axis=1)
        mean_power += weight @ (spectrum.real**2 + spectrum.imag**2)
    # A correlation is at least 0 but for rounding, which must not reach the logarithm.
    return np.maximum(np.fft.irfft(mean_power / len(onsets), n=size)[:lags], 0.0)


def tempo(onsets: FloatArray, rate_hz: int, hop: int) -> float:
    """Return the tempo in beats per minute; 0 without onsets.

    Parameters are those of :func:`resemblance`.
    """
    return likeliest(resemblance(onsets, rate_hz, hop), rate_hz, hop) if onsets.any() else 0.0


def likeliest(resembling: NDArray[np.float64], rate_hz: int, hop: int) -> float:
    """Return the tempo in beats per minute at which onsets resemble themselves most.

    By a log-normal prior of one octave around 120 bpm and below 320 bpm; of equal lags the shortest.

    Parameters
    ----------
    resembling : ndarray of float64, shape (lags,)
        What :func:`resemblance` found; not nothing.
    rate_hz, hop : int
        Sampling rate and step of the frames in samples.
    """
    tempo_bpm, prior = _prior(len(resembling), rate_hz, hop)
    return float(tempo_bpm[np.argmax(np.log1p(1e6 * resembling[1:]) + prior)])


@cache
def _prior(lags: int, rate_hz: int, hop: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the tempo of every lag but 0, and how likely it is beforehand, in logarithms."""
    tempo_bpm = 60.0 * rate_hz / (hop * np.arange(1.0, lags))
    prior = -0.5 * (np.log2(tempo_bpm) - np.log2(_LIKELY_BPM)) ** 2
    prior[tempo_bpm >= FASTEST_BPM] = -np.inf
    return tempo_bpm, prior
