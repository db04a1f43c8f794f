"""Features that stay two-dimensional: one row per frequency, pitch or lag, one column per frame.

Frames are centred, 2048 samples long and 512 apart at 22 050 Hz; librosa's numbers are the law.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.beats import TEMPOGRAM_LAGS, tempogram
from earmark._dsp.contrast import N_BANDS, contrast_db, flatness, peaks_and_valleys
from earmark._dsp.mel import cepstrum, hz_to_mel, mel_to_hz, power_to_db
from earmark._dsp.spectrum import bin_frequencies
from earmark._dsp.tempo import onset_strength
from earmark._dsp.waveform import rms
from earmark.features.analysis import HOP, N_FFT, N_MELS, RATE_HZ, Analysis, analyse
from earmark.records import FloatArray
from earmark.registry import Registry

N_MFCC = 20
PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_BINS_HZ = tuple(bin_frequencies(RATE_HZ, N_FFT).tolist())
_MELS_HZ = tuple(mel_to_hz(np.linspace(0.0, hz_to_mel(RATE_HZ / 2), N_MELS + 2))[1:-1].tolist())
_BANDS_HZ = (0.0, *(200.0 * 2.0**octave for octave in range(N_BANDS - 1)))
_LAGS_BPM = (math.inf, *(60.0 * RATE_HZ / (HOP * lag) for lag in range(1, TEMPOGRAM_LAGS)))


@dataclass(frozen=True)
class Array2D:
    """One two-dimensional feature of one song.

    Attributes
    ----------
    name : str
        Its name in :data:`ARRAYS`.
    values : ndarray of float32, shape (rows, frames)
        Read-only.
    times_s : ndarray of float64, shape (frames,)
        Centre of every frame in the song, the offset included.
    rows : tuple of float or tuple of str
        What each row stands for: a number in the kind's `axis_unit`, or a name.
    unit : str
        Unit of the values, ``""`` for plain numbers.
    notes : tuple of str
        What had to be salvaged or assumed when the sound was read.
    """

    name: str
    values: FloatArray
    times_s: NDArray[np.float64]
    rows: tuple[float, ...] | tuple[str, ...]
    unit: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ArrayKind:
    """A two-dimensional feature, declared before any sound is read.

    Attributes
    ----------
    name, title : str
        Its name in :data:`ARRAYS`, and the one for people.
    axis, axis_unit : str
        What the rows are, and the unit of their numbers; ``""`` where they have names.
    rows : tuple of float or tuple of str
        One entry per row.
    unit : str
        Unit of the values, ``""`` for plain numbers.
    low, high : float
        No value lies outside; infinite where nothing bounds them.
    description : str
        One sentence for people who choose.
    compute : callable
        From an :class:`Analysis` to an array of shape (frames, rows).
    whole : bool
        Whether it has one column for the whole sound, not one per frame.
    """

    name: str
    title: str
    axis: str
    axis_unit: str
    rows: tuple[float, ...] | tuple[str, ...]
    unit: str
    low: float
    high: float
    description: str
    compute: Callable[[Analysis], NDArray[Any]]
    whole: bool = False

    def of(self, analysis: Analysis) -> Array2D:
        """Compute it."""
        values = np.ascontiguousarray(self.compute(analysis).T, dtype=np.float32)
        values.flags.writeable = False
        clip = analysis.clip
        first_s = clip.start_s + (clip.duration_s / 2 if self.whole else 0.0)
        times_s = first_s + np.arange(values.shape[1], dtype=np.float64) * (HOP / RATE_HZ)
        return Array2D(self.name, values, times_s, self.rows, self.unit, clip.notes)


ARRAYS: Registry[ArrayKind] = Registry("2-D feature")
"""Every two-dimensional feature by name."""

Compute = Callable[[Analysis], NDArray[Any]]


def array_kind(name: str, **declared: Any) -> Callable[[Compute], Compute]:
    """Return a decorator that registers a function under `name`; see :class:`ArrayKind` for the rest."""

    def decorate(compute: Compute) -> Compute:
        ARRAYS.add(name, ArrayKind(name, compute=compute, **declared))
        return compute

    return decorate


def _below_loudest(level_db: FloatArray) -> FloatArray:
    below_db: FloatArray = level_db - level_db.max()
    return below_db


@array_kind(
    "envelope",
    title="Waveform",
    axis="bound",
    axis_unit="",
    rows=("lowest", "highest"),
    unit="full scale",
    low=-np.inf,
    high=np.inf,
    description="Lowest and highest sample of the 512 around every frame's centre; full scale is ±1.",
)
def _envelope(analysis: Analysis) -> NDArray[Any]:
    starts = np.maximum(np.arange(1 + len(analysis.samples) // HOP) * HOP - HOP // 2, 0)
    bounds = [bound.reduceat(analysis.samples, starts) for bound in (np.minimum, np.maximum)]
    return np.stack(bounds, axis=1)


@array_kind(
    "rms",
    title="Loudness (RMS)",
    axis="signal",
    axis_unit="",
    rows=("rms",),
    unit="full scale",
    low=0.0,
    high=np.inf,
    description="Root mean square of every frame; full scale is ±1.",
)
def _rms(analysis: Analysis) -> NDArray[Any]:
    return rms(analysis.samples, N_FFT, HOP)[:, None]


@array_kind(
    "spectrum",
    title="Mean spectrum",
    axis="frequency",
    axis_unit="Hz",
    rows=_BINS_HZ,
    unit="dB",
    low=-80.0,
    high=0.0,
    description="Mean power of every frequency over the whole sound, below the strongest, down to -80 dB.",
    whole=True,
)
def _spectrum(analysis: Analysis) -> NDArray[Any]:
    mean: FloatArray = analysis.power.mean(axis=0, dtype=np.float64, keepdims=True).astype(np.float32)
    return _below_loudest(power_to_db(mean))


@array_kind(
    "spectrogram",
    title="Spectrogram",
    axis="frequency",
    axis_unit="Hz",
    rows=_BINS_HZ,
    unit="dB",
    low=-80.0,
    high=0.0,
    description="Short-time Fourier transform: levels below the loudest, down to -80 dB.",
)
def _spectrogram(analysis: Analysis) -> NDArray[Any]:
    return _below_loudest(power_to_db(analysis.power))


@array_kind(
    "mel",
    title="Mel spectrogram",
    axis="frequency",
    axis_unit="Hz",
    rows=_MELS_HZ,
    unit="dB",
    low=-80.0,
    high=0.0,
    description="Power in 128 mel bands: levels below the loudest, down to -80 dB; rows are their centres.",
)
def _mel(analysis: Analysis) -> NDArray[Any]:
    return _below_loudest(analysis.mel_db)


@array_kind(
    "mfcc",
    title="MFCC",
    axis="coefficient",
    axis_unit="",
    rows=tuple(map(str, range(N_MFCC))),
    unit="dB",
    low=-np.inf,
    high=np.inf,
    description="The first 20 mel-frequency cepstral coefficients of levels in decibels.",
)
def _mfcc(analysis: Analysis) -> NDArray[Any]:
    return cepstrum(analysis.mel_db, N_MFCC)


@array_kind(
    "chroma_stft",
    title="Chroma (STFT)",
    axis="pitch class",
    axis_unit="",
    rows=PITCH_CLASSES,
    unit="",
    low=0.0,
    high=1.0,
    description="Energy per pitch class from the Fourier transform, 1 for the strongest of each frame.",
)
def _chroma_stft(analysis: Analysis) -> NDArray[Any]:
    return analysis.chroma_stft


@array_kind(
    "chroma_cqt",
    title="Chroma (CQT)",
    axis="pitch class",
    axis_unit="",
    rows=PITCH_CLASSES,
    unit="",
    low=0.0,
    high=1.0,
    description="Energy per pitch class from the constant-Q transform, 1 for the strongest of each frame.",
)
def _chroma_cqt(analysis: Analysis) -> NDArray[Any]:
    return analysis.tonal.chroma_cqt


@array_kind(
    "chroma_cens",
    title="Chroma (CENS)",
    axis="pitch class",
    axis_unit="",
    rows=PITCH_CLASSES,
    unit="",
    low=0.0,
    high=1.0,
    description="Constant-Q chroma in five steps, smoothed over a second, frames of unit length.",
)
def _chroma_cens(analysis: Analysis) -> NDArray[Any]:
    return analysis.tonal.chroma_cens


@array_kind(
    "contrast",
    title="Spectral contrast",
    axis="band",
    axis_unit="Hz",
    rows=_BANDS_HZ,
    unit="dB",
    low=0.0,
    high=np.inf,
    description="How far the peaks stand above the valleys of each octave; rows are the bands' lower edges.",
)
def _contrast(analysis: Analysis) -> NDArray[Any]:
    edges = np.empty((2, len(analysis.magnitude), N_BANDS), dtype=np.float32)
    peaks_and_valleys(analysis.magnitude, RATE_HZ, out=edges)
    return contrast_db(*edges)


@array_kind(
    "flatness",
    title="Spectral flatness",
    axis="signal",
    axis_unit="",
    rows=("flatness",),
    unit="",
    low=0.0,
    high=1.0,
    description="Geometric over arithmetic mean of every frame's power spectrum: 0 for a tone, 1 for noise.",
)
def _flatness(analysis: Analysis) -> NDArray[Any]:
    return flatness(analysis.power)[:, None]


@array_kind(
    "tempogram",
    title="Tempogram",
    axis="tempo",
    axis_unit="bpm",
    rows=_LAGS_BPM,
    unit="",
    low=0.0,
    high=1.0,
    description="How much nine seconds of onsets resemble themselves one beat later; 1 is all the same.",
)
def _tempogram(analysis: Analysis) -> NDArray[Any]:
    return tempogram(onset_strength(analysis.mel_db, N_FFT, HOP, np.mean))


def array(
    song: Any, name: str, rate: float | None = None, offset_s: float = 0.0, duration_s: float | None = None
) -> Array2D:
    """Compute a two-dimensional feature of a song.

    Of several features of one song take ``analyse(song)`` once and ``ARRAYS[name].of(analysis)`` each.

    Parameters
    ----------
    song : str or os.PathLike or bytes or array_like
        A sound file, or samples: shape (n,) for mono, (channels, n) or (n, channels) otherwise.
    name : str
        A name in :data:`ARRAYS`.
    rate : float, optional
        Sampling rate of samples in hertz; not for a file.
    offset_s, duration_s : float, optional
        A stretch of the song in seconds: where it begins and how long it is, to the end if left out.

    Returns
    -------
    Array2D

    Raises
    ------
    UnknownNameError
        If no two-dimensional feature has that name.
    ArgumentError
        If samples come without a rate or a file with one, if the samples are none, if the stretch is not one
        or longer than half an hour.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> mel = array(tone, "mel", rate=22050)
    >>> mel.values.shape, mel.unit
    ((128, 44), 'dB')
    >>> round(mel.rows[int(mel.values.mean(axis=1).argmax())])
    438
    """
    kind = ARRAYS[name]
    return kind.of(analyse(song, rate, offset_s, duration_s))
