"""How far two tables of the 57 sound columns lie apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.features.gtzan58 import SOUND_COLUMNS

RELATIVE = 1e-3
SHARE_OF_SPREAD = 1e-6
P999_RELATIVE = 1.5e-4

COLUMN_SPREAD: dict[str, float] = {
    "chroma_stft_mean": 0.08095,
    "chroma_stft_var": 0.007358,
    "rms_mean": 0.06302,
    "rms_var": 0.002873,
    "spectral_centroid_mean": 684.9,
    "spectral_centroid_var": 3.724e05,
    "spectral_bandwidth_mean": 495.3,
    "spectral_bandwidth_var": 1.015e05,
    "rolloff_mean": 1509,
    "rolloff_var": 1.41e06,
    "zero_crossing_rate_mean": 0.04116,
    "zero_crossing_rate_var": 0.002803,
    "harmony_mean": 0.001304,
    "harmony_var": 0.01069,
    "perceptr_mean": 0.001125,
    "perceptr_var": 0.005669,
    "tempo": 28.67,
    "mfcc1_mean": 100.2,
    "mfcc1_var": 2871,
    "mfcc2_mean": 30.44,
    "mfcc2_var": 434.6,
    "mfcc3_mean": 20.77,
    "mfcc3_var": 272.4,
    "mfcc4_mean": 16.71,
    "mfcc4_var": 115.6,
    "mfcc5_mean": 11.79,
    "mfcc5_var": 107.1,
    "mfcc6_mean": 12.23,
    "mfcc6_var": 65.66,
    "mfcc7_mean": 9.594,
    "mfcc7_var": 57.92,
    "mfcc8_mean": 10.5,
    "mfcc8_var": 40.85,
    "mfcc9_mean": 8.212,
    "mfcc9_var": 39.59,
    "mfcc10_mean": 8.108,
    "mfcc10_var": 37.01,
    "mfcc11_mean": 6.68,
    "mfcc11_var": 39.85,
    "mfcc12_mean": 7.022,
    "mfcc12_var": 32.59,
    "mfcc13_mean": 5.829,
    "mfcc13_var": 33.82,
    "mfcc14_mean": 5.213,
    "mfcc14_var": 36.85,
    "mfcc15_mean": 4.705,
    "mfcc15_var": 35.47,
    "mfcc16_mean": 4.813,
    "mfcc16_var": 36.98,
    "mfcc17_mean": 4.452,
    "mfcc17_var": 34.66,
    "mfcc18_mean": 3.94,
    "mfcc18_var": 34.63,
    "mfcc19_mean": 3.687,
    "mfcc19_var": 37.95,
    "mfcc20_mean": 3.973,
    "mfcc20_var": 48.05,
}
"""Standard deviation of every column over the train and valid rows of the published table."""


@dataclass(frozen=True)
class Parity:
    """What a comparison found.

    Attributes
    ----------
    max_relative, p999_relative : float
        Largest relative difference and its 99.9th percentile; equal numbers differ by 0.
    worst_column : str
        Where the largest was found.
    outside : list of str
        Columns with a number further off than 1e-3 of it and 1e-6 of the column's spread together.
    tempo_equal, songs : int
        Rows with the very same tempo, and all rows.
    """

    max_relative: float
    p999_relative: float
    worst_column: str
    outside: list[str]
    tempo_equal: int
    songs: int


def compare(truth: NDArray[np.float64], found: NDArray[np.float64]) -> Parity:
    """Compare tables of shape (songs, 57)."""
    off = np.abs(found - truth)
    relative = np.divide(off, np.abs(truth), out=np.zeros_like(off), where=off != 0)
    spread = np.array(list(COLUMN_SPREAD.values()))
    # Not "off > ...", which would let a NaN pass.
    outside: NDArray[np.bool_] = ~np.all(off <= RELATIVE * np.abs(truth) + SHARE_OF_SPREAD * spread, axis=0)
    tempo = SOUND_COLUMNS.index("tempo")
    return Parity(
        max_relative=float(relative.max()),
        p999_relative=float(np.percentile(relative, 99.9)),
        worst_column=SOUND_COLUMNS[int(relative.max(axis=0).argmax())],
        outside=[name for name, far in zip(SOUND_COLUMNS, outside, strict=True) if far],
        tempo_equal=int((truth[:, tempo] == found[:, tempo]).sum()),
        songs=len(truth),
    )
