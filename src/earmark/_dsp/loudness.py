"""How far loud and soft lie apart."""

import numpy as np
from numpy.typing import NDArray

from earmark._dsp import native
from earmark._dsp.spectrum import FloatArray

_BOX_S = 0.2
_REFERENCE = 1e-12
_BLOCKS = 16  # boxes at a time: half a megabyte stays in the cache


def dynamic_range_db(y: FloatArray, rate_hz: int) -> float:
    """Return by how many decibels the loudest fifth of a second exceeds the softest.

    The level is ``10 log10(e / 1e-12)`` with ``e`` the sum of squares of the 0.2 s around every sample, and
    at least 0 dB. At the ends, half of those lie outside the sound and are silent.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples, full scale ±1.
    rate_hz : int
        Sampling rate.

    Examples
    --------
    >>> steady = np.ones(44100, dtype=np.float32)
    >>> round(dynamic_range_db(steady, 22050), 2)  # half the energy at the ends
    3.01
    """
    box = int(_BOX_S * rate_hz)
    first = (min(len(y), box) - 1) // 2
    end = first + max(len(y), box)
    isa = native.kernel()
    if isa is None:
        loudest, softest = _extremes(y, box, first, end)
    else:
        loudest, softest = native.extremes(isa, y, box, first, end)
    return float(10.0 * np.log10(max(loudest, _REFERENCE) / max(softest, _REFERENCE)))


def _extremes(y: FloatArray, box: int, first: int, end: int) -> tuple[float, float]:
    """Return largest and smallest sum of squares over boxes that end at samples `first` .. `end` - 1."""
    loudest, softest = 0.0, np.inf
    for start in range(first - first % box, end, _BLOCKS * box):
        sums = _running_sums(y, box, start)[max(first - start, 0) : end - start]
        loudest, softest = max(loudest, float(sums.max())), min(softest, float(sums.min()))
    return loudest, softest


def _running_sums(y: FloatArray, width: int, start: int) -> NDArray[np.float64]:
    """Return what `start` and what follows it is in the full convolution of squares with a box.

    That are sums over any `width` neighbours, zeros beyond the ends; 16 boxes of them, and `start` is a
    multiple of a box. Each sum is the end of one block and the start of the next. Differences of one running
    total would be of no use: silence after noise would hold the rounding of the noise.
    """
    squares = np.zeros((_BLOCKS + 1) * width)
    from_sample = start - (width - 1)
    heard = y[max(from_sample, 0) : max(from_sample + len(squares), 0)]
    lead = max(-from_sample, 0)
    np.square(heard, out=squares[lead : lead + len(heard)], dtype=np.float64)
    by_block = squares.reshape(-1, width)
    sums = np.cumsum(by_block[:-1, ::-1], axis=1)[:, ::-1]
    sums[:, 1:] += np.cumsum(by_block[1:, :-1], axis=1)
    return sums.ravel()
