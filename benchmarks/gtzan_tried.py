"""What was tried on GTZAN's hand-made columns: each on the same folds, which keep every artist on one side.

Only clips of the published train and valid lists are read here.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

from benchmarks.gtzan_rows import Array, Codes, Rows
from earmark.dataset.sharing import share_out
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers.ridge import KernelRidge
from earmark.models.classifiers.together import Vote
from earmark.models.steps import STEPS
from earmark.models.steps.routing import fitted, probabilities
from earmark.models.votes import tally

FOLDS = 5
NOTHING = ("harmony_mean", "perceptr_mean")
"""Means of a wave that swings around zero."""

_RIDGE = KernelRidge(width=3.0, kernel="matern", balance=0.5)


@dataclass(frozen=True, eq=False)
class Try:
    """One way to learn.

    Attributes
    ----------
    about : str
        What it is.
    parts : sequence
        Steps and a classifier, by name or ready made.
    pieces : bool
        Whether the 10-s pieces are learnt and answered beside whole clips.
    spreads : bool
        Whether the logarithm of each column's spread over a clip's pieces is a further column.
    without : tuple of str
        Columns that are left out.
    """

    about: str
    parts: Sequence[Any]
    pieces: bool = True
    spreads: bool = False
    without: tuple[str, ...] = NOTHING


_WHITE = ("log", "whiten")
TRIED = (
    Try("`signed-log`, `scale`, `lda`", ("signed-log", "scale", "lda"), pieces=False, without=()),
    Try("`scale`, `kernel-ridge`", ("scale", "kernel-ridge"), pieces=False, without=()),
    Try("`small-table`", ("small-table",), pieces=False, without=()),
    Try("the recipe", (*_WHITE, _RIDGE), pieces=False),
    Try("`signed-log`, `scale`, `lda`", ("signed-log", "scale", "lda"), without=()),
    Try("`scale`, `kernel-ridge`", ("scale", "kernel-ridge"), without=()),
    Try("the recipe", (*_WHITE, _RIDGE)),
    Try("the recipe, `scale` for `whiten`", ("log", "scale", _RIDGE)),
    Try("the recipe, `signed-log` for `log`", ("signed-log", "whiten", _RIDGE)),
    Try("the recipe, `power` for `log`", ("power", "whiten", _RIDGE)),
    Try("the recipe, `lda` for kernel ridge", (*_WHITE, "lda")),
    Try("the recipe, a Gaussian kernel", (*_WHITE, KernelRidge(alpha=0.3, width=1.5, balance=0.5))),
    Try("the recipe, covariance less shrunk (0.01), width 2, alpha 0.3", ("log",
        STEPS["whiten"].make(shrink=0.01), KernelRidge(alpha=0.3, width=2.0, kernel="matern", balance=0.5))),
    Try("the recipe, each row counts alike", ("log", STEPS["whiten"].make(balance=0.0),
        KernelRidge(width=3.0, kernel="matern"))),
    Try("the recipe, each artist counts alike", ("log", STEPS["whiten"].make(balance=1.0),
        KernelRidge(width=3.0, kernel="matern", balance=1.0))),
    Try("the recipe with `harmony_mean` and `perceptr_mean`", (*_WHITE, _RIDGE), without=()),
    Try("the recipe without means of MFCCs", (*_WHITE, _RIDGE),
        without=(*NOTHING, *(f"mfcc{i}_mean" for i in range(1, 21)))),
    Try("the recipe without variances of MFCCs", (*_WHITE, _RIDGE),
        without=(*NOTHING, *(f"mfcc{i}_var" for i in range(1, 21)))),
    Try("the recipe without chroma", (*_WHITE, _RIDGE),
        without=(*NOTHING, "chroma_stft_mean", "chroma_stft_var")),
    Try("the recipe with the spread of each column over the pieces", (*_WHITE, _RIDGE), spreads=True),
    Try("the recipe's vote with a quadratic discriminant", (*_WHITE, Vote(
        [("ridge", _RIDGE), ("quadratic", QuadraticDiscriminantAnalysis(reg_param=0.7))], [0.7, 0.3]))),
)  # fmt: skip


def columns(given: Rows, one: Try) -> Array:
    """Return the columns that a try learns from, a row for each of the given rows."""
    kept = [i for i, name in enumerate(given.names) if name not in one.without]
    x = given.x[:, kept]
    if not one.spreads:
        return x
    spread = np.zeros_like(x)
    for clip in np.unique(given.clips):
        pieces = np.flatnonzero((given.clips == clip) & ~given.whole)
        spread[given.clips == clip] = x[pieces].std(axis=0)
    # A spread of nothing has no logarithm; half of the median is little.
    return np.hstack([x, spread + np.median(spread, axis=0) / 2])


def made(parts: Sequence[Any]) -> Any:
    """Return a pipeline that is not fitted."""
    registries = {
        **{name: STEPS[name] for name in STEPS},
        **{name: CLASSIFIERS[name] for name in CLASSIFIERS},
    }
    return make_pipeline(*(registries[part].make(0) if isinstance(part, str) else part for part in parts))


def fold_of(given: Rows, seed: int) -> Codes:
    """Return the fold of every row; all rows of an artist are in one."""
    groups, whole = given.groups, given.whole
    folds = share_out(
        np.unique(groups[whole], return_inverse=True)[1], given.y[whole], [1 / FOLDS] * FOLDS, seed
    )
    place = dict(zip(given.clips[whole], folds, strict=True))
    return np.array([place[clip] for clip in given.clips])


def answers(given: Rows, one: Try, seed: int) -> Array:
    """Return every clip's probabilities by a model that knows none of its artist, shape (clips, genres)."""
    rows = np.flatnonzero(given.whole | one.pieces)
    x, y, groups, fold = (
        columns(given, one)[rows],
        given.y[rows],
        given.groups[rows],
        fold_of(given, seed)[rows],
    )
    p = np.zeros((len(rows), len(np.unique(y))))
    for held in range(FOLDS):
        learnt, asked = fold != held, fold == held
        p[asked] = probabilities(
            fitted(made(one.parts), x[learnt], y[learnt], groups=groups[learnt]), x[asked]
        )
    return tally(p, given.clips[rows].tolist()).mean


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a try reached.

    Attributes
    ----------
    one : Try
        What was tried.
    right : array of float, shape (clips,)
        How often each clip was told right, 0 to 1.
    half : float
        Accuracy of the surer half.
    """

    one: Try
    right: Array
    half: float


def outcomes(given: Rows, seeds: Sequence[int]) -> list[Outcome]:
    """Return what every try reached."""
    y = given.y[given.whole]
    found = []
    for one in TRIED:
        right, half = np.zeros(len(y)), []
        for seed in seeds:
            p = answers(given, one, seed)
            hits = p.argmax(axis=1) == y
            right += hits / len(seeds)
            half.append(hits[np.argsort(-p.max(axis=1), kind="stable")[: len(y) // 2]].mean())
        found.append(Outcome(one, right, float(np.mean(half))))
        sys.stderr.write(f"{found[-1].right.mean():.3f} {found[-1].half:.3f} {one.about}\n")
    return found


def chosen_elsewhere(found: Sequence[Outcome], artists: Codes, draws: int = 500) -> tuple[float, float]:
    """Return what the best of all tries reaches on the half of the artists that chose it, and on the others.

    The difference is what choosing among so many flatters.
    """
    right = np.array([one.right for one in found])
    rng = np.random.default_rng(0)
    same, other = [], []
    for _ in range(draws):
        mine = rng.permutation(artists.max() + 1)[artists] % 2 == 0
        best = right[:, mine].mean(axis=1).argmax()
        same.append(right[best, mine].mean())
        other.append(right[best, ~mine].mean())
    return float(np.mean(same)), float(np.mean(other))
