"""Songs with their raw tags: from a catalogue, or from any table that has a column of tags."""

import ast
import csv
import difflib
import hashlib
import io
import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from earmark.errors import TableError

CATALOGUE = "tracks.parquet"
TAGS = ("tags", "genres", "genre", "tag")
IDS = ("track_id", "id", "path", "filename")
ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".parquet")
_DELIMITERS = ",;\t|"
_SEPARATORS = (";", "|", ",")

Row = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Songs:
    """Songs with their raw tags, as they were found.

    Attributes
    ----------
    track_ids : tuple of str
        By song its name in the table; the number of its row where the table has none. May repeat.
    tags : tuple of tuple of str
        By song its raw tags.
    read : int
        Rows that were read; more than there are songs if equal ones were dropped.
    columns : dict of str to str
        Which column gave the ``tags`` and the ``track_id``.
    digest : str
        SHA-256 of what was read.
    """

    track_ids: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]
    read: int
    columns: Mapping[str, str]
    digest: str

    def __len__(self) -> int:
        return len(self.tags)


def read_songs(
    source: str | os.PathLike[str],
    *,
    tags_column: str | None = None,
    id_column: str | None = None,
    separator: str | None = None,
    distinct: bool = False,
) -> Songs:
    """Return the songs of a catalogue or of a table.

    Parameters
    ----------
    source : str or os.PathLike
        A catalogue's folder; a .csv, .tsv, .json, .jsonl or .parquet file; or a folder of such files, which
        are taken as one table. Files without rows do no harm, columns without a name are left out.
    tags_column : str, optional
        The column with the tags: lists, or texts such as ``["rock", "pop"]``, ``['rock', 'pop']`` or
        ``rock; pop``. By default the first there is of tags, genres, genre and tag.
    id_column : str, optional
        The column that names the songs. By default the first there is of track_id, id, path and filename.
    separator : str, optional
        What stands between tags in a text; by default the first in it of ``;``, ``|`` and ``,``.
    distinct : bool
        Take of rows that are equal in all columns only the first.

    Raises
    ------
    TableError
        If there is no such file or column, or what is there cannot be read.
    """
    path = Path(source)
    files = _files(path)
    digest = hashlib.sha256()
    rows: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    for file in files:
        with _readable(file):
            data = file.read_bytes()
        digest.update(hashlib.sha256(data).digest())
        for row in _rows(file, data):
            rows.append(row)
            names.update(dict.fromkeys(row))
    names.pop("", None)
    if not rows:
        raise TableError(f"'{path}' has no rows", "name a table with at least one song")
    tags_from = _column(path, names, tags_column, TAGS, "--tags-column")
    if tags_from is None:
        raise TableError(
            f"'{path}' has no column {_either(TAGS)}", f"name one with --tags-column: {', '.join(names)}"
        )
    id_from = _column(path, names, id_column, IDS, "--id-column")
    read = len(rows)
    if distinct:
        rows = list({_key(row): row for row in reversed(rows)}.values())[::-1]
    known: dict[str, tuple[str, ...]] = {}
    return Songs(
        track_ids=tuple(
            str(number) if id_from is None or row.get(id_from) is None else str(row[id_from])
            for number, row in enumerate(rows)
        ),
        tags=tuple(tags_of(row.get(tags_from), separator, known) for row in rows),
        read=read,
        columns={"tags": tags_from, "track_id": id_from or ""},
        digest=digest.hexdigest(),
    )


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _key(row: Mapping[str, Any]) -> Row:
    return tuple((name, str(value)) for name, value in row.items() if name)


