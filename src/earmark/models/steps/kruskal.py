"""The test of Kruskal and Wallis of many columns at once, on track means."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, rankdata

from earmark.models.steps._base import Array, Codes

_CELLS = 4_000_000
"""Ranked at a time: 32 MB."""


@dataclass(frozen=True, eq=False)
class Tracks:
    """The tracks that rows belong to, and the genre of each.

    Attributes
    ----------
    codes : array of int, shape (rows,)
        The number of each row's track. A track with rows of two genres counts once for each.
    genres : array of int, shape (tracks,)
        The number of each track's genre.
    """

    codes: Codes
    genres: Codes

    @classmethod
    def of(cls, labels: Codes, tracks: Codes | None) -> "Tracks":
        """Return the tracks of rows; without any, each row is one.

        Examples
        --------
        >>> Tracks.of(np.array([0, 0, 1]), np.array([7, 7, 9])).genres.tolist()
        [0, 1]
        """
        if tracks is None:
            return cls(np.arange(len(labels)), labels)
        pairs, codes = np.unique(np.stack([tracks, labels]), axis=1, return_inverse=True)
        return cls(np.asarray(codes, np.int64).ravel(), np.asarray(pairs[1], np.int64))

    def means(self, values: Array) -> Array:
        """Return the mean of each column over the rows of each track, shape (tracks, columns)."""
        if len(self.genres) == len(self.codes):
            return values[np.argsort(self.codes)]
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(len(self.genres)))
        sums = np.add.reduceat(values[order], starts, axis=0)
        return np.asarray(sums / np.bincount(self.codes)[:, None], np.float64)


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
