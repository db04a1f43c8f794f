"""A stretch of a song, and what several two-dimensional features of it share."""

import math
import os
from functools import cached_property
from typing import Any

import numpy as np

from earmark import audio
from earmark._dsp.chroma import chroma, pitch_peaks, tuning
from earmark._dsp.mel import mel_power, power_to_db
from earmark._dsp.passes import HOP, N_FFT, N_MELS
from earmark._dsp.spectrum import spectra
from earmark._dsp.tempo import onset_strength, tempo
from earmark._dsp.tonal import Key, Tonal, key, tonal
from earmark.audio import shown
from earmark.errors import ArgumentError, EmptyAudioError
from earmark.features.selection import LONGEST_S, RATE_HZ
from earmark.records import Clip, FloatArray


class Analysis:
    """A clip, and what several arrays of it share, each worked out once and when it is asked for.

    Parameters
    ----------
    clip : Clip
        Sound at 22 050 Hz, at least one sample, at most :data:`LONGEST_S` long.
    """

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.samples = clip.samples

    @cached_property
    def magnitude(self) -> FloatArray:
        """Magnitude spectra, shape (frames, 1025)."""
        magnitude = np.empty((1 + len(self.samples) // HOP, 1 + N_FFT // 2), dtype=np.float32)
        for rows, block in spectra(self.samples, N_FFT, HOP):
            magnitude[rows] = np.abs(block)
        return magnitude

    @property
    def power(self) -> FloatArray:
        """Power spectra, shape (frames, 1025); sooner squared again than kept."""
        power: FloatArray = np.square(self.magnitude)
        return power

    @cached_property
    def mel_db(self) -> FloatArray:
        """Levels of the mel bands re 1, shape (frames, 128)."""
        mels = np.empty((len(self.magnitude), N_MELS), dtype=np.float32)
        mel_power(self.power, RATE_HZ, N_MELS, out=mels)
        return power_to_db(mels)

    @cached_property
    def chroma_stft(self) -> FloatArray:
        """Energy per pitch class, shape (frames, 12)."""
        return chroma(self.magnitude, RATE_HZ, tuning(*pitch_peaks(self.power, RATE_HZ)))

    @cached_property
    def tonal(self) -> Tonal:
        """Pitch features of the constant-Q transform."""
        return tonal(self.samples, RATE_HZ)

    @cached_property
    def key(self) -> Key:
        """The key, by the mean of the constant-Q chroma."""
        return key(self.tonal.chroma_cqt.mean(axis=0))

    @cached_property
    def tempo_bpm(self) -> float:
        """Tempo in beats per minute, 0 without onsets."""
        return tempo(onset_strength(self.mel_db, N_FFT, HOP), RATE_HZ, HOP)


def analyse(
    song: Any, rate: float | None = None, offset_s: float = 0.0, duration_s: float | None = None
) -> Analysis:
    """Read a song, or a stretch of it, once for any number of arrays.

    Parameters
    ----------
    song, rate, offset_s, duration_s
        As of :func:`earmark.features.arrays.array`, and so are the errors.

    Examples
    --------
    >>> analyse(np.ones(22050), rate=22050).magnitude.shape
    (44, 1025)
    """
    _check_span(offset_s, duration_s)
    # A second more than may be, so that what is too long is known from what fits.
    asked_s = LONGEST_S + 1.0 if duration_s is None else min(duration_s, LONGEST_S + 1.0)
    if isinstance(song, str | bytes | os.PathLike):
        if rate is not None:
            raise ArgumentError(f"a rate of {rate} Hz for a file", "leave out rate: a file knows its own")
        clip = audio.load(song, RATE_HZ, offset_s, asked_s)
    elif rate is None:
        raise ArgumentError(
            "samples without a sampling rate", "give rate, e.g. array(samples, 'mel', rate=44100)"
        )
    else:
        clip = _excerpt(audio.from_samples(song, rate, RATE_HZ), offset_s, asked_s)
    if clip.duration_s > LONGEST_S:
        name = f"'{shown(song)}'" if isinstance(song, str | bytes | os.PathLike) else "the sound"
        raise ArgumentError(
            f"{name} lasts more than {LONGEST_S / 60:.0f} minutes, all of which would lie in memory",
            "take a stretch of it by an offset and a duration in seconds",
        )
    return Analysis(clip)


def _check_span(offset_s: float, duration_s: float | None) -> None:
    if not (math.isfinite(offset_s) and offset_s >= 0):
        raise ArgumentError(f"an offset of {offset_s} s", "give 0 or a positive number of seconds")
    if duration_s is not None and not (math.isfinite(duration_s) and duration_s > 0):
        raise ArgumentError(f"a duration of {duration_s} s", "give a positive number of seconds, or none")


def _excerpt(clip: Clip, offset_s: float, duration_s: float) -> Clip:
    """Take a stretch of samples in memory as :func:`earmark.audio.load` takes one of a file."""
    start = round(offset_s * clip.rate_hz)
    count = max(1, round((offset_s + duration_s) * clip.rate_hz) - start)
    samples = clip.samples[start : start + count]
    if not len(samples):
        raise EmptyAudioError(
            f"the sound ends after {clip.duration_s:.1f} s, before {offset_s:g} s", "take a smaller offset"
        )
    return Clip(samples, clip.rate_hz, start / clip.rate_hz, clip.notes)
