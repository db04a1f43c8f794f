"""How far loud and soft lie apart."""

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray

_BOX_S = 0.2
_REFERENCE = 1e-12


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
    energy = _running_sums(np.square(y, dtype=np.float64), box)
    first = (min(len(y), box) - 1) // 2
    around = energy[first : first + max(len(y), box)]
    loudest, softest = (max(float(value), _REFERENCE) for value in (around.max(), around.min()))
    return float(10.0 * np.log10(loudest / softest))


def _running_sums(x: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Return the full convolution with a box: sums over any `width` neighbours, zeros beyond the ends.

    Each is the end of one block and the start of the next. Differences of one running total would be of no
    use: silence after noise would hold the rounding of the noise.
    """
    sums = len(x) + width - 1
    blocks = -(-sums // width) + 1
    padded = np.zeros(blocks * width)
    padded[width - 1 : width - 1 + len(x)] = x
    by_block = padded.reshape(blocks, width)
    to_end = np.cumsum(by_block[:, ::-1], axis=1)[:, ::-1]
    from_start = np.cumsum(by_block, axis=1)
    to_end[:-1, 1:] += from_start[1:, :-1]
    return to_end.ravel()[:sums]
