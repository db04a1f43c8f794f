"""Parquet and JSON tables."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from earmark.audio import shown
from earmark.dataset.delimited import MOST_COLUMNS, Raw, too_wide
from earmark.errors import TableError


def read_parquet(path: Path) -> Raw:
    """Read a Parquet file.

    Raises
    ------
    TableError
        If it is damaged or has too many columns.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns = len(file.schema_arrow.names)
            if columns > MOST_COLUMNS:
                raise too_wide(str(path), columns)
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise TableError(
            f"'{shown(path)}' is a damaged Parquet file", "copy it again, or make it anew"
        ) from error
    # Not through pandas' own notes in the file, which may make a column the index.
    return Raw(table.replace_schema_metadata(None).to_pandas(ignore_metadata=True), [])


def read_json(data: bytes, path: Path) -> Raw:
    """Read a JSON file: a list of rows, a mapping of columns, or a row per line.

    Raises
    ------
    TableError
        If it is no JSON, or holds no rows and columns.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(f"'{shown(path)}' is JSON and no UTF-8", "save it as UTF-8") from error
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        found = _lines(text)
        if found is None:
            where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            raise TableError(
                f"'{shown(path)}' is damaged JSON{where}", "write it again, or save the table as CSV"
            ) from error
    if isinstance(found, Mapping) and len(found) == 1:
        (only,) = found.values()
        if isinstance(only, list) and only and isinstance(only[0], Mapping):
            found = only  # {"songs": [{...}, ...]}
    frame = _frame(found)
    if frame is None:
        raise TableError(
            f"'{shown(path)}' is JSON, but no table",
            'give a list of rows, [{"title": ..., "genre": ...}, ...], or a list of values by column',
        )
    if frame.shape[1] > MOST_COLUMNS:
        raise too_wide(str(path), frame.shape[1])
    return Raw(frame, [])


def _lines(text: str) -> list[Any] | None:
    """Return the rows of JSON lines, or None if they are none."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (json.JSONDecodeError, RecursionError):
        return None


def _frame(found: Any) -> pd.DataFrame | None:
    if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
        return pd.DataFrame(found, dtype=None)
    if isinstance(found, Mapping) and found:
        columns = list(found.values())
        if all(isinstance(column, Mapping) for column in columns):
            return pd.DataFrame({name: pd.Series(column) for name, column in found.items()})
        if all(isinstance(column, list) for column in columns) and len({len(c) for c in columns}) == 1:
            return pd.DataFrame(found)
    return None
