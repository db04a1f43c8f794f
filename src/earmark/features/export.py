"""Tables that leave the store: several shelves side by side, as one CSV or Parquet file."""

import os
from collections.abc import Mapping
from functools import reduce
from pathlib import Path

import pyarrow as pa

from earmark.errors import ArgumentError
from earmark.features.parts import write
from earmark.workspace import keeping, replacing

_KEYS = ["path", "track_id", "segment"]
_SHARED = ["start_s", "end_s", "notes"]
ENDINGS = (".csv", ".parquet")


def joined(tables: Mapping[str, pa.Table]) -> pa.Table:
    """Return the tables of several feature sets as one, sorted by path and segment.

    Of two or more sets, every column has its set's name before it: ``gtzan58.tempo``. A segment that one of
    them lacks has nulls there.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        What :meth:`~earmark.features.store.FeatureStore.read` gave, by the name of the set.
    """
    if len(tables) == 1:
        return next(iter(tables.values()))
    return reduce(_beside, (_named(name, table) for name, table in tables.items())).sort_by(
        [(key, "ascending") for key in _KEYS]
    )


def _named(name: str, table: pa.Table) -> pa.Table:
    return table.rename_columns(
        [c if c in _KEYS or c in _SHARED else f"{name}.{c}" for c in table.column_names]
    )


def _beside(left: pa.Table, right: pa.Table) -> pa.Table:
    from pyarrow import compute as pc  # noqa: PLC0415 - a tenth of a second that measuring can do without

    both = left.join(right, _KEYS, join_type="full outer", right_suffix=" of the other")
    for name in _SHARED:
        other = f"{name} of the other"
        filled = pc.coalesce(both[name], both[other])
        both = both.set_column(both.column_names.index(name), name, filled).drop_columns([other])
    return both


def checked(path: str | os.PathLike[str]) -> Path:
    """Return where to write a table, if its ending says how.

    Raises
    ------
    ArgumentError
        If the name ends otherwise or is that of a folder, or its folder is missing.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise ArgumentError(f"a table named '{path}'", f"give a name that ends in {' or '.join(ENDINGS)}")
    if path.is_dir():
        raise ArgumentError(f"'{path}' is a folder", "name a file for the table")
    if not path.parent.is_dir():
        raise ArgumentError(f"there is no folder '{path.parent}' for the table", "make it, or name another")
    return path


def export(table: pa.Table, path: str | os.PathLike[str]) -> None:
    """Write a table as CSV or Parquet, as its name ends; what lay there is replaced.

    Raises
    ------
    ArgumentError
        If the name ends otherwise, or its folder is missing.
    StoreError
        If it cannot be written.
    """
    path = checked(path)
    with keeping(path):
        if path.suffix.lower() == ".parquet":
            write(table, path)
            return
        from pyarrow import csv  # noqa: PLC0415 - for those who want it

        with replacing(path) as new:
            csv.write_csv(table, new)
