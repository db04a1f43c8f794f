"""The nearest songs of each."""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from earmark.stats.units import Array, Codes

_SPARE = 5  # so many more are looked at, for some are equally near


def nearest(x: Array, number: int, *, itself: bool) -> tuple[Codes, Array]:
    """Return the nearest songs of each and how far they are, shape (songs, number) both, the nearest first.

    They are found by a fast product of matrices, whose noise hides which of equally near songs is nearer and
    differs from one number of threads to another. They are measured by differences, which have no such noise.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps.
    number : int
        How many: at most as many as there are, or as there are others.
    itself : bool
        Whether a song counts as its own neighbour.

    Examples
    --------
    >>> near, far = nearest(np.array([[0.0], [1.0], [3.0]]), 1, itself=False)
    >>> near.tolist(), far.tolist()
    ([[1], [0], [1]], [[1.0], [1.0], [2.0]])
    """
    some = NearestNeighbors(n_neighbors=min(number + 1 + _SPARE, len(x)), algorithm="brute").fit(x)
    near = np.sort(some.kneighbors(x, return_distance=False), axis=1)
    far = np.stack([np.sqrt(((x[one] - x) ** 2).sum(axis=1)) for one in near.T], axis=1)
    if not itself:
        far[near == np.arange(len(x))[:, None]] = np.inf
    order = np.argsort(far, axis=1, kind="stable")[:, :number]
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(far, order, axis=1)
