"""How many clusters? Four curves: inertia, silhouette, gap, and whether other songs would give the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from earmark.stats.units import Array

MOST_SONGS = 3000
"""Of more songs, so many are drawn by chance for the curves."""

REFERENCES = 5
DRAWS = 5


@dataclass(frozen=True)
class Point:
    """What a number of clusters gives.

    Attributes
    ----------
    number : int
        How many.
    inertia : float
        Mean squared distance to the centres, in variances of all columns: 1 for one cluster.
    silhouette : float
        How much nearer songs are to their own cluster than to the next, -1 to 1 (P. Rousseeuw, 1987); NaN
        for one cluster.
    gap, gap_error : float
        By how much the logarithm of the inertia is below that of songs without any clusters, and the error of
        that (R. Tibshirani, G. Walther and T. Hastie, 2001).
    stability : float
        How far two draws of the songs give the same clusters: adjusted Rand index, 0 for chance, 1 for the
        same (after A. Ben-Hur, A. Elisseeff and I. Guyon, 2002); NaN for one cluster.
    """

    number: int
    inertia: float
    silhouette: float
    gap: float
    gap_error: float
    stability: float


@dataclass(frozen=True)
class Choice:
    """Numbers of clusters and what each gives.

    Attributes
    ----------
    points : tuple of Point
        Rising in number.
    songs : int
        On how many songs.
    """

    points: tuple[Point, ...]
    songs: int

    @property
    def by_silhouette(self) -> int:
        """The number of the highest silhouette."""
        return max(self.points, key=lambda one: np.nan_to_num(one.silhouette, nan=-1.0)).number

    @property
    def by_gap(self) -> int:
        """The least number whose gap is within an error of the next one's (Tibshirani's rule)."""
        for one, after in zip(self.points, self.points[1:], strict=False):
            if one.gap >= after.gap - after.gap_error:
                return one.number
        return self.points[-1].number

    @property
    def by_stability(self) -> int:
        """The greatest number that is as stable as the most stable one, but for 0.05."""
        best = max(np.nan_to_num(one.stability) for one in self.points)
        return max(one.number for one in self.points if np.nan_to_num(one.stability) >= best - 0.05)


def choice(
    x: Array, numbers: Sequence[int], seed: int = 0, progress: Callable[[str, int, int], None] | None = None
) -> Choice:
    """Return what numbers of clusters give by k-means.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps.
    numbers : sequence of int
        Which numbers of clusters.
    seed : int
        Of all that is drawn.
    progress : callable, optional
        Told how many numbers are done.
    """
    rng = np.random.default_rng(seed)
    if len(x) > MOST_SONGS:
        x = x[np.sort(rng.choice(len(x), MOST_SONGS, replace=False))]
    without = [_without_clusters(x, rng) for _ in range(REFERENCES)]
    points = []
    for done, number in enumerate(sorted(set(numbers))):
        if progress is not None:
            progress("numbers of clusters", done, len(numbers))
        points.append(_point(x, without, number, rng))
    return Choice(tuple(points), len(x))


def _point(x: Array, without: Sequence[Array], number: int, rng: np.random.Generator) -> Point:
    made = _fitted(x, number, rng)
    spread = _log(made.inertia_)
    reference = np.array([_log(_fitted(one, number, rng).inertia_) for one in without])
    several = 1 < number < len(x)
    return Point(
        number,
        float(made.inertia_ / max(float(((x - x.mean(axis=0)) ** 2).sum()), 1e-12)),
        float(silhouette_score(x, made.labels_)) if several else float("nan"),
        float(reference.mean() - spread),
        float(reference.std() * np.sqrt(1 + 1 / len(reference))),
        _stability(x, number, rng) if several else float("nan"),
    )


def _fitted(x: Array, number: int, rng: np.random.Generator) -> KMeans:
    return KMeans(number, n_init=3, random_state=int(rng.integers(2**31))).fit(x)


def _log(inertia: float) -> float:
    return float(np.log(max(inertia, 1e-12)))


def _without_clusters(x: Array, rng: np.random.Generator) -> Array:
    """Return as many songs spread evenly in the box of the songs' principal axes."""
    centre = x.mean(axis=0)
    _, _, axes = np.linalg.svd(x - centre, full_matrices=False)
    turned = (x - centre) @ axes.T
    return np.asarray(
        rng.uniform(turned.min(axis=0), turned.max(axis=0), turned.shape) @ axes + centre, np.float64
    )


def _stability(x: Array, number: int, rng: np.random.Generator) -> float:
    found = []
    for _ in range(DRAWS):
        one, other = (_fitted(x[rng.integers(len(x), size=len(x))], number, rng).predict(x) for _ in range(2))
        found.append(adjusted_rand_score(one, other))
    return float(np.mean(found))
