"""Curves from scores to probabilities: logistic and rising ones. Plain NumPy."""

import numpy as np
from numpy.typing import NDArray

from earmark.models.probabilities import Array

_STEPS = 200


def expit(x: Array) -> Array:
    """Return the logistic function."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -500, 500))), np.float64)


def logistic(x: Array, hits: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and offset of the logistic curve of the least log-loss, by Newton's method.

    The targets are Platt's, a little inside 0 and 1, so that there is a minimum even if `x` tells all. A
    falling curve is made level.

    Parameters
    ----------
    x : array of float, shape (n,)
        Scores.
    hits : array of bool, shape (n,)
        Some true, some not.

    Examples
    --------
    >>> slope, offset = logistic(np.array([-1.0, -1.0, 1.0, 1.0]), np.array([False, False, True, True]))
    >>> round(slope, 3), round(abs(offset), 3)
    (1.099, 0.0)
    """
    positives, negatives = float(hits.sum()), float((~hits).sum())
    target = np.where(hits, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([x, np.ones_like(x)], axis=1)
    weights = np.array([0.0, np.log((positives + 1) / (negatives + 1))])
    loss = _logistic_loss(design @ weights, target)
    for _ in range(_STEPS):
        q = expit(design @ weights)
        slope = design.T @ (q - target)
        curvature = (design * (q * (1 - q))[:, None]).T @ design + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        while (tried := _logistic_loss(design @ (weights - step), target)) > loss and np.abs(
            step
        ).max() > 1e-12:
            step /= 2
        weights, loss = weights - step, min(loss, tried)
        if np.abs(step).max() < 1e-10:
            break
    if weights[0] < 0:  # the genre is the less probable the surer the model: only how frequent it is remains
        return 0.0, float(np.log(target.mean() / (1 - target.mean())))
    return float(weights[0]), float(weights[1])


def _logistic_loss(scores: Array, target: Array) -> float:
    return float((np.logaddexp(0, scores) - target * scores).sum())


def rising(x: Array, y: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the corners of the rising step curve of the least squared error (pool adjacent violators).

    Parameters
    ----------
    x, y : array of float, shape (n,)
        Where and what.

    Returns
    -------
    at, to : tuple of float
        First and last `x` of every step, and its height; straight lines lead from one to the next.

    Examples
    --------
    >>> rising(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    ((1.0, 2.0, 3.0, 4.0), (0.0, 0.5, 0.5, 1.0))
    """
    at, of = np.unique(x, return_inverse=True)
    weights = np.bincount(of).astype(np.float64)
    means = np.bincount(of, y) / weights
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many values of x
    for mean, weight in zip(means, weights, strict=True):
        block = (float(mean), float(weight), 1)
        while blocks and blocks[-1][0] >= block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / total, total, before[2] + block[2])
        blocks.append(block)
    to = np.repeat([block[0] for block in blocks], [block[2] for block in blocks])
    ends = np.r_[True, np.diff(to) != 0] | np.r_[np.diff(to) != 0, True]
    return tuple(at[ends].tolist()), tuple(to[ends].tolist())
