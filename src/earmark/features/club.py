"""Means of the features that a listening club clustered its 324 songs by.

Its report (Bioinformatics Institute, 2021) names them: MFCC, zero-crossing rate, centroid, rolloff, beats per
minute, bandwidth, chroma in 12 columns and the tonal centroid, over 40 s of each song after skipping 45 s.
Its code is not public: the means, and librosa's defaults, are the plain reading.
"""

from earmark.features.selection import LONGEST_S, RATE_HZ, Selection, mean_of_each, number
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
TONNETZ = tuple(
    f"tonnetz_{circle}_{axis}" for circle in ("fifth", "minor_third", "major_third") for axis in "xy"
)

COLUMNS = Selection(
    mean_of_each([f"mfcc{number}" for number in range(1, 21)], "mfcc"),
    mean_of_each(["zero_crossing_rate"], "zero_crossing_rate"),
    mean_of_each(["spectral_centroid"], "centroid_hz"),
    mean_of_each(["rolloff"], "rolloff_hz"),
    number("bpm", "tempo_bpm"),
    mean_of_each(["spectral_bandwidth"], "bandwidth_hz"),
    mean_of_each([f"chroma_{pitch}" for pitch in PITCH_CLASSES], "chroma"),
    mean_of_each(TONNETZ, "tonnetz"),
)


@feature_set(
    "club",
    version=1,
    rate_hz=RATE_HZ,
    columns=COLUMNS.info,
    description="43 means: MFCC, spectrum, zero crossings, tempo, 12 chroma columns and the tonal centroid.",
    longest_s=LONGEST_S,
    parts=COLUMNS.parts,
    row_of=COLUMNS.row_of,
)
def club(samples: FloatArray) -> Rows:
    """Return one row for the whole signal: means over frames, and the tempo of the beat tracker.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (1, 43).

    Examples
    --------
    >>> import numpy as np
    >>> a4 = np.sin(2 * np.pi * 440 * np.arange(66150) / 22050).astype(np.float32)
    >>> row = dict(zip(COLUMNS.names, club(a4).values[0]))
    >>> max((name for name in row if name.startswith("chroma")), key=row.get)
    'chroma_A'
    """
    return COLUMNS.rows(samples)
