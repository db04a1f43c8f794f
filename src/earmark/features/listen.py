"""How a song is listened to: which three-second patches of it are heard, from a file or from memory.

Training and serving both come through here.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark import audio
from earmark.errors import ArgumentError, EmptyAudioError
from earmark.features import musicnn
from earmark.records import FloatArray

MOST_PATCHES = 20
# A file no longer than this is decoded whole; of a longer one the patches are found by seeking.
WHOLE_S = 75.0
LOWEST_DB = -120.0


@dataclass(frozen=True)
class Heard:
    """What was heard of a song, one row per patch of 2.992 s.

    Attributes
    ----------
    tags : ndarray of float32, shape (n, 50)
        Activation of each of :data:`earmark.features.musicnn.TAGS`, 0 to 1.
    embedding : ndarray of float32, shape (n, 200)
        The penultimate layer.
    level_db : ndarray of float64, shape (n,)
        Root mean square level in dB of full scale, -120 or more.
    starts_s, ends_s : tuple of float
        Where each patch lies in the song.
    duration_s : float
        Length of the song.
    notes : tuple of str
        What had to be salvaged or assumed.
    """

    tags: FloatArray
    embedding: FloatArray
    level_db: NDArray[np.float64]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    duration_s: float
    notes: tuple[str, ...] = ()


class _Ear:
    """Hears patches one after the other and keeps what musiCNN made of them."""

    def __init__(self, notes: tuple[str, ...]) -> None:
        self.notes = dict.fromkeys(notes)  # in order, each once
        self.n_samples = 0
        self._waiting: list[FloatArray] = []
        self._tags: list[FloatArray] = []
        self._embedding: list[FloatArray] = []
        self._level_db: list[float] = []
        self._frames: list[int] = []

    def add(self, frame: int, stretch: FloatArray) -> None:
        """Hear one patch: its first frame, and the samples that :func:`musicnn.patch_span` names."""
        power = float(np.square(stretch, dtype=np.float64).mean())
        self._level_db.append(max(LOWEST_DB, 10 * float(np.log10(power + 1e-30))))
        self._frames.append(frame)
        self._waiting.append(musicnn.log_mel(stretch))
        if len(self._waiting) == musicnn.BATCH:
            self._flush()

    def _flush(self) -> None:
        tags, embedding = musicnn.hear(self._waiting)
        self._waiting = []
        self._tags.append(tags)
        self._embedding.append(embedding)

    def heard(self) -> Heard:
        """Return what was heard so far."""
        self._flush()
        duration_s = self.n_samples / musicnn.RATE_HZ
        starts_s = [frame * musicnn.HOP / musicnn.RATE_HZ for frame in self._frames]
        return Heard(
            np.concatenate(self._tags),
            np.concatenate(self._embedding),
            np.array(self._level_db),
            tuple(starts_s),
            tuple(min(start_s + musicnn.PATCH_S, duration_s) for start_s in starts_s),
            duration_s,
            tuple(self.notes),
        )


def listen(song: Any, rate: float | None = None, *, thorough: bool = False) -> Heard:
    """Hear a song: up to 20 patches spread evenly over it, or all that fit.

    Parameters
    ----------
    song : str or os.PathLike or bytes or array_like
        A sound file, or samples as :func:`earmark.audio.from_samples` takes them.
    rate : float, optional
        Sampling rate of samples in hertz; not for a file.
    thorough : bool
        Hear the whole song, patch after patch; a last piece shorter than a patch is left out.

    Raises
    ------
    ArgumentError
        If samples come without a rate or a file with one.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> listen(np.zeros(16_000 * 9, np.float32), rate=16_000).starts_s
    (0.0, 3.0, 6.0)
    """
    if not isinstance(song, str | bytes | os.PathLike):
        if rate is None:
            raise ArgumentError("samples without a sampling rate", "give rate, e.g. rate=44100")
        clip = audio.from_samples(song, rate, rate_hz=musicnn.RATE_HZ)
        return _whole(clip.samples, clip.notes, thorough=thorough)
    if rate is not None:
        given = f"{rate:g} Hz" if isinstance(rate, Real) else repr(rate)
        raise ArgumentError(f"a rate of {given} for a file", "leave out rate: a file knows its own")
    with audio.AudioFile(song) as file:
        stated_s = file.info.duration_s
        if not thorough and stated_s is not None and stated_s > WHOLE_S:
            with contextlib.suppress(EmptyAudioError):  # if it is shorter than it states
                return _excerpts(file, round(stated_s * musicnn.RATE_HZ), file.notes)
        clip = file.read(0.0, WHOLE_S, rate_hz=musicnn.RATE_HZ)
        if clip.duration_s < WHOLE_S - 0.5:
            return _whole(clip.samples, (*file.notes, *clip.notes), thorough=thorough)
        return _stream(file) if thorough else _measured(file)


def _whole(samples: FloatArray, notes: tuple[str, ...], *, thorough: bool) -> Heard:
    """Hear a song that is in memory."""
    ear = _Ear(notes)
    ear.n_samples = len(samples)
    looped = musicnn.looped(samples)
    if len(looped) > len(samples):
        duration_s = len(samples) / musicnn.RATE_HZ
        ear.notes[f"only {duration_s:.3g} s of sound, heard in a loop"] = None
    frames = musicnn.patch_starts(len(looped))
    if not thorough:
        frames = _spread(len(looped))
    for frame, stretch in zip(frames, musicnn.cut(looped, frames), strict=True):
        ear.add(frame, stretch)
    return ear.heard()


def _spread(n_samples: int) -> list[int]:
    """Return the first frames of up to 20 patches, the first at the song's begin, the last at its end."""
    last = 1 + n_samples // musicnn.HOP - musicnn.PATCH_FRAMES
    fitting = 1 + last // musicnn.PATCH_FRAMES
    return [round(at) for at in np.linspace(0, last, min(MOST_PATCHES, fitting))]


