"""What is measured: unit, range and source of every quantity that a summary of sound holds.

Ranges hold for sound within full scale ±1 at 22 050 Hz. Those of spectra follow from Parseval's theorem for a
Hann window of 2048 samples; where only rounding or rare shapes could pass a bound, the bound is rounded up.
"""

import math
from typing import NamedTuple

_LERCH = "A. Lerch, An Introduction to Audio Content Analysis, 2012"
_FITZGERALD = "D. FitzGerald, DAFx 2010"
_ELLIS = "D. P. W. Ellis, J. New Music Research 36, 2007"
_GROOVER = "J. Guinot, Groover's song table (docs/groover-table.md)"
_KRUMHANSL = "C. L. Krumhansl, Cognitive Foundations of Musical Pitch, 1990"
_OURS = "Earmark"

_NYQUIST_HZ = 11025.0
_MOST_MEL_POWER = 70505.0
_MOST_FLUX = 60.0


class Quantity(NamedTuple):
    """What is measured, frame by frame or as one number.

    Attributes
    ----------
    part : str
        What of :func:`earmark._dsp.summary.summarise` gives it.
    unit : str
        Its unit; 1 for a ratio.
    low, high : float
        Its range.
    source : str
        Where the formula stands.
    """

    part: str
    unit: str
    low: float
    high: float
    source: str


QUANTITIES: dict[str, Quantity] = {
    # -- moments over frames or samples
    "rms": Quantity("frames", "full scale", 0.0, 1.0, _LERCH),
    "centroid_hz": Quantity("frames", "Hz", 0.0, _NYQUIST_HZ, _LERCH),
    "bandwidth_hz": Quantity("frames", "Hz", 0.0, _NYQUIST_HZ / 2, _LERCH),
    "rolloff_hz": Quantity("frames", "Hz", 0.0, _NYQUIST_HZ, _LERCH),
    "zero_crossing_rate": Quantity("frames", "per sample", 0.0, 1.0, _LERCH),
    "chroma": Quantity(
        "chroma", "1", 0.0, 1.0, "D. P. W. Ellis, Chroma feature analysis and synthesis, 2007"
    ),
    "mel": Quantity("mel", "power", 0.0, _MOST_MEL_POWER, "M. Slaney, Auditory Toolbox, 1998"),
    "mfcc": Quantity("mfcc", "dB", -1132.0, 550.0, "S. Davis, P. Mermelstein, IEEE Trans. ASSP 28, 1980"),
    "harmonic": Quantity("hpss", "full scale", -1.0, 1.0, _FITZGERALD),
    "percussive": Quantity("hpss", "full scale", -1.0, 1.0, _FITZGERALD),
    "harmonic_rms": Quantity("hpss", "full scale", 0.0, 1.0, _FITZGERALD),
    "percussive_rms": Quantity("hpss", "full scale", 0.0, 1.0, _FITZGERALD),
    "contrast": Quantity("contrast", "dB", 0.0, 131.0, "D.-N. Jiang et al., ICME 2002"),
    "flatness": Quantity("flatness", "1", 0.0, 1.0, "A. H. Gray, J. D. Markel, IEEE Trans. ASSP 22, 1974"),
    "flux": Quantity("flux", "magnitude", 0.0, _MOST_FLUX, _LERCH),
    "chroma_cqt": Quantity("chroma_cqt", "1", 0.0, 1.0, "C. Schörkhuber, A. Klapuri, SMC 2010"),
    "chroma_cens": Quantity("cens", "1", 0.0, 1.0, "M. Müller, S. Ewert, ISMIR 2011"),
    "tonnetz": Quantity("tonnetz", "1", -1.0, 1.0, "C. Harte et al., AMCMM 2006"),
    # -- one number for the whole sound
    "tempo_bpm": Quantity("tempo", "beats per minute", 0.0, 320.0, _ELLIS),
    "tempo_all_bands_bpm": Quantity("tempo_all_bands", "beats per minute", 0.0, 320.0, _ELLIS),
    "tempo_confidence": Quantity("rhythm", "1", 0.0, 1.0, f"{_OURS}, after P. Grosche et al., ICASSP 2010"),
    "tempo_half_bpm": Quantity("rhythm", "beats per minute", 0.0, 160.0, _OURS),
    "tempo_half_share": Quantity("rhythm", "1", 0.0, 1.0, _OURS),
    "tempo_double_bpm": Quantity("rhythm", "beats per minute", 0.0, 640.0, _OURS),
    "tempo_double_share": Quantity("rhythm", "1", 0.0, 1.0, _OURS),
    "onset_rate_hz": Quantity("rhythm", "per second", 0.0, 22.0, "S. Böck et al., ISMIR 2012"),
    "beat_strength": Quantity(
        "rhythm", "1", 0.0, math.inf, f"{_OURS}, after G. Tzanetakis et al., DAFx 2002"
    ),
    "dynamic_range_db": Quantity("dynamics", "dB", 0.0, 157.0, _GROOVER),
    "harmonic_to_percussive": Quantity("hpss", "1", 0.0, math.inf, _GROOVER),
    "key_tonic": Quantity("key", "semitones above C", 0.0, 11.0, _KRUMHANSL),
    "key_minor": Quantity("key", "0 major, 1 minor", 0.0, 1.0, _KRUMHANSL),
    "key_confidence": Quantity("key", "1", 0.0, 1.0, _KRUMHANSL),
}
"""Every quantity by its name in :class:`earmark._dsp.summary.Summary`."""
