"""Clusters against genres, and against what chance would give."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
    v_measure_score,
)

from earmark.stats.units import Codes

SHUFFLES = 200


@dataclass(frozen=True, eq=False)
class Agreement:
    """How far clusters and genres agree.

    Attributes
    ----------
    counts : array of int, shape (clusters, genres)
        Songs of each genre in each cluster; songs in no cluster are left out.
    ari, ami : float
        Adjusted Rand index and adjusted mutual information: 0 for chance, 1 for the same.
    nmi, v_measure : float
        Normalised mutual information and V-measure, 0 to 1; above 0 by chance.
    purity : float
        Share of the songs that are of their cluster's commonest genre.
    purity_by_chance, purity_by_chance_high : float
        What shuffled genres give: the mean, and what 97.5 % of the shuffles do not exceed.
    """

    counts: Codes
    ari: float
    ami: float
    nmi: float
    v_measure: float
    purity: float
    purity_by_chance: float
    purity_by_chance_high: float


def agreement(clusters: Codes, genres: Codes, seed: int = 0) -> Agreement:
    """Return how far clusters and genres agree.

    L. Hubert and P. Arabie (1985); N. Vinh, J. Epps and J. Bailey (2010); A. Rosenberg and J. Hirschberg
    (2007).

    Parameters
    ----------
    clusters, genres : array of int, shape (songs,)
        Numbers from 0 on; songs of cluster -1 are left out.
    seed : int
        Of the shuffles.

    Examples
    --------
    >>> found = agreement(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))
    >>> found.counts.tolist(), found.ari, found.purity
    ([[2, 0], [0, 2]], 1.0, 1.0)
    """
    inside = clusters >= 0
    clusters, genres = clusters[inside], genres[inside]
    shape = (int(clusters.max(initial=-1)) + 1, int(genres.max(initial=-1)) + 1)
    rng = np.random.default_rng(seed)
    chance = np.array([_purity(_counts(clusters, rng.permutation(genres), shape)) for _ in range(SHUFFLES)])
    counts = _counts(clusters, genres, shape)
    scores = [
        float(score(genres, clusters))
        for score in (
            adjusted_rand_score,
            adjusted_mutual_info_score,
            normalized_mutual_info_score,
            v_measure_score,
        )
    ]
    return Agreement(
        counts,
        scores[0],
        scores[1],
        scores[2],
        scores[3],
        _purity(counts),
        float(chance.mean()),
        float(np.quantile(chance, 0.975)),
    )


def _counts(clusters: Codes, genres: Codes, shape: tuple[int, int]) -> Codes:
    return np.bincount(clusters * shape[1] + genres, minlength=shape[0] * shape[1]).reshape(shape)


def _purity(counts: Codes) -> float:
    return float(counts.max(axis=1, initial=0).sum() / max(int(counts.sum()), 1))
