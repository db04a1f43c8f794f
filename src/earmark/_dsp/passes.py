"""The passes over a signal: whatever is asked for, frame by frame.

Frames have 2048 samples, 512 apart, and are centred; the spectrum is taken once, block by block, and kept as
a whole only where something needs all of it at once (chroma needs the tuning, separation the neighbours).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.chroma import N_CHROMA, chroma, pitch_peaks, tuning
from earmark._dsp.contrast import N_BANDS, contrast_db, flatness, flux, peaks_and_valleys
from earmark._dsp.hpss import harmonic_part
from earmark._dsp.mel import cepstrum, mel_power, power_to_db
from earmark._dsp.memory import working_memory
from earmark._dsp.spectral import centroid_and_bandwidth, rolloff
from earmark._dsp.spectrum import BLOCK_FRAMES, FloatArray, bin_frequencies, spectra
from earmark._dsp.tempo import onset_strength
from earmark._dsp.waveform import rms, zero_crossing_rate

N_FFT = 2048
HOP = 512
N_MELS = 128
N_MFCC = 20
_CQT_BINS_PER_OCTAVE = 36

Measures = dict[str, NDArray[Any]]

PARTS: dict[str, tuple[str, ...]] = {
    "frames": ("rms", "centroid_hz", "bandwidth_hz", "rolloff_hz", "zero_crossing_rate"),
    "chroma": ("chroma",),
    "mel": ("mel",),
    "mfcc": ("mfcc",),
    "hpss": ("harmonic", "percussive", "harmonic_rms", "percussive_rms"),
    "contrast": ("contrast",),
    "flatness": ("flatness",),
    "flux": ("flux",),
    "onsets": ("onsets", "onsets_mean"),
    "tuning": ("tuning_bins",),
}
"""What can be asked for, and the names of what each part gives."""

_WHOLE = frozenset({"chroma", "hpss"})
_MEL = frozenset({"mel", "mfcc", "onsets"})


def measure(y: FloatArray, rate_hz: int, parts: frozenset[str], mirror_ends: bool = False) -> Measures:
    """Measure a mono signal frame by frame.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        At least one sample, all finite.
    rate_hz : int
        Sampling rate.
    parts : frozenset of str
        Keys of :data:`PARTS`.
    mirror_ends : bool
        Whether the signal goes on mirrored beyond its ends, as in librosa before 0.10, or as zeros.

    Returns
    -------
    dict
        Arrays by name, of shape (frames,) or (frames, k): ``chroma`` 12, ``mel`` 128 (power), ``mfcc`` 20,
        ``contrast`` 7 (decibels). ``harmonic`` and ``percussive`` have shape (samples,); ``flux`` has one
        frame less than the others, ``tuning_bins`` is one number, in thirds of a semitone.
    """
    found = _spectral(y, rate_hz, parts, mirror_ends)
    if "frames" in parts:
        found["rms"] = rms(y, N_FFT, HOP, mirror_ends)
        found["zero_crossing_rate"] = zero_crossing_rate(y, N_FFT, HOP)
    if "hpss" in parts:
        found["percussive"] = y - found["harmonic"]
        for name in ("harmonic", "percussive"):
            found[f"{name}_rms"] = rms(found[name], N_FFT, HOP, mirror_ends)
    if "contrast" in parts:
        found["contrast"] = contrast_db(*found["peaks_and_valleys"])
    if parts & {"mfcc", "onsets"}:
        level_db = power_to_db(found["mel"])
        found["mfcc"] = cepstrum(level_db, N_MFCC)
        found["onsets"] = onset_strength(level_db, N_FFT, HOP)
        found["onsets_mean"] = onset_strength(level_db, N_FFT, HOP, np.mean)
    return {name: found[name] for part in PARTS if part in parts for name in PARTS[part]}


def _room(frames: int, parts: frozenset[str]) -> Measures:
    """Return uninitialised arrays for what the blocks of spectra fill."""
    room: Measures = {}
    if "frames" in parts:
        room |= {name: np.empty(frames) for name in ("centroid_hz", "bandwidth_hz", "rolloff_hz")}
    if parts & _MEL:
        room["mel"] = np.empty((frames, N_MELS), dtype=np.float32)
    if "contrast" in parts:
        room["peaks_and_valleys"] = np.empty((2, frames, N_BANDS), dtype=np.float32)
    if "flatness" in parts:
        room["flatness"] = np.empty(frames)
    if "flux" in parts:
        room["flux"] = np.empty(frames - 1)
    return room


def _spectral(y: FloatArray, rate_hz: int, parts: frozenset[str], mirror_ends: bool) -> Measures:
    """Return what spectra tell."""
    frames, bins_hz = 1 + len(y) // HOP, bin_frequencies(rate_hz, N_FFT)
    shape = (frames if parts & _WHOLE else min(frames, BLOCK_FRAMES), len(bins_hz))
    size = shape[0] * shape[1]
    spectrum = working_memory("spectrum", 2 * size).view(np.complex64).reshape(shape)
    magnitude = working_memory("magnitude", size).reshape(shape)
    found = _room(frames, parts)
    peaks: dict[str, list[tuple[FloatArray, FloatArray]]] = {"chroma": [], "tuning": []}
    before = magnitude[:0]
    for rows, block in spectra(y, N_FFT, HOP, mirror_ends):
        kept = rows if parts & _WHOLE else slice(0, len(block))
        spectrum[kept] = block
        here = np.abs(spectrum[kept], out=magnitude[kept])
        power = np.square(here)
        _fill(found, rows, here, power, rate_hz)
        for part, heights in (("chroma", power), ("tuning", here)):
            if part in parts:
                peaks[part].append(pitch_peaks(heights, rate_hz))
        if "flux" in parts:
            found["flux"][max(0, rows.start - 1) : rows.stop - 1] = flux(here, before)
            before = here[-1:].copy()
    if "chroma" in parts:
        found["chroma"] = chroma(magnitude, rate_hz, _tuning(peaks["chroma"], N_CHROMA))
    if "tuning" in parts:
        found["tuning_bins"] = np.array([_tuning(peaks["tuning"], _CQT_BINS_PER_OCTAVE)])
    if "hpss" in parts:
        found["harmonic"] = harmonic_part(spectrum, magnitude, len(y), HOP)
    return found


def _tuning(peaks: list[tuple[FloatArray, FloatArray]], bins_per_octave: int) -> float:
    """Return the tuning, in bins, of the peaks of all blocks."""
    frequency_hz, height = (np.concatenate(pieces) for pieces in zip(*peaks, strict=True))
    return tuning(frequency_hz, height, bins_per_octave)


def _fill(found: Measures, rows: slice, magnitude: FloatArray, power: FloatArray, rate_hz: int) -> None:
    """Measure one block of spectra: whatever there is room for, each frame for itself."""
    if "mel" in found:
        mel_power(power, rate_hz, N_MELS, out=found["mel"][rows])
    if "centroid_hz" in found:
        bins_hz = bin_frequencies(rate_hz, N_FFT)
        found["centroid_hz"][rows], found["bandwidth_hz"][rows] = centroid_and_bandwidth(magnitude, bins_hz)
        found["rolloff_hz"][rows] = rolloff(magnitude, bins_hz)
    if "peaks_and_valleys" in found:
        peaks_and_valleys(magnitude, rate_hz, out=found["peaks_and_valleys"][:, rows])
    if "flatness" in found:
        found["flatness"][rows] = flatness(power)
