"""Which parameter mattered in a search."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from earmark.models.probabilities import Array, Codes
from earmark.models.space import Axis, Choices
from earmark.models.tuning.trial import Trial

_LEAST = 8
_BINS = 4


def importance(trials: Sequence[Trial], space: dict[str, Axis]) -> dict[str, float]:
    """Return how much of the differences between trials each parameter explains on its own, 0 to 1.

    Epsilon squared (T. L. Kelley, PNAS 1935) of scores over a parameter's values, those of a range in four
    bins of as many trials: what chance explains is taken off. Parameters that matter only together show less.
    The first trial, the recipe as it stands, is left out; and with fewer than 8 others nothing is said.

    Examples
    --------
    >>> tried = [Trial(i, {"a": i % 2, "b": 0}, (float(i % 2),), (1,), "done") for i in range(9)]
    >>> importance(tried, {"a": Choices((0, 1)), "b": Choices((0,))})
    {'a': 1.0, 'b': 0.0}
    """
    done = [one for one in trials if one.state == "done" and one.score is not None and one.number > 0]
    if len(done) < _LEAST:
        return {}
    scores = np.array([one.score for one in done], np.float64)
    found = {
        name: _explained(_bins([one.point[name] for one in done], axis), scores)
        for name, axis in space.items()
    }
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _bins(values: list[Any], axis: Axis) -> Codes:
    if isinstance(axis, Choices):
        return np.unique(np.array(list(map(repr, values))), return_inverse=True)[1]
    order = np.unique(np.array(values), return_inverse=True)[1]  # equal values share a bin
    ranks = np.searchsorted(np.sort(order), order)
    return np.asarray(ranks * _BINS // len(values))


def _explained(bins: Codes, scores: Array) -> float:
    codes = np.unique(bins, return_inverse=True)[1]
    counts = np.bincount(codes)
    total = float(((scores - scores.mean()) ** 2).sum())
    if total == 0 or len(counts) == 1 or len(counts) == len(scores):
        return 0.0
    means = np.bincount(codes, scores) / counts
    within = float(((scores - means[codes]) ** 2).sum())
    chance = (len(counts) - 1) * within / (len(scores) - len(counts))
    return round(max(0.0, (total - within - chance) / total), 4)
