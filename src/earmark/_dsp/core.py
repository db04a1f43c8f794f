"""The heart of every feature set: from samples to moments, by the fastest path there is."""

import numpy as np

from earmark._dsp import native, native_core, numpy_core
from earmark._dsp.numpy_core import Core
from earmark._dsp.passes import PARTS
from earmark._dsp.spectrum import FloatArray
from earmark.errors import ArgumentError

__all__ = ["PARTS", "Core", "core"]

_LOUDEST = 1e12  # squares of sums of louder samples would not fit single precision


def core(y: FloatArray, rate_hz: int, parts: frozenset[str], mirror_ends: bool = False) -> Core:
    """Measure a mono signal on centred frames of 2048 samples, 512 apart.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        At least one sample; finite, full scale ±1.
    rate_hz : int
        Sampling rate.
    parts : frozenset of str
        Keys of :data:`PARTS`; nothing else is computed.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Returns
    -------
    Core

    Raises
    ------
    ArgumentError
        If there are no samples, or one of them is NaN, infinite or beyond 1e12.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> [[mean, variance]] = core(tone, 22050, frozenset({"frames"})).moments["rms"]
    >>> round(float(mean), 1)
    0.7
    """
    if not len(y):
        raise ArgumentError("no samples", "give at least one")
    isa = native.kernel()
    energy = np.einsum("i,i->", y, y) if isa is None else native.energy(isa, y)
    if not energy <= _LOUDEST**2:  # quicker to know than the peak; NaN is not less either
        _check_peak(y)
    if isa is None or mirror_ends:
        return numpy_core.core(y, rate_hz, parts, mirror_ends)
    return native_core.core(isa, y, rate_hz, parts)


def _check_peak(y: FloatArray) -> None:
    """Refuse samples that are no numbers, or too large for their squares to be any."""
    peak = max(float(y.max()), -float(y.min()))
    if not peak <= _LOUDEST:
        raise ArgumentError(
            f"samples up to {peak:g}", f"give finite ones up to {_LOUDEST:g}: full scale is 1"
        )
