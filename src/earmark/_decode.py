"""From a local file to blocks of mono samples at the file's own rate; the only room that knows PyAV.

FFmpeg (inside PyAV's wheel) finds the sound and decodes it, and does nothing else: mixing to mono and
changing the rate are ours, because its mono mix is 3 dB louder than the mean and its default resampler moves
features.

The file is read by Python and handed over as bytes. FFmpeg itself may open nothing: the list of protocols is
empty and only formats that hold sound are tried, so a playlist dressed up as a song reaches no other file.
"""

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container.input import InputContainer
from numpy.typing import NDArray

from earmark._files import AnyPath, open_local, shown
from earmark.errors import EmptyAudioError, NotAudioError, UnreadableError
from earmark.records import FloatArray

# Containers of sound, no playlists, no subtitles, no pictures, no devices.
_FORMATS = """
    3dostr aac ac3 ac4 aea aiff amr amrnb amrwb ape apc asf asf_o au avi avr caf dsf dts dtshd eac3 ea flac
    flv gsm iamf iff ircam loas matroska matroska,webm mlp mmf mov mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg
    mpegts nistsphere nut ogg oma paf pvf qcp qoa rm rso sds shn smjpeg sol sox spdif svx tak tta truehd voc vqf
    w64 wav webm wsaud wtv wv wve xa xwma
"""
_OPEN_OPTIONS = {
    "protocol_whitelist": "none",
    "format_whitelist": ",".join(_FORMATS.split()),
}
# Headers without a length: FFmpeg divides the file's size by the bit rate.
_LENGTH_FROM_BIT_RATE = frozenset({"aac", "ac3", "dts", "dtshd", "eac3", "loas", "mlp", "truehd"})
_LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "tak", "shorten")

_READ_BYTES = 1 << 16
_BLOCK_SAMPLES = 1 << 17
# Before an excerpt a lossy decoder fills its overlap and bit reservoir (mp3: up to 20 frames of 26 ms).
_PREROLL_S = 1.0
# Timestamps may stray this far from the count of samples before it counts as a gap; one lost frame is more.
_JITTER_S = 0.005
_VORBIS_BLOCK = 8192
_MOST_WITNESSES = 256
# A longer hole than this is believed only if the file's stated length leaves room for it.
_LONGEST_HOLE_S = 60.0
_MOST_FAILED_READS = 16
# Priming and padding make a whole file up to this much shorter than it states.
_SHORT_S = 0.25
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
    """A stretch of mono sound: where it begins (in samples at the file's rate), its own rate, its samples."""

    at: float
    rate_hz: int
    samples: FloatArray


@dataclass(frozen=True)
class AudioInfo:
    """What a file says about its sound.

    Attributes
    ----------
    duration_s : float or None
        Length in seconds; None if the file does not tell.
    rate_hz : int
        Sampling rate of the decoded sound.
    channels : int
        Number of channels, 1 to 64.
    codec, container : str
        FFmpeg's names, for example ``"mp3float"`` in ``"mp3"``.
    """

    duration_s: float | None
    rate_hz: int
    channels: int
    codec: str
    container: str


@dataclass
class Damage:
    """What was skipped, filled or replaced while decoding."""

    frames: int = 0
    gap_s: float = 0.0
    jumps: int = 0
    bad_samples: int = 0
    missing_s: float = 0.0
    stopped: str = ""

    def notes(self, decoded_s: float) -> tuple[str, ...]:
        """Say it in plain words; empty for a sound file."""
        said = []
        if self.missing_s:
            said.append(f"{decoded_s:.1f} s of {decoded_s + self.missing_s:.1f} s could be decoded")
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
    total = channels[0].astype(np.float32)
    for channel in channels[1:]:
        total += channel
    total *= np.float32(gain / len(channels))
    if offset:
        total -= np.float32(offset * gain)
    return total


