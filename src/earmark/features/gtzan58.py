"""The 58 columns of the published GTZAN table, with librosa 0.11's numbers.

G. Tzanetakis and P. Cook, "Musical genre classification of audio signals", IEEE Transactions on Speech and
Audio Processing 10 (2002), collected the clips. The table of 58 columns that is passed around with them was
made with librosa's defaults: mean and population variance over frames of 2048 samples, 512 apart, at
22 050 Hz; `harmony` and `perceptr` are those over the *samples* of the harmonic and the percussive part.

``length``, the number of samples, betrays on GTZAN how a genre was collected: two values cover 94 % of the
clips. It is given for comparison with the table and is never an input to a model.
"""

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.summary import summarise
from earmark.features.selection import LONGEST_STREAMED_S, RATE_HZ, Selection, each, length, number, pooled
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

SELECTION = Selection(
    length(),
    pooled("chroma_stft", "chroma", "mean", "var"),
    pooled("rms", "rms", "mean", "var"),
    pooled("spectral_centroid", "centroid_hz", "mean", "var"),
    pooled("spectral_bandwidth", "bandwidth_hz", "mean", "var"),
    pooled("rolloff", "rolloff_hz", "mean", "var"),
    pooled("zero_crossing_rate", "zero_crossing_rate", "mean", "var"),
    pooled("harmony", "harmonic", "mean", "var"),
    pooled("perceptr", "percussive", "mean", "var"),
    number("tempo", "tempo_bpm"),
    each([f"mfcc{number}" for number in range(1, 21)], "mfcc", "mean", "var"),
)

COLUMNS = SELECTION.names

SOUND_COLUMNS = COLUMNS[1:]
"""The 57 columns that describe sound: all but ``length``."""


@feature_set(
    "gtzan58",
    version=1,
    rate_hz=RATE_HZ,
    columns=SELECTION.info,
    description="The 58 columns of the published GTZAN table, one row for the whole song.",
    longest_s=LONGEST_STREAMED_S,
    parts=SELECTION.parts,
    row_of=SELECTION.row_of,
)
def gtzan58(samples: FloatArray) -> Rows:
    """Return one row for the whole signal.

    Sound shorter than a frame is measured as if zeros followed, without a warning; where nothing sounds,
    centroid, bandwidth, rolloff, chroma and tempo are 0.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (1, 58): frequencies in hertz, tempo in beats per minute, mfcc in decibels.

    Examples
    --------
    >>> row = gtzan58(np.zeros(22050, dtype=np.float32)).values[0]
    >>> dict(zip(COLUMNS, row))["rms_mean"]
    np.float64(0.0)
    """
    return SELECTION.rows(samples)


def row(samples: FloatArray, mirror_ends: bool = False) -> NDArray[np.float64]:
    """Return the 58 columns, shape (1, 58); `mirror_ends` gives those of the librosa that made the table."""
    return SELECTION.row_of(summarise(samples, RATE_HZ, SELECTION.parts, mirror_ends))[None]
