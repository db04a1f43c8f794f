"""Which genres differ from which: tests after a test."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import norm, rankdata, studentized_range

from earmark.stats.effects import cliffs_delta
from earmark.stats.multiple import holm
from earmark.stats.tests import moments
from earmark.stats.units import Array, Codes


@dataclass(frozen=True)
class Pair:
    """Two genres in one column.

    Attributes
    ----------
    first, second : int
        Their numbers.
    statistic : float
        What the test measures, above 0 if the first is higher.
    p : float
        Corrected for all pairs of the column.
    delta : float
        Cliff's delta: how much oftener the first is above the second than below, -1 to 1.
    """

    first: int
    second: int
    statistic: float
    p: float
    delta: float


def dunn(values: Array, genres: Codes) -> tuple[Pair, ...]:
    """Return Dunn's test of every pair after that of Kruskal and Wallis, p by Holm.

    ``z = (mean rank of the first - of the second) / sqrt((N (N + 1) - ties) / 12 (1 / n1 + 1 / n2))``
    (O. Dunn, Technometrics 6, 1964).

    Parameters
    ----------
    values : array of float, shape (units,)
        One column without gaps.
    genres : array of int, shape (units,)
        The number of each unit's genre; all from 0 on occur.
    """
    n = len(values)
    ranks = rankdata(values)
    times = np.unique(values, return_counts=True)[1].astype(np.float64)
    spread = n * (n + 1) / 12 - (times**3 - times).sum() / (12 * max(n - 1, 1))
    sizes = np.bincount(genres)
    means = np.bincount(genres, weights=ranks) / sizes
    pairs = list(combinations(range(len(sizes)), 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = [float((means[a] - means[b]) / np.sqrt(spread * (1 / sizes[a] + 1 / sizes[b]))) for a, b in pairs]
    return _pairs(values, genres, pairs, z, holm([float(2 * norm.sf(abs(one))) for one in z]))


def games_howell(values: Array, genres: Codes) -> tuple[Pair, ...]:
    """Return the test of Games and Howell of every pair after Welch's: variances of any size.

    ``q = (mean of the first - of the second) / sqrt((s1^2 / n1 + s2^2 / n2) / 2)`` against the studentized
    range, which corrects for all pairs (P. Games and J. Howell, Journal of Educational Statistics 1, 1976).

    Parameters
    ----------
    values, genres
        As of :func:`dunn`; at least two units of each genre.
    """
    sizes, means, variances = (part[:, 0] for part in moments(values[:, None], genres))
    errors = variances / sizes
    pairs = list(combinations(range(len(sizes)), 2))
    q, p = [], []
    for a, b in pairs:
        both = errors[a] + errors[b]
        free = both**2 / (errors[a] ** 2 / (sizes[a] - 1) + errors[b] ** 2 / (sizes[b] - 1))
        q.append(float((means[a] - means[b]) / np.sqrt(both / 2)))
        p.append(float(studentized_range.sf(abs(q[-1]), len(sizes), free)))
    return _pairs(values, genres, pairs, q, p)


def _pairs(
    values: Array, genres: Codes, pairs: list[tuple[int, int]], statistic: list[float], p: list[float]
) -> tuple[Pair, ...]:
    return tuple(
        Pair(a, b, one, chance, cliffs_delta(values[genres == a], values[genres == b]))
        for (a, b), one, chance in zip(pairs, statistic, p, strict=True)
    )
