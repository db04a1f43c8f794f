"""The song's way in: any sound file, or samples from memory, becomes a mono :class:`~earmark.records.Clip`.

One definition for training and for serving: native channels, their plain mean, soxr HQ to the rate asked for,
and no other mix or resampler anywhere. Sound that already has the rate passes untouched.
"""

import math
from collections.abc import Iterator
from types import TracebackType

from earmark.audio._blocks import finite
from earmark.audio._decode import AudioInfo, Decoder
from earmark.audio._files import SUFFIXES, AnyPath, FoundAudio, address, find_audio, shown, spelled, stamp
from earmark.audio._hash import sound_hash
from earmark.audio._resample import RATE_HZ, Channel, at_one_rate, joined, whole_rate
from earmark.audio._samples import from_samples
from earmark.errors import ArgumentError, EmptyAudioError
from earmark.records import Clip, FloatArray

__all__ = [
    "RATE_HZ",
    "SUFFIXES",
    "AnyPath",
    "AudioFile",
    "AudioInfo",
    "Decoding",
    "FoundAudio",
    "address",
    "find_audio",
    "from_samples",
    "load",
    "probe",
    "shown",
    "sound_hash",
    "spelled",
    "stamp",
]


def _span(offset_s: float, duration_s: float | None) -> None:
    if not (math.isfinite(offset_s) and offset_s >= 0):
        raise ArgumentError(f"an offset of {offset_s} s", "give 0 or a positive number of seconds")
    if duration_s is not None and not (math.isfinite(duration_s) and duration_s > 0):
        raise ArgumentError(
            f"a duration of {duration_s} s", "give a positive number of seconds, or None for all that follows"
        )


class AudioFile:
    """One open file for several excerpts; a context manager, for one thread at a time.

    Excerpts of AAC and AC-3 may differ from the whole in the noise that their decoders make up as they go.

    Parameters
    ----------
    path : str or os.PathLike or bytes
        A file, or text that is an address, ``s3://bucket/song.mp3``. ``http:`` alone, without the slashes, is
        but five characters of a name; a ``Path`` and bytes are always local.

    Attributes
    ----------
    info : AudioInfo
        What the file says about itself.
    notes : tuple of str
        What is assumed about the file as a whole, e.g. that its length is an estimate.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError
        Nothing there; no right to read it or no file; no sound in it; sound of zero length.

    Examples
    --------
    >>> with AudioFile(song) as file:
    ...     excerpts = [file.read(offset_s, 5.0) for offset_s in (0.0, 20.0)]
    >>> [clip.duration_s for clip in excerpts]
    [5.0, 5.0]
    """

    def __init__(self, path: AnyPath) -> None:
        self._path = path
        decoder = Decoder(path)
        self._idle: Decoder | None = decoder
        self.info = decoder.info
        self.notes: tuple[str, ...] = ()
        if self.info.duration_s is None:
            self.notes = ("the file does not state its length",)
        elif decoder.estimated:
            self.notes = ("the length is an estimate from the bit rate",)

    def __enter__(self) -> "AudioFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        if self._idle is not None:
            self._idle.close()

    def read(self, offset_s: float = 0.0, duration_s: float | None = None, rate_hz: int = RATE_HZ) -> Clip:
        """Return an excerpt, found by seeking: the same samples as that slice of the whole.

        Parameters
        ----------
        offset_s : float
            Where the excerpt begins, in seconds, 0 or more.
        duration_s : float or None
            Its length in seconds, more than 0; None for all that follows. Near the end there may be less.
        rate_hz : int
            Sampling rate of the clip.

        Raises
        ------
        EmptyAudioError
            The sound ends before `offset_s`.
        ArgumentError
            A negative or infinite offset, duration or rate.
        """
        decoding = self.decode((rate_hz,), offset_s, duration_s)
        samples = joined([block for (block,) in decoding])
        return Clip(samples, decoding.rates_hz[0], decoding.starts_s[0], decoding.notes)

    def decode(
        self, rates_hz: tuple[int, ...], offset_s: float = 0.0, duration_s: float | None = None
    ) -> "Decoding":
        """Return what decodes the whole or an excerpt once, and gives it at several rates side by side.

        Parameters
        ----------
        rates_hz : tuple of int
            Sampling rates.
        offset_s, duration_s : float
            The excerpt, as :meth:`read` takes it.

        Raises
        ------
        ArgumentError
            As :meth:`read`. Iterating raises what it raises.
        """
        rates_hz = tuple(whole_rate(rate_hz) for rate_hz in rates_hz)
        _span(offset_s, duration_s)
        return Decoding(self, rates_hz, offset_s, duration_s)

    def stream(self, rate_hz: int = RATE_HZ, block_s: float = 30.0) -> Iterator[Clip]:
        """Yield the whole sound in consecutive clips, holding only one of them in memory.

        Joined together they are the samples that :func:`load` gives. Notes are on the last clip.

        Parameters
        ----------
        rate_hz : int
            Sampling rate of the clips.
        block_s : float
            Length of each clip but the last, in seconds, more than 0.

        Raises
        ------
        EmptyAudioError
            There is not one sample in it.
        """
        rate_hz = whole_rate(rate_hz)
        _span(0.0, block_s)
        size = max(1, round(block_s * rate_hz))
        decoding = self.decode((rate_hz,))
        kept: list[FloatArray] = []
        at = have = 0
        for (block,) in decoding:
            kept.append(block)
            have += len(block)
            while have > size:  # never all of it: the last clip carries the notes
                whole = joined(kept)
                yield Clip(whole[:size], rate_hz, at / rate_hz)
                kept, have, at = [whole[size:]], have - size, at + size
        yield Clip(joined(kept), rate_hz, at / rate_hz, decoding.notes)

    def _from_start(self) -> Decoder:
        """Return a decoder that has read nothing yet: the idle one where it is so new, or another."""
        if self._idle is None or not self._idle.fresh:
            return Decoder(self._path)
        decoder, self._idle = self._idle, None
        return decoder

    def _at(self, sample: int) -> Decoder | None:
        """Return a decoder at or before a sample: the idle one, or one at the start; None past the end."""
        if sample == 0:
            return self._from_start()
        if self._idle is None:
            self._idle = Decoder(self._path)
        if self._idle.seek(sample):
            return self._idle
        return None if self._idle.ends_before(sample) else Decoder(self._path)

    def _done(self, decoder: Decoder) -> None:
        """Keep one decoder for the next excerpt, for it remembers where things lie in the file."""
        if self._idle is None:
            self._idle = decoder
        elif decoder is not self._idle:
            decoder.close()

    def _too_far(self, offset_s: float) -> EmptyAudioError:
        length_s = self.info.duration_s
        hint = (
            "give an earlier offset"
            if length_s is None
            else f"it lasts {length_s:.1f} s: give an earlier offset"
        )
        return EmptyAudioError(f"'{shown(self._path)}' ends before {offset_s:g} s", hint)


