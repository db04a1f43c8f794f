"""Songs with something going on in them, made of numbers, for tests of fingerprints."""

from pathlib import Path

import numpy as np

import sounds

RATE_HZ = 22050


def song(seed: int, seconds: float = 30.0) -> np.ndarray:
    """Return plucked chords with noise between them, shape (n,): each seed another tune."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    y = 0.002 * rng.standard_normal(len(t))
    at_s = 0.0
    while at_s < seconds:
        here = slice(int(at_s * RATE_HZ), int((at_s + 1.2) * RATE_HZ))
        since = (t[here] - at_s).astype(np.float32)
        for note in rng.choice(np.arange(45, 90), 3, replace=False):
            hz = 440.0 * 2 ** ((note - 69) / 12)
            decay = np.exp(-rng.uniform(2, 6) * since)
            harmonics = (np.sin(2 * np.pi * k * hz * since) / k for k in range(1, 4))
            y[here] += rng.uniform(0.02, 0.1) * decay * sum(harmonics)
        at_s += rng.uniform(0.12, 0.6)
    return np.clip(y, -1, 1).astype(np.float32)


def write(path: Path, y: np.ndarray, rate_hz: int = RATE_HZ, **options: str) -> Path:
    """Write samples of shape (n,) as the kind of file that its ending names."""
    return sounds.write(path, y[:, np.newaxis], rate_hz, options=options)
