"""One resampler for all sound, fed a block at a time, and the rates that it may be asked for."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import soxr

from earmark.audio._blocks import RATES_HZ, Block
from earmark.errors import ArgumentError
from earmark.records import FloatArray

RATE_HZ = 22050
"""The rate at which everything in Earmark listens."""

NOTHING = np.zeros(0, np.float32)
_MARGIN = 2048
"""Samples of the lower rate that soxr HQ hears on either side of an excerpt; its filter is shorter."""


class _Resampler:
    """soxr HQ over consecutive blocks; nothing at all where the rates are equal."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._soxr = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, "float32", "HQ")

    def push(self, samples: FloatArray, *, last: bool = False) -> FloatArray:
        if self._soxr is None:
            return samples
        return np.asarray(self._soxr.resample_chunk(samples, last=last), np.float32)

    def flush(self) -> FloatArray:
        return self.push(NOTHING, last=True)


def at_one_rate(blocks: Iterator[Block], rate_hz: int) -> Iterator[FloatArray]:
    """Bring blocks whose rate changes in mid-stream (chained Ogg, joined mp3) to the rate of the first."""
    foreign: _Resampler | None = None
    foreign_hz = rate_hz
    for block in blocks:
        if block.rate_hz != foreign_hz:
            if foreign is not None:
                yield foreign.flush()
            foreign_hz = block.rate_hz
            foreign = None if foreign_hz == rate_hz else _Resampler(foreign_hz, rate_hz)
        yield block.samples if foreign is None else foreign.push(block.samples)
    if foreign is not None:
        yield foreign.flush()


def resampled(samples: FloatArray, from_hz: int, to_hz: int) -> FloatArray:
    """Bring samples in memory to another rate."""
    return Channel(from_hz, to_hz).push(samples, last=True)


class Channel:
    """What one rate hears of a file that is decoded once for all of them: an excerpt, or the whole.

    Parameters
    ----------
    from_hz, to_hz : int
        The file's rate and that of the excerpt.
    start : int
        First sample of the excerpt, at its own rate.
    count : int or None
        How many samples it has at most; None for all that follow.

    Attributes
    ----------
    first, until : int, float
        The samples of the file that it is made of, `until` being infinite without a count.
    """

    def __init__(self, from_hz: int, to_hz: int, start: int = 0, count: int | None = None) -> None:
        # soxr's output falls on the samples of the whole only from a start that both rates share.
        shared = math.gcd(from_hz, to_hz)
        down, up = from_hz // shared, to_hz // shared
        margin = 0 if down == up else math.ceil(_MARGIN / min(down, up))
        units = max(0, start // up - margin)
        self.first = units * down
        self.until = math.inf if count is None else -(-((start + count) * down) // up) + margin * down
        self._at = 0
        self._skip = start - units * up
        self._count = math.inf if count is None else count
        self._resampler = _Resampler(from_hz, to_hz)

    def begin(self, position: int) -> None:
        """Say which sample of the file comes first, one no later than :attr:`first`."""
        self._at = position

    def push(self, samples: FloatArray, *, last: bool = False) -> FloatArray:
        """Take the next samples of the file and return those of the excerpt, perhaps none."""
        before = self.first - self._at
        self._at += len(samples)
        if before > 0:
            samples = samples[before:]
        made = self._resampler.push(samples, last=last)
        kept = made[self._skip :] if self._skip else made
        self._skip = max(0, self._skip - len(made))
        if self._count < len(kept):
            kept = kept[: int(self._count)]
        self._count -= len(kept)
        return kept

    def flush(self) -> FloatArray:
        """Return what was held back when the file, or its part, has ended."""
        return self.push(NOTHING, last=True)


def joined(pieces: list[FloatArray]) -> FloatArray:
    """Return consecutive pieces as one array; a single one is not copied."""
    return pieces[0] if len(pieces) == 1 else np.concatenate([NOTHING, *pieces])


def whole_rate(rate_hz: Any) -> int:
    """Return a sampling rate as a number of Python's, or say why it is none."""
    if isinstance(rate_hz, np.ndarray) and rate_hz.ndim == 0:  # what NumPy's archives give
        rate_hz = rate_hz.item()
    hint = f"give a whole number from {RATES_HZ[0]} to {RATES_HZ[-1]}, e.g. 22050"
    if not isinstance(rate_hz, int | float | np.integer | np.floating):
        raise ArgumentError(f"a sampling rate of type {type(rate_hz).__name__}", hint)
    if not (RATES_HZ[0] <= rate_hz <= RATES_HZ[-1] and rate_hz == int(rate_hz)):
        raise ArgumentError(f"a sampling rate of {rate_hz} Hz", hint)
    return int(rate_hz)
