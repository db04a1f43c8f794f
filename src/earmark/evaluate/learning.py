"""Would more songs help: scores of models that learned from ever more artists."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError
from earmark.evaluate.answers import answers
from earmark.evaluate.evaluation import Score
from earmark.evaluate.metrics import measured
from earmark.evaluate.scoring import scores
from earmark.models.probabilities import Codes, coded, numbered

Fit = Callable[[Codes, Codes], ArrayLike]
"""Learns from the first rows and returns the probabilities of the others, shape (others, genres)."""


@dataclass(frozen=True)
class Point:
    """Models that learned from one share of the artists.

    Attributes
    ----------
    share : float
        Of the training groups, above 0 and up to 1.
    rows, groups : int
        How many songs of how many groups that is, on average over the folds.
    test : Score
        On the songs of the other artists, with its 95 % interval.
    train : float
        On the very songs it learned from: how far above `test` it is tells how much is learned by heart.
    """

    share: float
    rows: int
    groups: int
    test: Score
    train: float


def learning_curve(
    fit: Fit,
    y: Iterable[Any],
    classes: Sequence[str],
    groups: Sequence[Any],
    folds: Sequence[tuple[ArrayLike, ArrayLike]],
    *,
    shares: Sequence[float] = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0),
    metric: str = "accuracy",
    resamples: int = 1000,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> tuple[Point, ...]:
    """Return how a score grows with the number of artists learned from.

    Each share holds the smaller ones, and every genre of the training rows from its first artist on.

    Parameters
    ----------
    fit : callable
        Given rows to learn from and rows to answer, returns the probabilities of the latter.
    y, classes
        True genres and the names of all, as for :func:`earmark.evaluate.evaluate`.
    groups : sequence
        Which group (artist) each row is of.
    folds : sequence of (rows, rows)
        To learn from and to test on, as :attr:`earmark.dataset.split.Split.folds` gives them; no row is
        tested twice.
    shares : sequence of float
        Of the training groups.
    metric : str
        One of those of :class:`earmark.evaluate.Scores`.
    resamples, seed : int
        For the intervals and the order of artists.
    progress : callable
        Told how many models are fitted, and of how many.

    Raises
    ------
    ArgumentError
        If there are no folds or shares, a fold has a group on both sides, or a row is tested twice.
    """
    codes, parties = coded(y, classes), numbered(groups)[1]
    pairs = [(np.asarray(train, np.int64), np.asarray(test, np.int64)) for train, test in folds]
    _see_that_they_are_apart(pairs, parties)
    if not shares or not all(0 < share <= 1 for share in shares):
        raise ArgumentError(
            f"shares of {', '.join(map(str, shares)) or 'nothing'}", "give some above 0, up to 1"
        )
    tested = np.concatenate([test for _, test in pairs])
    orders = [_order(train, codes, parties, seed + i) for i, (train, _) in enumerate(pairs)]
    points, done = [], 0
    for share in sorted(set(shares)):
        heard, said, by_heart = [], [], []
        for (train, test), order in zip(pairs, orders, strict=True):
            chosen = train[np.isin(parties[train], order[: _enough(share, order, train, codes, parties)])]
            p = np.asarray(fit(chosen, np.concatenate([chosen, test])), np.float64)
            heard.append(chosen)
            said.append(p[len(chosen) :])
            by_heart.append(_value(codes[chosen], p[: len(chosen)], classes, metric))
            done += 1
            progress(done, len(pairs) * len(set(shares)))
        found = answers(
            codes[tested], np.concatenate(said), classes, tested.tolist(), parties[tested].tolist()
        )
        score = scores(found, resamples=resamples, seed=seed, areas=metric.startswith("auc")).metrics.get(
            metric
        )
        if score is None:
            raise ArgumentError(f"no metric {metric!r}", "give accuracy, f1_macro, log_loss, ...")
        points.append(
            Point(
                share,
                round(float(np.mean([len(rows) for rows in heard]))),
                round(float(np.mean([len(np.unique(parties[rows])) for rows in heard]))),
                score,
                float(np.mean(by_heart)),
            )
        )
    return tuple(points)


def _see_that_they_are_apart(pairs: Sequence[tuple[Codes, Codes]], parties: Codes) -> None:
    if not pairs:
        raise ArgumentError("no folds", "give rows to learn from and rows to test on")
    for number, (train, test) in enumerate(pairs, 1):
        if both := len(np.intersect1d(parties[train], parties[test])):
            raise ArgumentError(
                f"fold {number} has {both} groups on both sides",
                "make folds by group: the curve would tell how well artists are known again",
            )
    tested = np.concatenate([test for _, test in pairs])
    if len(np.unique(tested)) < len(tested):
        raise ArgumentError("some rows are tested twice", "give the folds of one repeat")


def _order(train: Codes, codes: Codes, parties: Codes, seed: int) -> Codes:
    """Return the training groups in random order, but one of each genre first."""
    drawn = np.random.default_rng(seed).permutation(np.unique(parties[train]))
    place = np.empty(int(parties.max()) + 1, np.int64)
    place[drawn] = np.arange(len(drawn))
    first = [drawn[place[parties[train[codes[train] == k]]].min()] for k in np.unique(codes[train])]
    early = list(dict.fromkeys(first))
    return np.array([*early, *drawn[~np.isin(drawn, early)]], np.int64)


def _enough(share: float, order: Codes, train: Codes, codes: Codes, parties: Codes) -> int:
    """Return how many groups make the share, at least as many as have all genres among them."""
    seen: set[int] = set()
    wanted = set(codes[train].tolist())
    for number, group in enumerate(order, 1):
        seen |= set(codes[train[parties[train] == group]].tolist())
        if seen == wanted:
            return max(number, round(share * len(order)))
    return len(order)


def _value(y: Codes, p: ArrayLike, classes: Sequence[str], metric: str) -> float:
    found = answers(y, p, classes)
    once = np.ones((1, len(found)), np.int64)
    figures = measured(found, once, areas=metric.startswith("auc")).metrics
    return float(figures[metric][0]) if metric in figures else float("nan")
