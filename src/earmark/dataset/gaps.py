"""Columns whose gaps tell the label: collected from one source, missing from another."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.dependence import dependence
from earmark.dataset.findings import Finding, counted
from earmark.dataset.giveaways import Labelled, labelled
from earmark.dataset.schema import ColumnSpec
from earmark.dataset.table import Dataset

_ALPHA = 1e-3  # for all columns of a table together
_EFFECT = 0.25  # Cramér's V from which gaps that depend on the label are worth a word
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
        found = dependence(missing, rows.labels, rows.groups)
        if found.v >= _EFFECT and found.p < _ALPHA / len(with_gaps):
            yield _finding(rows, column, missing, found.v)


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
