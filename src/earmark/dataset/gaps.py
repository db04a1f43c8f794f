"""Columns whose gaps tell the label: collected from one source, missing from another."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
from earmark.dataset.giveaways import Labelled, labelled
from earmark.dataset.kinship import Codes
from earmark.dataset.schema import ColumnSpec
from earmark.dataset.table import Dataset

_ALPHA = 1e-3  # for all columns of a table together
_EFFECT = 0.25  # Cramér's V from which gaps that depend on the label are worth a word
_LEAST = 5  # rows of a label, for its rate of gaps to mean anything
_ALL = 0.99  # of its rows: a label's values are always there, or (the rest) never


@CHECKS.register("gaps")
def gaps(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns in which a gap tells the label."""
    rows = labelled(dataset)
    if rows is None:
        return
    with_gaps = [column for column in rows.columns if rows.frame[column.name].isna().any()]
    for column in with_gaps:
        missing = rows.frame[column.name].isna().to_numpy()
        effect, p = _dependence(missing, rows.labels, rows.groups)
        if effect >= _EFFECT and p < _ALPHA / len(with_gaps):
            yield _finding(rows, column, missing, effect)


def _dependence(missing: NDArray[np.bool_], labels: Codes, groups: Codes) -> tuple[float, float]:
    """Return Cramér's V of gaps and labels, and how likely such a one is by chance.

    A G-test, its statistic divided by how much more gaps vary between groups (artists) than single rows
    would: gaps that come artist by artist are fewer accidents than rows.
    """
    sizes = np.bincount(labels)
    kept = sizes >= _LEAST
    table = np.stack([np.bincount(labels[what], minlength=len(sizes))[kept] for what in (missing, ~missing)])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    if table.shape[1] < 2 or (expected == 0).any():
        return 0.0, 1.0
    v = float(np.sqrt(((table - expected) ** 2 / expected).sum() / table.sum()))
    logs = np.log(np.divide(table, expected, out=np.ones_like(expected), where=table > 0))
    statistic = 2 * float((table * logs).sum()) / _spread(missing, labels, groups)
    return v, float(chi2.sf(statistic, table.shape[1] - 1))


def _spread(missing: NDArray[np.bool_], labels: Codes, groups: Codes) -> float:
    """Return the variance of gaps per group over what it would be of independent rows; at least 1."""
    rates = np.bincount(labels[missing], minlength=int(labels.max()) + 1) / np.maximum(np.bincount(labels), 1)
    cells, cell = np.unique(np.stack([groups, labels]), axis=1, return_inverse=True)
    sizes = np.bincount(cell)
    found = np.bincount(cell[missing], minlength=len(sizes))
    usual = rates[cells[1]]
    variance = sizes * usual * (1 - usual)
    some = variance > 0
    free = int(some.sum()) - len(np.unique(cells[1][some]))
    if free < 1:
        return 1.0
    return max(1.0, float((((found - sizes * usual) ** 2)[some] / variance[some]).sum() / free))


def _finding(rows: Labelled, column: ColumnSpec, missing: NDArray[np.bool_], effect: float) -> Finding:
    name, sizes = column.name, np.bincount(rows.labels)
    rates = np.bincount(rows.labels[missing], minlength=len(sizes)) / sizes
    always = [rows.names[i] for i in np.flatnonzero(rates >= _ALL)]
    never = [rows.names[i] for i in np.flatnonzero(rates <= 1 - _ALL)]
    decides = bool(always) and len(always) + len(never) == len(sizes)
    finding = (
        f"whether '{name}' is missing decides the half: it always is in {counted(len(always), 'label')}, "
        f"never in the other {len(never)}"
        if decides
        else f"whether '{name}' is missing tells the label: in {100 * rates.min():.0f} % to "
        f"{100 * rates.max():.0f} % of its rows"
    )
    no_input = column.role in ("id", "group")
    return Finding(
        "giveaway-missing",
        "note" if no_input else "error" if decides else "warning",
        finding,
        {
            "column": name,
            "rows_missing": int(missing.sum()),
            "cramers_v": round(effect, 3),
            "missing_in": always,
            "never_missing_in": never,
        },
        f"drop '{name}', or fill it for all labels from one source; filling alone leaves the trace",
    )
