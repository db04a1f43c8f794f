"""Which test fits a column: what it assumes is looked at first, and the reason is told."""

from dataclasses import dataclass, replace

import numpy as np

from earmark.stats.effects import epsilon_squared, eta_squared
from earmark.stats.multiple import benjamini_hochberg, holm
from earmark.stats.shape import shapiro_wilk
from earmark.stats.tests import Outcome, Test, anova, each_whole, kruskal_wallis, levene, welch
from earmark.stats.units import Array, Codes, Units, likeness

ALPHA = 0.05
FEWEST = 8
"""A genre of fewer units cannot show whether it is normal."""

_TESTS: dict[str, Test] = {"anova": anova, "welch": welch, "kruskal": kruskal_wallis}


@dataclass(frozen=True)
class Difference:
    """Whether and how much genres differ in one column.

    Attributes
    ----------
    units, genres : int
        How many there are with a value; genres of a single unit are left out.
    test : {"anova", "welch", "kruskal", ""}
        Which test was made; empty if none can be.
    why : str
        What chose it.
    statistic : float
        F, Welch's F or H.
    p : float
        How often chance alone makes as much of it.
    p_adjusted : float
        The same such that of all columns called different at 5 %, 5 % are false (Benjamini and Hochberg).
    effect : float
        Share of the variance (of values, or of ranks for Kruskal and Wallis) that genres explain, 0 to 1.
    normal_p : float
        The least p of Shapiro and Wilk over genres, corrected by Holm.
    equal_p : float
        That of Levene's test of equal variances.
    correlation, design_effect : float
        How alike rows of one unit are, and by how much counting rows would overstate what is known.
    """

    units: int
    genres: int
    test: str
    why: str
    statistic: float
    p: float
    p_adjusted: float
    effect: float
    normal_p: float
    equal_p: float
    correlation: float
    design_effect: float


def differences(values: Array, genres: Codes, units: Codes | None = None) -> tuple[Difference, ...]:
    """Test whether genres differ, column by column, on the means of units.

    A column that is normal in every genre is tested by analysis of variance, by Welch's where variances
    differ; any other by ranks (Kruskal and Wallis). Genres with fewer than :data:`FEWEST` units cannot show
    that they are normal, so then it is ranks as well.

    Parameters
    ----------
    values : array of float, shape (rows, columns)
        NaN where unknown.
    genres : array of int, shape (rows,)
        The number of each row's genre, from 0 on.
    units : array of int, shape (rows,), optional
        The number of each row's track, or better artist; each row is one if left out.

    Returns
    -------
    tuple of Difference
        One per column.
    """
    grouped = Units.of(genres, units)
    means = grouped.known_means(values)
    codes = grouped.genres
    normal = np.stack([_least_normal(means[:, [at]], codes) for at in range(means.shape[1])])
    equal = each_whole(levene, means, codes).p
    flat = [_is_flat(column, codes) for column in means.T]
    chosen = [_choice(*looks) for looks in zip(normal, equal, flat, strict=True)]
    tested = {
        name: each_whole(test, means, codes)
        for name, test in _TESTS.items()
        if any(name == one for one, _ in chosen)
    }
    found = []
    for at, (name, why) in enumerate(chosen):
        one = Outcome(tested[name].statistic[[at]], tested[name].p[[at]])
        looks = (float(normal[at]), float(equal[at]), *_likeness(values[:, at], genres, units))
        found.append(_difference(means[:, at], codes, name, one, (why, looks)))
    return _adjusted(found)


def _least_normal(column: Array, genres: Codes) -> float:
    """Return the corrected p that some genre is not normal; NaN if a genre has too few units to tell."""
    counts = np.bincount(genres[np.isfinite(column[:, 0])], minlength=genres.max(initial=0) + 1)
    if (counts[counts > 1] < FEWEST).any():
        return float("nan")
    every = [float(one.p[0]) for one in shapiro_wilk(column, genres)]
    known = [one for one in every if np.isfinite(one)]
    return min(holm(known), default=float("nan"))


def _is_flat(column: Array, genres: Codes) -> bool:
    """Return whether a genre of several units does not vary at all: no variance can be compared with that."""
    for genre in range(genres.max(initial=-1) + 1):
        mine = column[(genres == genre) & np.isfinite(column)]
        if len(mine) > 1 and np.ptp(mine) == 0:
            return True
    return False


def _choice(normal_p: float, equal_p: float, flat: bool) -> tuple[str, str]:
    if flat:
        return "kruskal", "some genre does not vary"
    if not np.isfinite(normal_p):
        return "kruskal", f"some genre has fewer than {FEWEST} songs: too few to see whether they are normal"
    if normal_p < ALPHA:
        return "kruskal", f"some genre is not normal (Shapiro-Wilk, p {_p(normal_p)} by Holm)"
    if equal_p < ALPHA:
        return "welch", f"normal in every genre, variances differ (Levene, p {_p(equal_p)})"
    return "anova", f"normal in every genre, variances alike (Levene, p {_p(equal_p)})"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _likeness(column: Array, genres: Codes, units: Codes | None) -> tuple[float, float]:
    known = np.isfinite(column)
    if units is None or not known.any():
        return float("nan"), 1.0
    found = likeness(column[known][:, None], Units.of(genres[known], units[known]))
    return float(found.correlation[0]), float(found.design_effect[0])


def _difference(
    column: Array, genres: Codes, name: str, tested: Outcome, reasons: tuple[str, tuple[float, ...]]
) -> Difference:
    known = np.isfinite(column)
    sizes = np.bincount(genres[known], minlength=genres.max(initial=0) + 1)
    kept = known & (sizes[genres] > 1)
    number, among, (why, looks) = int(kept.sum()), int((sizes > 1).sum()), reasons
    if not np.isfinite(tested.p[0]):
        why = "fewer than two genres with two songs, or nothing varies"
        return Difference(number, among, "", why, *[float("nan")] * 4, *looks)
    if name == "kruskal":
        effect = epsilon_squared(tested.statistic, number)
    else:
        codes = np.unique(genres[kept], return_inverse=True)[1]
        effect = eta_squared(column[kept][:, None], np.asarray(codes, np.int64))
    statistic, p = float(tested.statistic[0]), float(tested.p[0])
    return Difference(number, among, name, why, statistic, p, p, float(effect[0]), *looks)


def _adjusted(found: list[Difference]) -> tuple[Difference, ...]:
    places = [at for at, one in enumerate(found) if one.test]
    for at, p in zip(places, benjamini_hochberg([found[at].p for at in places]), strict=True):
        found[at] = replace(found[at], p_adjusted=p)
    return tuple(found)