class Decoding:
    """A file, or an excerpt of it, decoded once for several rates; made by :meth:`AudioFile.decode`.

    It is iterated over once: each step gives the next samples at every rate, a second or so of them, perhaps
    none. Joined together they are those that :meth:`AudioFile.read` gives.

    Attributes
    ----------
    rates_hz : tuple of int
        The rates.
    starts_s : tuple of float
        Where the first sample lies in the song, at each of them.
    decoded_s : float
        How much was decoded in seconds, once that is done: of a whole song its exact length.
    notes : tuple of str
        What a damaged file lacks, likewise.

    Examples
    --------
    >>> with AudioFile(song) as file:
    ...     decoding = file.decode((22050, 16000))
    ...     lengths = [(len(a), len(b)) for a, b in decoding]
    >>> sum(a for a, b in lengths) / 22050 == sum(b for a, b in lengths) / 16000 == decoding.decoded_s
    True
    """

    def __init__(
        self, file: AudioFile, rates_hz: tuple[int, ...], offset_s: float, duration_s: float | None
    ) -> None:
        self._file = file
        self._offset_s = offset_s
        self._channels = []
        starts_s = []
        for rate_hz in rates_hz:
            start = round(offset_s * rate_hz)
            count = None if duration_s is None else max(1, round((offset_s + duration_s) * rate_hz) - start)
            self._channels.append(Channel(file.info.rate_hz, rate_hz, start, count))
            starts_s.append(start / rate_hz)
        self.rates_hz = rates_hz
        self.starts_s = tuple(starts_s)
        self.decoded_s = 0.0
        self.notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[tuple[FloatArray, ...]]:
        first = min(channel.first for channel in self._channels)
        until = max(channel.until for channel in self._channels)
        decoder = self._file._at(first)
        if decoder is None:
            raise self._file._too_far(self._offset_s)
        native_hz = self._file.info.rate_hz
        count, heard = 0, False
        try:
            for channel in self._channels:
                channel.begin(decoder.position)
            for native in at_one_rate(decoder.blocks(first, until), native_hz):
                count += len(native)
                blocks = tuple(finite(channel.push(native))[0] for channel in self._channels)
                heard = heard or any(map(len, blocks))
                yield blocks
            blocks = tuple(finite(channel.flush())[0] for channel in self._channels)
            heard = heard or any(map(len, blocks))
            self.decoded_s = count / native_hz
            self.notes = decoder.damage.notes(decoder.decoded_s)
            yield blocks
        finally:
            self._file._done(decoder)
        if not heard:
            raise self._file._too_far(self._offset_s)


def load(
    path: AnyPath, rate_hz: int = RATE_HZ, offset_s: float = 0.0, duration_s: float | None = None
) -> Clip:
    """Decode a sound file, or an excerpt of it, to mono.

    Parameters
    ----------
    path : str or os.PathLike or bytes
        A file of any format that FFmpeg reads, or its address.
    rate_hz : int
        Sampling rate of the clip.
    offset_s, duration_s : float
        The excerpt in seconds; the whole by default.

    Returns
    -------
    Clip
        Its ``notes`` say what a damaged file lacks.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError, ArgumentError
        As :class:`AudioFile` and :meth:`AudioFile.read`.

    Examples
    --------
    >>> clip = load(song, duration_s=5.0)
    >>> clip.rate_hz, clip.samples.shape, clip.notes
    (22050, (110250,), ())
    """
    whole_rate(rate_hz)
    _span(offset_s, duration_s)
    with AudioFile(path) as file:
        return file.read(offset_s, duration_s, rate_hz)


def probe(path: AnyPath) -> AudioInfo:
    """Return a file's length, rate, channels and codec without decoding more than its first frame.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError
        As :class:`AudioFile`.

    Examples
    --------
    >>> probe(song).channels
    1
    """
    with AudioFile(path) as file:
        return file.info
