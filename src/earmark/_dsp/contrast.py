"""How peaky, how flat and how changeable spectra are."""

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray, bin_frequencies

N_BANDS = 7
_LOWEST_EDGE_HZ = 200.0
_QUANTILE = 0.02
_FLOOR = np.float32(1e-10)
_RANGE_DB = 80.0


@cache
def bands(rate_hz: int, n_fft: int) -> tuple[tuple[slice, int], ...]:
    """Return the bins of every octave, the lowest below 200 Hz, and how many make a fiftieth of them.

    Bands begin one bin below their edge and end one short of it, but for the last; librosa does so.
    """
    bins_hz = bin_frequencies(rate_hz, n_fft)
    edges_hz = np.concatenate([[0.0], _LOWEST_EDGE_HZ * 2.0 ** np.arange(N_BANDS)])
    found = []
    for number, (low_hz, high_hz) in enumerate(pairwise(edges_hz)):
        inside = np.flatnonzero((bins_hz >= low_hz) & (bins_hz <= high_hz))
        first, end = int(inside[0]) - (number > 0), int(inside[-1]) + 1
        last = number == N_BANDS - 1
        end = len(bins_hz) if last else end
        few = max(1, int(np.rint(_QUANTILE * (end - first))))
        found.append((slice(first, end if last else end - 1), few))
    return tuple(found)


def peaks_and_valleys(magnitude: FloatArray, rate_hz: int, out: FloatArray) -> None:
    """Write the mean of the highest and of the lowest fiftieth of every octave band to `out`.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (frames, bins)
        Magnitude spectra.
    rate_hz : int
        Sampling rate, above 12 800 Hz: the top band begins at 6400 Hz.
    out : ndarray of float32, shape (2, frames, 7)
        Peaks, then valleys.
    """
    for number, (bins, few) in enumerate(bands(rate_hz, 2 * (magnitude.shape[1] - 1))):
        band = magnitude[:, bins]
        if few == 1:
            band.max(axis=1, out=out[0, :, number])
            band.min(axis=1, out=out[1, :, number])
        else:
            ordered = np.partition(band, (few - 1, band.shape[1] - few), axis=1)
            ordered[:, -few:].mean(axis=1, out=out[0, :, number])
            ordered[:, :few].mean(axis=1, out=out[1, :, number])


def contrast_db(peaks: FloatArray, valleys: FloatArray) -> NDArray[np.float64]:
    """Return by how many decibels peaks stand above valleys.

    Either is first limited to 80 dB below its own loudest in the whole signal, as librosa does.

    Parameters
    ----------
    peaks, valleys : ndarray of float32, shape (frames, 7)
        What :func:`peaks_and_valleys` found.

    References
    ----------
    D.-N. Jiang et al., "Music type classification by spectral contrast feature", ICME 2002.
    """
    levels_db = [
        10.0 * np.log10(np.maximum(values, _FLOOR).astype(np.float64)) for values in (peaks, valleys)
    ]
    high_db, low_db = (np.maximum(level_db, level_db.max() - _RANGE_DB) for level_db in levels_db)
    contrast: NDArray[np.float64] = high_db - low_db
    return contrast


def flatness(power: FloatArray) -> NDArray[np.float64]:
    """Return geometric over arithmetic mean of power spectra ``(frames, bins)``: 1 where all bins are alike.

    References
    ----------
    A. H. Gray and J. D. Markel, "A spectral-flatness measure for studying the autocorrelation method of
    linear prediction of speech analysis", IEEE Trans. ASSP 22 (1974).
    """
    audible = np.maximum(power, _FLOOR)
    arithmetic = audible.mean(axis=1, dtype=np.float64)
    share: NDArray[np.float64] = (
        np.exp(np.log(audible, out=audible).mean(axis=1, dtype=np.float64)) / arithmetic
    )
    return share


def flux(magnitude: FloatArray, before: FloatArray) -> NDArray[np.float64]:
    """Return the root mean square over the bins of what changed since the frame before.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (frames, bins)
        Magnitude spectra.
    before : ndarray of float32, shape (0 or 1, bins)
        The frame before the first; none at the start of a signal.

    Returns
    -------
    ndarray of float64, shape (frames,), one less at the start of a signal
        In units of the spectrum.

    References
    ----------
    A. Lerch, "An Introduction to Audio Content Analysis", 2012, section 3.3.4; there with half the number
    of bins in place of its root.
    """
    change = np.diff(magnitude, axis=0, prepend=before)
    energy: NDArray[np.float64] = np.einsum("ij,ij->i", change, change).astype(np.float64)
    flux_per_frame: NDArray[np.float64] = np.sqrt(energy / magnitude.shape[1])
    return flux_per_frame
