"""Tables of any kind, read into a :class:`~earmark.dataset.table.Dataset`."""

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from earmark.audio import shown
from earmark.dataset.cells import named_once, plain
from earmark.dataset.delimited import Raw, read_delimited
from earmark.dataset.describe import described
from earmark.dataset.findings import Finding
from earmark.dataset.join import is_features, joined, labels_file, labels_in, read_catalogue, read_features
from earmark.dataset.numbers import as_numbers
from earmark.dataset.schema import Schema
from earmark.dataset.structured import read_json, read_parquet
from earmark.dataset.table import Dataset
from earmark.errors import TableError

AnyPath = str | os.PathLike[str]

_ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl")
_BESIDE = ("manifest.json", "failures.parquet")
"""What Earmark writes beside its tables."""
_NO_TABLES = (
    (b"PK\x03\x04", "a workbook or an archive", "save the sheet as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"\x1f\x8b", "packed by gzip", "unpack it first"),
    (b"SQLite format 3", "a database", "export the table as CSV"),
    (b"RIFF", "sound or a picture", "measure songs with 'earmark extract' first"),
    (b"fLaC", "a song", "measure songs with 'earmark extract' first"),
    (b"ID3\x03", "a song", "measure songs with 'earmark extract' first"),
    (b"ID3\x04", "a song", "measure songs with 'earmark extract' first"),
    (b"OggS", "a song", "measure songs with 'earmark extract' first"),
)


def read(
    paths: AnyPath | Sequence[AnyPath],
    *,
    label: str | None = None,
    schema: Schema | None = None,
    labels: AnyPath | None = None,
    catalog: AnyPath | None = None,
) -> Dataset:
    """Read a table, or several files of one table.

    Parameters
    ----------
    paths : path or sequence of paths
        CSV (any delimiter, UTF-8, UTF-16 or Windows' Cyrillic and Western), Parquet or JSON files, or folders
        of them; what a file is, is told from its content. Rows of several files follow each other.
    label : str, optional
        The column that holds the genre; guessed by its name if left out.
    schema : Schema, optional
        What the columns are. If left out, a published table is known by its columns, and anything else is
        inferred.
    labels : path, optional
        A table with the genre of each song, by ``track_id`` or ``path``; rows without one are left out.
    catalog : path, optional
        A folder of ``earmark collect``, for artist and album of each song.

    Returns
    -------
    Dataset
        With what was noticed or assumed in its `remarks`.

    Raises
    ------
    TableError
        If there is no table, or one that is broken throughout.
    UnknownNameError
        If there is no column named `label`.

    Examples
    --------
    >>> dataset = read(table)
    >>> dataset.label, dataset.features
    ('genre', ['tempo', 'energy'])
    """
    paths = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    frame, remarks = _frame(paths, label)
    if labels is not None or catalog is not None:
        frame, said = joined(
            frame,
            labels=None if labels is None else labels_in(_frame([labels_file(Path(labels))], "genre")[0]),
            songs=None if catalog is None else read_catalogue(catalog),
        )
        frame, remarks = plain(frame), [*remarks, *said]
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return described(frame, shown(Path(paths[0])) + more, label=label, declared=schema, remarks=remarks)


def _frame(paths: Sequence[AnyPath], label: str | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Return what lies in some files as one table of plain columns, each with a name of its own."""
    raws = {file: _raw(file) for path in paths for file in _files(Path(path))}
    frame, remarks = _one_below_the_other(raws)
    frame, twice = named_once(frame)
    if not frame.shape[1]:
        raise TableError(
            f"'{shown(Path(paths[0]))}' has no columns", "it needs a line of column names, and rows below"
        )
    frame, mended = as_numbers(plain(frame), any(raw.decimal_comma for raw in raws.values()), label)
    return frame, [*remarks, *twice, *mended]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, beside, n=1)
        raise TableError(
            f"there is no table '{shown(path)}'",
            f"did you mean '{shown(path.with_name(near[0]))}'?" if near else "check its path",
        )
    if not path.is_dir() or is_features(path):
        return [path]
    lying = [file for file in path.iterdir() if file.name not in _BESIDE]
    by_ending = {ending: [file for file in lying if file.suffix.lower() == ending] for ending in _ENDINGS}
    found = [(ending, files) for ending, files in by_ending.items() if files]
    if not found:
        inside = [one for one in lying if one.is_dir()]
        raise TableError(
            f"the folder '{shown(path)}' holds no table",
            f"did you mean '{shown(inside[0])}'?"
            if len(inside) == 1
            else f"name one that ends in {_ENDINGS[0]}",
        )
    if len(found) > 1:
        kinds = " and ".join(ending for ending, _ in found)
        raise TableError(f"the folder '{shown(path)}' holds {kinds} files", "name the files of one table")
    return sorted(found[0][1], key=_in_order)


def _in_order(path: Path) -> list[tuple[int, str]]:
    """Sort ``info_2`` before ``info_10``."""
    parts = re.split(r"(\d+)", path.name)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _raw(path: Path) -> Raw:
    if path.is_dir():
        return Raw(read_features(path), [])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(
            f"the table '{shown(path)}' cannot be read: {error.strerror}", "check its rights, or name another"
        ) from error
    if data.startswith(b"PAR1"):
        return read_parquet(path)
    if path.suffix.lower() == ".toml":
        raise TableError(
            f"'{shown(path)}' is a text of settings, no table",
            "name a recipe by --recipe, a schema by --schema",
        )
    for magic, what, hint in _NO_TABLES:
        if data.startswith(magic):
            raise TableError(f"'{shown(path)}' is {what}, no table", hint)
    if path.suffix.lower() == ".parquet" and data:
        raise TableError(f"'{shown(path)}' is named like a Parquet file and is none", "copy it again")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return read_json(data, path)
    return read_delimited(data, str(path))


def _one_below_the_other(raws: dict[Path, Raw]) -> tuple[pd.DataFrame, list[Finding]]:
    remarks = [remark for raw in raws.values() for remark in raw.remarks]
    full = {path: raw.frame for path, raw in raws.items() if len(raw.frame)}
    if not full:
        first, raw = next(iter(raws.items()))
        what = "has column names and no rows" if raw.frame.shape[1] else "is empty"
        raise TableError(f"'{shown(first)}' {what}", "it needs a line of column names, and rows below")
    if len(full) == 1 and len(raws) == 1:
        return next(iter(full.values())), remarks
    remarks += [_empty(path) for path in raws if path not in full]
    frames = [named_once(frame)[0] for frame in full.values()]
    for path, frame in zip(full, frames, strict=True):
        if set(frame.columns) != set(frames[0].columns):
            remarks.append(_unlike(path, frame, next(iter(full)), frames[0]))
    return pd.concat(frames, ignore_index=True), remarks


def _empty(path: Path) -> Finding:
    return Finding(
        "empty-file",
        "note",
        f"{shown(path)} has no rows",
        {"file": shown(path)},
        "leave it out, or make it anew",
    )


def _unlike(path: Path, frame: pd.DataFrame, first_path: Path, first: pd.DataFrame) -> Finding:
    more = [name for name in frame.columns if name not in first]
    fewer = [name for name in first.columns if name not in frame]
    return Finding(
        "unlike-files",
        "error",
        f"{shown(path)} has other columns than {shown(first_path)}",
        {"file": shown(path), "more": more[:10], "fewer": fewer[:10]},
        "name files of one table only",
    )
