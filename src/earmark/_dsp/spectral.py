"""Centre, width and upper edge of a spectrum."""

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray

_ROLLOFF_SHARE = np.float32(0.85)


def centroid_and_bandwidth(
    magnitude: FloatArray, bins_hz: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation of frequency, weighted by magnitude, in hertz; 0 in silence.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (frames, bins)
        Magnitude spectra.
    bins_hz : ndarray of float64, shape (bins,)
        Frequency of every bin.

    Returns
    -------
    centroid_hz, bandwidth_hz : ndarray of float64, shape (frames,)
    """
    # Double precision: the variance of a pure tone is a small difference of large numbers.
    powers = np.stack([np.ones_like(bins_hz), bins_hz, bins_hz**2], axis=1)
    total, first, second = (magnitude.astype(np.float64) @ powers).T
    total = np.where(total < np.finfo(np.float32).tiny, np.inf, total)
    centroid_hz = first / total
    return centroid_hz, np.sqrt(np.maximum(0.0, second / total - centroid_hz**2))


def rolloff(magnitude: FloatArray, bins_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the frequency below which 85 % of the summed magnitude lies, in hertz; 0 in silence.

    Parameters and shapes are those of :func:`centroid_and_bandwidth`. Bin after bin is added up in single
    precision, as librosa does: where the edge is a close call, its rounding decides.
    """
    upto = np.cumsum(magnitude, axis=1)
    edge = np.count_nonzero(upto < _ROLLOFF_SHARE * upto[:, -1:], axis=1)
    edge_hz: NDArray[np.float64] = bins_hz[np.minimum(edge, magnitude.shape[1] - 1)]
    return edge_hz
