"""Where a song's samples come from: decoded block by block, or in memory, or a part of either."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from earmark import audio
from earmark.audio.windows import Window, rounded
from earmark.errors import EmptyAudioError
from earmark.records import FloatArray

_LEAST_S = 1.0  # fewer seconds than this behind what an excerpt skips are no excerpt


class Source(Protocol):
    """A song at several rates: blocks side by side, then how long it was and what there is to say of it."""

    decoded_s: float
    notes: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[FloatArray, ...]]: ...


class Memory:
    """A song, or a part of it, that is in memory at several rates."""

    def __init__(
        self, arrays: tuple[FloatArray, ...], rates_hz: tuple[int, ...], notes: tuple[str, ...]
    ) -> None:
        self._arrays = arrays
        self._rates_hz = rates_hz
        self.decoded_s = len(arrays[0]) / rates_hz[0]
        self.notes = notes

    def __iter__(self) -> Iterator[tuple[FloatArray, ...]]:
        yield self._arrays

    def part(self, start_s: float, length_s: float) -> "Memory":
        """Return a part, perhaps an empty one."""
        arrays = tuple(
            array[round(start_s * rate_hz) : round((start_s + length_s) * rate_hz)]
            for array, rate_hz in zip(self._arrays, self._rates_hz, strict=True)
        )
        return Memory(arrays, self._rates_hz, self.notes)


def part_of_file(file: audio.AudioFile, rates_hz: tuple[int, ...], start_s: float, length_s: float) -> Memory:
    """Return a part of a file, found by seeking.

    Raises
    ------
    AudioError
        If it cannot be had; an EmptyAudioError where the file ends before it.
    """
    decoding = file.decode(rates_hz, start_s, length_s)
    blocks = zip(*decoding, strict=True)
    return Memory(tuple(np.concatenate(parts) for parts in blocks), rates_hz, decoding.notes)


def excerpt(window: Window, part: Callable[[float, float], Memory]) -> tuple[Memory, float]:
    """Return the excerpt that a window names, and where it begins in seconds.

    A song that ends before it gives what is there; one that ends before its first second, the end of the
    song, as long as the excerpt would have been.
    """
    start_s = window.skip_s
    try:
        heard = part(start_s, window.length_s)
        have_s = heard.decoded_s
    except EmptyAudioError:
        have_s = 0.0
    if have_s > window.length_s - 0.001:
        return heard, start_s
    if have_s < min(_LEAST_S, window.length_s):
        all_of_it = part(0.0, start_s + _LEAST_S)
        start_s = max(0.0, all_of_it.decoded_s - window.length_s)
        heard = all_of_it.part(start_s, window.length_s)
    end_s = start_s + heard.decoded_s
    note = f"the song ends at {rounded(end_s, 4)}: heard from {rounded(start_s, 4)} on, in place of {window}"
    heard.notes = (*heard.notes, note)
    return heard, start_s
