"""Mel filters and the mel spectrogram."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray, bin_frequencies, centred_frames, spectra

_LINEAR_HZ_PER_MEL = 200.0 / 3.0
_LOG_FROM_HZ = 1000.0
_LOG_FROM_MEL = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0
_BAND_FILTERS = 8
_POWER_FLOOR = 1e-10
_RANGE_DB = 80.0


def mel_to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert Slaney's mels to hertz: linear below 1 kHz, logarithmic above."""
    linear = mels * _LINEAR_HZ_PER_MEL
    above = np.maximum(mels - _LOG_FROM_MEL, 0.0)
    return np.where(mels < _LOG_FROM_MEL, linear, _LOG_FROM_HZ * np.exp(_LOG_STEP * above))


def hz_to_mel(frequency_hz: float) -> float:
    """Convert hertz to Slaney's mels."""
    if frequency_hz < _LOG_FROM_HZ:
        return frequency_hz / _LINEAR_HZ_PER_MEL
    return float(_LOG_FROM_MEL + np.log(frequency_hz / _LOG_FROM_HZ) / _LOG_STEP)


@cache
def mel_filters(rate_hz: int, n_fft: int, n_mels: int) -> FloatArray:
    """Return triangular filters of constant energy from 0 Hz to half the rate.

    Returns
    -------
    ndarray of float32, shape (n_mels, 1 + n_fft // 2)
        Read-only.

    References
    ----------
    M. Slaney, "Auditory Toolbox", Interval Research Technical Report 1998-010.
    """
    bins_hz = bin_frequencies(rate_hz, n_fft)
    edges_hz = mel_to_hz(np.linspace(0.0, hz_to_mel(rate_hz / 2), n_mels + 2))
    widths_hz = np.diff(edges_hz)
    rising = (bins_hz - edges_hz[:-2, None]) / widths_hz[:-1, None]
    falling = (edges_hz[2:, None] - bins_hz) / widths_hz[1:, None]
    area = 2.0 / (edges_hz[2:] - edges_hz[:-2])
    weights = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    weights *= area[:, None].astype(np.float32)
    weights.flags.writeable = False
    return weights


@cache
def _bands(rate_hz: int, n_fft: int, n_mels: int) -> tuple[tuple[slice, slice, FloatArray], ...]:
    """Cut the filters into groups of neighbours, each with the bins that it covers."""
    weights = mel_filters(rate_hz, n_fft, n_mels)
    bands = []
    for start in range(0, n_mels, _BAND_FILTERS):
        group = weights[start : start + _BAND_FILTERS]
        covered = np.flatnonzero(group.any(axis=0))
        first, last = (covered[0], covered[-1] + 1) if len(covered) else (0, 0)
        filters = slice(start, start + len(group))
        bands.append((filters, slice(first, last), np.ascontiguousarray(group[:, first:last].T)))
    return tuple(bands)


def mel_power(power: FloatArray, rate_hz: int, n_mels: int, out: FloatArray) -> None:
    """Weigh power spectra ``(frames, bins)`` by the mel filters into `out`, ``(frames, n_mels)``.

    The filter matrix is nearly empty. Its diagonal blocks take an eighth of the products, and each is small
    enough that the linear algebra library starts no threads, whose waiting would cost more than the work.
    """
    n_fft = 2 * (power.shape[1] - 1)
    for filters, bins, weights in _bands(rate_hz, n_fft, n_mels):
        np.matmul(power[:, bins], weights, out=out[:, filters])


def mel_spectrogram(y: FloatArray, rate_hz: int, n_fft: int, hop: int, n_mels: int) -> FloatArray:
    """Return the power mel spectrogram of centred, Hann-windowed frames.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples; any length, beyond the ends lie zeros.
    rate_hz : int
        Sampling rate.
    n_fft, hop : int
        Frame length (even) and step in samples.
    n_mels : int
        Number of filters, Slaney's scale and norm, 0 Hz to half the rate.

    Returns
    -------
    ndarray of float32, shape (1 + n // hop, n_mels)
        Power per filter, in squared units of the spectrum.

    Examples
    --------
    >>> import numpy as np
    >>> mel_spectrogram(np.zeros(16000, dtype=np.float32), 16000, 512, 256, 96).shape
    (63, 96)
    """
    mels = np.empty((len(centred_frames(y, n_fft, hop)), n_mels), dtype=np.float32)
    for rows, block in spectra(y, n_fft, hop):
        power = (block.real**2 + block.imag**2).astype(np.float32)
        mel_power(power, rate_hz, n_mels, out=mels[rows])
    return mels


def power_to_db(power: FloatArray) -> FloatArray:
    """Convert power to decibels re 1; nothing is left more than 80 dB below the array's loudest."""
    level_db: FloatArray = np.maximum(power, np.float32(_POWER_FLOOR))
    np.log10(level_db, out=level_db)
    level_db *= np.float32(10.0)
    np.maximum(level_db, level_db.max() - np.float32(_RANGE_DB), out=level_db)
    return level_db


def cepstrum(level_db: FloatArray, n_coefficients: int) -> FloatArray:
    """Return the first mel-frequency cepstral coefficients: the orthonormal DCT-II of each frame's levels."""
    return (level_db @ cosines(level_db.shape[1], n_coefficients)).astype(np.float32)


@cache
def cosines(n: int, n_coefficients: int) -> NDArray[np.float64]:
    """Return the first columns of the orthonormal DCT-II, shape (n, n_coefficients)."""
    angle = np.pi / n * np.outer(np.arange(n) + 0.5, np.arange(n_coefficients))
    basis: NDArray[np.float64] = np.sqrt(2 / n) * np.cos(angle)
    basis[:, 0] = np.sqrt(1 / n)
    return basis