class Decoder:
    """One open file, decoded once from the start or, after :meth:`seek`, from near a given sample.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError
    """

    def __init__(self, path: AnyPath) -> None:
        self.name = shown(path)
        self.damage = Damage()
        self.fresh = True
        self._source = open_local(path)
        try:
            self._container = self._open()
            self._stream = self._sound()
            self._frames = self._decoded()
            first = next(self._frames, None)
            if first is None:
                raise EmptyAudioError(
                    f"'{self.name}' holds no sound that could be decoded",
                    "it is empty or damaged: copy it again",
                )
        except BaseException:
            self.close()
            raise
        self._ahead = [first]
        self._clock = 0.0
        self._origin = first.pts
        self._tick = float(self._stream.time_base or 0)
        self.info = self._described(first)
        self.decoded_s = 0.0

    def _open(self) -> InputContainer:
        try:
            return av.open(
                self._source, "r", options=_OPEN_OPTIONS, metadata_errors="replace", buffer_size=_READ_BYTES
            )
        except (av.error.FFmpegError, ValueError, OSError) as error:
            if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError):
                raise UnreadableError(f"'{self.name}' cannot be read: {error}", "check the disk") from error
            raise NotAudioError(
                f"'{self.name}' is no sound file that Earmark can read",
                "check that it plays; if it does, convert it to wav, flac or mp3",
            ) from error

    def _sound(self) -> AudioStream:
        stream = self._container.streams.best("audio")
        if not isinstance(stream, AudioStream):
            raise NotAudioError(
                f"'{self.name}' holds no sound (found: {self._container.format.name})",
                "name a file with music in it",
            )
        if stream.codec_context is None:
            raise NotAudioError(
                f"the sound in '{self.name}' is coded in a way that Earmark cannot decode",
                "convert it to wav, flac or mp3",
            )
        # Frames of sound are too small for threads to pay: they only raise the CPU cost.
        stream.codec_context.thread_type = "NONE"
        if stream.codec_context.name == "flac":
            # FLAC has checksums: a frame that fails is skipped and told, not played as noise.
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        return stream

    def _described(self, first: AudioFrame) -> AudioInfo:
        duration = self._container.duration
        stream = self._stream
        seconds: float | None = None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
        elif duration is not None and duration > 0:
            seconds = duration / 1e6
        return AudioInfo(
            duration_s=seconds if seconds and seconds > 0 else None,
            rate_hz=first.sample_rate,
            channels=first.layout.nb_channels,
            codec=stream.codec_context.name,
            container=self._container.format.name,
        )

    @property
    def estimated(self) -> bool:
        """Whether the length is a guess from the bit rate, not a statement of the file."""
        name = self.info.container
        if name == "mp3":
            return not any(tag in self._source.head for tag in (b"Xing", b"Info", b"VBRI"))
        return name in _LENGTH_FROM_BIT_RATE

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        container = getattr(self, "_container", None)
        if container is not None:
            container.close()
        self._source.close()

    def _decoded(self) -> Iterator[AudioFrame]:
        """Yield the frames that decode, counting those that do not."""
        failed = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError as error:
                failed += 1
                if failed >= _MOST_FAILED_READS or isinstance(error, av.error.EOFError):
                    self.damage.stopped = "the rest is damaged"
                    return
                packets = self._container.demux(self._stream)
                continue
            except OSError as error:
                self.damage.stopped = str(error.strerror or error)
                return
            failed = 0
            try:
                frames = packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damage.frames += 1
                continue
            for frame in frames:
                if isinstance(frame, AudioFrame) and frame.samples and frame.layout.nb_channels:
                    yield frame

    def seek(self, sample: int) -> bool:
        """Go to shortly before a sample, so that decoding is warm when it gets there.

        Returns
        -------
        bool
            False where time stamps are too coarse or missing to say which sample is which; the caller
            then decodes a fresh file from its start.
        """
        self.fresh = False
        tick = self._stream.time_base
        if tick is None or self._origin is None or tick * self.info.rate_hz > 1:
            return False
        start_s = sample / self.info.rate_hz
        if not self.info.codec.startswith(_LOSSLESS):
            start_s -= _PREROLL_S
        if start_s <= 0:
            return False  # so near the start that the encoder's priming would be met again
        try:
            self._container.seek(self._origin + int(start_s / tick), stream=self._stream)
        except (av.error.FFmpegError, OSError):
            return False
        self._frames = self._decoded()
        return self._anchor(sample)

    def _anchor(self, sample: int) -> bool:
        """Find out which sample comes next: the middle of what the frames up to `sample` say.

        One time stamp is not enough: in Ogg Vorbis they err by part of a block where its size changes.
        """
        self._ahead = []
        says: list[float] = []
        count = 0
        for frame in self._frames:
            stamp = self._stamp(frame)
            if stamp is None or frame.sample_rate != self.info.rate_hz:
                return False
            self._ahead.append(frame)
            says.append(stamp - count)
            count += frame.samples
            if stamp + frame.samples > sample or len(says) == _MOST_WITNESSES:
                break
        if not says:
            return False
        self._clock = float(round(statistics.median_low(says)))
        return self._clock <= sample

    def blocks(self, start: int = 0) -> Iterator[Block]:
        """Yield the sound from a sample on, in order; a hole in the time stamps becomes zeros.

        The first block may begin a frame before `start`; ``damage`` is that of the frames yielded.
        """
        self.fresh = False
        base = self.info.rate_hz
        jitter = _JITTER_S * base + 2 * self._tick * base
        if self.info.codec == "vorbis":
            jitter = _VORBIS_BLOCK
        clock = self._clock
        shift = 0.0  # how far the time stamps run ahead of the clock since the last jump
        group = _Group(clock)
        if start:
            self.damage = Damage()
        for frame in self._onwards():
            stamp = self._stamp(frame)
            hole = 0.0 if stamp is None else stamp - shift - clock
            if abs(hole) > jitter:
                yield from group.close(self.damage)
                if hole > 0 and self._believed(hole, clock):
                    yield from _silence(max(clock, start), base, round(clock + hole))
                    self.damage.gap_s += hole / base
                    clock += round(hole)
                else:
                    self.damage.jumps += 1
                    shift += hole
            if clock + frame.samples * base / frame.sample_rate <= start:
                self.damage = Damage()  # what came before is not part of what is asked for
                clock += frame.samples * base / frame.sample_rate
                continue
            if not group.takes(frame):
                yield from group.close(self.damage)
            group.add(frame, clock)
            clock += frame.samples * base / frame.sample_rate
        yield from group.close(self.damage)
        stated_s = self.info.duration_s
        if stated_s and not self.estimated and clock < (stated_s - _SHORT_S) * base:
            self.damage.missing_s = stated_s - clock / base
        self.decoded_s = clock / base

    def _onwards(self) -> Iterator[AudioFrame]:
        ahead, self._ahead = self._ahead, []
        yield from ahead
        yield from self._frames

    def _stamp(self, frame: AudioFrame) -> float | None:
        """Return the frame's first sample by its time stamp, counted from the start of the sound."""
        if frame.pts is None or self._origin is None:
            return None
        return (frame.pts - self._origin) * self._tick * self.info.rate_hz

    def _believed(self, hole: float, clock: float) -> bool:
        """Tell whether to fill a hole: a broken time stamp may claim years."""
        room_s = (self.info.duration_s or 0.0) + 1.0
        return hole <= _LONGEST_HOLE_S * self.info.rate_hz or clock + hole <= room_s * self.info.rate_hz


def _silence(at: float, rate_hz: int, end: float) -> Iterator[Block]:
    while at < end:
        zeros = np.zeros(min(_BLOCK_SAMPLES, math.ceil(end - at)), np.float32)
        yield Block(at, rate_hz, zeros)
        at += len(zeros)


class _Group:
    """Frames of one kind, converted and mixed together: a frame at a time would cost more than decoding."""

    def __init__(self, at: float) -> None:
        self._at = at
        self._frames: list[AudioFrame] = []
        self._count = 0
        self._kind: tuple[int, int, str] | None = None

    def takes(self, frame: AudioFrame) -> bool:
        """Tell whether the frame is of the same rate, channels and format, and there is room."""
        kind = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        return self._count == 0 or (kind == self._kind and self._count < _BLOCK_SAMPLES)

    def add(self, frame: AudioFrame, at: float) -> None:
        if not self._count:
            self._at = at
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
        yield Block(self._at, rate_hz, samples)
        self._frames, self._count, self._kind = [], 0, None
