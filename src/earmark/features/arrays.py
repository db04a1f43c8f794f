"""Features that stay two-dimensional: one row per frequency, pitch or lag, one column per frame.

Frames are centred, 2048 samples long and 512 apart at 22 050 Hz; librosa's numbers are the law.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.beats import TEMPOGRAM_LAGS, tempogram
from earmark._dsp.contrast import N_BANDS, contrast_db, flatness, peaks_and_valleys
from earmark._dsp.mel import cepstrum, hz_to_mel, mel_to_hz, power_to_db
from earmark._dsp.passes import HOP, N_FFT, N_MELS, N_MFCC
from earmark._dsp.spectrum import bin_frequencies
from earmark._dsp.tempo import onset_strength
from earmark._dsp.waveform import rms
from earmark.features.analysis import Analysis, analyse
from earmark.features.array_kind import ARRAYS, Array2D, ArrayKind, array_kind
from earmark.features.club import PITCH_CLASSES
from earmark.features.selection import RATE_HZ
from earmark.records import FloatArray

__all__ = ["ARRAYS", "Array2D", "ArrayKind", "array"]

_BINS_HZ = tuple(bin_frequencies(RATE_HZ, N_FFT).tolist())
_MELS_HZ = tuple(mel_to_hz(np.linspace(0.0, hz_to_mel(RATE_HZ / 2), N_MELS + 2))[1:-1].tolist())
_BANDS_HZ = (0.0, *(200.0 * 2.0**octave for octave in range(N_BANDS - 1)))
_LAGS_BPM = (math.inf, *(60.0 * RATE_HZ / (HOP * lag) for lag in range(1, TEMPOGRAM_LAGS)))


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
