"""Songs put in clusters by their columns: k-means, Gaussian mixtures, HDBSCAN."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.mixture import GaussianMixture

from earmark.errors import ArgumentError
from earmark.explore.songs import known_medians
from earmark.registry import Registry
from earmark.stats.units import Array, Codes

STARTS = 10
FEWEST_PER_CLUSTER = 10
"""Songs that HDBSCAN takes for the least cluster."""


@dataclass(frozen=True, eq=False)
class Clustering:
    """Songs in clusters.

    Attributes
    ----------
    method : str
        How they were found.
    codes : array of int, shape (songs,)
        The number of each song's cluster, the largest cluster first; -1 for songs in none.
    """

    method: str
    codes: Codes

    @property
    def number(self) -> int:
        """How many clusters there are."""
        return int(self.codes.max(initial=-1)) + 1

    @property
    def sizes(self) -> Codes:
        """How many songs are in each."""
        return np.bincount(self.codes[self.codes >= 0], minlength=self.number)


Method = Callable[[Array, int, int], Codes]
"""Takes scaled columns, a number of clusters and a seed; gives each song's cluster, -1 for none."""

METHODS: Registry[Method] = Registry("method of clustering")


@METHODS.register("k-means")
def k_means(x: Array, number: int, seed: int) -> Codes:
    """Return the clusters of k-means (S. Lloyd, 1982), the best of ten starts."""
    made = KMeans(number, n_init=STARTS, random_state=seed).fit(x)
    return np.asarray(made.labels_, np.int64)


@METHODS.register("gaussian-mixture")
def gaussian_mixture(x: Array, number: int, seed: int) -> Codes:
    """Return the most probable components of a Gaussian mixture with a variance for each column."""
    made = GaussianMixture(number, covariance_type="diag", reg_covar=1e-4, random_state=seed)
    return np.asarray(made.fit(x).predict(x), np.int64)


@METHODS.register("hdbscan")
def hdbscan(x: Array, number: int, seed: int) -> Codes:
    """Return dense clusters, as many as there are; other songs are in none (R. Campello et al., 2013)."""
    least = max(FEWEST_PER_CLUSTER, len(x) // 200)
    return np.asarray(HDBSCAN(min_cluster_size=least, copy=True).fit(x).labels_, np.int64)


def scaled(values: Array) -> Array:
    """Return columns of mean 0 and variance 1, their gaps filled by the median; constant ones are all 0."""
    filled = np.where(np.isfinite(values), values, known_medians(values))
    filled = np.nan_to_num(filled)
    spread = filled.std(axis=0)
    return np.asarray((filled - filled.mean(axis=0)) / np.where(spread > 0, spread, 1.0), np.float64)


def cluster(x: Array, method: str, number: int, seed: int = 0) -> Clustering:
    """Put songs in clusters.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps; see :func:`scaled`.
    method : str
        One of :data:`METHODS`.
    number : int
        How many clusters; HDBSCAN finds as many as there are.
    seed : int
        Of the first centres.

    Raises
    ------
    ArgumentError
        If there are fewer songs than clusters, or no cluster at all.
    UnknownNameError
        If there is no such method.
    """
    if not 1 <= number <= len(x):
        raise ArgumentError(f"{number} clusters of {len(x)} songs", "give 1 to as many as there are songs")
    if method == "hdbscan" and len(x) < FEWEST_PER_CLUSTER:
        raise ArgumentError(
            f"HDBSCAN of {len(x)} songs", f"give {FEWEST_PER_CLUSTER} at least, or take k-means"
        )
    found = METHODS[method](x, number, seed)
    if not (found >= 0).any():
        raise ArgumentError(
            f"{method} finds no cluster: the {len(x)} songs are nowhere dense",
            "take k-means, or fewer columns",
        )
    return Clustering(method, by_size(found))


def by_size(codes: Codes) -> Codes:
    """Return the same clusters numbered by their size, the largest first.

    Examples
    --------
    >>> by_size(np.array([5, 2, 2, -1])).tolist()
    [1, 0, 0, -1]
    """
    names, counts = np.unique(codes[codes >= 0], return_counts=True)
    order = names[np.argsort(-counts, kind="stable")]
    place = {int(name): at for at, name in enumerate(order)}
    return np.asarray([place.get(int(code), -1) for code in codes], np.int64)
