"""How far two tables of the 57 sound columns lie apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.features.gtzan58 import SOUND_COLUMNS

RELATIVE = 1e-3
SHARE_OF_SPREAD = 1e-6

COLUMN_SPREAD: dict[str, float] = {
    "chroma_stft_mean": 0.0817,
    "chroma_stft_var": 0.007735,
    "rms_mean": 0.06568,
    "rms_var": 0.003634,
    "spectral_centroid_mean": 716,
    "spectral_centroid_var": 4.009e05,
    "spectral_bandwidth_mean": 526.3,
    "spectral_bandwidth_var": 9.646e04,
    "rolloff_mean": 1575,
    "rolloff_var": 1.425e06,
    "zero_crossing_rate_mean": 0.04182,
    "zero_crossing_rate_var": 0.003024,
    "harmony_mean": 0.001684,
    "harmony_var": 0.01165,
    "perceptr_mean": 0.001082,
    "perceptr_var": 0.0065,
    "tempo": 28.26,
    "mfcc1_mean": 100.2,
    "mfcc1_var": 2771,
    "mfcc2_mean": 31.33,
    "mfcc2_var": 439.1,
    "mfcc3_mean": 21.69,
    "mfcc3_var": 287.1,
    "mfcc4_mean": 16.66,
    "mfcc4_var": 116.2,
    "mfcc5_mean": 12.22,
    "mfcc5_var": 100.8,
    "mfcc6_mean": 11.84,
    "mfcc6_var": 68.48,
    "mfcc7_mean": 9.94,
    "mfcc7_var": 58.4,
    "mfcc8_mean": 10.46,
    "mfcc8_var": 41.05,
    "mfcc9_mean": 8.284,
    "mfcc9_var": 39.49,
    "mfcc10_mean": 7.937,
    "mfcc10_var": 36.73,
    "mfcc11_mean": 6.817,
    "mfcc11_var": 38.14,
    "mfcc12_mean": 6.716,
    "mfcc12_var": 32.63,
    "mfcc13_mean": 6.17,
    "mfcc13_var": 33.15,
    "mfcc14_mean": 5.008,
    "mfcc14_var": 34.45,
    "mfcc15_mean": 4.874,
    "mfcc15_var": 33.9,
    "mfcc16_mean": 4.579,
    "mfcc16_var": 33.78,
    "mfcc17_mean": 4.55,
    "mfcc17_var": 33.48,
    "mfcc18_mean": 3.869,
    "mfcc18_var": 34.4,
    "mfcc19_mean": 3.756,
    "mfcc19_var": 37.17,
    "mfcc20_mean": 3.837,
    "mfcc20_var": 45.23,
}
"""Standard deviation of every column over the 1000 rows of the published table."""


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
    relative = np.divide(off, np.abs(truth), out=np.zeros_like(off), where=off > 0)
    spread = np.array(list(COLUMN_SPREAD.values()))
    outside: NDArray[np.bool_] = np.any(off > RELATIVE * np.abs(truth) + SHARE_OF_SPREAD * spread, axis=0)
    tempo = SOUND_COLUMNS.index("tempo")
    return Parity(
        max_relative=float(relative.max()),
        p999_relative=float(np.percentile(relative, 99.9)),
        worst_column=SOUND_COLUMNS[int(relative.max(axis=0).argmax())],
        outside=[name for name, far in zip(SOUND_COLUMNS, outside, strict=True) if far],
        tempo_equal=int((truth[:, tempo] == found[:, tempo]).sum()),
        songs=len(truth),
    )
