"""A table held to its schema, by pandera."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
from earmark.dataset.infer import class_name
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.table import Dataset

_EXAMPLES = 5
_TYPE, _RANGE, _CLASSES = "type", "range", "classes"


def to_pandera(schema: Schema, *, nulls: bool = True) -> pa.DataFrameSchema:
    """Return a schema as pandera knows it.

    Parameters
    ----------
    schema : Schema
        What the columns are.
    nulls : bool
        Whether to refuse missing values where the schema does.

    Examples
    --------
    >>> schema = to_pandera(Schema((ColumnSpec("key", "integer", low=0, high=11),)))
    >>> len(schema.validate(pd.DataFrame({"key": [0, 11]})))
    2
    """
    columns = {
        column.name: pa.Column(checks=list(_checks(column)), nullable=column.nullable or not nulls)
        for column in schema
    }
    return pa.DataFrameSchema(columns)


def _checks(column: ColumnSpec) -> Iterator[pa.Check]:
    # The whole column has a type; a range only where it has numbers.
    yield pa.Check(lambda values: has_type(values, column), name=_TYPE, ignore_na=False)
    if column.numeric and column.bounded:
        yield pa.Check(lambda values: _inside(values, column), name=_RANGE, n_failure_cases=1)
    if column.classes:
        known = set(column.classes)
        yield pa.Check(lambda values: values.map(class_name).isin(known), name=_CLASSES, n_failure_cases=1)


def has_type(values: pd.Series, column: ColumnSpec) -> bool:
    """Return whether a column's values are of the type that is declared."""
    numeric = bool(pd.api.types.is_numeric_dtype(values))
    if column.dtype == "number":
        return numeric
    if column.dtype == "integer":
        present = values.dropna()
        return numeric and (present.empty or bool((np.mod(present, 1) == 0).all()))
    if column.dtype == "boolean":
        return numeric and bool(values.dropna().isin((0, 1)).all())
    if column.dtype == "text":
        return not numeric or bool(values.isna().all())
    return True


def _inside(values: pd.Series, column: ColumnSpec) -> pd.Series:
    """Return which numbers lie in the range; what is no number, or a 0 for want of one, is told elsewhere."""
    if not pd.api.types.is_numeric_dtype(values):
        return pd.Series(True, values.index)
    inside = values.between(column.low, column.high)
    return inside | (values == 0) if column.low > 0 else inside


@CHECKS.register("schema")
def schema(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield where a table is not what its schema says: columns, types, ranges, classes, missing values."""
    expected = dataset.declared or dataset.schema
    try:
        to_pandera(expected, nulls=dataset.declared is not None).validate(dataset.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for (name, check), found in cases.groupby([cases["column"].fillna(""), "check"], sort=False):
            yield _finding(str(name), str(check), found["failure_case"], expected, dataset)


def _finding(name: str, check: str, cases: pd.Series, expected: Schema, dataset: Dataset) -> Finding:
    if check == "column_in_dataframe":
        return _absent([str(one) for one in cases], dataset)
    column = expected[name]
    if check == _TYPE:
        return _wrong_type(column, dataset.frame[name])
    if check == _RANGE:
        return _out_of_range(column, dataset)
    if check == _CLASSES:
        return _unknown_classes(column, dataset)
    missing = int(dataset.frame[name].isna().sum())
    return Finding(
        "missing-values",
        "error",
        f"'{name}' has no value in {missing} of {counted(len(dataset.frame), 'row')}; its schema wants one",
        {"column": name, "rows": missing},
        "fill them, drop these rows, or let the schema say 'nullable = true'",
    )


def _absent(names: list[str], dataset: Dataset) -> Finding:
    which = f"column {names[0]!r}" if len(names) == 1 else f"{len(names)} columns: {_quoted(names)}"
    return Finding(
        "missing-column",
        "error",
        f"the schema wants {which}, which the table lacks",
        {"columns": names[:50], "there": list(map(str, dataset.frame.columns[:20]))},
        "add what is missing, or take it out of the schema",
    )


def _quoted(names: list[str]) -> str:
    return ", ".join(map(repr, names[:_EXAMPLES])) + (", ..." if len(names) > _EXAMPLES else "")


def _wrong_type(column: ColumnSpec, values: pd.Series) -> Finding:
    examples = [str(value)[:40] for value in values.dropna().unique()[:_EXAMPLES]]
    return Finding(
        "wrong-type",
        "error",
        f"'{column.name}' should hold {column.dtype} values and holds {', '.join(map(repr, examples))}",
        {"column": column.name, "type": column.dtype, "examples": examples},
        "correct the values, or the type in the schema",
    )


def _out_of_range(column: ColumnSpec, dataset: Dataset) -> Finding:
    values = dataset.frame[column.name]
    numbers = values[~_inside(values, column) & values.notna()].astype(float)
    rows = len(values)
    unit = f" {column.unit}" if column.unit not in ("", "1") else ""
    whole = len(numbers) > rows / 2
    return Finding(
        "out-of-range",
        "error",
        f"'{column.name}' lies outside {column.low:g} to {column.high:g}{unit} in {len(numbers)} of "
        f"{counted(rows, 'row')}: {numbers.min():g} to {numbers.max():g}",
        {
            "column": column.name,
            "rows": len(numbers),
            "low": _finite(column.low),
            "high": _finite(column.high),
            "lowest": _finite(numbers.min()),
            "highest": _finite(numbers.max()),
        },
        "most rows are out: the column has another unit or was scaled; say so in a schema"
        if whole
        else "correct these values or leave them empty",
    )


def _finite(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None


def _unknown_classes(column: ColumnSpec, dataset: Dataset) -> Finding:
    names = dataset.frame[column.name].dropna().map(class_name)
    counts = names[~names.isin(column.classes)].value_counts()
    shown = ", ".join(f"'{name}'" for name in counts.index[:_EXAMPLES])
    return Finding(
        "unknown-classes",
        "error",
        f"'{column.name}' holds {counted(len(counts), 'value')} not among its {len(column.classes)} classes: "
        f"{shown}",
        {
            "column": column.name,
            "rows": int(counts.sum()),
            "classes": {str(name): int(count) for name, count in counts.iloc[:20].items()},
        },
        "correct them, or add them to the schema's classes",
    )
