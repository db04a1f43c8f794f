"""Groups of rows shared out over the parts of a split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.kinship import Codes


def share_out(
    groups: Codes, labels: Codes, fractions: Sequence[float], seed: int, *, first: Sequence[int] = ()
) -> Codes:
    """Return a part for every row such that no group is divided and labels are spread evenly.

    Large groups go first, equal ones in random order, each to the part that lacks its labels most, measured
    by how much of them the part is to get. So large artists are found in all parts, not in the largest only.

    Parameters
    ----------
    groups, labels : array of int, shape (rows,)
        From 0 on.
    fractions : sequence of float
        How much of the rows each part is to get; they sum to 1.
    seed : int
        Of the random order.
    first : sequence of int
        Parts in the order in which they are served when a label has no more groups than there are parts:
        its largest group goes to the first of these that has none of it, and so on.

    Examples
    --------
    >>> parts = share_out(np.repeat(np.arange(10), 3), np.repeat([0, 1], 15), [0.6, 0.4], seed=0)
    >>> np.bincount(parts).tolist()
    [18, 12]
    """
    counts = _counts(groups, labels)
    totals = np.maximum(counts.sum(axis=0), 1.0)
    share = np.asarray(fractions, np.float64)[:, None]
    lacks = share * totals
    drawn = np.random.default_rng(seed).permutation(len(counts))
    order = drawn[np.argsort(-counts[drawn].sum(axis=1), kind="stable")]
    placed = np.full(len(counts), -1, np.int64)
    for group, part in _scarce(counts, order, first):
        placed[group] = part
        lacks[part] -= counts[group]
    weights = 1 / (share * totals**2)
    for group in order:
        if placed[group] < 0:
            rows = counts[group]
            some = np.flatnonzero(rows)
            need = ((lacks[:, some] - rows[some] / 2) * rows[some] * weights[:, some]).sum(axis=1)
            placed[group] = need.argmax()
            lacks[placed[group], some] -= rows[some]
    return placed[groups]


def groups_of(groups: Codes, labels: Codes) -> NDArray[np.int64]:
    """Return how many groups each label has."""
    return np.asarray((_counts(groups, labels) > 0).sum(axis=0), np.int64)


def _counts(groups: Codes, labels: Codes) -> NDArray[np.float64]:
    """Return the rows of each group under each label, shape (groups, labels)."""
    counts = np.zeros((int(groups.max(initial=-1)) + 1, int(labels.max(initial=-1)) + 1))
    np.add.at(counts, (groups, labels), 1)
    return counts


def _scarce(counts: NDArray[np.float64], order: Codes, first: Sequence[int]) -> list[tuple[int, int]]:
    """Return where the groups of labels go that have no more of them than there are parts to serve."""
    places: dict[int, int] = {}
    having = (counts > 0).sum(axis=0)
    for label in np.argsort(having, kind="stable"):
        if not 0 < having[label] <= len(first):
            continue
        mine = [int(group) for group in order if counts[group, label] > 0]
        mine.sort(key=lambda group: -counts[group, label])
        free = [part for part in first if part not in {places.get(group) for group in mine}]
        for group in mine:
            if group not in places:
                places[group] = free.pop(0)
    return list(places.items())
