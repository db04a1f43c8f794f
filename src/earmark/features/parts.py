"""The Parquet files of a store: parts, which are written once and never changed, and small tables."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from earmark.errors import StoreError
from earmark.features.shelf import Shelf, SongRecord
from earmark.workspace import replacing

T = TypeVar("T")
_SMALL_BYTES, _MANY = 1 << 23, 32


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno:  # the system's word, not Arrow's
            raise StoreError(
                f"'{path}' cannot be read: {os.strerror(error.errno)}",
                "give yourself the right to read it, or check the disk",
            ) from error
        raise StoreError(
            f"'{path}' is damaged: {str(error).splitlines()[0]}", "delete it: the next run makes it again"
        ) from error


def read(
    path: Path, schema: pa.Schema, columns: list[str] | None = None, dictionary: list[str] | None = None
) -> pa.Table:
    """Return a table, or some of its columns.

    Raises
    ------
    StoreError
        If the file may not be read, is damaged or has another schema.
    """
    # Not read_table, which takes twice as long to import what it needs.
    with _readable(path), path.open("rb") as file:
        table = pq.ParquetFile(file, read_dictionary=dictionary, page_checksum_verification=True)
        if not table.metadata.schema.to_arrow_schema().equals(schema):
            raise pa.ArrowInvalid("its columns are not those that belong there")
        return table.read(columns)


def rows_in(part: Path) -> int:
    """Return the number of rows, without reading them."""
    with _readable(part), part.open("rb") as file:
        return int(pq.ParquetFile(file).metadata.num_rows)


def write(table: pa.Table, path: Path) -> None:
    """Write a table whole or not at all; a bit that changes later is found when it is read."""
    with replacing(path) as new:
        pq.write_table(table, new, compression="zstd", write_page_checksum=True)


def parts_of(folder: Path) -> list[Path]:
    """Return the parts in a folder, in the order of their names."""
    return sorted(folder.glob("part-*.parquet"))


def read_parts(folder: Path, shelf: Shelf) -> list[pa.Table]:
    """Return all parts in a folder.

    Raises
    ------
    StoreError
        If a part is damaged.
    """
    schema = schema_of(shelf)
    return _of_parts(folder, lambda part: read(part, schema))


def tracks_in(folder: Path, shelf: Shelf) -> dict[Path, set[str]]:
    """Return the hashes of the sounds in each part.

    Raises
    ------
    StoreError
        If a part is damaged.
    """
    schema = schema_of(shelf)

    def tracks(part: Path) -> tuple[Path, set[str]]:
        column = read(part, schema, ["track_id"], dictionary=["track_id"])["track_id"]
        return part, {track for chunk in column.chunks for track in chunk.dictionary.to_pylist()}

    return dict(_of_parts(folder, tracks))


def _of_parts(folder: Path, look: Callable[[Path], T]) -> list[T]:
    """Look at all parts; where some are just being put together, look again."""
    for attempt in range(10):
        with suppress(FileNotFoundError):
            return [look(part) for part in parts_of(folder)]
        time.sleep(0.005 * 2**attempt)
    raise StoreError(f"'{folder}' changes all the time", "read it later")


def schema_of(shelf: Shelf) -> pa.Schema:
    """Return names and types of the columns of a part."""
    numbers = [(column, pa.float64()) for column in ("start_s", "end_s", *shelf.columns)]
    return pa.schema([("track_id", pa.string()), ("segment", pa.int32()), *numbers, ("notes", pa.string())])


def add_part(folder: Path, shelf: Shelf, records: list[SongRecord]) -> None:
    """Write the rows of songs that no part has, under a name that the same rows would always get."""
    there = set[str]().union(*tracks_in(folder, shelf).values())
    cuts_of = {r.track_id: r.cuts[shelf.folder] for r in records if shelf.folder in r.cuts}
    tracks = {track_id: cuts for track_id, cuts in cuts_of.items() if track_id not in there}
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
    """Return a column of strings; what UTF-8 has no bytes for, half a surrogate, is escaped."""
    encoded = [value.encode("utf-8", "backslashreplace") for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _numbers(values: NDArray[Any], kind: pa.DataType, native: type) -> pa.Array:
    return pa.Array.from_buffers(
        kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values, native))]
    )


def join_small_parts(folder: Path, shelf: Shelf) -> None:
    """Put many small parts together, for a run of one song leaves one; no row is ever missing meanwhile."""
    _drop_what_was_joined(folder, shelf)
    small = [part for part in parts_of(folder) if part.stat().st_size < _SMALL_BYTES]
    if len(small) < _MANY:
        return
    schema = schema_of(shelf)
    together = once(pa.concat_tables([read(part, schema) for part in small]), "track_id")
    name = hashlib.sha256("".join(part.name for part in small).encode()).hexdigest()[:16]
    write(together, folder / f"part-{name}.parquet")
    for part in small:
        _delete(part)


def _drop_what_was_joined(folder: Path, shelf: Shelf) -> None:
    """Delete the parts whose songs are all in larger ones: whoever joined them was killed over it."""
    tracks = tracks_in(folder, shelf)
    seen: set[str] = set()
    for part in sorted(tracks, key=lambda part: (-len(tracks[part]), part)):
        if tracks[part] <= seen:
            _delete(part)
        seen |= tracks[part]


def _delete(part: Path) -> None:
    with suppress(PermissionError):  # Windows, while somebody reads it; twice does not matter
        part.unlink()


def once(table: pa.Table, key: str) -> pa.Table:
    """Return the rows sorted by `key` and segment, each once; those whose key is null are left out.

    Two runs may have measured the same sound. The table is copied but once, for it may be a library's.
    """
    from pyarrow import compute as pc  # noqa: PLC0415 - a tenth of a second that measuring can do without

    order = pc.sort_indices(table, [(key, "ascending"), ("segment", "ascending")])
    keys = table.select([key, "segment"]).take(order).combine_chunks()
    first = pc.is_valid(keys[key][:1])
    new = pc.or_(*(pc.not_equal(keys[name][1:], keys[name][:-1]) for name in keys.column_names))
    wanted = pa.chunked_array([*first.chunks, *new.chunks], pa.bool_())  # null, as the keys at the end, is no
    return table.take(pa.chunked_array([order]).filter(wanted))
