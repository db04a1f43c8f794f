"""librosa's functions one by one, each beside the part of ours that gives the same numbers."""

from collections.abc import Callable
from typing import Any

import benchmarks.numba_cache  # noqa: F401 - before librosa

# isort: split
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
# Ours gives these five at once or not at all.
_FRAMES = ("rms", "spectral_centroid", "spectral_bandwidth", "spectral_rolloff", "zero_crossing_rate")
_RECIPE = {
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


def _frames(y: FloatArray) -> None:
    for name in _FRAMES:
        FUNCTIONS[name](y)


def rows(sounds: list[FloatArray]) -> list[tuple[str, float, float | None]]:
    """Return name, librosa's and our CPU milliseconds per sound; None where it is no part of ours alone.

    Ours computes the part alone, by the fastest path; in a feature set all parts share one spectrum.
    """
    pairs: dict[str, tuple[Callable[[FloatArray], Any], Callable[[FloatArray], Any] | None]] = {
        **{name: (FUNCTIONS[name], None) for name in _FRAMES},
        "these five": (_frames, _part(frozenset({"frames"}))),
        **{name: (FUNCTIONS[name], _part(parts)) for name, parts in _RECIPE.items()},
        **{name: (theirs, _part(parts)) for name, (theirs, parts) in _OTHERS.items()},
        "tempogram": (lambda y: _FEATURE.tempogram(y=y, sr=RATE_HZ), _our_tempogram),
    }
    found = []
    for name, (theirs, part) in pairs.items():
        works = {"librosa": theirs} if part is None else {"librosa": theirs, "ours": part}
        spent = quiet(lambda works=works: _spent_ms(works, sounds))  # type: ignore[misc]
        found.append((name, spent["librosa"], spent.get("ours")))
    return found


def _spent_ms(works: dict[str, Callable[[FloatArray], Any]], sounds: list[FloatArray]) -> dict[str, float]:
    for work in works.values():
        work(sounds[0])
    return {who: 1000 * sum(seconds) / len(seconds) for who, seconds in race(works, sounds).items()}
