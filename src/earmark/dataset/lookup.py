"""How far one column alone tells the label, on rows of other recordings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.dependence import Dependence, dependence
from earmark.dataset.kinship import Codes

FOLDS = 5
# A table of labels per value starts from so many rows of the usual mixture.
_PRIOR_ROWS = 5.0
# A value that fewer rows have is no evidence of its own.
_LEAST_ROWS = 5
_NEIGHBOURS = (10, 200)
# Between so few values nothing is near: each is looked up by itself.
_NOMINAL = 4
# Of more values than that, the lowest and the highest are where a measured quantity is cut off.
_CUT_OFF = 20

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Lookup:
    """What a column's values tell of the label, found in four folds and tried on the fifth.

    Attributes
    ----------
    kappa : float
        How far it names the label: 0 as well as always saying the commonest, 1 always right; may be negative.
    told : float
        The share of the label's entropy that knowing the *exact* value takes away.
    odd : float
        How much of `told` is the value's alone and not its neighbourhood's: a measured quantity tells as
        much by values that lie next to it, a technical one by the very number.
    """

    kappa: float
    told: float
    odd: float


def folds(groups: Codes, seed: int = 0) -> Codes:
    """Return a fold, 0 to 4, for every row: the same for all rows of a group."""
    drawn = np.random.default_rng(seed).permutation(int(groups.max(initial=-1)) + 1)
    return np.asarray(drawn[groups] % FOLDS, np.int64)


def kappa(right: float, commonest: float) -> float:
    """Return how far beyond the commonest label the share of right answers gets.

    Examples
    --------
    >>> kappa(0.75, 0.5), kappa(1.0, 0.1), kappa(1.0, 1.0)
    (0.5, 1.0, 0.0)
    """
    return (right - commonest) / (1 - commonest) if commonest < 1 else 0.0


def entropy(shares: Numbers) -> float:
    """Return the entropy of shares, in bits."""
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def look_up(values: Numbers, labels: Codes, fold: Codes, nominal: bool = False) -> Lookup:
    """Try a column of numbers alone on the label.

    Parameters
    ----------
    values : array of float, shape (rows,)
        None missing.
    labels, fold : array of int, shape (rows,)
        From 0 on.
    nominal : bool
        Whether the numbers are mere codes.
    """
    classes = int(labels.max(initial=0)) + 1
    usual = np.bincount(labels, minlength=classes) / max(len(labels), 1)
    bits = entropy(usual)
    nothing = Lookup(0.0, 0.0, 0.0)
    if bits == 0 or len(np.unique(values)) < 2:
        return nothing
    ends = _ends(values, nominal)
    # Rows of equal values stand in no order, so that those nearest in it are no particular ones.
    shuffled = np.random.default_rng(0).permutation(len(values))
    values, labels, fold = values[shuffled], labels[shuffled], fold[shuffled]
    right, told, near = 0, 0.0, 0.0
    for held_out in range(FOLDS):
        known, asked = fold != held_out, fold == held_out
        if known.any() and asked.any():
            found = _fold(
                values[known],
                labels[known],
                values[asked],
                labels[asked],
                classes=classes,
                ends=ends,
            )
            right, told, near = right + found[0], told + found[1], near + found[2]
    told, near = told / len(values) / bits, near / len(values) / bits
    return Lookup(kappa(right / len(values), float(usual.max())), told, told - max(near, 0.0))


def _ends(values: Numbers, nominal: bool) -> tuple[float, ...] | None:
    """Return the values at which a measured quantity is cut off; None if the values are codes."""
    distinct = len(np.unique(values))
    if nominal or distinct <= _NOMINAL:
        return None
    return (float(values.min()), float(values.max())) if distinct > _CUT_OFF else ()


def _fold(
    known: Numbers,
    labels: Codes,
    asked: Numbers,
    truth: Codes,
    *,
    classes: int,
    ends: tuple[float, ...] | None,
) -> tuple[int, float, float]:
    """Return the right answers, and the bits told by exact values and by neighbours.

    An end tells as the values next to it: that a number lies there is no more than that it is low or high.
    Codes (`ends` is None) have no neighbours.
    """
    order = np.argsort(known, kind="stable")
    known, labels = known[order], labels[order]
    below = np.zeros((len(known) + 1, classes))
    below[np.arange(1, len(known) + 1), labels] = 1
    np.cumsum(below, axis=0, out=below)
    usual = below[-1] / len(known)
    start, end = np.searchsorted(known, asked, "left"), np.searchsorted(known, asked, "right")
    same = end - start
    least = 0 if ends is None else np.maximum(_NEIGHBOURS[0] - same + 1, 0) // 2
    around = below[np.minimum(end + least, len(known))] - below[np.maximum(start - least, 0)]
    right = int(((around + 1e-6 * usual).argmax(axis=1) == truth).sum())
    often = same >= _LEAST_ROWS
    exact = _bits(below[end] - below[start], usual, truth)
    near = 0.0
    if ends is not None:
        width = np.clip(same, *_NEIGHBOURS)
        left = below[start] - below[np.maximum(start - width, 0)]
        beyond = below[np.minimum(end + width, len(known))] - below[end]
        around_it = np.where(np.isin(asked, ends), exact, _bits(left + beyond, usual, truth))
        near = float(around_it[often].sum())
    return right, float(exact[often].sum()), near


def _bits(counts: Numbers, usual: Numbers, truth: Codes) -> Numbers:
    """Return how many bits nearer to the truth than the usual mixture a table of labels is, row by row."""
    rows = np.arange(len(truth))
    share = (counts[rows, truth] + _PRIOR_ROWS * usual[truth]) / (counts.sum(axis=1) + _PRIOR_ROWS)
    # A label that no known row has tells neither for nor against.
    ratio = np.divide(share, usual[truth], out=np.ones(len(truth)), where=usual[truth] > 0)
    return np.asarray(np.log2(ratio), np.float64)


def contrasts(
    values: Numbers, labels: Codes, groups: Codes, least: int, nominal: bool = False
) -> list[Dependence]:
    """Return how far rows of one value and rows of the values next to it differ in their labels.

    Parameters
    ----------
    values : array of float, shape (rows,)
        None missing.
    labels, groups : array of int, shape (rows,)
        From 0 on; rows of one group are no independent evidence.
    least : int
        Rows of a value; what fewer have is left out, and so are the ends of a measured quantity.
    nominal : bool
        Whether the numbers are mere codes: then each is held against all others.

    Returns
    -------
    list of Dependence
        One per value.

    Examples
    --------
    >>> values, labels = np.tile([29.9, 30.0], 50), np.tile([0, 1], 50)
    >>> [one.v for one in contrasts(values, labels, np.arange(100), 10)]
    [1.0, 1.0]
    """
    ends = _ends(values, nominal)
    # As in look_up: rows of equal values stand in no order.
    shuffled = np.random.default_rng(0).permutation(len(values))
    order = shuffled[np.argsort(values[shuffled], kind="stable")]
    _, starts, counts = np.unique(values[order], return_index=True, return_counts=True)
    found = []
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        if count < least or (ends and values[order[start]] in ends):
            continue
        width = len(values) if ends is None else min(max(count, _NEIGHBOURS[0]), _NEIGHBOURS[1])
        first, last = max(start - width, 0), start + count + width
        has = np.zeros(len(values), np.bool_)
        has[start : start + count] = True
        near = order[first:last]
        found.append(dependence(has[first:last], labels[near], groups[near]))
    return found


@dataclass(frozen=True)
class ValueLookup:
    """What a column of words or codes tells, tried on rows whose value other recordings have as well.

    Attributes
    ----------
    rows : int
        How many rows have such a value.
    share : float
        Which share of the table that is.
    kappa : float
        How far the commonest label of the value names theirs, see :class:`Lookup`.
    deviations : float
        How many standard deviations of chance that is beyond always saying the commonest, rows of one group
        that share a value counted once.
    """

    rows: int
    share: float
    kappa: float
    deviations: float


def look_up_words(values: Codes, labels: Codes, groups: Codes) -> ValueLookup:
    """Try a column of codes (-1: none) alone on the label.

    Examples
    --------
    >>> values, labels = np.array([0, 0, 1, 1] * 5), np.array([0, 0, 1, 1] * 5)
    >>> look_up_words(values, labels, np.arange(20)).kappa
    1.0
    """
    fold = folds(groups)
    said = np.full(len(values), -1, np.int64)
    for held_out in range(FOLDS):
        known, asked = (fold != held_out) & (values >= 0), (fold == held_out) & (values >= 0)
        commonest = _commonest(values[known], labels[known], int(values.max(initial=-1)) + 1)
        said[asked] = commonest[values[asked]]
    seen = said >= 0
    if not seen.any():
        return ValueLookup(0, 0.0, 0.0, 0.0)
    right = float((said[seen] == labels[seen]).mean())
    usual = float(np.bincount(labels[seen]).max() / seen.sum())
    alone = len(np.unique(np.stack([groups[seen], values[seen]]), axis=1)[0])
    chance = np.sqrt(max(usual * (1 - usual), 1e-9) / alone)
    return ValueLookup(
        int(seen.sum()), float(seen.mean()), kappa(right, usual), float((right - usual) / chance)
    )


def _commonest(values: Codes, labels: Codes, size: int) -> Codes:
    """Return the commonest label of every value, -1 where it has none; of two the first."""
    pairs, counts = np.unique(np.stack([values, labels]), axis=1, return_counts=True)
    found = np.full(size, -1, np.int64)
    order = np.lexsort((-pairs[1], counts))  # what is written last stays
    found[pairs[0][order]] = pairs[1][order]
    return found