def _column(
    path: Path, names: Iterable[str], wanted: str | None, usual: Sequence[str], option: str
) -> str | None:
    if wanted is None:
        return next((name for name in usual if name in names), None)
    if wanted in names:
        return wanted
    near = difflib.get_close_matches(wanted, list(names), n=1)
    guess = f"did you mean '{near[0]}'? " if near else ""
    raise TableError(f"'{path}' has no column '{wanted}'", f"{guess}give {option} one of: {', '.join(names)}")


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        if (path / CATALOGUE).is_file():
            return [path / CATALOGUE]
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
        kinds = {file.suffix.lower() for file in found}
        if not found:
            raise TableError(
                f"'{path}' holds neither a catalogue nor a table",
                f"name a folder with {CATALOGUE}, or with files that end in {_either(ENDINGS)}",
            )
        if len(kinds) > 1:
            raise TableError(
                f"'{path}' holds tables of several kinds: {', '.join(sorted(kinds))}", "name one of the files"
            )
        return found
    if not path.exists():
        raise TableError(f"there is no '{path}'", "name a catalogue's folder or a table")
    if path.suffix.lower() not in ENDINGS:
        raise TableError(
            f"'{path}' is no table that is known by its name", f"name a file that ends in {_either(ENDINGS)}"
        )
    return [path]


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TableError(
            f"'{file}' cannot be read: {error.strerror or error}", "name a file that you may read"
        ) from error


def _rows(file: Path, data: bytes) -> Iterable[dict[str, Any]]:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        try:
            found: list[dict[str, Any]] = pq.ParquetFile(pa.BufferReader(data)).read().to_pylist()
        except (pa.ArrowException, OSError, ValueError) as error:
            raise TableError(
                f"'{file}' is no Parquet file, or a damaged one: {str(error).splitlines()[0]}",
                "write it again",
            ) from error
        return found
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TableError(
            f"'{file}' is not UTF-8: byte {data[error.start]:#04x} in line {line}",
            "save it as UTF-8; for a Russian one: iconv -f cp1251 -t utf-8",
        ) from None
    return _csv_rows(file, text) if suffix in (".csv", ".tsv") else _json_rows(file, text)


def _csv_rows(file: Path, text: str) -> Iterator[dict[str, Any]]:
    first = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=first.count), strict=True
    )
    try:
        names = [name.strip() for name in next(reader, [])]
        twins = {name for name in names if name and names.count(name) > 1}
        if twins:
            raise TableError(
                f"'{file}' has two columns of one name: {', '.join(sorted(twins))}", "rename one of them"
            )
        for values in reader:
            if not values:
                continue
            if len(values) != len(names):
                raise TableError(
                    f"'{file}', line {reader.line_num}: {len(values)} values for {len(names)} columns",
                    "put values that hold the delimiter in quotes",
                )
            yield dict(zip(names, values, strict=True))
    except csv.Error as error:
        raise TableError(
            f"'{file}', line {reader.line_num}: {error}",
            "put values in double quotes, and double those inside",
        ) from None


def _json_rows(file: Path, text: str) -> list[dict[str, Any]]:
    try:
        if file.suffix.lower() == ".jsonl":
            told = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            told = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise TableError(
            f"'{file}' is no JSON: {str(error)[:1].lower()}{str(error)[1:]}",
            "give a list of objects, or in .jsonl an object per line",
        ) from None
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise TableError(
            f"'{file}' is no list of objects", 'give [{"track_id": "1", "tags": ["rock"]}], one per song'
        )
    return told


def tags_of(
    value: Any, separator: str | None = None, known: dict[str, tuple[str, ...]] | None = None
) -> tuple[str, ...]:
    """Return the tags in a cell.

    Examples
    --------
    >>> tags_of("['rock', 'new wave']"), tags_of("rock; pop/dance"), tags_of(None)
    (('rock', 'new wave'), ('rock', 'pop/dance'), ())
    """
    if isinstance(value, str):
        known = {} if known is None else known
        if value not in known:
            known[value] = tuple(_split(value.strip(), separator))
        return known[value]
    if isinstance(value, list | tuple):
        return tuple(tag for one in value if one is not None and (tag := str(one).strip()))
    return () if value is None or value != value else (str(value),)  # noqa: PLR0124 - not a number


def _split(text: str, separator: str | None) -> Iterator[str]:
    if separator is None and text.startswith("[") and text.endswith("]"):
        found = _listed(text)
        if found is not None:
            yield from tags_of(found)
            return
    between = separator or next((one for one in _SEPARATORS if one in text), None)
    for part in text.split(between) if between else (text,):
        if tag := part.strip():
            yield tag


def _listed(text: str) -> list[Any] | None:
    """Return a list as JSON or Python writes it."""
    for parse in (json.loads, ast.literal_eval):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a lone backslash in a tag
                found = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, list):
            return found
    return None
