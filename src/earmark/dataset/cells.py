"""What cells of a table may hold here: numbers, true and false, text; and column names, each once."""

import json
import math
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from earmark.dataset.findings import Finding


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns are ``int64``, ``float64``, ``bool`` or text, its rows counted from 0.

    Lists and mappings become JSON, times their ISO 8601 text, missing values NaN.

    Examples
    --------
    >>> plain(pd.DataFrame({"tags": [["a"], None]}))["tags"].tolist()
    ['["a"]', nan]
    """
    columns = {at: _plain_column(frame.iloc[:, at]) for at in range(frame.shape[1])}
    made = pd.DataFrame({at: column.reset_index(drop=True) for at, column in columns.items()})
    made.columns = frame.columns
    return made


def _plain_column(column: pd.Series) -> pd.Series:
    kinds = pd.api.types
    if kinds.is_bool_dtype(column.dtype) and not column.isna().any():
        return column.astype(bool)
    if kinds.is_integer_dtype(column.dtype) and not column.isna().any():
        return column.astype("float64" if column.dtype == np.uint64 and column.max() >= 2**63 else "int64")
    if kinds.is_numeric_dtype(column.dtype) and not kinds.is_bool_dtype(column.dtype):
        return column.astype("float64") if not kinds.is_complex_dtype(column.dtype) else column.astype(str)
    if column.dtype == object and column.dropna().map(type).isin((int, float)).all() and column.notna().any():
        return pd.to_numeric(column).astype("float64")
    if isinstance(column.dtype, pd.StringDtype):
        return column
    texts = [np.nan if _is_missing(value) else _text(value) for value in column]
    return pd.Series(texts, index=column.index, dtype="str" if pd.__version__ >= "3" else object)


def _is_missing(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or value is pd.NA or value is pd.NaT


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, pd.Timestamp):
        return str(value.isoformat())
    return str(value)


def named_once(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Give every column a name of its own, drop columns without name and values, and say so.

    Examples
    --------
    >>> frame, remarks = named_once(pd.DataFrame([[1, 2, 3]], columns=["a", "a", ""]))
    >>> list(frame.columns), remarks[0].code
    (['a', 'a.1', 'Unnamed: 2'], 'duplicate-names')
    """
    stripped = [str(name).strip() for name in frame.columns]
    kept = [at for at, name in enumerate(stripped) if name or frame.iloc[:, at].notna().any()]
    frame = frame.iloc[:, kept]
    titles = [stripped[at] or f"Unnamed: {at}" for at in kept]
    twice = {title: count for title, count in Counter(titles).items() if count > 1}
    names: list[str] = []
    taken: set[str] = set()
    for title in titles:
        name, number = title, 0
        while name in taken:
            number += 1
            name = f"{title}.{number}"
        names.append(name)
        taken.add(name)
    frame.columns = pd.Index(names, dtype=object)
    return frame, [_twice(twice)] if twice else []


def _twice(counts: dict[str, int]) -> Finding:
    shown = ", ".join(f"'{name}'" for name in list(counts)[:5])
    return Finding(
        "duplicate-names",
        "error",
        f"{len(counts)} column names stand more than once: {shown}; the later ones got a number",
        {"names": dict(list(counts.items())[:20])},
        "give each column a name of its own",
    )
