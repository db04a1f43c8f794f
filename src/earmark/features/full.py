"""Every number of every feature set that is taken from sound at 22 050 Hz, once, and what none of them has.

Spreads are standard deviations: the variances of ``gtzan58`` are their squares. Left out are ``length``,
which is no sound and betrays how a song was collected, and musiCNN's tags, which hear patches at 16 kHz.
"""

from earmark.features.club import PITCH_CLASSES, TONNETZ
from earmark.features.selection import LONGEST_S, RATE_HZ, Selection, each, number, pooled
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

COLUMNS = Selection(
    number("tempo", "tempo_bpm"),
    number("tempo_confidence", "tempo_confidence"),
    number("tempo_half", "tempo_half_bpm"),
    number("tempo_half_share", "tempo_half_share"),
    number("tempo_double", "tempo_double_bpm"),
    number("tempo_double_share", "tempo_double_share"),
    number("tempo_all_bands", "tempo_all_bands_bpm"),
    number("beat_strength", "beat_strength"),
    number("onset_rate", "onset_rate_hz"),
    number("dynamic_range", "dynamic_range_db"),
    number("HPR", "harmonic_to_percussive"),
    number("key_tonic", "key_tonic"),
    number("key_minor", "key_minor"),
    number("key_confidence", "key_confidence"),
    pooled("rms", "rms", "mean", "std"),
    pooled("harmonic_rms", "harmonic_rms", "mean", "std"),
    pooled("percussive_rms", "percussive_rms", "mean", "std"),
    pooled("harmonic", "harmonic", "mean", "std"),
    pooled("percussive", "percussive", "mean", "std"),
    pooled("zero_crossing_rate", "zero_crossing_rate", "mean", "std"),
    pooled("spectral_centroid", "centroid_hz", "mean", "std"),
    pooled("spectral_bandwidth", "bandwidth_hz", "mean", "std"),
    pooled("spectral_rolloff", "rolloff_hz", "mean", "std"),
    pooled("spectral_flatness", "flatness", "mean", "std"),
    pooled("spectral_flux", "flux", "mean", "std"),
    pooled("spectral_contrast", "contrast", "mean", "std"),
    each([f"spectral_contrast{band}" for band in range(1, 8)], "contrast", "mean", "std"),
    pooled("chroma_stft", "chroma", "mean", "std"),
    each([f"chroma_{pitch}" for pitch in PITCH_CLASSES], "chroma", "mean", "std"),
    pooled("chroma_cqt", "chroma_cqt", "mean", "std"),
    pooled("chroma_cens", "chroma_cens", "mean", "std"),
    each(TONNETZ, "tonnetz", "mean", "std"),
    each([f"mfcc{number}" for number in range(1, 21)], "mfcc", "mean", "std"),
    each([f"mel{number}" for number in range(1, 129)], "mel", "mean", "std"),
)


@feature_set(
    "full",
    version=1,
    rate_hz=RATE_HZ,
    columns=COLUMNS.info,
    description="Every number of the other sets but musiCNN's once, and onsets, beats, rival tempi, flux.",
    longest_s=LONGEST_S,
    parts=COLUMNS.parts,
    row_of=COLUMNS.row_of,
)
def full(samples: FloatArray) -> Rows:
    """Return one row for the whole signal.

    ``tempo`` is the beat tracker's. How much the onsets resemble themselves one beat later, against half and
    double that tempo, are ``tempo_confidence``, ``tempo_half_share`` and ``tempo_double_share``, which sum to
    1; ``tempo_half`` and ``tempo_double`` are those tempi. ``tempo_all_bands`` is ``groover65``'s ``tempo``.
    ``beat_strength`` is the onset strength on the beats over that of all frames, ``onset_rate`` counts sounds
    that begin, and ``spectral_flux`` is the root mean square change of the spectrum from frame to frame.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (1, 390).

    Examples
    --------
    >>> import numpy as np
    >>> row = full(np.zeros(22050, dtype=np.float32)).values[0]
    >>> dict(zip(COLUMNS.names, row))["tempo_confidence"]
    np.float64(0.0)
    """
    return COLUMNS.rows(samples)
