"""Do genres differ? Tests of many columns at once, one observation per unit."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as f_distribution

from earmark.stats import kruskal as ranked
from earmark.stats.units import Array, Codes


class Outcome(NamedTuple):
    """The outcome of a test of each column.

    Attributes
    ----------
    statistic : array of float, shape (columns,)
        What the test measures; NaN where it cannot be made.
    p : array of float, shape (columns,)
        How often chance alone makes as much of it, 0 to 1.
    """

    statistic: Array
    p: Array


Test = Callable[[Array, Codes], Outcome]
"""Takes values, shape (units, columns), and the number of each unit's genre, from 0 on."""


def each_whole(test: Test, values: Array, genres: Codes, least: int = 2) -> Outcome:
    """Make a test of each column over the units in which it is known.

    Parameters
    ----------
    test : Test
        Told of columns without gaps; genres of fewer than `least` units are left out.
    values : array of float, shape (units, columns)
        NaN where unknown.
    genres : array of int, shape (units,)
        The number of each unit's genre.
    least : int
        How many units a genre must have.

    Returns
    -------
    Outcome
        NaN for columns in which fewer than two genres are left, or that do not vary.

    Examples
    --------
    >>> found = each_whole(anova, np.array([[1.0], [2.0], [np.nan], [3.0], [4.0]]), np.array([0, 0, 0, 1, 1]))
    >>> found.statistic.tolist()
    [8.0]
    """
    statistic, p = np.full((2, values.shape[1]), np.nan)
    for columns, rows in _patterns(np.isfinite(values)):
        sizes = np.bincount(genres[rows], minlength=genres.max(initial=-1) + 1)
        kept = rows[sizes[genres[rows]] >= least]
        codes = np.unique(genres[kept], return_inverse=True)[1]
        if codes.max(initial=-1) < 1:
            continue
        chosen = values[np.ix_(kept, columns)]
        varies = np.ptp(chosen, axis=0) > 0
        if varies.any():
            statistic[columns[varies]], p[columns[varies]] = test(
                np.ascontiguousarray(chosen[:, varies]), np.asarray(codes, np.int64)
            )
    return Outcome(statistic, p)


def _patterns(known: Array) -> Iterator[tuple[Codes, Codes]]:
    """Yield columns that are known in the same units, with these units."""
    whole = known.all(axis=0)
    if whole.any():
        yield np.flatnonzero(whole), np.arange(len(known))
    for column in np.flatnonzero(~whole):
        yield np.asarray([column], np.int64), np.flatnonzero(known[:, column])


def moments(values: Array, genres: Codes) -> tuple[Array, Array, Array]:
    """Return units, means and variances of each genre: shapes (genres, 1), (genres, columns) twice.

    Variances are those of samples (n - 1); NaN for a genre of one unit.
    """
    sizes = np.bincount(genres).astype(np.float64)[:, None]
    members = np.zeros((len(sizes), len(genres)))
    members[genres, np.arange(len(genres))] = 1.0
    means = members @ values / sizes
    squares = members @ (values - means[genres]) ** 2
    return sizes, means, np.where(sizes > 1, squares / np.where(sizes > 1, sizes - 1, 1), np.nan)


def anova(values: Array, genres: Codes) -> Outcome:
    """Return Fisher's one-way analysis of variance: normal columns, equal variances.

    ``F = (between / (k - 1)) / (within / (N - k))`` (R. Fisher, Statistical Methods for Research Workers,
    1925).

    Examples
    --------
    >>> anova(np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])).statistic.tolist()
    [8.0]
    """
    sizes, means, variances = moments(values, genres)
    between = (sizes * (means - values.mean(axis=0)) ** 2).sum(axis=0)
    within = ((sizes - 1) * variances).sum(axis=0)
    free = (len(sizes) - 1, len(values) - len(sizes))
    with np.errstate(divide="ignore"):
        statistic = (between / free[0]) / (within / free[1])
    return Outcome(statistic, f_distribution.sf(statistic, *free))


def welch(values: Array, genres: Codes) -> Outcome:
    """Return Welch's analysis of variance: normal columns, variances of any size.

    B. Welch, Biometrika 38 (1951). NaN where a genre does not vary at all.
    """
    sizes, means, variances = moments(values, genres)
    k = len(sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = sizes / variances
        total = weights.sum(axis=0)
        centre = (weights * means).sum(axis=0) / total
        loose = ((1 - weights / total) ** 2 / (sizes - 1)).sum(axis=0)
        between = (weights * (means - centre) ** 2).sum(axis=0) / (k - 1)
        statistic = between / (1 + 2 * (k - 2) / (k**2 - 1) * loose)
        within_df = (k**2 - 1) / (3 * loose)
    return Outcome(statistic, f_distribution.sf(statistic, k - 1, within_df))


def kruskal_wallis(values: Array, genres: Codes) -> Outcome:
    """Return the test of Kruskal and Wallis: columns of any shape; see :mod:`earmark.stats.kruskal`."""
    statistic = ranked.kruskal(values, genres)
    return Outcome(statistic, ranked.p_values(statistic, int(genres.max()) + 1))


def bartlett(values: Array, genres: Codes) -> Outcome:
    """Return Bartlett's test of equal variances, for normal columns.

    M. Bartlett, Proceedings of the Royal Society A 160 (1937). NaN where a genre does not vary at all.
    """
    sizes, _, variances = moments(values, genres)
    k, free = len(sizes), sizes - 1
    pooled = (free * variances).sum(axis=0) / free.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = free.sum() * np.log(pooled) - (free * np.log(variances)).sum(axis=0)
    shrunk = 1 + ((1 / free).sum() - 1 / free.sum()) / (3 * (k - 1))
    statistic = np.where(np.isfinite(apart), apart / shrunk, np.nan)
    return Outcome(statistic, chi2.sf(statistic, k - 1))


def levene(values: Array, genres: Codes) -> Outcome:
    """Return Levene's test of equal variances about the medians, for columns of any shape.

    M. Brown and A. Forsythe, JASA 69 (1974).
    """
    medians = np.stack([np.median(values[genres == genre], axis=0) for genre in range(genres.max() + 1)])
    return anova(np.abs(values - medians[genres]), genres)
