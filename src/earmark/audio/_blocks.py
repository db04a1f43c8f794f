"""Blocks of mono sound at a file's own rate, made of decoded frames, and the tally of what was wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from earmark.records import FloatArray

# Small enough for the processor's cache (2^17 costs 10 % more), large enough to be worth a call.
BLOCK_SAMPLES = 1 << 15
# Outside these a few bytes, or samples, would become hours once resampled.
RATES_HZ = range(1000, 6_144_001)
# Louder than any sound by 180 dB: garbage that would overflow the resampler.
_ABSURD_LEVEL = 1e9

# Type, gain and middle of FFmpeg's sample formats; 24 bits come in the upper bytes of s32.
_SAMPLE_FORMATS: dict[str, tuple[np.dtype[Any], float, float]] = {
    "u8": (np.dtype("u1"), 2.0**-7, 128.0),
    "s16": (np.dtype("i2"), 2.0**-15, 0.0),
    "s32": (np.dtype("i4"), 2.0**-31, 0.0),
    "s64": (np.dtype("i8"), 2.0**-63, 0.0),
    "flt": (np.dtype("f4"), 1.0, 0.0),
    "dbl": (np.dtype("f8"), 1.0, 0.0),
}


class Block(NamedTuple):
    """A stretch of mono sound: its rate and its samples."""

    rate_hz: int
    samples: FloatArray


@dataclass
class Damage:
    """What was skipped, filled or replaced while decoding."""

    frames: int = 0
    gap_s: float = 0.0
    jumps: int = 0
    bad_samples: int = 0
    missing_s: float = 0.0
    cut: bool = False
    stopped: str = ""

    def notes(self, decoded_s: float) -> tuple[str, ...]:
        """Say it in plain words; empty for a sound file."""
        said = []
        if self.missing_s:
            said.append(f"{decoded_s:.1f} s of {decoded_s + self.missing_s:.1f} s could be decoded")
        elif self.cut:
            said.append("the file is cut off: its last page is missing")
        if self.frames:
            said.append(f"{self.frames} damaged {'frame' if self.frames == 1 else 'frames'} skipped")
        if self.gap_s:
            said.append(f"{self.gap_s:.2f} s missing inside the sound, filled with silence")
        if self.jumps:
            said.append(f"{self.jumps} {'jump' if self.jumps == 1 else 'jumps'} in the time stamps ignored")
        if self.bad_samples:
            said.append(f"{self.bad_samples} samples that are no numbers set to 0")
        if self.stopped:
            said.append(f"reading stopped early: {self.stopped}")
        return tuple(said)


def finite(samples: FloatArray) -> tuple[FloatArray, int]:
    """Replace NaN, infinities and absurd levels by 0; return the samples and how many were replaced."""
    if not len(samples) or (samples.max() < _ABSURD_LEVEL and samples.min() > -_ABSURD_LEVEL):
        return samples, 0
    bad = ~(np.abs(samples) < _ABSURD_LEVEL)
    return np.where(bad, np.float32(0), samples), int(np.count_nonzero(bad))


def mean_of_channels(channels: list[NDArray[Any]], gain: float, offset: float = 0.0) -> FloatArray:
    """Return the plain mean of the channels in float32, less `offset`, times `gain`."""
    with np.errstate(over="ignore", invalid="ignore"):  # finite() looks after them
        total = channels[0].astype(np.float32)
        for channel in channels[1:]:
            total += channel
    total *= np.float32(gain / len(channels))
    if offset:
        total -= np.float32(offset * gain)
    return total


def silence(rate_hz: int, count: int) -> Iterator[Block]:
    """Yield so many zeros, a block at a time."""
    for done in range(0, count, BLOCK_SAMPLES):
        yield Block(rate_hz, np.zeros(min(BLOCK_SAMPLES, count - done), np.float32))


class FrameGroup:
    """Frames of one kind, converted and mixed together: a frame at a time would cost more than decoding."""

    def __init__(self) -> None:
        self._frames: list[AudioFrame] = []
        self._count = 0
        self._kind: tuple[int, int, str] | None = None

    def takes(self, frame: AudioFrame) -> bool:
        """Tell whether the frame is of the same rate, channels and format, and there is room."""
        kind = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        return self._count == 0 or (kind == self._kind and self._count * kind[1] < 2 * BLOCK_SAMPLES)

    def add(self, frame: AudioFrame) -> None:
        """Take a frame in."""
        if not self._count:
            self._kind = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        self._frames.append(frame)
        self._count += frame.samples

    def close(self, damage: Damage) -> Iterator[Block]:
        """Yield what was gathered as one block, if anything, and begin anew."""
        if self._kind is None or not self._count:
            return
        rate_hz, count, name = self._kind
        dtype, scale, middle = _SAMPLE_FORMATS[name.removesuffix("p")]
        if name.endswith("p"):
            planes = [frame.planes for frame in self._frames]
            channels = [
                np.frombuffer(
                    b"".join(
                        memoryview(p[c])[: f.samples * dtype.itemsize]
                        for p, f in zip(planes, self._frames, strict=True)
                    ),
                    dtype,
                )
                for c in range(count)
            ]
        else:
            step = count * dtype.itemsize
            packed = b"".join(memoryview(f.planes[0])[: f.samples * step] for f in self._frames)
            channels = list(np.frombuffer(packed, dtype).reshape(-1, count).T)
        samples, bad = finite(mean_of_channels(channels, scale, middle))
        damage.bad_samples += bad
        yield Block(rate_hz, samples)
        self._frames, self._count, self._kind = [], 0, None
