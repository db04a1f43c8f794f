"""How far a sound lies from everything a model has heard, so that what is foreign is refused."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError, BundleError
from earmark.models.probabilities import Array, Codes, coded, numbered, see_that_lengths_agree

_FOLDS = 5
# A column that never changes in training is foreign by as much as it changes by afterwards.
_LEAST_SPREAD = 1e-9


@dataclass(frozen=True, eq=False)
class Foreign:
    """Distance to the nearest genre in the space of features, and from where on a sound is refused.

    K. Lee et al., NeurIPS 2018: Mahalanobis distance to the genres' means with one covariance within genres,
    shrunk (Y. Chen et al., IEEE Transactions on Signal Processing 58 (2010), "OAS"), per column, so that it
    is near 1 for a song like those heard.

    Attributes
    ----------
    means : array of float, shape (genres, columns)
        Of each genre that was heard.
    whitening : array of float, shape (columns, columns)
        Makes the spread within genres 1 in all directions.
    threshold : float
        Sounds farther off than this are foreign.
    refused : float
        The share of songs of the model's own genres, by new artists, that are taken for foreign, 0 to 1.
    """

    means: Array
    whitening: Array
    threshold: float
    refused: float

    def distance(self, x: ArrayLike) -> Array:
        """Return how far each row lies from the nearest genre, shape (rows,), 0 and up.

        Parameters
        ----------
        x : array-like, shape (rows, columns)
            Features as the model gets them, without gaps.

        Raises
        ------
        ArgumentError
            If they are none.
        """
        return _distance(_features(x, self.means.shape[1]), self.means, self.whitening)

    def is_foreign(self, x: ArrayLike) -> np.ndarray:
        """Return which rows are refused, shape (rows,)."""
        return np.asarray(self.distance(x) > self.threshold)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "means": self.means.tolist(),
            "whitening": self.whitening.tolist(),
            "threshold": self.threshold,
            "refused": self.refused,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Foreign":
        """Return what :meth:`plain` wrote.

        Raises
        ------
        BundleError
            If it is damaged.
        """
        try:
            means, whitening = (np.array(plain[name], np.float64) for name in ("means", "whitening"))
            threshold, refused = float(plain["threshold"]), float(plain["refused"])
            sound = (
                means.ndim == 2
                and whitening.shape == (means.shape[1],) * 2
                and np.isfinite(means).all()
                and np.isfinite(whitening).all()
                and math.isfinite(threshold)
            )
        except (KeyError, TypeError, ValueError):
            sound = False
        if not sound:
            raise BundleError("what tells foreign sounds is damaged", "make the model again")
        return cls(means, whitening, threshold, refused)


def foreign(
    x: ArrayLike,
    y: Iterable[Any],
    classes: Sequence[str],
    groups: Sequence[Any] | None = None,
    *,
    refused: float = 0.05,
    seed: int = 0,
    tracks: Sequence[Any] | None = None,
) -> Foreign:
    """Return what tells foreign sounds from songs like these.

    The threshold is that which `refused` of the songs exceed when their artists were left out (five folds):
    on the songs it was fitted on themselves it would be too low.

    Parameters
    ----------
    x : array-like, shape (songs, columns)
        Features as the model gets them, without gaps, transformed so that they are not too skewed.
    y, classes
        Genres of the songs and the names of all.
    groups : sequence, optional
        The artist of each song.
    refused : float
        Share of one's own songs that may be taken for foreign, above 0 and below 1.
    seed : int
        Of the folds.
    tracks : sequence, optional
        Where rows are segments, the song of each: the threshold is then of means over songs.

    Raises
    ------
    ArgumentError
        If there are fewer than two groups, features with gaps, or an option out of its range.
    """
    features, codes = _features(x), coded(y, classes)
    parties = np.arange(len(features)) if groups is None else numbered(groups)[1]
    if not 0 < refused < 1:
        raise ArgumentError(f"{refused:g} of one's own songs refused", "give a share between 0 and 1")
    see_that_lengths_agree(len(features), "features", labels=len(codes), groups=len(parties))
    number = int(parties.max(initial=-1)) + 1
    if number < 2:
        raise ArgumentError(f"{number} artists to tell what is foreign", "give songs of two artists at least")
    parts = np.random.default_rng(seed).permutation(number)[parties] % min(_FOLDS, number)
    distances = np.empty(len(features))
    for part in range(int(parts.max()) + 1):
        asked = parts == part
        distances[asked] = _distance(features[asked], *_fitted(features[~asked], codes[~asked]))
    if tracks is not None:
        songs = numbered(tracks)[1]
        distances = np.bincount(songs, distances) / np.bincount(songs)
    return Foreign(*_fitted(features, codes), float(np.quantile(distances, 1 - refused)), refused)


def energy(scores: ArrayLike, temperature: float = 1.0) -> Array:
    """Return the energy of a model's scores: high where it hears little of any genre.

    W. Liu et al., NeurIPS 2020. For models that have scores before the softmax; probabilities have none.

    Parameters
    ----------
    scores : array-like, shape (rows, genres)
        Logits.
    temperature : float
        Above 0.

    Examples
    --------
    >>> energy([[5.0, 0.0], [0.0, 0.0]]).round(3).tolist()
    [-5.007, -0.693]
    """
    scaled = np.asarray(scores, np.float64) / temperature
    highest = scaled.max(axis=1)
    return np.asarray(-temperature * (highest + np.log(np.exp(scaled - highest[:, None]).sum(axis=1))))


def _features(x: ArrayLike, columns: int | None = None) -> Array:
    found = np.asarray(x, np.float64)
    if found.ndim != 2 or (columns is not None and found.shape[1] != columns):
        wanted = "columns" if columns is None else columns
        raise ArgumentError(f"features of shape {found.shape}", f"give shape (rows, {wanted})")
    if (bad := ~np.isfinite(found).all(axis=1)).any():
        raise ArgumentError(
            f"{bad.sum()} of {len(found)} rows have features that are not numbers, the first is row "
            f"{bad.argmax()}",
            "impute them first",
        )
    return found


def _fitted(x: Array, y: Codes) -> tuple[Array, Array]:
    """Return the genres' means and the whitening of the spread within them."""
    heard = np.unique(y)
    means = np.stack([x[y == k].mean(axis=0) for k in heard])
    off = x - means[np.searchsorted(heard, y)]
    spread = np.maximum(off.std(axis=0), _LEAST_SPREAD * np.maximum(1.0, np.abs(x).max(axis=0)))
    values, vectors = np.linalg.eigh(shrunk(off / spread))
    return means, np.asarray((vectors / np.sqrt(values)) / spread[:, None], np.float64)


def shrunk(off: Array) -> Array:
    """Return the covariance of deviations from their mean, drawn towards a round one where songs are few.

    Examples
    --------
    >>> shrunk(np.array([[1.0, 1.0], [-1.0, -1.0]])).round(3).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    rows, columns = off.shape
    raw = off.T @ off / rows
    mean = float(np.trace(raw)) / columns
    power = float((raw**2).mean())
    excess = (rows + 1) * (power - mean**2 / columns)
    share = 1.0 if excess <= 0 else min(1.0, (power + mean**2) / excess)
    # Never quite singular: a table with fewer songs than columns would be.
    share = max(share, 1e-6)
    return np.asarray((1 - share) * raw + share * (mean or 1.0) * np.eye(columns), np.float64)


def _distance(x: Array, means: Array, whitening: Array) -> Array:
    points, centres = x @ whitening, means @ whitening
    nearest = np.full(len(x), np.inf)
    for centre in centres:
        nearest = np.minimum(nearest, ((points - centre) ** 2).mean(axis=1))
    return np.asarray(np.sqrt(nearest), np.float64)
