"""Intervals by drawing whole groups again: songs of one artist are no independent evidence."""

import math
from statistics import NormalDist

import numpy as np

from earmark.errors import ArgumentError
from earmark.models.probabilities import Array, Codes

FEWEST_GROUPS = 5
"""Fewer groups than this tell nothing of what other groups would show: no interval."""


def drawn(groups: int, resamples: int, seed: int) -> Codes:
    """Return how often each group is drawn in each of the resamples, with replacement.

    Parameters
    ----------
    groups, resamples : int
        How many groups there are, and are drawn each time; how often.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    array of int, shape (resamples, groups)

    Examples
    --------
    >>> drawn(7, 3, seed=0).sum(axis=1).tolist()
    [7, 7, 7]
    """
    if resamples < 2:
        raise ArgumentError(f"{resamples} resamples", "draw at least 2; 1000 are usual")
    rng = np.random.default_rng(seed)
    counts = np.empty((resamples, groups), np.int32)
    for row in counts:
        row[:] = np.bincount(rng.integers(0, groups, groups, dtype=np.int32), minlength=groups)
    return np.asarray(counts)


def student(p: float, freedom: float) -> float:
    """Return the quantile of Student's t, within 0.5 % for 4 degrees of freedom and more.

    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.5.

    Examples
    --------
    >>> round(student(0.975, 10), 3)
    2.228
    """
    x = NormalDist().inv_cdf(p)
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return x + sum(term / freedom ** (i + 1) for i, term in enumerate(terms))


def widening(groups: int, level: float) -> float:
    """Return by how much percentiles of few groups are too narrow.

    The bootstrap divides by n where it should by n - 1, and takes the normal distribution's tails for
    Student's (T. Hesterberg, The American Statistician 69 (2015), "expanded percentile").

    Examples
    --------
    >>> round(widening(10, 0.95), 3), round(widening(1000, 0.95), 3)
    (1.217, 1.002)
    """
    tail = 0.5 + level / 2
    return math.sqrt(groups / (groups - 1)) * student(tail, groups - 1) / NormalDist().inv_cdf(tail)


def bounds(
    value: float, draws: Array, groups: int, *, level: float = 0.95, highest: float = 1.0
) -> tuple[float, float] | None:
    """Return the interval of a figure, from the figures of resamples.

    Percentiles of the resamples, moved by their bias and widened for few groups (:func:`widening`), from 0
    to `highest`.

    Parameters
    ----------
    value : float
        The figure.
    draws : array of float, shape (resamples,)
        Of the resamples; NaN where one has no such figure.
    groups : int
        How many groups there are to draw from.
    level : float
        Of confidence, 0 to 1.
    highest : float
        The largest value there is.

    Returns
    -------
    low, high : float
        None with fewer than 5 groups, or if a tenth of the resamples have no figure.
    """
    known = draws[np.isfinite(draws)]
    if groups < FEWEST_GROUPS or not math.isfinite(value) or len(known) < 0.9 * len(draws):
        return None
    tail = (1 - level) / 2
    low, high = (np.quantile(known, [tail, 1 - tail]) - known.mean()) * widening(groups, level)
    return max(0.0, value + float(low)), min(highest, value + float(high))


def at_the_edge(value: float, groups: int, level: float = 0.95) -> tuple[float, float] | None:
    """Return the interval of a share that is 0 or 1 in every group, where resampling finds no spread.

    C. J. Clopper and E. S. Pearson, Biometrika 26 (1934), each group taken as one trial.

    Examples
    --------
    >>> [round(bound, 3) for bound in at_the_edge(1.0, 20)]
    [0.832, 1.0]
    """
    if groups < FEWEST_GROUPS:
        return None
    reach = 1 - ((1 - level) / 2) ** (1 / groups)
    return (1 - reach, 1.0) if value else (0.0, reach)
