"""What is measured on frames of samples: loudness and zero crossings."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.spectrum import FloatArray

T = TypeVar("T", bound=np.generic)

_ZERO = np.float32(1e-10)  # samples closer to zero than this count as zero, which is positive


def _hops(padded: NDArray[T], length: int, hop: int) -> NDArray[T]:
    """Cut padded samples into rows of `hop`, as many as whole frames take."""
    rows = (len(padded) - length) // hop + length // hop
    return padded[: rows * hop].reshape(rows, hop)


def _frame_sums(hop_sums: NDArray[np.float64], hops_per_frame: int) -> NDArray[np.float64]:
    """Add up the hops of every frame."""
    frames = len(hop_sums) - hops_per_frame + 1
    return sum((hop_sums[lag : lag + frames] for lag in range(hops_per_frame)), np.zeros(frames))


def rms(y: FloatArray, length: int, hop: int, mirror_ends: bool = False) -> NDArray[np.float64]:
    """Return the root mean square of centred frames.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples, full scale ±1.
    length, hop : int
        Frame length, a multiple of the step, and step in samples.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, or as zeros.

    Returns
    -------
    ndarray of float64, shape (1 + n // hop,)
    """
    hops = _hops(np.pad(y, length // 2, mode="reflect" if mirror_ends else "constant"), length, hop)
    energy: NDArray[np.float64] = np.einsum("ij,ij->i", hops, hops).astype(np.float64)
    return np.sqrt(_frame_sums(energy, length // hop) / length)


def zero_crossing_rate(y: FloatArray, length: int, hop: int) -> NDArray[np.float64]:
    """Return the share of samples at which the sign changes, per centred frame; the end samples are repeated.

    The first sample of a frame has no predecessor in the frame and never counts. Parameters and shapes are
    those of :func:`rms`, where `y` holds at least one sample.
    """
    negative = np.pad(y < -_ZERO, length // 2, mode="edge")
    crossing = np.zeros_like(negative)
    np.not_equal(negative[1:], negative[:-1], out=crossing[1:])
    hops = _hops(crossing, length, hop)
    counts = _frame_sums(np.count_nonzero(hops, axis=1).astype(np.float64), length // hop)
    rate: NDArray[np.float64] = (counts - hops[: len(counts), 0]) / length
    return rate
