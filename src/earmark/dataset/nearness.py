"""Rows so near to each other that they must be one recording."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from earmark.dataset.equality import numbers
from earmark.dataset.kinship import Codes
from earmark.dataset.table import Dataset

ALARMS = 1e-4
"""In how many tables a pair would be taken for copies by chance, if all were as even as the formula."""

_NEIGHBOURS = 5
# In many directions all rows are about equally far; a copy is still much nearer.
_FARTHEST = 0.25
_LEAST_ROWS = 30
_MOST_COLUMNS = 512
# A column of fewer values than that puts many rows at the very same place.
_LEAST_VALUES = 50


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs of rows that are far nearer to each other than to anything else.

    Attributes
    ----------
    pairs : array of int, shape (pairs, 2)
        The numbers of their rows, the lower first.
    ratios : array of float, shape (pairs,)
        Their distance over that to the fifth nearest row, 0 to 1.
    threshold : float
        Below which ratio two rows are taken for copies.
    dimension : float
        How many directions the rows fill, see :func:`dimension`.
    """

    pairs: NDArray[np.int64]
    ratios: NDArray[np.float64]
    threshold: float
    dimension: float


def near_pairs(dataset: Dataset, same: Codes) -> NearPairs:
    """Return pairs of rows that are nearly equal in their numbers.

    Around a row the others thin out evenly, so the ratio r of its distances to the nearest and the fifth
    nearest follows 1 - (1 - r^d)^4 in d dimensions, however dense it is there. A pair is near if a ratio as
    small is not to be expected in the whole table. Where rows lie scattered, two may be much nearer to each
    other than to all others and yet be far apart: what is farther than most rows' nearest is no copy.

    Parameters
    ----------
    dataset : Dataset
        The table; its numbers are compared in units of their spread.
    same : array of int, shape (rows,)
        Rows of one number are one already (equal rows, pieces of one song); one row stands for them.

    Notes
    -----
    After E. Facco, M. d'Errico, A. Rodriguez, A. Laio: Estimating the intrinsic dimension of datasets by a
    minimal neighborhood information. Scientific Reports 7 (2017), 12140.
    """
    rows, points = _points(dataset, same)
    nothing = NearPairs(np.empty((0, 2), np.int64), np.empty(0), 0.0, 0.0)
    if len(points) < _LEAST_ROWS or points.shape[1] == 0:
        return nothing
    distances, neighbours = cKDTree(points).query(points, k=_NEIGHBOURS + 1)
    firsts, seconds, fifths = distances[:, 1], distances[:, 2], distances[:, _NEIGHBOURS]
    apart = fifths > 0
    fills = dimension(firsts[apart], seconds[apart])
    if fills <= 0:
        return nothing
    threshold = min(_FARTHEST, float((ALARMS / (4 * len(points))) ** (1 / fills)))
    ratios = np.divide(firsts, fifths, out=np.ones(len(points)), where=apart)
    near = np.flatnonzero((ratios < threshold) & (firsts <= np.median(firsts)))
    # At the very same place, the tree may name the other row first.
    others = np.where(neighbours[near, 0] == near, neighbours[near, 1], neighbours[near, 0])
    pairs, first = np.unique(
        np.sort(np.stack([rows[near], rows[others]], axis=1), axis=1), axis=0, return_index=True
    )
    return NearPairs(pairs, ratios[near][first], threshold, fills)


def _points(dataset: Dataset, same: Codes) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return one row for each of `same`, and where it lies in units of the columns' spread."""
    frame = dataset.frame
    names = [
        name
        for name in numbers(dataset)
        if frame[name].notna().all() and frame[name].nunique() >= _LEAST_VALUES
    ][:_MOST_COLUMNS]
    values = frame[names].to_numpy(np.float64)
    rows = np.sort(np.unique(same, return_index=True)[1])
    finite = rows[np.isfinite(values[rows]).all(axis=1)]
    chosen = values[finite]
    if not len(chosen):
        return finite, chosen
    with np.errstate(over="ignore"):  # numbers of 10^300 have no spread that can be told; they are left out
        spread = chosen.std(axis=0)
    useful = np.isfinite(spread) & (spread > 0)
    return finite, (chosen[:, useful] - chosen[:, useful].mean(axis=0)) / spread[useful]


def dimension(firsts: NDArray[np.float64], seconds: NDArray[np.float64]) -> float:
    """Return how many directions points fill, from their distances to the nearest and second nearest.

    The slope of -log(1 - F) over log(second / first), F its share of points in ascending order, through the
    origin; the last tenth is left out, where copies would lie.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> distances, _ = cKDTree(points := rng.random((2000, 3))).query(points, k=3)
    >>> 2.7 < dimension(distances[:, 1], distances[:, 2]) < 3.3
    True
    """
    some = firsts > 0
    if some.sum() < _LEAST_ROWS:
        return 0.0
    ratios = np.sort(np.log(seconds[some] / firsts[some]))
    kept = int(0.9 * len(ratios))
    shares = np.arange(1, kept + 1) / len(ratios)
    steps = ratios[:kept]
    return float(-(steps * np.log1p(-shares)).sum() / max((steps**2).sum(), 1e-300))
