"""The test of Kruskal and Wallis of many columns at once, on track means."""

import numpy as np
from scipy.stats import chi2, rankdata

from earmark.stats.units import Array, Codes

_CELLS = 4_000_000
"""Ranked at a time: 32 MB."""


def kruskal(values: Array, genres: Codes) -> Array:
    """Return Kruskal and Wallis' H of each column, corrected for ties; 0 for a constant column.

    ``H = (N - 1) * sum_g n_g (mean rank_g - mean rank)^2 / sum_i (rank_i - mean rank)^2`` (W. Kruskal and
    W. Wallis, JASA 47, 1952).

    Parameters
    ----------
    values : array of float, shape (tracks, columns)
        Independent observations: means over tracks, never segments of one track.
    genres : array of int, shape (tracks,)
        From 0 on.

    Examples
    --------
    >>> kruskal(np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])).round(6).tolist()
    [2.4]
    """
    sizes = np.bincount(genres)
    members = np.zeros((len(sizes), len(genres)))
    members[genres, np.arange(len(genres))] = 1.0
    found = np.zeros(values.shape[1])
    width = max(1, _CELLS // max(1, len(values)))
    for start in range(0, values.shape[1], width):
        ranks = rankdata(values[:, start : start + width], axis=0) - (len(values) + 1) / 2
        total = (ranks**2).sum(axis=0)
        between = ((members @ ranks) ** 2 / np.maximum(sizes, 1)[:, None]).sum(axis=0)
        found[start : start + width] = np.where(total > 0, between / np.where(total > 0, total, 1.0), 0.0)
    return np.asarray(found * (len(values) - 1), np.float64)


def effect(h: Array, tracks: int, genres: int) -> Array:
    """Return eta squared of H, how much of the variance of ranks the genres explain: 0 to 1.

    ``(H - k + 1) / (N - k)`` (M. Tomczak and E. Tomczak, Trends in Sport Sciences 21, 2014), not below 0.

    Examples
    --------
    >>> effect(np.array([2.4, 0.0]), 4, 2).round(6).tolist()
    [0.7, 0.0]
    """
    return np.asarray(np.clip((h - genres + 1) / max(tracks - genres, 1), 0.0, 1.0), np.float64)


def p_values(h: Array, genres: int) -> Array:
    """Return how likely so great an H is by chance (chi squared with k - 1 degrees of freedom)."""
    return np.asarray(chi2.sf(h, max(genres - 1, 1)), np.float64)
