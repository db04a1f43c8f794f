"""From a local file to blocks of mono samples at the file's own rate.

FFmpeg (inside PyAV's wheel) finds the sound and decodes it, and does nothing else: mixing to mono and
changing the rate are ours, because its mono mix is 3 dB louder than the mean and its default resampler moves
features.

The file is read by Python and handed over as bytes.
"""

import math
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import islice

import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container.input import InputContainer

from earmark.audio._blocks import RATES_HZ, Block, Damage, FrameGroup, silence
from earmark.audio._files import AnyPath, open_sound, shown
from earmark.audio._headers import Link, end_of_sound, mp3_length_s, ogg_links, wav_length_s
from earmark.audio._open import opened
from earmark.errors import EmptyAudioError, NotAudioError, UnreadableError

# Headers without a length: FFmpeg divides the file's size by the bit rate.
_LENGTH_FROM_BIT_RATE = frozenset({"aac", "ac3", "dts", "dtshd", "eac3", "loas", "mlp", "truehd"})
# Bare frames whose time stamps FFmpeg rounds to 1/90000 s at each frame, so that they run away.
_UNTIMED = frozenset({"ac3", "dts", "dtshd", "eac3", "mlp", "truehd"})
_LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "tak", "shorten")

# Before an excerpt a lossy decoder fills its overlap and bit reservoir (mp3: up to 20 frames of 26 ms).
_PREROLL_S = 1.0
# Timestamps may stray this far from the count of samples before it counts as a gap; one lost frame is more.
_JITTER_S = 0.005
_VORBIS_BLOCK = 8192
_MOST_WITNESSES = 256
# Holes are filled up to the stated length of the file, but within these; a broken time stamp may claim years.
_SILENCE_S = (60.0, 600.0)
_MOST_FAILED_READS = 16
# Priming and padding make a whole file up to this much shorter than it states.
_SHORT_S = 0.25
# Decoders whose frames are all equally long, so that a rough time stamp is enough to count them.
_EQUAL_FRAMES = ("aac", "ac3", "alac", "flac", "mp2", "mp3", "opus", "wmav")


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


