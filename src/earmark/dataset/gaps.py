"""Columns whose gaps tell the label: collected from one source, missing from another."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding
from earmark.dataset.giveaways import Labelled, labelled
from earmark.dataset.kinship import Codes
from earmark.dataset.schema import ColumnSpec
from earmark.dataset.table import Dataset

_ALPHA = 1e-3  # for all columns of a table together
_EFFECT = 0.25  # Cramér's V from which gaps that depend on the label are worth a word
_LEAST = 10  # groups of a label, for its rate of gaps to mean anything
_ALL = 0.99  # of its rows: a label's values are always there, or (the rest) never


@CHECKS.register("gaps")
def gaps(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns in which a gap tells the label."""
    rows = labelled(dataset)
    if rows is None:
        return
    firsts = np.unique(rows.groups, return_index=True)[1]
    with_gaps = [column for column in rows.columns if rows.frame[column.name].isna().any()]
    for column in with_gaps:
        missing = rows.frame[column.name].isna().to_numpy()
        effect, p = _dependence(missing[firsts], rows.labels[firsts])
        if effect >= _EFFECT and p < _ALPHA / len(with_gaps):
            yield _finding(rows, column, missing, effect)


def _dependence(missing: NDArray[np.bool_], labels: Codes) -> tuple[float, float]:
    """Return Cramér's V of gaps and labels, and how likely such a one is by chance (G-test)."""
    sizes = np.bincount(labels)
    kept = sizes >= _LEAST
    table = np.stack([np.bincount(labels[what], minlength=len(sizes))[kept] for what in (missing, ~missing)])
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    if table.shape[1] < 2 or (expected == 0).any():
        return 0.0, 1.0
    v = float(np.sqrt(((table - expected) ** 2 / expected).sum() / table.sum()))
    logs = np.log(np.divide(table, expected, out=np.ones_like(expected), where=table > 0))
    return v, float(chi2.sf(2 * (table * logs).sum(), table.shape[1] - 1))


def _finding(rows: Labelled, column: ColumnSpec, missing: NDArray[np.bool_], effect: float) -> Finding:
    name, sizes = column.name, np.bincount(rows.labels)
    rates = np.bincount(rows.labels[missing], minlength=len(sizes)) / sizes
    always = [rows.names[i] for i in np.flatnonzero(rates >= _ALL)]
    never = [rows.names[i] for i in np.flatnonzero(rates <= 1 - _ALL)]
    decides = bool(always) and len(always) + len(never) == len(sizes)
    finding = (
        f"whether '{name}' is missing decides the label's half: always in {len(always)} labels, "
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
