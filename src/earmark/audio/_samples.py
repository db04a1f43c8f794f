"""Samples in memory become the same clip as the same samples in a file."""

from typing import Any

import numpy as np

from earmark.audio._blocks import finite, mean_of_channels
from earmark.audio._resample import RATE_HZ, resampled, whole_rate
from earmark.errors import ArgumentError, EmptyAudioError
from earmark.records import Clip

_MOST_CHANNELS = 64
_SHAPES = "give shape (n,), (n, channels) or (channels, n)"


def from_samples(samples: Any, rate: float, rate_hz: int = RATE_HZ) -> Clip:
    """Make a clip of samples in memory, mixed and resampled just as a file's.

    Parameters
    ----------
    samples : array_like
        Shape (n,) for mono, (n, channels) or (channels, n): the shorter axis is the channels, and of
        two equal ones the second. At most 64 channels. Floats have full scale ±1, integers that of their type
        (unsigned ones rest at its middle), which has at most 32 bits: a list of Python's ints is refused.
    rate : float
        Their sampling rate in Hz, a whole number from 1000 to 6 144 000.
    rate_hz : int
        Sampling rate of the clip, within the same limits.

    Raises
    ------
    EmptyAudioError
        No samples.
    ArgumentError
        Other shapes, types or rates.

    Examples
    --------
    >>> import numpy as np
    >>> clip = from_samples(np.full((44100, 2), 16384, np.int16), 44100)
    >>> clip.samples.shape, round(float(clip.samples[10000]), 3)
    ((22050,), 0.5)
    """
    from_hz, rate_hz = whole_rate(rate), whole_rate(rate_hz)
    try:
        array = np.asarray(samples)
    except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError: other libraries' arrays
        raise ArgumentError("samples that make no array, e.g. channels of unequal length", _SHAPES) from error
    if array.size == 0:
        raise EmptyAudioError("an array without samples", "give at least one sample")
    if array.dtype.kind not in "iuf":
        raise ArgumentError(f"samples of type {array.dtype}", "give integers or floats")
    if array.dtype.kind in "iu" and array.dtype.itemsize > 4:
        # What a list of Python's ints becomes: 16-bit sound would pass for silence.
        raise ArgumentError(
            f"samples of type {array.dtype}, whose full scale is unknown",
            "give int16 or int32 as the sound has it, e.g. np.array(samples, np.int16), or floats within ±1",
        )
    if array.ndim not in (1, 2):
        raise ArgumentError(f"an array of {array.ndim} dimensions", _SHAPES)
    channels = [array] if array.ndim == 1 else list(array if array.shape[0] < array.shape[1] else array.T)
    if len(channels) > _MOST_CHANNELS:
        raise ArgumentError(
            f"an array of shape {array.shape} with {len(channels)} channels",
            f"give at most {_MOST_CHANNELS} channels",
        )
    half = 1.0 if array.dtype.kind == "f" else 2.0 ** (8 * array.dtype.itemsize - 1)
    mono, bad = finite(mean_of_channels(channels, 1 / half, half if array.dtype.kind == "u" else 0.0))
    clip, _ = finite(resampled(mono, from_hz, rate_hz))
    if not len(clip):
        raise EmptyAudioError(f"{len(mono)} samples are too few for one at {rate_hz} Hz", "give more samples")
    return Clip(clip, rate_hz, 0.0, (f"{bad} samples that are no numbers set to 0",) if bad else ())
