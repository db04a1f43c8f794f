"""Checks of whole columns: those that say nothing, and those that say the same."""

import hashlib
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
from earmark.dataset.table import Dataset

_FEWEST_ROWS = 20
"""In fewer rows columns are equal by chance."""
_FEWEST_VALUES = 3
_DIGITS = 9


@CHECKS.register("constant-columns")
def constant_columns(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield features with one value throughout, or none at all."""
    if len(dataset.frame) < 2:
        return
    for name in dataset.features:
        values = dataset.frame[name]
        if values.isna().all():
            finding, value = f"'{name}' has no value at all", None
        elif values.notna().all() and (values == values.iloc[0]).all():
            value = values.iloc[0]
            value = value.item() if isinstance(value, np.generic) else value
            finding = f"'{name}' is {value!r} in every row"
        else:
            continue
        yield Finding(
            "constant-columns",
            "warning",
            finding,
            {"column": name, "value": value},
            "leave it out: it tells no genre from another",
        )


@CHECKS.register("duplicate-columns")
def duplicate_columns(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield features that are copies of another, as they are or in another unit.

    A copy in another unit is ``a + b · x`` to nine digits, in a column of at least three values.
    """
    frame = dataset.frame
    if len(frame) < _FEWEST_ROWS:
        return
    kinds: dict[tuple[str, str], list[str]] = {}
    for name in dataset.features:
        values = frame[name]
        if len(first := list(islice(values.dropna().unique(), _FEWEST_VALUES))) < 2:
            continue  # constant
        numeric = pd.api.types.is_numeric_dtype(values)
        if numeric and len(first) == _FEWEST_VALUES and np.isfinite(values.dropna()).all():
            values = pd.Series(_without_unit(values.to_numpy(float)))
        hashes = pd.util.hash_pandas_object(values, index=False).to_numpy()
        mark = hashlib.sha256(hashes.tobytes()).hexdigest()
        kinds.setdefault(("numbers" if numeric else "words", mark), []).append(name)
    for first_name, *copies in kinds.values():
        for copy in copies:
            yield _copy(frame, first_name, copy)


def _without_unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values from 0 to 1, the same for all units: 0 the first row's end of the range."""
    low, high = np.nanmin(values), np.nanmax(values)
    scaled = (values - low) / (high - low)
    present = scaled[~np.isnan(scaled)]
    if present[np.argmax(present != 0.5)] > 0.5:
        scaled = 1 - scaled
    return np.round(scaled, _DIGITS) + 0.0


def _copy(frame: pd.DataFrame, first: str, copy: str) -> Finding:
    equal = frame[first].equals(frame[copy]) or bool(
        ((frame[first] == frame[copy]) | (frame[first].isna() & frame[copy].isna())).all()
    )
    return Finding(
        "duplicate-columns",
        "warning",
        f"'{copy}' is a copy of '{first}'" + ("" if equal else " in another unit"),
        {"column": copy, "of": first, "equal": equal, "rows": len(frame)},
        "keep one of them: together they count twice, and share their importance",
    )


@CHECKS.register("one-column")
def one_column(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield a table that was hardly cut into columns."""
    names = [str(name) for name in dataset.frame.columns]
    if len(names) == 1:
        yield Finding(
            "one-column",
            "error",
            f"there is only one column, '{names[0][:60]}', in {counted(len(dataset.frame), 'row')}",
            {"columns": names},
            "part the cells by commas, semicolons, tabs or bars",
        )
    elif sum(_is_number(name) for name in names) > len(names) / 2:
        yield Finding(
            "no-names",
            "error",
            f"most column names are numbers: {', '.join(names[:5])}",
            {"columns": names[:20]},
            "the first line must hold names: write one above the values",
        )


@CHECKS.register("duplicate-keys")
def duplicate_keys(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield segments that stand in several rows: ``track_id`` and ``segment`` name a row."""
    frame = dataset.frame
    if not {"track_id", "segment"} <= set(frame.columns):
        return
    again = frame.duplicated(["track_id", "segment"])
    if again.any():
        first = frame.loc[again, ["track_id", "segment"]].iloc[0].tolist()
        yield Finding(
            "duplicate-keys",
            "error",
            f"{counted(int(again.sum()), 'row')} have the track_id and segment of an earlier one, "
            f"first {first[0]!r}, {first[1]}",
            {"rows": int(again.sum()), "first": [str(one) for one in first]},
            "a table was joined twice, or two runs were put together: keep one row of each segment",
        )


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return not name.isdecimal() or len(name) > 4
