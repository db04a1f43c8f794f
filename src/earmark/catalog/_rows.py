"""The rows of a table on this machine, whatever its shape: CSV, Parquet, JSON."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from earmark.errors import TableError

Row = dict[str, Any]

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MOST_COLUMNS = 20_000
_LONGEST_CELL = 1 << 24
_LOOKED_AT = 50
_DEEPEST = 50


def read_rows(path: Path, encoding: str | None = None, delimiter: str | None = None) -> Sequence[Row]:
    """Return the rows of a table, plain JSON types by the names of their columns.

    Parameters
    ----------
    path : Path
        Its file; the ending tells its kind: ``.parquet``, ``.json``, ``.jsonl``, anything else is text in
        columns. Objects within objects become columns such as ``artist.name``.
    encoding : str, optional
        How a text is encoded, if it is not UTF-8.
    delimiter : str, optional
        What parts the columns of a text, if that is not to be found out.

    Raises
    ------
    TableError
        If there is none, or it cannot be read; the hint says how to mend it.
    """
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return _parquet(path)
        text = _text(path, encoding)
    except OSError as error:
        raise TableError(f"'{path}' cannot be read: {error.strerror or error}", "check the path") from error
    if not text.strip():
        raise TableError(f"'{path}' is empty", "give a table with a row of names and rows of songs")
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return _json(path, text)
    return _delimited(path, text, delimiter)


def _parquet(path: Path) -> Sequence[Row]:
    import pyarrow as pa  # noqa: PLC0415 - a CSV needs none
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise TableError(f"'{path}' is no Parquet file, or a damaged one", "write it anew") from error
    rows = table.to_pylist()
    return [_flat(json.loads(json.dumps(row, default=str))) for row in rows]


def _text(path: Path, encoding: str | None) -> str:
    data = path.read_bytes()
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    try:
        return data.decode(encoding or bom or "utf-8")
    except LookupError as error:
        raise TableError(f"there is no encoding '{encoding}'", "try utf-8, cp1251, latin-1") from error
    except UnicodeError as error:
        if encoding or bom:
            raise TableError(
                f"'{path}' is not encoded as {encoding or bom}", "leave the encoding out, or name another"
            ) from error
        at = getattr(error, "start", 0)
        part = data[max(data.rfind(b"\n", 0, at), 0) : at + 40]
        seen = " ".join(part.decode("cp1251", "replace").split())[-60:]
        raise TableError(
            f"'{path}' is no UTF-8 text",
            f"name its encoding; with --map encoding=cp1251 (Russian) it would read '{seen}'",
        ) from error


def _delimited(path: Path, text: str, delimiter: str | None) -> Sequence[Row]:
    if "\0" in text:
        raise TableError(f"'{path}' is no text, but has zero bytes in it", "give a CSV, Parquet or JSON file")
    by = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter) or _delimiter_of(text)
    if len(by) != 1:
        raise TableError(f"'{by}' is no delimiter", "give one character, or 'tab'")
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=by)
        names = _names(path, next(lines))
        return list(_checked(path, names, lines))
    except csv.Error as error:
        raise TableError(f"'{path}' is no table: {error}", "see whether its quotes are closed") from error
    finally:
        csv.field_size_limit(before)


def _delimiter_of(text: str) -> str:
    """Return what parts most first lines in the same number of cells, more than one."""
    best, most = ",", (0.0, 0)
    for by in _DELIMITERS:
        try:
            lines = csv.reader(io.StringIO(text[: 1 << 20], newline=""), delimiter=by)
            cells = [len(line) for _, line in zip(range(_LOOKED_AT), lines, strict=False) if line]
        except csv.Error:
            continue
        alike = sum(count == cells[0] for count in cells) / len(cells) if cells else 0.0
        if cells and cells[0] > 1 and (alike, cells[0]) > most:
            best, most = by, (alike, cells[0])
    return best


def _names(path: Path, first: list[str]) -> list[str]:
    if len(first) > _MOST_COLUMNS:
        raise TableError(
            f"'{path}' has {len(first)} columns",
            "swap its rows and columns: a row is a song, a column a fact",
        )
    names = [name.strip() or f"column {i}" for i, name in enumerate(first, 1)]
    twice = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise TableError(f"'{path}' has two columns called '{twice}'", "give one of them another name")
    return names


def _checked(path: Path, names: list[str], lines: Iterator[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, 2):
        if not any(cells):
            continue
        if len(cells) > len(names):
            raise TableError(
                f"row {number} of '{path}' has {len(cells)} cells, its first row {len(names)}",
                "put quotes around cells that hold the delimiter, or name another: --map delimiter=tab",
            )
        yield dict(zip(names, cells, strict=False))


def _json(path: Path, text: str) -> Sequence[Row]:
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise TableError(f"'{path}' is nested too deeply", "give a list of objects, one a song") from error
    except ValueError:
        return _json_lines(path, text)
    rows = _records(found)
    if rows is None:
        raise TableError(f"'{path}' holds no list of songs", "give a list of objects, one a song")
    return [_flat(row) for row in rows]


def _json_lines(path: Path, text: str) -> Sequence[Row]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise TableError(
                    f"line {number} of '{path}' is no JSON", "give one list of objects, or one object a line"
                ) from error
            if not isinstance(row, dict):
                raise TableError(f"line {number} of '{path}' is no object", "give one object a line")
            rows.append(_flat(row))
    return rows


def _records(found: Any) -> list[dict[str, Any]] | None:
    """Return the objects in a JSON: a list of them, a list within, or columns as lists or objects."""
    if isinstance(found, list):
        return cast(list[dict[str, Any]], found) if all(isinstance(one, dict) for one in found) else None
    if not isinstance(found, dict) or not found:
        return None
    columns = list(found.values())
    if all(isinstance(column, dict) for column in columns):  # as pandas writes: {"title": {"0": …}}
        keys = list(columns[0])
        if all(list(column) == keys for column in columns):
            return [{name: found[name][key] for name in found} for key in keys]
    lists = [column for column in columns if isinstance(column, list)]
    if len(lists) == len(columns) and len({len(column) for column in lists}) == 1 and not _records(lists[0]):
        return [dict(zip(found, cells, strict=True)) for cells in zip(*columns, strict=True)]
    inner = [rows for column in lists if column and (rows := _records(column)) is not None]
    return inner[0] if len(inner) == 1 else None


def _flat(row: Mapping[str, Any], before: str = "", depth: int = 0) -> Row:
    flat: Row = {}
    for name, value in row.items():
        if isinstance(value, dict):
            _see_that_it_ends(depth)
            flat |= _flat(value, f"{before}{name}.", depth + 1)
        else:
            flat[f"{before}{name}"] = _cell(value, depth)
    return flat


def _cell(value: Any, depth: int) -> Any:
    """Return a cell as JSON has it: without numbers that are none."""
    if isinstance(value, list | dict):
        _see_that_it_ends(depth)
        if isinstance(value, dict):
            return {name: _cell(below, depth + 1) for name, below in value.items()}
        return [_cell(below, depth + 1) for below in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _see_that_it_ends(depth: int) -> None:
    if depth > _DEEPEST:
        raise TableError("a row is nested too deeply", "give a list of objects, one a song")
