"""311 columns for short segments, those of the classical models of three-second pieces.

The repository TimRicMus/Genre-Classification cuts songs into segments of 66 149 samples, 3 s, and takes mean
and standard deviation of librosa's features with their defaults, the mean and deviation of every mel band
among them. It does not say which of librosa's tempi it takes: here it is that of the beat tracker.
"""

from earmark.features.selection import LONGEST_STREAMED_S, RATE_HZ, Selection, each, number, pooled
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

_MFCC = [f"mfcc{number}" for number in range(1, 21)]
_MEL = [f"mel{number}" for number in range(1, 129)]

COLUMNS = Selection(
    pooled("chroma_stft", "chroma", "mean", "std"),
    pooled("rms", "rms", "mean", "std"),
    pooled("spectral_centroid", "centroid_hz", "mean", "std"),
    pooled("spectral_bandwidth", "bandwidth_hz", "mean", "std"),
    pooled("rolloff", "rolloff_hz", "mean", "std"),
    pooled("zero_crossing_rate", "zero_crossing_rate", "mean", "std"),
    pooled("harmonic", "harmonic", "mean", "std"),
    number("tempo", "tempo_bpm"),
    each(_MFCC, "mfcc", "mean"),
    each(_MFCC, "mfcc", "std"),
    each(_MEL, "mel", "mean"),
    each(_MEL, "mel", "std"),
)


@feature_set(
    "segments311",
    version=1,
    rate_hz=RATE_HZ,
    columns=COLUMNS.info,
    description="311 columns for three-second segments: 7 features, tempo, 20 MFCC and 128 mel bands.",
    longest_s=LONGEST_STREAMED_S,
    parts=COLUMNS.parts,
    row_of=COLUMNS.row_of,
)
def segments311(samples: FloatArray) -> Rows:
    """Return one row for the whole signal: mean and standard deviation over frames, and the tempo.

    ``harmonic`` is the harmonic part of the signal, sample by sample; ``mel`` is power, not decibels.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (1, 311).

    Examples
    --------
    >>> import numpy as np
    >>> segments311(np.zeros(66149, dtype=np.float32)).values.shape
    (1, 311)
    """
    return COLUMNS.rows(samples)
