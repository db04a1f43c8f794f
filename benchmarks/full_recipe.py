"""The columns of the feature set `full` that librosa has and the published GTZAN table has not."""

from typing import Any

import benchmarks.numba_cache  # noqa: F401 - before librosa

# isort: split
import librosa
import numpy as np
from numpy.typing import NDArray

from benchmarks.librosa_recipe import RATE_HZ, Columns, quiet
from earmark.features.club import PITCH_CLASSES, TONNETZ
from earmark.features.full import COLUMNS
from earmark.records import FloatArray

_FEATURE = librosa.feature


def _matrices(y: FloatArray, tuning: float | None) -> dict[str, NDArray[Any]]:
    """Return librosa's arrays by our names; the last axis is time, and every row a column of its own."""
    magnitude = np.abs(librosa.stft(y))
    power = magnitude**2
    constant_q = np.abs(librosa.cqt(y, sr=RATE_HZ, n_bins=252, bins_per_octave=36, tuning=tuning))
    chroma = _FEATURE.chroma_stft(S=power, sr=RATE_HZ)
    contrast = _FEATURE.spectral_contrast(S=magnitude, sr=RATE_HZ)
    chroma_cqt = _FEATURE.chroma_cqt(C=constant_q, sr=RATE_HZ)
    tonnetz = _FEATURE.tonnetz(chroma=chroma_cqt)
    mel = _FEATURE.melspectrogram(S=power, sr=RATE_HZ)
    found = {
        "spectral_flatness": _FEATURE.spectral_flatness(S=magnitude),
        "spectral_contrast": contrast,
        "chroma_cqt": chroma_cqt,
        "chroma_cens": _FEATURE.chroma_cens(C=constant_q, sr=RATE_HZ),
    }
    found |= {f"spectral_contrast{number}": row for number, row in enumerate(contrast, start=1)}
    found |= {f"chroma_{name}": row for name, row in zip(PITCH_CLASSES, chroma, strict=True)}
    found |= dict(zip(TONNETZ, tonnetz, strict=True))
    return found | {f"mel{number}": row for number, row in enumerate(mel, start=1)}


def _columns(y: FloatArray, tuning: float | None) -> Columns:
    columns: Columns = {}
    for name, matrix in _matrices(y, tuning).items():
        exact = matrix.astype(np.float64)
        columns |= {f"{name}_mean": float(exact.mean()), f"{name}_std": float(exact.std())}
    columns["tempo_all_bands"] = float(_FEATURE.tempo(y=y, sr=RATE_HZ)[0])
    columns["onset_rate"] = len(librosa.onset.onset_detect(y=y, sr=RATE_HZ)) / (len(y) / RATE_HZ)
    return {name: columns[name] for name in COLUMNS.names if name in columns}


def rest_of_full(y: FloatArray, tuning: float | None = None) -> Columns:
    """Return librosa's numbers of mono samples at 22 050 Hz, under our names and in our order.

    `tuning` of the constant-Q transform is in thirds of a semitone; None has librosa estimate it.
    """
    return quiet(lambda: _columns(y, tuning))


def tunings(y: FloatArray) -> list[tuple[float, int]]:
    """Return the two fullest bins of librosa's histogram of tunings, and how many peaks lie in each."""
    pitch_hz, height = librosa.piptrack(y=y, sr=RATE_HZ)
    high = pitch_hz[(pitch_hz > 0) & (height >= np.median(height[pitch_hz > 0]))]
    deviation = np.mod(36 * librosa.hz_to_octs(high), 1.0)
    deviation[deviation >= 0.5] -= 1.0
    counts, edges = np.histogram(deviation, np.linspace(-0.5, 0.5, 101))
    best = np.argsort(-counts, kind="stable")[:2]
    return [(float(edges[bin_]), int(counts[bin_])) for bin_ in best]
