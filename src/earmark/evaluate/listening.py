"""Why a model that hears songs answers one as it does: which seconds and tags, exactly, and which bands.

Its head is linear in means over patches (:mod:`earmark.models.head`), so that the log-odds of a song are the
mean of its patches' log-odds, and a sum of one term for each tag.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from earmark.evaluate.nearest import Nearest, nearest
from earmark.features.musicnn import TAGS, centres_hz, hear
from earmark.models.bundle import Bundle
from earmark.models.head import statistics
from earmark.models.probabilities import Array
from earmark.records import FloatArray

EDGES_HZ = (0, 125, 250, 500, 1000, 2000, 4000, 8000)
"""Where octaves of sound begin and end."""


@dataclass(frozen=True)
class HeardAnswer:
    """What spoke for an answer and against it.

    Attributes
    ----------
    genre, second : str
        The answer, and the next genre.
    p : dict of str to float
        The probability of each genre, the most probable first.
    log_odds : float
        Of the answer against the next genre.
    start : float
        The same of what the song is compared with.
    tags : tuple of (str, float)
        What each tag adds to `start`; with it they sum to `log_odds`. What speaks for the answer most comes
        first.
    seconds : tuple of (float, float, float)
        Beginning and end of each patch that is not silent, and its log-odds, whose mean is `log_odds`.
    bands : tuple of (float, float, float)
        From where to where each octave reaches, in hertz, and by how much the log-odds fall without it.
    others : int
        With how many other songs it is compared; if 0, with a song in which no tag is heard at all.
    nearest : Nearest or None
        The training songs nearest to it; None of a model that keeps none.
    """

    genre: str
    second: str
    p: dict[str, float]
    log_odds: float
    start: float
    tags: tuple[tuple[str, float], ...]
    seconds: tuple[tuple[float, float, float], ...]
    bands: tuple[tuple[float, float, float], ...]
    others: int
    nearest: Nearest | None


def heard_answer(
    bundle: Bundle, tags: FloatArray, spans_s: list[tuple[float, float]], others: list[FloatArray],
    log_mels: FloatArray,
) -> HeardAnswer:  # fmt: skip
    """Return what spoke for the answer to a song.

    Parameters
    ----------
    bundle : Bundle
        The model.
    tags : array of float, shape (patches, 50)
        Activations in the song's patches that are not silent, 0 to 1.
    spans_s : list of (float, float)
        Where each patch begins and ends.
    others : list of such arrays
        The same of other songs to compare it with.
    log_mels : array of float, shape (patches, 187, 96)
        What musiCNN was given of the same patches.
    """
    head = bundle.head
    song_p, _ = head.genres(patches := statistics(tags))
    order = np.argsort(-song_p, kind="stable").tolist()
    first, second = order[:2]
    weights = (head.genre_weights[:, first] - head.genre_weights[:, second]) / head.temperature
    bias = float(head.genre_bias[first] - head.genre_bias[second]) / head.temperature
    each = patches @ weights + bias
    compared = _compared(others)
    added = ((patches.mean(axis=0) - compared) * weights).reshape(2, len(TAGS)).sum(axis=0)
    told = sorted(zip(TAGS, added.tolist(), strict=True), key=lambda one: (-one[1], one[0]))
    return HeardAnswer(
        bundle.genres[first], bundle.genres[second],
        {bundle.genres[at]: float(song_p[at]) for at in order},
        float(each.mean()), float(compared @ weights + bias), tuple(told),
        tuple((start, end, float(one)) for (start, end), one in zip(spans_s, each, strict=True)),
        tuple(_bands(log_mels, weights, bias)), len(others),
        nearest(bundle.songs, patches.mean(axis=0), bundle.genres),
    )  # fmt: skip


def _bands(log_mels: FloatArray, weights: Array, bias: float) -> list[tuple[float, float, float]]:
    """Return by how much log-odds fall when an octave of the sound is silent.

    The sound without it is what :func:`earmark.features.musicnn.log_mel` gives where there is none: 0.
    """
    centres = centres_hz()

    def log_odds(patches: FloatArray) -> float:
        return float((statistics(hear(patches)[0]) @ weights).mean() + bias)

    now, found = log_odds(log_mels), []
    for low, high in pairwise(EDGES_HZ):
        silent = (centres >= low) & (centres < high)
        then = log_odds(np.where(silent, np.float32(0), log_mels))
        found.append((float(low), float(high), now - then))
    return found


def _compared(others: list[FloatArray]) -> Array:
    if not others:
        others = [np.zeros((1, len(TAGS)), np.float32)]
    return np.asarray(np.mean([statistics(tags).mean(axis=0) for tags in others], axis=0), np.float64)
