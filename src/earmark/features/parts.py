"""The Parquet files of a store: parts, which are written once and never changed, and small tables."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from earmark.errors import StoreError
from earmark.features.shelf import Shelf, SongRecord
from earmark.workspace import replacing

_SMALL_BYTES, _MANY = 1 << 23, 32


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise StoreError(
            f"'{path}' is damaged: {str(error).splitlines()[0]}", "delete it: the next run makes it again"
        ) from error


def read(path: Path, columns: list[str] | None = None, dictionary: list[str] | None = None) -> pa.Table:
    """Return a table, or some of its columns.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    # Not read_table, which takes twice as long to import what it needs.
    with _readable(path), path.open("rb") as file:
        return pq.ParquetFile(file, read_dictionary=dictionary).read(columns)


def rows_in(part: Path) -> int:
    """Return the number of rows, without reading them."""
    with _readable(part), part.open("rb") as file:
        return int(pq.ParquetFile(file).metadata.num_rows)


def write(table: pa.Table, path: Path) -> None:
    """Write a table whole or not at all."""
    with replacing(path) as new:
        pq.write_table(table, new, compression="zstd")


def parts_of(folder: Path) -> list[Path]:
    """Return the parts in a folder, in the order of their names."""
    return sorted(folder.glob("part-*.parquet"))


def read_parts(
    folder: Path, columns: list[str] | None = None, dictionary: list[str] | None = None
) -> list[pa.Table]:
    """Return all parts in a folder; where some are just being put together, look again.

    Raises
    ------
    StoreError
        If a part is damaged.
    """
    for attempt in range(10):
        with suppress(FileNotFoundError):
            return [read(part, columns, dictionary) for part in parts_of(folder)]
        time.sleep(0.005 * 2**attempt)
    raise StoreError(f"'{folder}' changes all the time", "read it later")


def schema_of(shelf: Shelf) -> pa.Schema:
    """Return names and types of the columns of a part."""
    numbers = [(column, pa.float64()) for column in ("start_s", "end_s", *shelf.columns)]
    return pa.schema([("track_id", pa.string()), ("segment", pa.int32()), *numbers, ("notes", pa.string())])


def add_part(folder: Path, shelf: Shelf, records: list[SongRecord]) -> None:
    """Write the rows of some songs, under a name that the same rows would always get."""
    tracks = {r.track_id: r.cuts[shelf.folder] for r in records if shelf.folder in r.cuts}
    if not tracks:
        return
    name = hashlib.sha256()
    for track_id, cuts in sorted(tracks.items()):
        name.update(track_id.encode() + cuts.values.tobytes() + cuts.notes.encode())
    path = folder / f"part-{name.hexdigest()[:16]}.parquet"
    if path.exists():
        return
    ids = sorted(tracks)
    lengths = [len(tracks[track_id].values) for track_id in ids]
    values = np.concatenate([tracks[track_id].values for track_id in ids])
    columns = [
        texts([i for i, length in zip(ids, lengths, strict=True) for _ in range(length)]),
        _numbers(np.concatenate([np.arange(length) for length in lengths]), pa.int32(), np.int32),
        *(_numbers(column, pa.float64(), np.float64) for column in values.T),
        texts([tracks[i].notes for i, length in zip(ids, lengths, strict=True) for _ in range(length)]),
    ]
    write(pa.Table.from_arrays(columns, schema=schema_of(shelf)), path)


# Not pyarrow.array, which imports pandas, half a second, only to see that it was given none of pandas' own.


def texts(values: list[str]) -> pa.Array:
    """Return a column of strings."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _numbers(values: NDArray[Any], kind: pa.DataType, native: type) -> pa.Array:
    return pa.Array.from_buffers(
        kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values, native))]
    )


def join_small_parts(folder: Path) -> None:
    """Put many small parts together, for a run of one song leaves one; no row is ever missing meanwhile."""
    small = [part for part in parts_of(folder) if part.stat().st_size < _SMALL_BYTES]
    if len(small) < _MANY:
        return
    together = once(pa.concat_tables([read(part) for part in small]), "track_id")
    name = hashlib.sha256("".join(part.name for part in small).encode()).hexdigest()[:16]
    write(together, folder / f"part-{name}.parquet")
    for part in small:
        with suppress(PermissionError):  # Windows, while somebody reads it; twice does not matter
            part.unlink()


def once(table: pa.Table, key: str) -> pa.Table:
    """Return the rows sorted by `key` and segment, each once: two runs may have measured the same sound."""
    from pyarrow import compute as pc  # noqa: PLC0415 - a tenth of a second that measuring can do without

    table = table.sort_by([(key, "ascending"), ("segment", "ascending")]).combine_chunks()
    if table.num_rows < 2:
        return table
    new = pc.or_(*(pc.not_equal(table[name][1:], table[name][:-1]) for name in (key, "segment")))
    return table.filter(pa.chunked_array([[True], *new.chunks]))
