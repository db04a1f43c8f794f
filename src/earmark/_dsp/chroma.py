"""Tuning, and energy per pitch class."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray, bin_frequencies

N_CHROMA = 12
_A0_HZ = 440.0 / 16
_PEAK_RANGE_HZ = (150.0, 4000.0)
_PEAK_SHARE = np.float32(0.1)
_CENTRE_OCTAVE = 5.0
_OCTAVE_WIDTH = 2.0
_GEMM_ROWS = 16  # products this small start no threads


@lru_cache(maxsize=8)
def peak_bins(rate_hz: int, n_fft: int) -> tuple[int, int]:
    """Return the first bin that peaks are looked for in, and the one after the last."""
    first, end = np.searchsorted(bin_frequencies(rate_hz, n_fft), _PEAK_RANGE_HZ)
    return int(first), int(end)


@lru_cache(maxsize=1)
def tuning_edges() -> NDArray[np.float64]:
    """Return the 101 edges of the histogram of deviations, in semitones."""
    return np.linspace(-0.5, 0.5, 101)


def pitch_peaks(power: FloatArray, rate_hz: int) -> tuple[FloatArray, FloatArray]:
    """Return spectral peaks between 150 and 4000 Hz, interpolated by a parabola.

    A peak is above its lower neighbour, not below its upper one, and above a tenth of its frame's maximum.

    Parameters
    ----------
    power : ndarray of float32, shape (frames, bins)
        Power spectra.
    rate_hz : int
        Sampling rate.

    Returns
    -------
    frequency_hz, height : ndarray of float32, shape (peaks,)

    References
    ----------
    J. O. Smith, "Spectral Audio Signal Processing", quadratic interpolation of spectral peaks.
    """
    n_fft = 2 * (power.shape[1] - 1)
    first, last = peak_bins(rate_hz, n_fft)
    floor = _PEAK_SHARE * power.max(axis=1, keepdims=True)
    below, here, above = (power[:, first + lag : last + lag] for lag in (-1, 0, 1))
    found = np.flatnonzero((here > floor) & (here > below) & (here >= above))
    frame, peak = np.divmod(found, last - first)
    peak += first
    position = frame * power.shape[1] + peak
    left, centre, right = (power.reshape(-1).take(position + lag) for lag in (-1, 0, 1))
    curvature = right + left - 2 * centre
    slope = (right - left) / 2
    inside = np.abs(slope) < np.abs(curvature)
    shift = np.where(inside, -slope / np.where(inside, curvature, 1), 0).astype(np.float32)
    frequency_hz: FloatArray = ((peak + shift) * rate_hz / n_fft).astype(np.float32)
    height: FloatArray = centre + np.float32(0.5) * slope * shift
    return frequency_hz, height


def tuning(frequency_hz: FloatArray, height: FloatArray, bins_per_octave: int = N_CHROMA) -> float:
    """Return the deviation from A = 440 Hz in bins, -0.5 to 0.5 in steps of 0.01; 0 without peaks.

    It is the mode of the deviations of the peaks that are no lower than their median; of equal counts the
    lowest deviation wins.
    """
    if not len(frequency_hz):
        return 0.0
    high = frequency_hz[height >= np.median(height)]
    deviation = np.mod(bins_per_octave * np.log2(high / np.float32(_A0_HZ)), np.float32(1.0))
    deviation[deviation >= 0.5] -= 1.0
    counts, edges = np.histogram(deviation, tuning_edges())
    return float(edges[np.argmax(counts)])


@lru_cache(maxsize=101)
def chroma_filters(rate_hz: int, n_fft: int, tuning_semitones: float) -> FloatArray:
    """Return the weights of every bin in every pitch class, C first.

    Gaussian bumps as wide as a semitone or a bin, whichever is wider; columns of unit length, weighted by a
    Gaussian of two octaves around the fifth.

    Returns
    -------
    ndarray of float32, shape (1 + n_fft // 2, 12)
        Read-only.

    References
    ----------
    D. P. W. Ellis, "Chroma feature analysis and synthesis", 2007.
    """
    bins_hz = np.arange(1, n_fft) * (rate_hz / n_fft)
    semitones = N_CHROMA * np.log2(bins_hz / (_A0_HZ * 2.0 ** (tuning_semitones / N_CHROMA)))
    # 0 Hz has no pitch: put it one and a half octaves below the first bin, where it weighs little.
    semitones = np.concatenate([semitones[:1] - 1.5 * N_CHROMA, semitones])
    widths = np.concatenate([np.maximum(np.diff(semitones), 1.0), [1.0]])
    distance = semitones[:, None] - np.arange(N_CHROMA)
    distance = np.remainder(distance + N_CHROMA / 2 + 10 * N_CHROMA, N_CHROMA) - N_CHROMA / 2
    weights = np.exp(-0.5 * (2 * distance / widths[:, None]) ** 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    octaves = semitones[:, None] / N_CHROMA
    weights *= np.exp(-0.5 * ((octaves - _CENTRE_OCTAVE) / _OCTAVE_WIDTH) ** 2)
    from_c: FloatArray = np.roll(weights, -3, axis=1)[: 1 + n_fft // 2].astype(np.float32)
    from_c.flags.writeable = False
    return from_c


def chroma(magnitude: FloatArray, rate_hz: int, tuning_semitones: float) -> FloatArray:
    """Return energy per pitch class, C first, divided by each frame's maximum; 0 in silence.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (frames, bins)
        Magnitude spectra.
    rate_hz : int
        Sampling rate.
    tuning_semitones : float
        Deviation from A = 440 Hz.

    Returns
    -------
    ndarray of float32, shape (frames, 12)
    """
    weights = chroma_filters(rate_hz, 2 * (magnitude.shape[1] - 1), tuning_semitones)
    energy = np.empty((len(magnitude), N_CHROMA), dtype=np.float32)
    for start in range(0, len(magnitude), _GEMM_ROWS):
        rows = slice(start, start + _GEMM_ROWS)
        np.matmul(np.square(magnitude[rows]), weights, out=energy[rows])
    loudest = energy.max(axis=1, keepdims=True)
    loudest[loudest < np.finfo(np.float32).tiny] = 1.0
    energy /= loudest
    return energy
