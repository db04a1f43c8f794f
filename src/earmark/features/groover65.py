"""The columns of Groover's song table, and the key that its author wished for.

J. Guinot's extractor writes 65 columns: file name, uuid and duration, which are no sound, and the 62 that are
here first. Its tempo is librosa's estimator (from all mel bands), not the beat tracker's; its librosa was
older than 0.10 and mirrored the ends of a song, where librosa 0.11 and Earmark go on with silence.
"""

from earmark.features.selection import LONGEST_S, RATE_HZ, Selection, each, mean_of_each, number, pooled
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

COLUMNS = Selection(
    mean_of_each(["zero_crossing_rate"], "zero_crossing_rate"),
    number("tempo", "tempo_all_bands_bpm"),
    number("dynamic_range", "dynamic_range_db"),
    pooled("rms", "rms", "mean", "std"),
    mean_of_each(["harmonic_rms"], "harmonic_rms"),
    mean_of_each(["percussive_rms"], "percussive_rms"),
    pooled("spectral_centroid", "centroid_hz", "mean", "std"),
    number("HPR", "harmonic_to_percussive"),
    pooled("spectral_bandwidth", "bandwidth_hz", "mean", "std"),
    pooled("spectral_rolloff", "rolloff_hz", "mean", "std"),
    pooled("chroma_stft", "chroma", "mean", "std"),
    pooled("chroma_cens", "chroma_cens", "mean", "std"),
    pooled("spectral_contrast", "contrast", "mean", "std"),
    pooled("spectral_flatness", "flatness", "mean", "std"),
    each([f"mfcc_{number}" for number in range(20)], "mfcc", "mean", "std"),
    number("key_tonic", "key_tonic"),
    number("key_minor", "key_minor"),
    number("key_confidence", "key_confidence"),
)


@feature_set(
    "groover65",
    version=1,
    rate_hz=RATE_HZ,
    columns=COLUMNS.info,
    description="The 62 sound columns of Groover's song table, and the key: tonic, mode and confidence.",
    longest_s=LONGEST_S,
    parts=COLUMNS.parts,
    row_of=COLUMNS.row_of,
)
def groover65(samples: FloatArray) -> Rows:
    """Return one row for the whole signal.

    ``tempo`` is librosa's estimator, but for 0 where no sound begins: there librosa says 117.45 of anything.
    ``dynamic_range`` is the level of the loudest 0.2 s above that of the softest. ``HPR`` counts samples of
    the harmonic and of the percussive part above 1e-5 and divides the counts (by at least 1).
    ``harmonic_rms`` and ``percussive_rms`` are means over frames. ``key_tonic`` counts semitones above C,
    ``key_minor`` is 1 for minor and 0 for major, ``key_confidence`` is 0 where another key fits as well.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (1, 65).

    Examples
    --------
    >>> import numpy as np
    >>> row = groover65(np.ones(44100, dtype=np.float32)).values[0]
    >>> round(float(row[COLUMNS.names.index("dynamic_range")]), 2)  # beyond the ends is silence
    3.01
    """
    return COLUMNS.rows(samples)
