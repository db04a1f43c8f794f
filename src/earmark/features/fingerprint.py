"""What a recording sounds like in 32 bits every seventh of a second, whatever its format, loudness or cut.

Sound at 5512 Hz is cut into frames of 1024 samples, one every 384. The power of 33 bands between 300 and
2500 Hz, their edges a constant factor apart, is taken in nepers and averaged over 7 frames. Each bit of a
code says whether the step from one band to the next has grown or fallen 13 frames later. Steps between bands
do not feel the level, signs hardly what a codec takes away, and averages of half a second hardly where a cut
fell.

After J. Haitsma, T. Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002, with longer averages
and fewer codes.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from earmark._dsp.spectrum import hann
from earmark.records import FloatArray

CodeArray = NDArray[np.uint32]
BoolArray = NDArray[np.bool_]

RATE_HZ = 5512
CODE_S = 768 / RATE_HZ
"""Distance of two codes in seconds."""

_FRAME, _HOP, _EVERY = 1024, 384, 2
_BANDS = 33
_LOWEST_HZ, _HIGHEST_HZ = 300.0, 2500.0
_MEAN, _STEP = 7, 13  # in frames
_REACH = _MEAN + _STEP  # frames that one code hears
CONTEXT_S = (_FRAME + (_REACH - 1) * _HOP) / RATE_HZ
"""How much sound one code hears, in seconds: 1.5."""

# A band 30 dB below the frame's loudest says nothing: a codec may have put anything there.
_FLOOR = 1e-3
# The power of white noise of a level of -90 dB: less than 16 bits resolve.
_SILENCE = 1e-9 * _FRAME * 0.375
_ACTIVE, _ACTIVE_BITS = 0.1, 8
_BLOCK = 32  # frames at once: so few that the linear algebra library starts no threads, which would only wait


@cache
def _weights() -> tuple[slice, FloatArray]:
    """Return the bins that count and what each gives to each band, shape (bins, 33)."""
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1) * _FRAME / RATE_HZ
    bins = np.arange(int(edges[0]), int(edges[-1]) + 2)[:, None]
    shares = np.minimum(bins + 0.5, edges[1:]) - np.maximum(bins - 0.5, edges[:-1])
    weights = np.maximum(shares, 0.0).astype(np.float32)
    weights /= weights.sum(axis=0)
    return slice(int(bins[0, 0]), int(bins[-1, 0]) + 1), weights


def _levels(frames: FloatArray) -> FloatArray:
    """Return the level of every band in nepers of power, shape (frames, 33)."""
    bins, weights = _weights()
    spectra = np.fft.rfft(frames * hann(_FRAME).astype(np.float32), axis=1)[:, bins]
    power = (spectra.real**2 + spectra.imag**2).astype(np.float32) @ weights
    power += _FLOOR * power.max(axis=1, keepdims=True) + np.float32(_SILENCE)
    levels: FloatArray = np.log(power)
    return levels


def _codes(levels: FloatArray, first: int) -> tuple[CodeArray, BoolArray]:
    """Return the codes that begin at every second frame from `first` on, and whether each hears anything."""
    slopes = levels[:, :-1] - levels[:, 1:]
    sums = np.cumsum(slopes, axis=0, dtype=np.float64)
    sums[_MEAN:] -= sums[:-_MEAN].copy()
    means = sums[_MEAN - 1 :] / _MEAN
    steps = (means[_STEP:] - means[:-_STEP])[first::_EVERY]
    bits = np.packbits(steps > 0, axis=1, bitorder="little")
    heard = np.count_nonzero(np.abs(steps) > _ACTIVE, axis=1) >= _ACTIVE_BITS
    return np.ascontiguousarray(bits).view("<u4").ravel().astype(np.uint32), heard


def codes_of(blocks: Iterable[FloatArray]) -> tuple[CodeArray, BoolArray]:
    """Compute the codes of a sound that comes piece by piece; only a piece and its codes are in memory.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (n,)
        Mono samples at 5512 Hz, in order, in pieces of any length.

    Returns
    -------
    codes : ndarray of uint32, shape (m,)
        One for every 768 samples from which 8320 follow: code `i` hears the 1.5 s from ``i * CODE_S`` on.
    heard : ndarray of bool, shape (m,)
        Whether it says anything. In silence, in a tone and in hum hardly a band changes against the next: a
        code counts only if at least 8 of its 32 steps are over 0.1 neper.

    Examples
    --------
    >>> noise = np.random.default_rng(0).standard_normal(5512 * 30).astype(np.float32)
    >>> codes, heard = codes_of([noise])
    >>> len(codes), bool(heard.all())
    (205, True)
    >>> bool((codes_of(np.array_split(noise, 7))[0] == codes).all())
    True
    """
    found = [(np.zeros(0, np.uint32), np.zeros(0, np.bool_))]
    samples = np.zeros(0, np.float32)
    levels = np.zeros((0, _BANDS), np.float32)
    first = 0
    for block in blocks:
        samples = np.concatenate([samples, block])
        while len(samples) >= _FRAME:
            frames = sliding_window_view(samples, _FRAME)[::_HOP][:_BLOCK]
            levels = np.concatenate([levels, _levels(frames)])
            samples = samples[len(frames) * _HOP :]
            if len(levels) >= _REACH + _BLOCK:
                found.append(_codes(levels, first))
                fresh = len(levels) - _REACH + 1
                first = (first + fresh) % _EVERY
                levels = levels[fresh:]
    if len(levels) >= _REACH:
        found.append(_codes(levels, first))
    return np.concatenate([codes for codes, _ in found]), np.concatenate([heard for _, heard in found])
