"""Checks of single values: missing, infinite, and the 0 that stands for nothing."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, Severity, counted
from earmark.dataset.table import Dataset

_MOST_FINDINGS = 10
_NEVER_ZERO = re.compile(r"(.*[._ ])?(tempo|bpm|time_signature|duration|length)(_(bpm|ms|s|samples))?", re.I)
_REASONS = {"tempo": "no beat was found", "bpm": "no beat was found", "time_signature": "no bar was found"}


@CHECKS.register("missing-values")
def missing_values(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns in which values are missing, but for those of which the schema has told.

    In features and labels that is a warning; in titles, ids and where it was declared, a note.
    """
    counts = dataset.frame.isna().sum()
    missing = {str(name): int(count) for name, count in counts.items() if count}
    if (label := dataset.label) in missing and label is not None:
        yield _no_label(label, missing.pop(label), len(dataset.frame))
    if dataset.declared is not None:
        told = {column.name for column in dataset.declared if not column.nullable}
        missing = {name: count for name, count in missing.items() if name not in told}
    for names in _capped(missing):
        yield _missing({name: missing[name] for name in names}, dataset)


def _capped(names: dict[str, int]) -> list[list[str]]:
    """Return names one by one, or all at once where they are many: a finding each would bury the others."""
    return [[name] for name in names] if len(names) <= _MOST_FINDINGS else [list(names)]


def _no_label(label: str, count: int, rows: int) -> Finding:
    return Finding(
        "missing-labels",
        "error",
        f"{counted(count, 'row')} of {rows} have no '{label}'",
        {"column": label, "rows": count},
        "label them or leave them out",
    )


def _missing(counts: dict[str, int], dataset: Dataset) -> Finding:
    rows = len(dataset.frame)
    name, most = max(counts.items(), key=lambda item: item[1])
    share = most / rows
    of = f"of {counted(rows, 'row')} ({100 * share:.1f} %)"
    if len(counts) == 1:
        finding = f"'{name}' has no value in {counted(most, 'row').partition(' row')[0]} {of}"
    else:
        finding = f"{len(counts)} columns lack values, '{name}' most: {most} {of}"
    return Finding(
        "missing-values",
        _severity(counts, dataset),
        finding,
        {"rows": most, "share": round(share, 4), "columns": dict(list(counts.items())[:20])},
        "fill them from the training rows only, or drop the rows or the column",
    )


def _severity(columns: dict[str, int], dataset: Dataset) -> Severity:
    declared = dataset.declared or ()
    allowed = {column.name for column in declared}
    return "warning" if columns.keys() & set(dataset.features) - allowed else "note"


@CHECKS.register("infinite-values")
def infinite_values(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns with infinite numbers."""
    numbers = dataset.frame.select_dtypes("floating")
    infinite = np.isinf(numbers).sum()
    found = {str(name): int(count) for name, count in infinite.items() if count}
    for names in _capped(found):
        shown = ", ".join(f"'{name}'" for name in names[:5])
        yield Finding(
            "infinite-values",
            "error",
            f"{shown} {'is' if len(names) == 1 else 'are'} infinite in "
            f"{counted(sum(found[name] for name in names), 'row')}",
            {"columns": {name: found[name] for name in names[:20]}},
            "something was divided by 0: correct these values or leave them empty",
        )


@CHECKS.register("outliers")
def outliers(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns in which a 0 stands for a value that there cannot be: a tempo, a time signature."""
    frame = dataset.frame
    keys = [str(name) for name in frame.columns if dataset.schema[str(name)].role != "ignored"]
    for column in dataset.schema:
        values = frame[column.name]
        if not pd.api.types.is_numeric_dtype(values) or column.role != "feature":
            continue
        if not (column.low > 0 or _NEVER_ZERO.fullmatch(column.name)):
            continue
        zero = values == 0
        if not zero.any() or zero.mean() > 0.5:
            continue
        rows = int(zero.sum())
        distinct = len(frame.loc[zero, keys].drop_duplicates())
        reason = next(
            (why for name, why in _REASONS.items() if name in column.name.lower()), "it has no value"
        )
        again = f" ({distinct} without repeated rows)" if distinct < rows else ""
        yield Finding(
            "outliers",
            "warning",
            f"'{column.name}' is 0 in {counted(rows, 'row')}{again}: {reason}",
            {"column": column.name, "value": 0, "rows": rows, "distinct_rows": distinct, **_low(column.low)},
            "noise, speech and silence measure so: leave these rows out, or make the value missing",
        )


def _low(low: float) -> dict[str, float]:
    return {"low": low} if np.isfinite(low) else {}
