"""librosa's functions one by one, each beside the part of ours that gives the same numbers."""

from collections.abc import Callable
from typing import Any

import librosa
import numpy as np

from benchmarks.librosa_recipe import FUNCTIONS, RATE_HZ, quiet
from benchmarks.race import race
from benchmarks.ways import forced, paths
from earmark._dsp.beats import tempogram
from earmark._dsp.core import core
from earmark._dsp.summary import summarise
from earmark.records import FloatArray

_FEATURE = librosa.feature
_FRAMES = frozenset({"frames"})
_RECIPE = {
    **dict.fromkeys(FUNCTIONS, _FRAMES),
    "chroma_stft": frozenset({"chroma"}),
    "effects.hpss": frozenset({"hpss"}),
    "beat_track": frozenset({"tempo"}),
    "mfcc": frozenset({"mfcc"}),
}
_OTHERS: dict[str, tuple[Callable[[FloatArray], Any], frozenset[str]]] = {
    "melspectrogram": (lambda y: _FEATURE.melspectrogram(y=y, sr=RATE_HZ), frozenset({"mel"})),
    "spectral_contrast": (lambda y: _FEATURE.spectral_contrast(y=y, sr=RATE_HZ), frozenset({"contrast"})),
    "spectral_flatness": (lambda y: _FEATURE.spectral_flatness(y=y), frozenset({"flatness"})),
    "onset_strength": (
        lambda y: librosa.onset.onset_strength(y=y, sr=RATE_HZ, aggregate=np.median),
        frozenset({"onsets"}),
    ),
    "chroma_cqt": (lambda y: _FEATURE.chroma_cqt(y=y, sr=RATE_HZ), frozenset({"chroma_cqt"})),
    "chroma_cens": (lambda y: _FEATURE.chroma_cens(y=y, sr=RATE_HZ), frozenset({"cens"})),
    "tonnetz": (lambda y: _FEATURE.tonnetz(y=y, sr=RATE_HZ), frozenset({"tonnetz"})),
}


def _part(parts: frozenset[str]) -> Callable[[FloatArray], Any]:
    def work(y: FloatArray) -> Any:
        with forced(paths()[-1]):
            return summarise(y, RATE_HZ, parts)

    return work


def _our_tempogram(y: FloatArray) -> Any:
    with forced(paths()[-1]):
        return tempogram(core(y, RATE_HZ, frozenset({"onsets"})).onsets_mean)


def rows(sounds: list[FloatArray]) -> list[tuple[str, float, float]]:
    """Return name, librosa's and our CPU milliseconds per sound, for every function.

    Ours computes the part alone, by the fastest path; in a feature set all parts share one spectrum.
    """
    pairs: dict[str, tuple[Callable[[FloatArray], Any], Callable[[FloatArray], Any]]] = {
        **{name: (FUNCTIONS[name], _part(parts)) for name, parts in _RECIPE.items()},
        **{name: (theirs, _part(parts)) for name, (theirs, parts) in _OTHERS.items()},
        "tempogram": (lambda y: _FEATURE.tempogram(y=y, sr=RATE_HZ), _our_tempogram),
    }
    found = []
    for name, (theirs, ours) in pairs.items():
        for work in (theirs, ours):
            quiet(lambda work=work: work(sounds[0]))  # type: ignore[misc]
        spent = quiet(lambda theirs=theirs, ours=ours: race({"librosa": theirs, "ours": ours}, sounds))  # type: ignore[misc]
        per_ms = {who: 1000 * sum(seconds) / len(seconds) for who, seconds in spent.items()}
        found.append((name, per_ms["librosa"], per_ms["ours"]))
    return found
