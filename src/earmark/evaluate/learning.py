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
from earmark.models.probabilities import Array, Codes, coded, numbered

SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Of the training groups, unless told otherwise."""

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
    shares: Sequence[float] = SHARES,
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
    sizes = nested(codes, parties, pairs, shares, seed=seed)
    points, done = [], 0
    for share, chosen in sizes.items():
        said = []
        for rows, (_, test) in zip(chosen, pairs, strict=True):
            said.append(np.asarray(fit(rows, np.concatenate([rows, test])), np.float64))
            done += 1
            progress(done, len(pairs) * len(sizes))
        tests = [test for _, test in pairs]
        made = point(
            share, chosen, tests, said,
            codes=codes, classes=classes, parties=parties, metric=metric, resamples=resamples, seed=seed,
        )  # fmt: skip
        points.append(made)
    return tuple(points)


def nested(
    codes: Codes,
    parties: Codes,
    folds: Sequence[tuple[Codes, Codes]],
    shares: Sequence[float],
    *,
    seed: int = 0,
) -> dict[float, list[Codes]]:
    """Return for each share, the smallest first, the rows of each fold to learn from.

    Parameters
    ----------
    codes, parties : array of int, shape (rows,)
        Numbers of genres and of groups.
    folds, shares, seed
        As for :func:`learning_curve`.

    Raises
    ------
    ArgumentError
        As :func:`learning_curve`.
    """
    _see_that_they_are_apart(folds, parties)
    if not shares or not all(0 < share <= 1 for share in shares):
        raise ArgumentError(
            f"shares of {', '.join(map(str, shares)) or 'nothing'}", "give some above 0, up to 1"
        )
    orders = [_order(train, codes, parties, seed + i) for i, (train, _) in enumerate(folds)]
    return {
        share: [
            train[np.isin(parties[train], order[: _enough(share, order, train, codes, parties)])]
            for (train, _), order in zip(folds, orders, strict=True)
        ]
        for share in sorted(set(shares))
    }


def point(
    share: float,
    chosen: Sequence[Codes],
    tests: Sequence[Codes],
    said: Sequence[Array],
    *,
    codes: Codes,
    classes: Sequence[str],
    parties: Codes,
    tracks: Codes | None = None,
    metric: str = "accuracy",
    resamples: int = 1000,
    seed: int = 0,
) -> Point:
    """Return what models reached that learned from one share of the artists.

    Parameters
    ----------
    share : float
        Which.
    chosen, tests : sequence of array of int
        The rows that each fold learned from, and was tested on.
    said : sequence of array, shape (chosen and tested rows, genres)
        The probabilities of both, one after the other.
    codes, classes, parties
        Numbers of genres, their names, and numbers of groups, of all rows.
    tracks : array of int, optional
        The number of each row's track; each row is one if left out.
    metric, resamples, seed
        As for :func:`learning_curve`.
    """
    songs = np.arange(len(codes)) if tracks is None else tracks
    heard = [
        _value(codes[rows], p[: len(rows)], classes, metric, songs[rows])
        for rows, p in zip(chosen, said, strict=True)
    ]
    tested = np.concatenate(list(tests))
    p = np.concatenate([one[len(rows) :] for one, rows in zip(said, chosen, strict=True)])
    found = answers(codes[tested], p, classes, songs[tested].tolist(), parties[tested].tolist()).by_mean()
    figures = scores(found, resamples=resamples, seed=seed, areas=metric.startswith("auc")).metrics
    if metric not in figures:
        raise ArgumentError(f"no metric {metric!r}", "give accuracy, f1_macro, log_loss, ...")
    return Point(
        share,
        round(float(np.mean([len(np.unique(songs[rows])) for rows in chosen]))),
        round(float(np.mean([len(np.unique(parties[rows])) for rows in chosen]))),
        figures[metric],
        float(np.mean(heard)),
    )


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


def _value(y: Codes, p: ArrayLike, classes: Sequence[str], metric: str, tracks: Codes) -> float:
    found = answers(y, p, classes, tracks.tolist()).by_mean()
    once = np.ones((1, int(found.groups.max()) + 1), np.int64)
    figures = measured(found, once, areas=metric.startswith("auc")).metrics
    return float(figures[metric][0]) if metric in figures else float("nan")
