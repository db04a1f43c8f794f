"""The arithmetic of a linear head: from what was heard to calibrated answers. Plain NumPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.records import FloatArray

Array = NDArray[np.float64]

# Activations below this say nothing; without a floor one silent tag outweighs all others.
LOG_ODDS_FLOOR = 1e-4


def input_names(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns of :func:`statistics`.

    Examples
    --------
    >>> input_names(["hip-hop", "60s"])
    ('log_odds_hip_hop', 'log_odds_60s', 'cube_root_hip_hop', 'cube_root_60s')
    """
    plain = [tag.replace(" ", "_").replace("-", "_") for tag in tags]
    return (*(f"log_odds_{tag}" for tag in plain), *(f"cube_root_{tag}" for tag in plain))


def statistics(tags: FloatArray) -> Array:
    """Return the inputs of the head for each patch: log-odds and cube root of every tag activation.

    Both are averaged over the patches of a song, so that a song's score is the mean of its patches' scores.

    Parameters
    ----------
    tags : ndarray, shape (n, 50)
        Activations, 0 to 1.

    Returns
    -------
    ndarray of float64, shape (n, 100)

    Examples
    --------
    >>> statistics(np.array([[0.5, 0.125]], np.float32)).round(3).tolist()
    [[0.0, -1.946, 0.794, 0.5]]
    """
    p = np.clip(tags.astype(np.float64), LOG_ODDS_FLOOR, 1 - LOG_ODDS_FLOOR)
    return np.hstack([np.log(p / (1 - p)), np.cbrt(tags.astype(np.float64))])


def softmax(scores: Array) -> Array:
    """Return probabilities along the last axis.

    Examples
    --------
    >>> softmax(np.array([0.0, 0.0])).tolist()
    [0.5, 0.5]
    """
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    total: Array = e / e.sum(axis=-1, keepdims=True)
    return total


@dataclass(frozen=True)
class Thresholds:
    """Where the verdicts part; each was chosen on artists the head had not seen.

    Attributes
    ----------
    set_p : float
        Genres of at least this probability are in the prediction set.
    sure_p : float
        The best genre's probability must reach this for ``sure``.
    music_p : float
        Below this probability of being music the verdict is ``not music``.
    sure_music_p : float
        The probability of being music must reach this for ``sure``.
    silence_db : float
        A patch below this level, in dB of full scale, is silent.
    sure_s : float
        Less sound than this, in seconds, is never ``sure``.
    """

    set_p: float
    sure_p: float
    music_p: float
    sure_music_p: float
    silence_db: float
    sure_s: float


@dataclass(frozen=True)
class Head:
    """Linear scores with temperatures.

    Attributes
    ----------
    genre_weights : ndarray, shape (100, genres)
        On :func:`statistics`.
    genre_bias : ndarray, shape (genres,)
        Added to the scores.
    music_weights : ndarray, shape (100,)
        The same for the log-odds of being music.
    music_bias : float
        Added to the log-odds of being music.
    temperature : float
        Divides the scores of a song.
    patch_temperature : float
        Divides the scores of one patch.
    """

    genre_weights: Array
    genre_bias: Array
    music_weights: Array
    music_bias: float
    temperature: float
    patch_temperature: float

    def genres(self, patches: Array) -> tuple[Array, Array]:
        """Return the genre probabilities of a song and of each of its patches.

        Parameters
        ----------
        patches : ndarray, shape (n, 100)
            :func:`statistics` of the patches that are not silent, at least one.

        Returns
        -------
        song : ndarray, shape (genres,)
        each : ndarray, shape (n, genres)
        """
        scores = patches @ self.genre_weights + self.genre_bias
        return softmax(scores.mean(axis=0) / self.temperature), softmax(scores / self.patch_temperature)

    def music_p(self, patches: Array) -> float:
        """Return the probability that a song is music, 0 to 1, from the same input."""
        odds = float(patches.mean(axis=0) @ self.music_weights + self.music_bias)
        return float(1 / (1 + np.exp(-np.clip(odds, -50, 50))))
