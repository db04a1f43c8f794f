"""How far something that a row has or has not depends on its label."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from earmark.dataset.kinship import Codes

_LEAST = 5  # rows of a label, for its rate to mean anything


@dataclass(frozen=True)
class Dependence:
    """How far something depends on the label.

    Attributes
    ----------
    v : float
        Cramér's V, 0 to 1.
    beyond_chance : float
        The same less what many labels of few rows show where nothing depends on anything.
    p : float
        How likely so much is by chance.
    """

    v: float
    beyond_chance: float
    p: float


def dependence(has: NDArray[np.bool_], labels: Codes, groups: Codes) -> Dependence:
    """Return how far it depends on the label whether a row has something.

    A G-test, its statistic divided by how much more rates vary between groups (artists) than single rows
    would: what comes artist by artist are fewer accidents than rows.

    Examples
    --------
    >>> found = dependence(np.arange(40) < 20, np.arange(40) // 20, np.arange(40))
    >>> found.v, found.p < 1e-9
    (1.0, True)
    """
    sizes = np.bincount(labels)
    kept = sizes >= _LEAST
    table = np.stack([np.bincount(labels[what], minlength=len(sizes))[kept] for what in (has, ~has)])
    total = int(table.sum())
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(total, 1)
    if table.shape[1] < 2 or (expected == 0).any():
        return Dependence(0.0, 0.0, 1.0)
    square = float(((table - expected) ** 2 / expected).sum()) / total
    logs = np.log(np.divide(table, expected, out=np.ones_like(expected), where=table > 0))
    spread, free = _spread(has, labels, groups), table.shape[1] - 1
    return Dependence(
        float(np.sqrt(square)),
        float(np.sqrt(max(square - spread * free / total, 0.0))),
        float(chi2.sf(2 * float((table * logs).sum()) / spread, free)),
    )


def _spread(has: NDArray[np.bool_], labels: Codes, groups: Codes) -> float:
    """Return the variance of the rate per group over what it would be of independent rows; at least 1."""
    rates = np.bincount(labels[has], minlength=int(labels.max()) + 1) / np.maximum(np.bincount(labels), 1)
    cells, cell = np.unique(np.stack([groups, labels]), axis=1, return_inverse=True)
    sizes = np.bincount(cell)
    found = np.bincount(cell[has], minlength=len(sizes))
    usual = rates[cells[1]]
    variance = sizes * usual * (1 - usual)
    some = variance > 0
    free = int(some.sum()) - len(np.unique(cells[1][some]))
    if free < 1:
        return 1.0
    return max(1.0, float((((found - sizes * usual) ** 2)[some] / variance[some]).sum() / free))
