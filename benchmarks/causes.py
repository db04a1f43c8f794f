"""Why a number of ours differs from librosa's: what librosa itself does when its samples move by a rounding.

A difference is explained if librosa's own number moves about as much when every sample is moved to a
neighbouring single-precision number, or if it is no more than a rounding of what is averaged.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import benchmarks.numba_cache  # noqa: F401 - before librosa

# isort: split
import librosa
import numpy as np

from benchmarks.librosa_recipe import FUNCTIONS, RATE_HZ, Columns, quiet
from benchmarks.truth import pieces
from earmark.records import FloatArray

_STEP = np.float32(2.0**-23)
_NUDGES = 8
_TEMPO_NUDGES = 32
_ALIKE = 3.0  # times librosa's own largest move of eight
_ROUNDING = 2e-6  # of the standard deviation of what is averaged: a few steps of single precision
_NEAR_ZERO = 1e-2
_TIE = 1e-6  # of the whole: what a running sum of a thousand numbers in single precision leaves open
_MOST_TIES = 6

_FUNCTION = {
    **dict.fromkeys(("harmony", "perceptr"), "effects.hpss"),
    "rolloff": "spectral_rolloff",
    "tempo": "beat_track",
}


@dataclass(frozen=True)
class Cause:
    """Why two numbers differ.

    Attributes
    ----------
    proven : bool
        Whether the experiment explains a difference of this size.
    text : str
        One sentence.
    """

    proven: bool
    text: str


def nudged(y: FloatArray, seed: int) -> FloatArray:
    """Return samples that are each one rounding step higher or lower."""
    signs = np.random.default_rng(seed).integers(0, 2, len(y)) * 2 - 1
    return (y * (1 + signs * _STEP)).astype(np.float32)


def _librosa(column: str, y: FloatArray) -> dict[str, float]:
    stem = column.rsplit("_", 1)[0]
    name = "mfcc" if stem.startswith("mfcc") else _FUNCTION.get(stem, stem)
    return quiet(lambda: FUNCTIONS[name](y))


def _rolloff(column: str, y: FloatArray, ours: float) -> Cause:
    """Look whether ours is librosa's with the next bin in frames in which its running sum is all but 85 %."""
    upto = np.cumsum(np.abs(librosa.stft(y)), axis=0)
    share = upto.astype(np.float64) / np.maximum(upto[-1], np.finfo(np.float32).tiny)
    edge = np.count_nonzero(upto < np.float32(0.85) * upto[-1], axis=0)
    frames = np.arange(len(edge))
    above, below = share[edge, frames] - 0.85, 0.85 - share[np.maximum(edge - 1, 0), frames]
    margin = np.minimum(above, below)
    close = np.flatnonzero(margin <= _TIE)[:_MOST_TIES]
    other = np.where(above < below, edge + 1, edge - 1)
    for taken in itertools.product((False, True), repeat=len(close)):
        moved = edge.copy()
        moved[close[list(taken)]] = other[close[list(taken)]]
        hz = moved * (RATE_HZ / 2048)
        number = hz.mean() if column.endswith("_mean") else hz.var()
        if any(taken) and np.isclose(number, ours, rtol=1e-6, atol=0):
            widest = max(float(margin[close[list(taken)]].max()), _STEP / 2)
            return Cause(
                True,
                f"a close call: ours is librosa's with the next bin in {sum(taken)} of {len(edge)} frames, "
                f"in which its running sum is 85 % to within {widest:.0e}",
            )
    return Cause(
        False, f"{len(close)} frames in which the running sum is 85 % to within {_TIE:g} do not explain it"
    )


def cause(column: str, y: FloatArray, librosas: float, ours: float) -> Cause:
    """Find out why one of the 57 numbers differs, by experiments with librosa on these samples."""
    if column == "tempo":
        said = [_librosa(column, nudged(y, seed))[column] for seed in range(_TEMPO_NUDGES)]
        same = sum(bool(np.isclose(tempo, ours, rtol=1e-9)) for tempo in said)
        text = f"two tempi score alike: librosa itself says ours in {same} of {_TEMPO_NUDGES} nudges"
        return Cause(same > 0, text)
    if column.startswith("rolloff"):
        return _rolloff(column, y, ours)
    return moved(column, y, librosas, ours, lambda sound: _librosa(column, sound))


def moved(
    column: str, y: FloatArray, librosas: float, ours: float, recipe: Callable[[FloatArray], Columns]
) -> Cause:
    """Hold the difference against what a recipe of librosa's itself gives for nudged samples."""
    own = max(abs(recipe(nudged(y, seed))[column] - librosas) for seed in range(_NUDGES))
    off = abs(ours - librosas)
    moves = f"librosa's own moves by {own:.1e} when nudged, ours is {off:.1e} off"
    if column.endswith("_mean"):
        spread, stem = recipe(y), column.removesuffix("_mean")
        deviation = spread[f"{stem}_std"] if f"{stem}_std" in spread else spread[f"{stem}_var"] ** 0.5
        if abs(librosas) < _NEAR_ZERO * deviation:
            return Cause(
                off <= max(_ALIKE * own, _ROUNDING * deviation),
                f"a mean near zero of numbers that spread by {deviation:.2g}; {moves}",
            )
    return Cause(off <= _ALIKE * own, f"a close call; {moves}")


def _tuning(y: FloatArray) -> float:
    """Return the tuning that librosa's chroma rests on, in semitones."""
    power = np.abs(librosa.stft(y)) ** 2
    return float(quiet(lambda: librosa.estimate_tuning(S=power, sr=RATE_HZ, bins_per_octave=12)))


def close_calls(what: str, clips: list[Path]) -> str:
    """Return in words how often librosa's own tuning or tempo of segments changes with one nudge."""
    decide = _tuning if what == "tuning" else lambda y: _librosa("tempo", y)["tempo"]
    segments = [piece for piece in pieces(clips) if piece.kind == "segment"]
    changed = [decide(nudged(piece.samples, 0)) != decide(piece.samples) for piece in segments]
    return f"librosa's own changes in {sum(changed)} of {len(segments)} segments when nudged once."
