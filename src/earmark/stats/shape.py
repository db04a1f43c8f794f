"""The shape of a column: whether it is normal, what would make it so, and how sure its mean is."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from earmark.errors import ArgumentError
from earmark.stats.tests import Outcome
from earmark.stats.units import Array, Codes

MOST = 5000
"""Shapiro and Wilk's p is known up to so many values; of more, so many are drawn."""

FEWEST = 3


class BoxCox(NamedTuple):
    """The power that makes a column most nearly normal.

    Attributes
    ----------
    power : float
        Lambda: 1 changes nothing, 0 is the logarithm.
    low, high : float
        Its 95 % interval, by the likelihood.
    p : float
        How often chance alone makes a power of 1 as unlikely: small if the column needs a change.
    """

    power: float
    low: float
    high: float
    p: float


def shapiro_wilk(values: Array, genres: Codes, seed: int = 0) -> tuple[Outcome, ...]:
    """Return Shapiro and Wilk's test that a column is normal, for each genre by itself.

    S. Shapiro and M. Wilk, Biometrika 52 (1965), p by P. Royston, Applied Statistics 44 (1995).

    Parameters
    ----------
    values : array of float, shape (units, columns)
        NaN where unknown.
    genres : array of int, shape (units,)
        The number of each unit's genre, from 0 on.
    seed : int
        Of the draw where there are more than :data:`MOST`.

    Returns
    -------
    tuple of Outcome
        One per genre; NaN where fewer than three values are known or none differs.
    """
    found = []
    for genre in range(genres.max(initial=-1) + 1):
        statistic, p = np.full((2, values.shape[1]), np.nan)
        for column, sample in enumerate(values[genres == genre].T):
            known = sample[np.isfinite(sample)]
            if len(known) < FEWEST or np.ptp(known) == 0:
                continue
            if len(known) > MOST:
                known = np.random.default_rng(seed).choice(known, MOST, replace=False)
            # A scale far from 1 is no trait of the shape, and the sums of squares lose digits by it.
            statistic[column], p[column] = stats.shapiro((known - known.mean()) / known.std())
        found.append(Outcome(statistic, p))
    return tuple(found)


def box_cox(values: Array) -> BoxCox:
    """Return the power transform that fits a column best, and whether it needs one.

    G. Box and D. Cox, Journal of the Royal Statistical Society B 26 (1964); the test is that of the
    likelihoods' ratio.

    Parameters
    ----------
    values : array of float, shape (units,)
        Above 0, without gaps.

    Raises
    ------
    ArgumentError
        If a value is not above 0, or all are equal.

    Examples
    --------
    >>> abs(box_cox(np.exp(np.linspace(-2, 2, 50))).power) < 0.001
    True
    """
    if len(values) < FEWEST or not (values > 0).all() or np.ptp(values) == 0:
        raise ArgumentError(
            "a power transform by Box and Cox of values that are not above 0, or are all equal",
            "give numbers above 0 that differ; the step 'power' handles any (Yeo-Johnson)",
        )
    # The power does not depend on the unit; numbers near 1 keep their powers finite.
    scaled = values / np.exp(np.log(values).mean())
    _, power, (low, high) = stats.boxcox(scaled, alpha=0.05)
    ratio = 2 * (stats.boxcox_llf(power, scaled) - stats.boxcox_llf(1.0, scaled))
    return BoxCox(float(power), float(low), float(high), float(stats.chi2.sf(max(ratio, 0.0), 1)))


def normal_quantiles(values: Array) -> tuple[Array, Array]:
    """Return what a normal distribution would have, and sorted values in their standard deviations.

    Both lie on one line if the values are normal (Filliben's order medians, Technometrics 17, 1975).

    Parameters
    ----------
    values : array of float, shape (units,)
        Without gaps; at least two that differ.
    """
    return np.asarray(stats.probplot(values, fit=False)[0], np.float64), np.sort(
        (values - values.mean()) / values.std(ddof=1)
    )


class Mean(NamedTuple):
    """A mean and its 95 % interval; the ends are NaN for fewer than two units."""

    mean: float
    low: float
    high: float


def mean_interval(values: Array, level: float = 0.95) -> Mean:
    """Return the mean of units with its interval by Student's t (Student, Biometrika 6, 1908).

    Parameters
    ----------
    values : array of float, shape (units,)
        Gaps (NaN) are left out.
    level : float
        How often the interval is to hold the mean, 0 to 1.

    Examples
    --------
    >>> tuple(round(one, 3) for one in mean_interval(np.array([1.0, 2.0, 3.0])))
    (2.0, -0.484, 4.484)
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Mean(np.nan, np.nan, np.nan)
    mean = float(known.mean())
    if len(known) < 2:
        return Mean(mean, np.nan, np.nan)
    half = float(stats.t.ppf((1 + level) / 2, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    return Mean(mean, mean - half, mean + half)
