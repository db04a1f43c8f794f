"""Models against each other on the same songs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from earmark.errors import ArgumentError
from earmark.evaluate.answers import Answers
from earmark.evaluate.intervals import FEWEST_GROUPS, drawn, student, widening
from earmark.evaluate.metrics import LOWER_IS_BETTER, measured
from earmark.models.probabilities import Array, Codes
from earmark.stats.multiple import holm

POWER = 0.8
"""How often the smallest difference that the data could show would be shown."""


@dataclass(frozen=True)
class McNemar:
    """Whether two models are right on different songs by chance alone, songs being independent.

    Attributes
    ----------
    first_only, second_only : int
        Songs that only the first, or only the second, has right.
    p : float
        Exact and two-sided (Q. McNemar, Psychometrika 12 (1947)); it is never too small.
    mid_p : float
        Half the weight of what was seen: right on average where the exact one is too cautious
        (M. Fagerland et al., BMC Medical Research Methodology 13 (2013)).
    """

    first_only: int
    second_only: int
    p: float
    mid_p: float


@dataclass(frozen=True)
class Comparison:
    """Two models on the same songs.

    Attributes
    ----------
    first, second : str
        Their names.
    metric : str
        What was compared.
    tracks, groups : int
        On how many songs of how many groups (artists).
    difference : float
        The first's figure less the second's.
    low, high : float or None
        95 % interval of the difference, by drawing groups; None with fewer than 5.
    p : float or None
        How often chance alone makes so large a difference, by the same draws.
    p_holm : float or None
        The same, corrected for all comparisons made together (S. Holm).
    detectable : float or None
        The smallest true difference that songs like these show in 80 % of cases at 5 %.
    mcnemar : McNemar
        The test of songs one by one. Artists make songs alike: believe `p` where the two differ.
    """

    first: str
    second: str
    metric: str
    tracks: int
    groups: int
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    detectable: float | None
    mcnemar: McNemar

    @property
    def better(self) -> str | None:
        """The model that is surely better, None if none is."""
        if self.p_holm is None or self.p_holm >= 0.05 or not self.difference:
            return None
        first = (self.difference > 0) != (self.metric in LOWER_IS_BETTER)
        return self.first if first else self.second


def mcnemar(first_only: int, second_only: int) -> McNemar:
    """Return McNemar's test, from the numbers of songs that only one of two models has right.

    Examples
    --------
    >>> mcnemar(9, 1).p, mcnemar(9, 1).mid_p, mcnemar(0, 0).p
    (0.021484375, 0.01171875, 1.0)
    """
    number, fewer = first_only + second_only, min(first_only, second_only)
    up_to = math.fsum(_binomial(number, k) for k in range(fewer + 1))
    here = _binomial(number, fewer)
    return McNemar(first_only, second_only, min(1.0, 2 * up_to), min(1.0, 2 * up_to - here))


def _binomial(number: int, k: int) -> float:
    """Return the probability of k heads in fair tosses."""
    if number < 1000:
        return float(math.comb(number, k) / 2**number)
    ways = math.lgamma(number + 1) - math.lgamma(k + 1) - math.lgamma(number - k + 1)
    return math.exp(ways - number * math.log(2))


def compare(
    models: Mapping[str, Answers],
    metric: str = "accuracy",
    *,
    against: str | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[Comparison, ...]:
    """Compare models on the same songs, groups of songs drawn together for both.

    Parameters
    ----------
    models : mapping of str to Answers
        At least two, one row per track, all of the same tracks in the same order.
    metric : str
        One of those of :class:`earmark.evaluate.Scores`.
    against : str, optional
        Compare each with this one; all pairs unless given.
    resamples, seed : int
        How often groups are drawn, and the seed of it.

    Returns
    -------
    tuple of Comparison
        With p-values corrected for all that are returned.

    Raises
    ------
    ArgumentError
        If there are fewer than two models, the songs differ, or there is no such model or metric.

    Examples
    --------
    >>> from earmark.evaluate.answers import answers
    >>> y, good = [0, 1] * 10, np.eye(2)[[0, 1] * 10]
    >>> found = {"good": answers(y, good, "ab"), "bad": answers(y, good[::-1], "ab")}
    >>> test, = compare(found)
    >>> test.difference, test.better
    (1.0, 'good')
    """
    _see_that_they_compare(models, against)
    sample = next(iter(models.values()))
    groups = int(sample.groups.max()) + 1
    weights = drawn(groups, resamples, seed) if groups >= FEWEST_GROUPS else np.empty((0, groups), np.int32)
    figures = {
        name: _figure(found, np.concatenate([np.ones((1, groups), np.int32), weights]), metric)
        for name, found in models.items()
    }
    names = list(models)
    pairs = (
        [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
        if against is None
        else [(name, against) for name in names if name != against]
    )
    tests = [_test(figures[a] - figures[b], groups) for a, b in pairs]
    corrected: Sequence[float | None] = [None] * len(tests)
    if all(p is not None for _, _, p, _ in tests):
        corrected = holm([p for _, _, p, _ in tests if p is not None])
    return tuple(
        Comparison(
            a, b, metric, len(sample), groups, float(figures[a][0] - figures[b][0]),
            low, high, p, p_holm, detectable, _songs(models[a], models[b]),
        )
        for (a, b), (low, high, p, detectable), p_holm in zip(pairs, tests, corrected, strict=True)
    )  # fmt: skip


def _figure(found: Answers, weights: Codes, metric: str) -> Array:
    """Return a metric of all songs, then of each sample."""
    measures = measured(found, weights, areas=metric.startswith("auc")).metrics
    if metric not in measures:
        known = ", ".join(sorted(measures.keys() | {"auc_ovo", "auc_ovr"}))
        raise ArgumentError(f"no metric {metric!r}", f"compare one of {known}")
    return measures[metric]


def _test(differences: Array, groups: int) -> tuple[float | None, float | None, float | None, float | None]:
    """Return the interval, the p-value and the detectable difference."""
    value, draws = float(differences[0]), differences[1:]
    draws = draws[np.isfinite(draws)]
    if not math.isfinite(value) or len(draws) < 2:
        return None, None, None, None
    # The same widening for the interval and the test: one says 5 % when the other leaves out 0.
    off = (draws - draws.mean()) * widening(groups, 0.95)
    low, high = np.quantile(off, [0.025, 0.975])
    if value == 0 and not off.any():
        return 0.0, 0.0, 1.0, 0.0
    beyond = int((np.abs(off) >= abs(value)).sum())
    spread = float(draws.std(ddof=1)) * math.sqrt(groups / (groups - 1))
    detectable = (student(0.975, groups - 1) + NormalDist().inv_cdf(POWER)) * spread
    return value + float(low), value + float(high), (beyond + 1) / (len(draws) + 1), detectable


def _songs(first: Answers, second: Answers) -> McNemar:
    return mcnemar(int((first.right & ~second.right).sum()), int((second.right & ~first.right).sum()))


def _see_that_they_compare(models: Mapping[str, Answers], against: str | None) -> None:
    if len(models) < 2:
        raise ArgumentError(f"{len(models)} models to compare", "give at least two")
    if against is not None and against not in models:
        raise ArgumentError(f"no model {against!r} to compare with", f"known: {', '.join(models)}")
    (name, first), *others = models.items()
    if any(len(np.unique(found.tracks)) < len(found) for found in models.values()):
        raise ArgumentError(
            "the models answered segments, several of a song",
            "compare answers to songs: by_mean() or by_vote()",
        )
    for other, found in others:
        same = (
            first.classes == found.classes
            and np.array_equal(first.y, found.y)
            and np.array_equal(first.groups, found.groups)
            and [first.names[i] for i in first.tracks] == [found.names[i] for i in found.tracks]
        )
        if not same:
            raise ArgumentError(
                f"{name!r} and {other!r} did not answer the same songs ({len(first)} and {len(found)} rows)",
                "evaluate both on the same rows in the same order",
            )
