"""Is it music? A logistic head over the same inputs as the genre head."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from earmark.features.listen import listen
from earmark.models.head import Array, statistics
from tools.calibration import artist_folds, means_of
from tools.foreign_sounds import RATE_HZ, draws
from tools.gtzan import Song

STRENGTH = 1.0  # inverse of the ridge penalty, on standardised inputs
# Of the songs of unheard artists, this share may be taken for something else than music.
MUSIC_LOST = 0.005
# At this level no draw of a known kind of foreign sound and hardly one of an unheard kind (slides of a pure
# tone) was sure of a genre, while few songs by unheard artists lose their `sure`; the card has the figures.
SURE_MUSIC_P = 0.9


@dataclass(frozen=True)
class Foreign:
    """Foreign sounds as the head sees them.

    Attributes
    ----------
    kinds : tuple of str
        ``family/kind`` of each.
    inputs : ndarray, shape (sounds, 100)
        The head's inputs.
    """

    kinds: tuple[str, ...]
    inputs: Array


def hear_foreign(n_each: int, seed: int) -> Foreign:
    """Hear `n_each` draws of every kind of foreign sound."""
    kinds, inputs = [], []
    for sound in draws(n_each, seed):
        kinds.append(f"{sound.family}/{sound.kind}")
        inputs.append(statistics(listen(sound.samples, RATE_HZ).tags).mean(axis=0))
    return Foreign(tuple(kinds), np.array(inputs))


def fit(music: Array, foreign: Array) -> tuple[Array, float]:
    """Return weights, shape (100,), and bias of the log-odds of being music; both sides count alike."""
    model = make_pipeline(
        StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=5000)
    )
    model.fit(np.vstack([music, foreign]), np.repeat([1, 0], [len(music), len(foreign)]))
    scaler, logistic = model[0], model[1]
    weights = logistic.coef_[0] / scaler.scale_
    return weights, float(logistic.intercept_[0] - scaler.mean_ @ weights)


def probability(inputs: Array, head: tuple[Array, float]) -> Array:
    """Return the probability of being music."""
    p: Array = 1 / (1 + np.exp(-np.clip(inputs @ head[0] + head[1], -50, 50)))
    return p


def unseen(songs: Sequence[Song], foreign: Foreign) -> tuple[Array, Array]:
    """Return the probabilities of being music by heads that knew neither the artist nor the kind of sound."""
    music = means_of(songs)
    p_music, p_foreign = np.zeros(len(music)), np.zeros(len(foreign.inputs))
    kinds = GroupKFold(10).split(foreign.inputs, groups=foreign.kinds)
    for (train, held_out), (others, own) in zip(artist_folds(songs, 0), kinds, strict=True):
        head = fit(music[train], foreign.inputs[others])
        p_music[held_out] = probability(music[held_out], head)
        p_foreign[own] = probability(foreign.inputs[own], head)
    return p_music, p_foreign


def least_music_p(p_music: Array) -> float:
    """Return `music_p` of :class:`earmark.models.head.Thresholds`, from songs by unheard artists."""
    return float(np.quantile(p_music, MUSIC_LOST))


def by_family(kinds: Sequence[str], flags: NDArray[np.bool_]) -> dict[str, float]:
    """Return the share of true flags per family of sounds."""
    family = np.array([kind.split("/", maxsplit=1)[0] for kind in kinds])
    return {name: float(flags[family == name].mean()) for name in sorted(set(family.tolist()))}
