"""One pass over a signal: everything that the feature sets take their columns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.chroma import chroma, pitch_peaks, tuning
from earmark._dsp.hpss import harmonic_part
from earmark._dsp.mel import cepstrum, mel_power, power_to_db
from earmark._dsp.memory import working_memory
from earmark._dsp.spectral import centroid_and_bandwidth, rolloff
from earmark._dsp.spectrum import FloatArray, bin_frequencies, spectra
from earmark._dsp.tempo import onset_strength, tempo
from earmark._dsp.waveform import rms, zero_crossing_rate

N_FFT = 2048
HOP = 512
N_MELS = 128
N_MFCC = 20


@dataclass(frozen=True)
class Description:
    """What was measured on centred frames of 2048 samples, 512 apart.

    Attributes
    ----------
    chroma : ndarray of float32, shape (frames, 12)
        Energy per pitch class, C first, 1 for the strongest.
    rms : ndarray of float64, shape (frames,)
        Root mean square, full scale ±1.
    centroid_hz, bandwidth_hz, rolloff_hz : ndarray of float64, shape (frames,)
        Mean, standard deviation and 85-% point of frequency.
    zero_crossing_rate : ndarray of float64, shape (frames,)
        Sign changes per sample.
    mfcc : ndarray of float32, shape (frames, 20)
        Mel-frequency cepstral coefficients of levels in decibels.
    tempo_bpm : float
        Tempo, 0 without onsets.
    harmonic, percussive : ndarray of float32, shape (samples,)
        Two signals that sum to the whole; empty if they were not asked for.
    """

    chroma: FloatArray
    rms: NDArray[np.float64]
    centroid_hz: NDArray[np.float64]
    bandwidth_hz: NDArray[np.float64]
    rolloff_hz: NDArray[np.float64]
    zero_crossing_rate: NDArray[np.float64]
    mfcc: FloatArray
    tempo_bpm: float
    harmonic: FloatArray
    percussive: FloatArray


def describe(y: FloatArray, rate_hz: int, separate: bool = True, mirror_ends: bool = False) -> Description:
    """Measure a mono signal.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        At least one finite sample.
    rate_hz : int
        Sampling rate.
    separate : bool
        Whether to part it into harmonic and percussive, which takes half of the time.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> round(float(np.median(describe(tone, 22050).centroid_hz)))
    440
    """
    frames = 1 + len(y) // HOP
    bins_hz = bin_frequencies(rate_hz, N_FFT)
    shape = (frames, len(bins_hz))
    spectrum = working_memory("spectrum", 2 * frames * len(bins_hz)).view(np.complex64).reshape(shape)
    magnitude = working_memory("magnitude", frames * len(bins_hz)).reshape(shape)
    mels = np.empty((frames, N_MELS), dtype=np.float32)
    centroid_hz, bandwidth_hz, rolloff_hz = np.empty((3, frames))
    peaks = []
    for rows, block in spectra(y, N_FFT, HOP, mirror_ends):
        spectrum[rows] = block
        here = np.abs(spectrum[rows], out=magnitude[rows])
        power = np.square(here)
        mel_power(power, rate_hz, N_MELS, out=mels[rows])
        centroid_hz[rows], bandwidth_hz[rows] = centroid_and_bandwidth(here, bins_hz)
        rolloff_hz[rows] = rolloff(here, bins_hz)
        peaks.append(pitch_peaks(power, rate_hz))
    frequency_hz, height = (np.concatenate(parts) for parts in zip(*peaks, strict=True))
    level_db = power_to_db(mels)
    harmonic = harmonic_part(spectrum, magnitude, len(y), HOP) if separate else y[:0]
    return Description(
        chroma=chroma(magnitude, rate_hz, tuning(frequency_hz, height)),
        rms=rms(y, N_FFT, HOP, mirror_ends),
        centroid_hz=centroid_hz,
        bandwidth_hz=bandwidth_hz,
        rolloff_hz=rolloff_hz,
        zero_crossing_rate=zero_crossing_rate(y, N_FFT, HOP),
        mfcc=cepstrum(level_db, N_MFCC),
        tempo_bpm=tempo(onset_strength(level_db, N_FFT, HOP), rate_hz, HOP),
        harmonic=harmonic,
        percussive=y[: len(harmonic)] - harmonic,
    )