def _stream(file: audio.AudioFile) -> Heard:
    """Hear a whole file of any length, patch after patch."""
    ear = _Ear(file.notes)

    def pieces() -> Iterator[FloatArray]:
        for clip in file.stream(rate_hz=musicnn.RATE_HZ):
            ear.n_samples += len(clip.samples)
            ear.notes.update(dict.fromkeys(clip.notes))
            yield clip.samples

    for number, stretch in enumerate(musicnn.stretches(pieces())):
        ear.add(number * musicnn.PATCH_FRAMES, stretch)
    return ear.heard()


def _measured(file: audio.AudioFile) -> Heard:
    """Hear 20 patches of a long file that must be read to its end to know how long it is."""
    n_samples, notes = 0, file.notes
    for clip in file.stream(rate_hz=musicnn.RATE_HZ):
        n_samples += len(clip.samples)
        notes = (*notes, *clip.notes)
    return _excerpts(file, n_samples, notes)


def _excerpts(file: audio.AudioFile, n_samples: int, notes: tuple[str, ...]) -> Heard:
    """Hear 20 patches, found by seeking, of a file of that length; an EmptyAudioError says it is shorter."""
    ear = _Ear(notes)
    ear.n_samples = n_samples
    for frame in _spread(n_samples):
        stretch, notes = _stretch(file, frame)
        ear.notes.update(dict.fromkeys(notes))
        ear.add(frame, stretch)
    return ear.heard()


def _stretch(file: audio.AudioFile, frame: int) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the samples of one patch, found by seeking, and notes on them."""
    rate_hz = musicnn.RATE_HZ
    begin, end = musicnn.patch_span(frame)
    first = max(begin, 0)
    clip = file.read(first / rate_hz, (end - first) / rate_hz, rate_hz=rate_hz)
    missing = musicnn.PATCH_SAMPLES - (first - begin) - len(clip.samples)
    return np.pad(clip.samples, (first - begin, missing)), clip.notes


def log_mels(song: str | os.PathLike[str], heard: Heard) -> FloatArray:
    """Return what musiCNN was given of a song: :func:`musicnn.log_mel` of each patch.

    Parameters
    ----------
    song : path
        A sound file.
    heard : Heard
        What :func:`listen` gave for it.

    Returns
    -------
    ndarray of float32, shape (n, 187, 96)
    """
    frames = [round(start_s * musicnn.RATE_HZ / musicnn.HOP) for start_s in heard.starts_s]
    with audio.AudioFile(song) as file:
        if heard.duration_s < WHOLE_S:
            samples = musicnn.looped(file.read(0.0, WHOLE_S, rate_hz=musicnn.RATE_HZ).samples)
            stretches = list(musicnn.cut(samples, frames))
        else:
            stretches = [_stretch(file, frame)[0] for frame in frames]
    return np.stack([musicnn.log_mel(one) for one in stretches])
