"""Fitting and calibrating the genre head on artists it has not seen, and measuring it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from earmark.models.head import Array, softmax
from tools import lda
from tools.gtzan import GENRES, Song

Labels = NDArray[np.intp]

COVERAGE = 0.90
SURE_ACCURACY = 0.90
N_FOLDS = 10
TEMPERATURES = np.geomspace(0.3, 12, 120)
# Two heads, on the log-odds and on the cube roots of the tags, are averaged: a sum of two linear heads.
BLOCKS = (slice(0, 50), slice(50, 100))


@dataclass(frozen=True)
class Calibration:
    """What is learnt from songs of artists left out of the fit.

    Attributes
    ----------
    block_temperatures : tuple of float
        Scale of each block's scores, so that both count alike.
    temperature, patch_temperature : float
        Scale of the averaged scores, for a song and for one patch.
    set_p, sure_p : float
        As in :class:`earmark.models.head.Thresholds`.
    """

    block_temperatures: tuple[float, ...]
    temperature: float
    patch_temperature: float
    set_p: float
    sure_p: float


@dataclass(frozen=True)
class Measured:
    """Figures of one evaluation.

    Attributes
    ----------
    n : int
        Songs, times repeats.
    accuracy, ece, coverage, set_size : float
        Share right; expected calibration error in 10 equal bins of confidence; share of songs whose genre is
        in the prediction set; its mean size.
    sure_share, sure_accuracy : float
        Share of songs with confidence for ``sure``; share right among them.
    """

    n: int
    accuracy: float
    ece: float
    coverage: float
    set_size: float
    sure_share: float
    sure_accuracy: float


def labels_of(songs: Sequence[Song]) -> Labels:
    """Return the genre numbers of songs."""
    return np.array([GENRES.index(song.genre) for song in songs])


def means_of(songs: Sequence[Song]) -> Array:
    """Return the head's input of whole songs, shape (songs, 100)."""
    return np.array([song.patches.mean(axis=0) for song in songs])


def artist_folds(songs: Sequence[Song], seed: int) -> list[tuple[Labels, Labels]]:
    """Return folds that keep every artist on one side, genres spread as evenly as artists allow."""
    folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    return list(folds.split(np.zeros(len(songs)), labels_of(songs), [song.side for song in songs]))


def artist_weights(songs: Sequence[Song]) -> Array:
    """Return weights of songs by which every artist of a genre, and every genre, counts alike.

    The next song is by a new artist, and an artist with twelve clips says no more of that than one with one.
    """
    songs_of = Counter(song.artist for song in songs)
    weight = np.array([1 / songs_of[song.artist] for song in songs])
    labels = labels_of(songs)
    return weight / np.bincount(labels, weights=weight)[labels]


def negative_log_likelihood(scores: Array, labels: Labels, weight: Array) -> float:
    """Return the weighted mean over rows."""
    p = softmax(scores)[np.arange(len(labels)), labels]
    return -float(np.average(np.log(p + 1e-12), weights=weight))