class Decoder:
    """One open file, decoded once from the start or, after :meth:`seek`, from near a given sample.

    Attributes
    ----------
    info : AudioInfo
        What the file says about itself.
    estimated : bool
        Whether its length is a guess from the bit rate.
    position : int
        The sample, at the file's rate, with which :meth:`blocks` will begin.
    fresh : bool
        Whether nothing has been read but the first frames.
    damage : Damage
        What was wrong with the blocks so far.
    decoded_s : float
        Where the sound ended, once it did.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError
    """

    def __init__(self, path: AnyPath) -> None:
        self.name = shown(path)
        self.damage = Damage()
        self.fresh = True
        self.decoded_s = 0.0
        self._source = open_sound(path)
        self._opened = ExitStack()
        self._opened.callback(self._source.release)
        try:
            self._links = self._joined_streams()
            self._container, self._stream = self._open()
            self._frames = self._all_frames()
            self._ahead = list(islice(self._frames, 2))
            if not self._ahead:
                raise EmptyAudioError(
                    f"'{self.name}' holds no sound that could be decoded",
                    "it is empty or damaged: copy it again",
                )
        except BaseException:
            self.close()
            raise
        first, second = self._ahead[0], self._ahead[-1]
        self.position = 0
        self._joint = False
        self._begin(first)
        self._grid = (first.samples, second.samples)
        self.info = self._described(first)

    def _joined_streams(self) -> list[Link]:
        links: list[Link] = []
        if self._source.head[:4] == b"OggS":
            with suppress(OSError):  # a disk that fails is noticed again when FFmpeg reads
                links = ogg_links(self._source.raw, self._source.size)
        start, end = self._source.start, self._source.size
        if len(links) > 1:
            start, end = links[0].start, links[0].end
        else:
            with suppress(OSError):
                end = end_of_sound(self._source.raw, start, end)
        self._source.window(start, end)
        return links

    def _open(self) -> tuple[InputContainer, AudioStream]:
        container, stream = opened(self._source, self.name)
        self._opened.callback(container.close)
        # Frames of sound are too small for threads to pay: they only raise the CPU cost.
        stream.codec_context.thread_type = "NONE"
        if stream.codec_context.name == "flac":
            # FLAC has checksums: a frame that fails is skipped and told, not played as noise.
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        return container, stream

    def _begin(self, first: AudioFrame) -> None:
        self._origin = first.pts
        timed = self._container.format.name not in _UNTIMED
        self._tick = float(self._stream.time_base or 0) if timed else 0.0

    def _described(self, first: AudioFrame) -> AudioInfo:
        container, stream = self._container, self._stream
        said: float | None = None
        if stream.duration is not None and stream.time_base is not None:
            said = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            said = container.duration / 1e6
        name, head, rate_hz = container.format.name, self._source.head, first.sample_rate
        self.estimated = name in _LENGTH_FROM_BIT_RATE
        if name == "mp3":
            stated = mp3_length_s(head, rate_hz)
            # FFmpeg distrusts a header that does not fit the file's size, and goes by the bit rate.
            self.estimated = b"VBRI" not in head and (stated is None or abs(stated - (said or 0)) > 1)
        elif name == "wav":
            said = max(said or 0, wav_length_s(head) or 0)
        elif self._links:
            lengths = [link.length_s for link in self._links if link.length_s is not None]
            if len(lengths) == len(self._links):
                said = max(0.0, sum(lengths) - (self._origin or 0) * self._tick)
            elif len(self._links) > 1:
                said = None
        return AudioInfo(
            duration_s=said if said and said > 0 else None,
            rate_hz=rate_hz,
            channels=first.layout.nb_channels,
            codec=stream.codec_context.name,
            container=name,
        )

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        self._opened.close()

    def _all_frames(self) -> Iterator[AudioFrame]:
        """Yield the frames of the file, or of each stream that it joins."""
        yield from self._decoded()
        for link in self._links[1:]:
            self._container.close()
            self._source.window(link.start, link.end)
            try:
                self._container, self._stream = self._open()
            except (NotAudioError, UnreadableError):
                self.damage.stopped = "a stream joined to it cannot be read"
                continue
            for number, frame in enumerate(self._decoded()):
                if number == 0:
                    self._begin(frame)
                    self._joint = True
                yield frame

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
            failed = 0
            try:
                frames = packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                self.damage.frames += 1
                continue
            except ValueError:  # PyAV 19 finds out only here that FFmpeg has no decoder for it
                self.damage.stopped = "it is coded in a way that Earmark cannot decode"
                return
            for frame in frames:
                if frame.samples and frame.layout.nb_channels and frame.sample_rate in RATES_HZ:
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
        coarse = self._tick * self.info.rate_hz > 1
        if not self._tick or self._origin is None or len(self._links) > 1:
            return False
        if coarse and not self.info.codec.startswith(_EQUAL_FRAMES):
            return False
        start_s = sample / self.info.rate_hz
        if not self.info.codec.startswith(_LOSSLESS):
            start_s -= _PREROLL_S
        if start_s <= 0:
            return False  # so near the start that the encoder's priming would be met again
        try:
            self._container.seek(self._origin + int(start_s / self._tick), stream=self._stream)
        except av.error.FFmpegError:
            return False
        self._frames = self._decoded()
        clock = self._anchor(sample)
        if clock is not None and coarse:
            clock = self._on_grid(clock)
        if clock is None or clock > sample:
            return False
        self.position = clock
        return True

    def _anchor(self, sample: int) -> int | None:
        """Find out which sample comes next: the middle of what the frames up to `sample` say.

        One time stamp is not enough: in Ogg Vorbis they err by part of a block where its size changes.
        """
        self._ahead = []
        says: list[float] = []
        count = 0
        for frame in self._frames:
            if frame.sample_rate != self.info.rate_hz:
                return None
            self._ahead.append(frame)
            stamp = self._stamp(frame)
            if stamp is not None:
                says.append(stamp - count)
            count += frame.samples
            if len(self._ahead) == _MOST_WITNESSES or (says and says[-1] + count > sample):
                break
        return round(statistics.median_low(says)) if says else None

    def _on_grid(self, clock: int) -> int | None:
        """Mend a time stamp in milliseconds where all frames but the first are equally long."""
        first, length = self._grid
        exact = first + round((clock - first) / length) * length
        error = 2 * self._tick * self.info.rate_hz
        equal = all(frame.samples == length for frame in self._ahead[:-1])
        return exact if equal and abs(exact - clock) <= error < length / 2 else None

    def ends_before(self, sample: int) -> bool:
        """Tell whether the file itself states that it ends more than a second before a sample."""
        stated_s = self.info.duration_s
        return not self.estimated and stated_s is not None and sample > (stated_s + 1) * self.info.rate_hz

    def blocks(self, heed_from: int = 0, until: float = math.inf) -> Iterator[Block]:
        """Yield the sound from ``position`` on, in order; a hole in the time stamps becomes zeros.

        What is wrong with the sound before the sample `heed_from` is left out of ``damage``; nothing is
        decoded beyond the frame that holds the sample `until`.
        """
        self.fresh = False
        base = self.info.rate_hz
        jitter = _VORBIS_BLOCK if self.info.codec == "vorbis" else (_JITTER_S + 2 * self._tick) * base
        most_s = min(max(_SILENCE_S[0], self.info.duration_s or 0.0), _SILENCE_S[1])
        clock = float(self.position)
        shift = 0.0  # how far the time stamps run ahead of the clock since the last jump
        group = FrameGroup()
        heeding = heed_from == 0
        for frame in self._onwards():
            length = frame.samples * base / frame.sample_rate
            stamp = self._stamp(frame)
            hole = 0.0 if stamp is None else stamp - shift - clock
            if not heeding and clock + length > heed_from:
                heeding, self.damage = True, Damage()
            if self._joint or frame.sample_rate != base:
                # Another stream begins, or the stamps count at another rate: they say nothing of holes.
                self._joint = False
                shift += hole
            elif hole > jitter and self.damage.gap_s + hole / base <= most_s:
                yield from group.close(self.damage)
                yield from silence(base, round(hole))
                self.damage.gap_s += hole / base
                clock += round(hole)
            elif abs(hole) > jitter:
                self.damage.jumps += 1
                shift += hole
            if not group.takes(frame):
                yield from group.close(self.damage)
            group.add(frame)
            clock += length
            if clock >= until:
                yield from group.close(self.damage)
                return
        yield from group.close(self.damage)
        self._ended(clock / base)

    def _ended(self, decoded_s: float) -> None:
        """Compare what came with what the file states."""
        stated_s = self.info.duration_s
        if stated_s and not self.estimated and decoded_s < stated_s - _SHORT_S:
            self.damage.missing_s = stated_s - decoded_s
        if self._source.failure:
            if self._source.elsewhere:  # a network mends itself, a disk does not
                raise self._source.broken(self.name)
            self.damage.stopped = self._source.failure
        self.damage.cut = bool(self._links) and not self._links[-1].complete
        self.decoded_s = decoded_s

    def _onwards(self) -> Iterator[AudioFrame]:
        ahead, self._ahead = self._ahead, []
        yield from ahead
        yield from self._frames

    def _stamp(self, frame: AudioFrame) -> float | None:
        """Return the frame's first sample by its time stamp, counted from the start of the sound."""
        if frame.pts is None or self._origin is None or not self._tick:
            return None
        return (frame.pts - self._origin) * self._tick * self.info.rate_hz
