"""Tables of any kind, read into a :class:`~earmark.dataset.table.Dataset`."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from earmark.dataset.infer import inferred
from earmark.dataset.schema import Schema
from earmark.dataset.table import Dataset
from earmark.errors import TableError

AnyPath = str | os.PathLike[str]


def read(
    paths: AnyPath | Sequence[AnyPath], *, label: str | None = None, schema: Schema | None = None
) -> Dataset:
    """Read a table, or several files of one table.

    Parameters
    ----------
    paths : path or sequence of paths
        CSV, Parquet or JSON files, or a folder of them.
    label : str, optional
        The column that holds the genre; guessed if left out.
    schema : Schema, optional
        What the columns are; inferred if left out.

    Raises
    ------
    TableError
        If there is no table.
    """
    paths = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files = [file for path in paths for file in _files(Path(path))]
    frames = [frame for frame in map(_frame, files) if len(frame)]
    if not frames:
        raise TableError(f"'{paths[0]}' has no rows", "name a table with a header and rows")
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    schema = schema or inferred(frame, label)
    return Dataset(frame, schema, Path(paths[0]).name)


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.csv")) if path.is_dir() else [path]


def _frame(path: Path) -> pd.DataFrame:
    if not path.exists():
        raise TableError(f"there is no table '{path}'", "check the path")
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".json":
        return pd.read_json(path)
    return pd.read_csv(path)
