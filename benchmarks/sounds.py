"""Sounds made from nothing but numbers, and the lossless clips where they are at hand."""

import os
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.records import FloatArray

RATE_HZ = 22050
_MIDI_A = 69


def data_folder() -> Path | None:
    """Return the folder of third-party sound: ``EARMARK_DATA``, else ``../shared/data``, else None."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("EARMARK_DATA", beside))
    return folder if (folder / "gtzan").is_dir() else None


def lossless_clips() -> list[Path]:
    """Return the lossless GTZAN clips, sorted; none without the data."""
    folder = data_folder()
    return sorted(folder.glob("gtzan/lossless/*/*.flac")) if folder else []


def _time_s(duration_s: float) -> NDArray[np.float64]:
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ


def sine(frequency_hz: float = 440.0, duration_s: float = 3.0, peak: float = 0.5) -> FloatArray:
    """Return a pure tone."""
    return (peak * np.sin(2 * np.pi * frequency_hz * _time_s(duration_s))).astype(np.float32)


def chirp(duration_s: float = 5.0) -> FloatArray:
    """Return a tone that climbs from 100 Hz to 8 kHz."""
    t = _time_s(duration_s)
    return (0.5 * np.sin(2 * np.pi * (100 * t + (8000 - 100) / (2 * duration_s) * t**2))).astype(np.float32)


def clicks(tempo_bpm: float = 120.0, duration_s: float = 20.0) -> FloatArray:
    """Return decaying 1-kHz clicks, one per beat."""
    t = _time_s(duration_s)
    since_s = t % (60.0 / tempo_bpm)
    return (0.8 * np.exp(-since_s / 0.01) * np.sin(2 * np.pi * 1000 * since_s)).astype(np.float32)


def noise(duration_s: float = 5.0, seed: int = 0, deviation: float = 0.1) -> FloatArray:
    """Return white Gaussian noise."""
    samples = np.random.default_rng(seed).normal(0.0, deviation, round(duration_s * RATE_HZ))
    return samples.astype(np.float32)


def chords(duration_s: float = 12.0, cents: float = 0.0) -> FloatArray:
    """Return four triads of plucked harmonics over a soft hiss, `cents` above concert pitch."""
    t = _time_s(duration_s)
    triads = ((60, 64, 67), (57, 60, 64), (65, 69, 72), (67, 71, 74))
    which = (t // 1.0).astype(int) % len(triads)
    sound = np.zeros_like(t)
    for number, triad in enumerate(triads):
        for key in triad:
            frequency_hz = 440.0 * 2 ** ((key - _MIDI_A + cents / 100) / 12)
            tone = sum(np.sin(2 * np.pi * k * frequency_hz * t) / k for k in range(1, 6))
            sound += np.where(which == number, tone, 0.0)
    sound *= 0.1 * np.exp(-2 * (t % 0.5))
    return (sound + noise(duration_s, seed=1, deviation=0.002)).astype(np.float32)


def square(frequency_hz: float = 100.0, duration_s: float = 2.0) -> FloatArray:
    """Return a full-scale square wave."""
    return np.where((_time_s(duration_s) * frequency_hz) % 1 < 0.5, 1.0, -1.0).astype(np.float32)


def synthetic() -> dict[str, FloatArray]:
    """Return one sound of each kind by name, the caller's own."""
    return {name: sound.copy() for name, sound in _synthetic().items()}


@cache
def _synthetic() -> dict[str, FloatArray]:
    return {
        "sine": sine(),
        "clicks": clicks(),
        "chirp": chirp(),
        "noise": noise(),
        "chords": chords(),
        "chords 30 cents sharp": chords(cents=30.0),
        "square": square(),
        "tone and clicks": sine(duration_s=20.0, peak=0.2) + clicks(),
    }
