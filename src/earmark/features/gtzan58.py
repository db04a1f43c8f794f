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

from earmark._dsp.summary import Summary, overall, summarise
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

RATE_HZ = 22050
# The separation needs all frames at once, 60 MB a minute: 1.8 GB for half an hour.
LONGEST_S = 1800.0
N_MFCC = 20
PARTS = frozenset({"frames", "chroma", "hpss", "mfcc", "tempo"})
_MOMENTS = {
    "chroma_stft": "chroma",
    "rms": "rms",
    "spectral_centroid": "centroid_hz",
    "spectral_bandwidth": "bandwidth_hz",
    "rolloff": "rolloff_hz",
    "zero_crossing_rate": "zero_crossing_rate",
    "harmony": "harmonic",
    "perceptr": "percussive",
}

SOUND_COLUMNS = (
    *(f"{name}_{moment}" for name in _MOMENTS for moment in ("mean", "var")),
    "tempo",
    *(f"mfcc{number}_{moment}" for number in range(1, N_MFCC + 1) for moment in ("mean", "var")),
)
"""The 57 columns that describe sound: all but ``length``."""

COLUMNS = ("length", *SOUND_COLUMNS)


@feature_set(
    "gtzan58",
    version=1,
    rate_hz=RATE_HZ,
    columns=COLUMNS,
    description="The 58 columns of the published GTZAN table, one row for the whole song.",
    longest_s=LONGEST_S,
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
    return Rows(row(samples), [0.0], [len(samples) / RATE_HZ])


def row(samples: FloatArray, mirror_ends: bool = False) -> NDArray[np.float64]:
    """Return the 58 columns, shape (1, 58); `mirror_ends` gives those of the librosa that made the table."""
    return row_of(summarise(samples, RATE_HZ, PARTS, mirror_ends))[None]


def row_of(summary: Summary) -> NDArray[np.float64]:
    """Return the 58 columns of a summary, shape (58,)."""
    pooled = [overall(summary.moments[name]) for name in _MOMENTS.values()]
    return np.concatenate(
        [[summary.samples], *pooled, [summary.numbers["tempo_bpm"]], *summary.moments["mfcc"]]
    )
