"""Frames, windows and the short-time Fourier transform.

Arrays of spectra are laid out ``(frames, bins)``: one frame is contiguous in memory.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
ComplexArray = NDArray[np.complex64]

BLOCK_FRAMES = 64  # 64 frames of 2048 samples in double precision take 1 MiB: one core's L2 cache


@cache
def hann(n: int) -> NDArray[np.float64]:
    """Return the periodic Hann window of `n` samples."""
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n) / n)
    window.flags.writeable = False
    return window


@cache
def bin_frequencies(rate_hz: int, n_fft: int) -> NDArray[np.float64]:
    """Return the frequency of every bin in hertz, shape (1 + n_fft // 2,)."""
    bins_hz: NDArray[np.float64] = np.linspace(0.0, rate_hz / 2, 1 + n_fft // 2)
    bins_hz.flags.writeable = False
    return bins_hz


def centred_frames(y: FloatArray, length: int, hop: int, mirror_ends: bool = False) -> FloatArray:
    """Return a read-only view of the frames centred at every `hop` samples.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    length, hop : int
        Frame length (even) and step in samples.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Returns
    -------
    ndarray of float32, shape (1 + n // hop, length)
    """
    padded = np.pad(y, length // 2, mode="reflect" if mirror_ends else "constant")
    return sliding_window_view(padded, length)[::hop]


def spectra(
    y: FloatArray, n_fft: int, hop: int, mirror_ends: bool = False
) -> Iterator[tuple[slice, NDArray[np.complex128]]]:
    """Yield the Hann-windowed spectra of centred frames block by block.

    The transform runs in double precision, as librosa's does: in single precision its rounding noise would
    decide the bandwidth of a pure tone.

    Yields
    ------
    rows : slice
        Which frames these are.
    block : ndarray of complex128, shape (frames, 1 + n_fft // 2)
    """
    frames = centred_frames(y, n_fft, hop, mirror_ends)
    window = hann(n_fft)
    for start in range(0, len(frames), BLOCK_FRAMES):
        rows = slice(start, min(start + BLOCK_FRAMES, len(frames)))
        yield rows, np.fft.rfft(frames[rows] * window, axis=1)
