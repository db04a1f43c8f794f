"""What a table's columns are: as declared, as known of published tables, else as inferred."""

import difflib
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from earmark.dataset.findings import Finding
from earmark.dataset.infer import inferred
from earmark.dataset.known import recognised
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.table import Dataset
from earmark.errors import UnknownNameError


def described(
    frame: pd.DataFrame,
    name: str,
    *,
    label: str | None = None,
    declared: Schema | None = None,
    remarks: Iterable[Finding] = (),
) -> Dataset:
    """Return a table together with what its columns are.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table of plain columns.
    name : str
        What to call it.
    label : str, optional
        The column that holds the genre. If left out, the declared one, else one whose name says so.
    declared : Schema, optional
        What the columns should be.
    remarks : iterable of Finding
        What was noticed before.

    Raises
    ------
    UnknownNameError
        If there is no column named `label`.
    """
    remarks = list(remarks)
    names = [str(column) for column in frame.columns]
    label = _column(label, names)
    known = declared or recognised(names)
    if declared is None and known is not None:
        remarks.append(_known(known, names))
    said = _said_label(known, names)
    guess = inferred(frame, label or said)
    labels = guess.with_role("label")
    specs = tuple(_merged(column, known, labels) for column in guess)
    if label is None and said is None:
        remarks.append(_guessed(labels, names))
    return Dataset(
        frame, Schema(specs, known.source if known else "inferred"), name, tuple(remarks), declared
    )


def _column(label: str | None, names: list[str]) -> str | None:
    if label is None or label in names:
        return label
    spelled = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(label.casefold(), spelled, n=1, cutoff=0.5)
    guess = f"did you mean '{spelled[near[0]]}'? " if near else ""
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    raise UnknownNameError(
        f"the table has no column '{label}'", f"{guess}its columns: {', '.join(names[:20])}{more}"
    )


def _said_label(known: Schema | None, names: list[str]) -> str | None:
    return next((name for name in known.with_role("label") if name in names), None) if known else None


def _merged(guess: ColumnSpec, known: Schema | None, label: list[str]) -> ColumnSpec:
    """Return what is known of a column, else what it seems; there is one label."""
    if known is None or guess.name not in known:
        return guess
    spec = known[guess.name]
    if guess.name in label:
        return replace(spec, role="label")
    return replace(spec, role="feature") if spec.role == "label" else spec


def _known(known: Schema, names: list[str]) -> Finding:
    columns = sum(column.name in names for column in known)
    return Finding(
        "known-table",
        "note",
        f"{columns} of {len(names)} columns are those of {known.source}; they are held to its ranges",
        {"table": known.source, "columns": columns},
        "if they mean something else here, say so in a schema: --schema FILE",
    )


def _guessed(label: list[str], names: list[str]) -> Finding:
    if label:
        return Finding(
            "label-guessed",
            "note",
            f"'{label[0]}' was taken for the label",
            {"column": label[0]},
            "name another with --label",
        )
    return Finding(
        "no-label",
        "note",
        "no column looks like the genre of a row, so nothing could be said of genres",
        {"columns": names[:20]},
        "name it with --label, or give each row a genre first (earmark label)",
    )
