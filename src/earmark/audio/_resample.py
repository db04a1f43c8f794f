"""One resampler for all sound, fed a block at a time, and the rates that it may be asked for."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import soxr

from earmark.audio._blocks import RATES_HZ, Block
from earmark.errors import ArgumentError
from earmark.records import FloatArray

RATE_HZ = 22050
"""The rate at which everything in Earmark listens."""


class _Resampler:
    """soxr HQ over consecutive blocks; nothing at all where the rates are equal."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._soxr = None if from_hz == to_hz else soxr.ResampleStream(from_hz, to_hz, 1, "float32", "HQ")

    def push(self, samples: FloatArray, *, last: bool = False) -> FloatArray:
        if self._soxr is None:
            return samples
        return np.asarray(self._soxr.resample_chunk(samples, last=last), np.float32)

    def flush(self) -> FloatArray:
        return self.push(np.zeros(0, np.float32), last=True)


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


def resampled(pieces: Iterator[FloatArray], from_hz: int, to_hz: int) -> Iterator[FloatArray]:
    resampler = _Resampler(from_hz, to_hz)
    for piece in pieces:
        yield resampler.push(piece)
    if from_hz != to_hz:
        yield resampler.flush()


def joined(pieces: list[FloatArray]) -> FloatArray:
    """Return consecutive pieces as one array; a single one is not copied."""
    return pieces[0] if len(pieces) == 1 else np.concatenate([np.zeros(0, np.float32), *pieces])


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
