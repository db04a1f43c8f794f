"""Harmonic and percussive parts by median filtering.

References
----------
D. FitzGerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
"""

import numpy as np

from earmark._dsp.median import median_over_columns, median_over_rows
from earmark._dsp.spectrum import ComplexArray, FloatArray, hann

_BLOCK_FRAMES = 128
# Where both medians are nothing the mask is a half; anything above this value outweighs it.
_NOTHING = np.finfo(np.float32).tiny


def harmonic_part(spectrum: ComplexArray, magnitude: FloatArray, n_samples: int, hop: int) -> FloatArray:
    """Return the harmonic part of a signal; the percussive part is what is left of the signal.

    A sustained tone outlasts the median over time and a click the median over frequency; the soft mask
    ``h² / (h² + p²)`` weighs one against the other (kernel 31, power 2, margin 1). With margin 1 the masks
    sum to 1, so that subtracting replaces a second inverse transform.

    Parameters
    ----------
    spectrum : ndarray of complex64, shape (frames, bins)
        Short-time Fourier transform of centred, Hann-windowed frames; it is masked in place.
    magnitude : ndarray of float32, shape (frames, bins)
        Its absolute values.
    n_samples : int
        Length of the signal.
    hop : int
        Step of the frames in samples; it divides the frame length.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
    """
    mask = median_over_rows(magnitude, role="mask")
    for start in range(0, len(mask), _BLOCK_FRAMES):
        rows = slice(start, start + _BLOCK_FRAMES)
        harmonic, percussive = mask[rows], median_over_columns(magnitude[rows], role="percussive")
        np.square(harmonic, out=harmonic)
        np.square(percussive, out=percussive)
        percussive += harmonic
        percussive += 2 * _NOTHING
        harmonic += _NOTHING
        harmonic /= percussive
    return _overlap_add(spectrum, mask, n_samples, hop)


def _overlap_add(spectrum: ComplexArray, mask: FloatArray, n_samples: int, hop: int) -> FloatArray:
    """Mask `spectrum` and invert it: window again, add the frames, divide by the sum of squared windows."""
    n_fft = 2 * (spectrum.shape[1] - 1)
    overlap = n_fft // hop
    window: FloatArray = hann(n_fft).astype(np.float32)
    hops = np.zeros((len(spectrum) + overlap - 1, hop), dtype=np.float32)
    for start in range(0, len(spectrum), _BLOCK_FRAMES):
        rows = slice(start, start + _BLOCK_FRAMES)
        np.multiply(spectrum[rows], mask[rows], out=spectrum[rows])
        frames = np.fft.irfft(spectrum[rows], n=n_fft, axis=1)
        frames *= window
        for lag in range(overlap):
            hops[start + lag : start + lag + len(frames)] += frames[:, lag * hop : (lag + 1) * hop]
    _divide_by_windows(hops, window.reshape(overlap, hop), len(spectrum))
    return hops.ravel()[n_fft // 2 : n_fft // 2 + n_samples]


def _divide_by_windows(hops: FloatArray, window: FloatArray, frames: int) -> None:
    """Divide by the sum of the squared windows that overlap there: all of them, but for the ends.

    Half a frame at either end lies outside the signal; inside it that sum is above zero.
    """
    squared = window**2
    overlap = len(window)
    whole = slice(overlap - 1, frames)
    hops[whole] /= squared.sum(axis=0)
    for row in [*range(min(overlap - 1, len(hops))), *range(max(frames, overlap - 1), len(hops))]:
        weight = squared[max(0, row - frames + 1) : row + 1].sum(axis=0)
        hops[row] /= np.maximum(weight, _NOTHING)