def best_temperature(scores: Array, labels: Labels, weight: Array) -> float:
    """Return the temperature of least negative log-likelihood (C. Guo et al., ICML 2017)."""
    losses = [negative_log_likelihood(scores / temperature, labels, weight) for temperature in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def unseen_scores(songs: Sequence[Song], seed: int) -> list[Array]:
    """Return for each block the scores of every song by a head that has heard none of its artist.

    Each array has shape (patches of all songs, genres), songs in order.
    """
    inputs, labels = means_of(songs), labels_of(songs)
    scores: list[list[Array]] = [[np.zeros(0)] * len(songs) for _ in BLOCKS]
    for train, held_out in artist_folds(songs, seed):
        for number, block in enumerate(BLOCKS):
            artists = [songs[i].artist for i in train]
            weights, bias = lda.fit(inputs[train][:, block], labels[train].tolist(), artists, len(GENRES))
            for i in held_out:
                scores[number][i] = songs[i].patches[:, block] @ weights + bias
    return [np.concatenate(block) for block in scores]


def calibrate(songs: Sequence[Song], n_repeats: int = 5) -> Calibration:
    """Learn temperatures and thresholds from artist-disjoint folds, drawn several times."""
    labels = labels_of(songs)
    lengths = [len(song.tags) for song in songs]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    repeats = [unseen_scores(songs, seed) for seed in range(n_repeats)]

    def of_songs(patches: Array) -> Array:
        means: Array = np.add.reduceat(patches, starts) / np.array(lengths)[:, None]
        return means

    blocks = [np.concatenate([of_songs(repeat[b]) for repeat in repeats]) for b in range(len(BLOCKS))]
    all_labels, weight = np.tile(labels, n_repeats), np.tile(artist_weights(songs), n_repeats)
    block_temperatures = tuple(best_temperature(block, all_labels, weight) for block in blocks)
    averaged = np.mean([s / t for s, t in zip(blocks, block_temperatures, strict=True)], axis=0)
    temperature = best_temperature(averaged, all_labels, weight)
    patches = np.mean([s / t for s, t in zip(repeats[0], block_temperatures, strict=True)], axis=0)
    patch_temperature = best_temperature(
        patches, np.repeat(labels, lengths), np.repeat(artist_weights(songs), lengths)
    )
    each = softmax(averaged / temperature).reshape(n_repeats, len(songs), -1)
    return Calibration(
        block_temperatures,
        temperature,
        patch_temperature,
        float(np.mean([conformal_threshold(p, labels) for p in each])),
        float(np.mean([sure_threshold(p, labels) for p in each])),
    )


def conformal_threshold(p: Array, labels: Labels) -> float:
    """Return the probability that a genre must reach to be in the set, for 90 % coverage.

    Conformal prediction (V. Vovk, A. Gammerman, G. Shafer, 2005) with the probability of the right genre as
    the score; the best genre is always in the set, so its score counts as 1. Each song is scored by a head
    that has not heard its artist: cross-conformal (V. Vovk, 2015), whose coverage is close to the promise
    but, unlike a single split's, measured and not proved.
    """
    score = p[np.arange(len(labels)), labels].copy()
    score[p.argmax(axis=1) == labels] = 1.0
    rank = int((1 - COVERAGE) * (len(score) + 1) + 1e-9)  # 1 - 0.9 is a little less than 0.1
    return float(np.sort(score)[rank - 1]) if rank else 0.0


def sure_threshold(p: Array, labels: Labels) -> float:
    """Return the least confidence above which 90 % of the answers are right."""
    confidence = p.max(axis=1)
    order = np.argsort(-confidence)
    right = (p.argmax(axis=1) == labels)[order]
    share = np.cumsum(right) / np.arange(1, len(right) + 1)
    last = int(np.flatnonzero(share >= SURE_ACCURACY).max(initial=0))
    return float(confidence[order[last]])


def fit(songs: Sequence[Song], calibration: Calibration) -> tuple[Array, Array]:
    """Return weights, shape (100, genres), and bias of the averaged heads."""
    inputs, labels = means_of(songs), labels_of(songs).tolist()
    artists = [song.artist for song in songs]
    weights = np.zeros((inputs.shape[1], len(GENRES)))
    bias = np.zeros(len(GENRES))
    for block, temperature in zip(BLOCKS, calibration.block_temperatures, strict=True):
        own_weights, own_bias = lda.fit(inputs[:, block], labels, artists, len(GENRES))
        weights[block] = own_weights / temperature / len(BLOCKS)
        bias += own_bias / temperature / len(BLOCKS)
    return weights, bias


def expected_calibration_error(confidence: Array, right: NDArray[np.bool_], n_bins: int = 10) -> float:
    """Return the mean gap between confidence and accuracy, over equal bins weighted by their songs."""
    number = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    gaps = [
        abs(confidence[number == b].mean() - right[number == b].mean()) * (number == b).mean()
        for b in range(n_bins)
        if (number == b).any()
    ]
    return float(sum(gaps))


def chance_error(confidence: Array, n_draws: int = 500) -> float:
    """Return the calibration error to expect by chance when such confidences are exactly right."""
    rng = np.random.default_rng(0)
    drawn = [rng.random(len(confidence)) < confidence for _ in range(n_draws)]
    return float(np.mean([expected_calibration_error(confidence, right) for right in drawn]))


def unseen_accuracy(inputs: Array, songs: Sequence[Song], n_repeats: int = 5) -> float:
    """Return the artist-disjoint accuracy of one discriminant on any inputs, one row per song."""
    labels = labels_of(songs)
    right: list[bool] = []
    for seed in range(n_repeats):
        for train, held_out in artist_folds(songs, seed):
            artists = [songs[i].artist for i in train]
            weights, bias = lda.fit(inputs[train], labels[train].tolist(), artists, len(GENRES))
            right.extend((inputs[held_out] @ weights + bias).argmax(axis=1) == labels[held_out])
    return float(np.mean(right))


def refusal(labels: Labels) -> Array:
    """Return the probabilities, shape (songs, genres), that a song without an answer is measured by.

    Next to nothing, and that on a wrong genre.
    """
    p = np.zeros((len(labels), len(GENRES)))
    p[np.arange(len(labels)), (labels + 1) % len(GENRES)] = 1e-9
    return p


def measure(p: Array, labels: Labels, sets: NDArray[np.bool_], sure: NDArray[np.bool_]) -> Measured:
    """Return the figures of predictions: probabilities, prediction sets and who was sure, per song."""
    right = p.argmax(axis=1) == labels
    return Measured(
        len(labels),
        float(right.mean()),
        expected_calibration_error(p.max(axis=1), right),
        float(sets[np.arange(len(labels)), labels].mean()),
        float(sets.sum(axis=1).mean()),
        float(sure.mean()),
        float(right[sure].mean()) if sure.any() else 0.0,
    )


def interval_over_artists(values: Array, artists: Sequence[str], n_draws: int = 2000) -> tuple[float, float]:
    """Return a 95 % interval of a mean over songs, by bootstrap over their artists."""
    names, number = np.unique(np.array(artists), return_inverse=True)
    totals = np.bincount(number, weights=values)
    counts = np.bincount(number)
    drawn = np.random.default_rng(0).integers(0, len(names), (n_draws, len(names)))
    means = totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
