"""How much genres differ, whatever the number of songs."""

import numpy as np
from scipy.stats import rankdata

from earmark.stats.tests import moments
from earmark.stats.units import Array, Codes

SIZES = ((0.14, "large"), (0.06, "medium"), (0.01, "small"))
"""Shares of variance from which an effect is called so (J. Cohen, Statistical Power Analysis, 1988)."""


def eta_squared(values: Array, genres: Codes) -> Array:
    """Return the share of each column's variance that genres explain, 0 to 1; NaN where nothing varies.

    ``between / total`` sums of squares (R. Fisher, 1925).

    Examples
    --------
    >>> eta_squared(np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([0, 0, 1, 1])).tolist()
    [0.8]
    """
    sizes, means, _ = moments(values, genres)
    total = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    between = (sizes * (means - values.mean(axis=0)) ** 2).sum(axis=0)
    return np.where(total > 0, between / np.where(total > 0, total, 1.0), np.nan)


def epsilon_squared(h: Array, units: int) -> Array:
    """Return the same of ranks, from Kruskal and Wallis' H: ``H / (N - 1)``, 0 to 1.

    T. Kelley, Proceedings of the National Academy of Sciences 21 (1935); M. Tomczak and E. Tomczak, Trends
    in Sport Sciences 21 (2014).

    Examples
    --------
    >>> epsilon_squared(np.array([2.4]), 4).tolist()
    [0.7999999999999999]
    """
    return np.asarray(h / max(units - 1, 1), np.float64)


def cliffs_delta(first: Array, second: Array) -> float:
    """Return how much oftener a value of the first is above one of the second than below it, -1 to 1.

    N. Cliff, Psychological Bulletin 114 (1993).

    Parameters
    ----------
    first, second : array of float, shape (units,)
        Without gaps.

    Examples
    --------
    >>> cliffs_delta(np.array([3.0, 4.0]), np.array([1.0, 3.0]))
    0.75
    """
    ranks = rankdata(np.concatenate([first, second]))[: len(first)]
    above = ranks.sum() - len(first) * (len(first) + 1) / 2
    return float(2 * above / (len(first) * len(second)) - 1)


def size(share: float) -> str:
    """Return what a share of variance is called.

    Examples
    --------
    >>> size(0.2), size(0.005)
    ('large', 'negligible')
    """
    return next((word for least, word in SIZES if share >= least), "negligible")
