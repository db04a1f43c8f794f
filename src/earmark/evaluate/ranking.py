"""Area under the ROC curve, one genre against each other, for many weightings of the songs at once."""

from dataclasses import dataclass

import numpy as np

from earmark.models.probabilities import Array, Codes


@dataclass(frozen=True, eq=False)
class _Order:
    """How the rows of one genre lie among all rows by that genre's probability."""

    rows: Codes  # of this genre, from the surest down; numbers within the sorted rows
    above: Codes  # for every sorted row, how many of `rows` are strictly surer
    level: Codes | None  # how many are as sure at least; None where there are no ties


class Ranking:
    """How often a genre's songs are given more of its probability than another genre's songs.

    D. J. Hand and R. J. Till, Machine Learning 45 (2001), give the area of several classes as the mean over
    ordered pairs; one against the rest pools the other genres. Ties count half.

    Parameters
    ----------
    y : array of int, shape (rows,)
        True genres.
    p : array of float, shape (rows, genres)
        Probabilities.

    Examples
    --------
    >>> y, p = np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    >>> one_to_one, to_rest, genres = Ranking(y, p).areas(np.ones((3, 1)))
    >>> one_to_one[0].item(), to_rest[0].item(), genres[0].tolist()
    (0.75, 0.75, [0.75, 0.75])
    """

    def __init__(self, y: Codes, p: Array) -> None:
        self._genres = p.shape[1]
        self.sorted = np.argsort(y, kind="stable")
        counts = np.bincount(y, minlength=self._genres)
        ends = np.cumsum(counts)
        self._present = np.flatnonzero(counts)
        self._slices = [slice(int(ends[k] - counts[k]), int(ends[k])) for k in self._present]
        self._orders = [
            _ordered(p[self.sorted, k], part) for k, part in zip(self._present, self._slices, strict=True)
        ]

    def areas(self, weights: Array) -> tuple[Array, Array, Array]:
        """Return the areas one against one, one against the rest, and of every genre against the rest.

        Parameters
        ----------
        weights : array of float, shape (rows, columns)
            How often each row counts; every column is a sample of its own.

        Returns
        -------
        one_to_one, to_rest : array, shape (columns,)
            Means over the genres that occur; NaN where fewer than two do.
        genres : array, shape (columns, genres)
            NaN for a genre that does not occur, or alone.
        """
        ordered = np.ascontiguousarray(weights[self.sorted])
        totals = np.stack([ordered[part].sum(axis=0) for part in self._slices])
        wins = np.stack([self._wins(ordered, a) for a in range(len(self._present))])
        pairs = totals[:, None] * totals[None]
        mine = np.arange(len(totals))
        wins[mine, mine], pairs[mine, mine] = 0.0, 0.0
        with np.errstate(invalid="ignore"):
            to_rest = wins.sum(axis=1) / pairs.sum(axis=1)
            one_to_one = _mean(wins / pairs, pairs > 0, (0, 1))
        genres = np.full((weights.shape[1], self._genres), np.nan)
        genres[:, self._present] = to_rest.T
        return one_to_one, _mean(to_rest, np.isfinite(to_rest), (0,)), genres

    def _wins(self, ordered: Array, a: int) -> Array:
        """Return, for each genre present, the weight of pairs in which genre `a`'s row is the surer."""
        order = self._orders[a]
        surer = np.zeros((len(order.rows) + 1, ordered.shape[1]))
        np.cumsum(ordered[order.rows], axis=0, out=surer[1:])
        above = surer[order.above]
        if order.level is not None:
            above = (above + surer[order.level]) / 2
        return np.stack([np.einsum("rc,rc->c", above[part], ordered[part]) for part in self._slices])


def _ordered(scores: Array, part: slice) -> _Order:
    mine = -scores[part]
    order = np.argsort(mine, kind="stable")
    above = np.searchsorted(mine[order], -scores, side="left")
    level = np.searchsorted(mine[order], -scores, side="right")
    others = np.r_[level[: part.start] != above[: part.start], level[part.stop :] != above[part.stop :]]
    return _Order(order + part.start, above, level if others.any() else None)


def _mean(values: Array, counted: np.ndarray, axes: tuple[int, ...]) -> Array:
    number = counted.sum(axis=axes)
    total = np.where(counted, values, 0.0).sum(axis=axes)
    return np.asarray(np.where(number, total / np.maximum(number, 1), np.nan), np.float64)
