"""Features of many songs on disk, as Parquet files that explain themselves.

::

    features/
        songs.parquet                    every path, its sound's hash, and how the file looked
        journals/                        songs that a run under way, or a killed one, has finished
        gtzan58@1/3s-9f2c0a1b7d3e4f55/   one shelf: a feature set, cut one way
            manifest.json                what the numbers are, and all that they depend on
            part-*.parquet               one row per segment; never changed once written
            failures.parquet             the songs that gave none, and why

Rows are keyed by ``(track_id, segment)``, with the hash of the sound for a track: a file may be renamed,
tagged anew or lie in two places. A run appends every finished song to a journal of its own, and now and then
turns the journal into parts. The journals of killed runs are taken over by the next one.
"""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
import pyarrow as pa

from earmark.errors import StoreError
from earmark.features.parts import (
    add_part,
    join_small_parts,
    once,
    parts_of,
    read,
    read_parts,
    rows_in,
    schema_of,
    texts,
    tracks_in,
    write,
)
from earmark.features.shelf import FORMAT, Failure, Shelf, SongRecord
from earmark.features.table import FEATURE_SETS
from earmark.workspace import Journal, keeping, locked, orphans, sweep, write_text

SONGS = 2_000
"""A journal of this many songs, and a tenth of those known, becomes parts."""
BYTES = 1 << 25
"""So does one of this many bytes: they are in memory for it."""
_WHAT = {
    "track_id": "hash of the encoded sound; songs.parquet has the paths",
    "segment": "number of the piece in its song, from 0",
    "start_s": "where the piece begins in the song, in seconds",
    "end_s": "where it ends",
    "notes": "what had to be salvaged or assumed when the sound was read",
}


class Known(NamedTuple):
    """What is known of a path: how its file looked, and the hash of its sound."""

    signature: str
    track_id: str


class FeatureStore:
    """A folder of features.

    Parameters
    ----------
    folder : str or os.PathLike
        Where it lies, or will.

    Examples
    --------
    >>> FeatureStore("nowhere").songs().column_names
    ['path', 'track_id', 'signature']
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def songs(self) -> pa.Table:
        """Return every path that was heard: ``path``, ``track_id``, ``signature``, sorted by path.

        Two paths with one ``track_id`` are the same sound.

        Raises
        ------
        StoreError
            If the file is damaged.
        """
        path = self.folder / "songs.parquet"
        empty = _songs_table({})
        return read(path, empty.schema) if path.exists() else empty

    def index(self) -> dict[str, Known]:
        """Return what is known of each path."""
        path, track_id, signature = (column.to_pylist() for column in self.songs().columns)
        return {p: Known(s, t) for p, t, s in zip(path, track_id, signature, strict=True)}

    def measured(self, shelf: Shelf) -> set[str]:
        """Return the hashes of the sounds that have rows on a shelf."""
        return set[str]().union(*tracks_in(self.folder / shelf.folder, shelf).values())

    def failures(self, shelf: Shelf) -> dict[str, tuple[str, Failure]]:
        """Return for each path that gave no rows how the file looked, and why."""
        path = self.folder / shelf.folder / "failures.parquet"
        empty = _failures_table({})
        rows = read(path, empty.schema) if path.exists() else empty
        columns = (column.to_pylist() for column in rows.columns)
        return {path: (signature, Failure(*why)) for path, signature, *why in zip(*columns, strict=True)}

    def read(self, shelf: Shelf, paths: Mapping[str, str] | None = None) -> pa.Table:
        """Return the rows of a shelf, sorted by path and segment, each sound once.

        Parameters
        ----------
        shelf : Shelf
            The feature set and the window.
        paths : mapping of str to str, optional
            By hash the paths of the sounds that are wanted; all by default, each under its first path.

        Returns
        -------
        pyarrow.Table
            ``path``, ``track_id``, ``segment``, ``start_s``, ``end_s``, the columns (float64) and ``notes``.

        Raises
        ------
        StoreError
            If a part is damaged.
        """
        from pyarrow import compute as pc  # noqa: PLC0415 - a tenth of a second that measuring can do without

        if paths is None:
            paths = {known.track_id: path for path, known in sorted(self.index().items(), reverse=True)}
        parts = read_parts(self.folder / shelf.folder, shelf)
        found = pa.concat_tables([schema_of(shelf).empty_table(), *parts])
        tracks = found["track_id"].unique()
        wanted = pa.array([paths.get(track) for track in tracks.to_pylist()], pa.string())
        where = wanted.take(pc.index_in(found["track_id"], tracks).combine_chunks())
        return once(found.add_column(0, "path", where), "path")

    def adopt(self) -> None:
        """Take over what killed runs have left in their journals.

        Raises
        ------
        StoreError
            If the folder cannot be written.
        """
        with keeping(self.folder):
            for records in orphans(self.folder / "journals"):
                if records:
                    shelves = [Shelf.from_dict(record) for record in json.loads(records[0])]
                    self._keep(shelves, [SongRecord.unpack(record) for record in records[1:]])

    def _keep(self, shelves: Iterable[Shelf], records: list[SongRecord]) -> None:
        """Turn records into parts, and only then into what points to them."""
        with locked(self.folder):
            sweep(self.folder)
            for shelf in shelves:
                folder = self.folder / shelf.folder
                folder.mkdir(parents=True, exist_ok=True)
                sweep(folder)
                add_part(folder, shelf, records)
                join_small_parts(folder, shelf)
            index = self.index()
            for record in records:
                for path in record.gone:
                    index.pop(path, None)
                if record.track_id:
                    index[record.path] = Known(record.signature, record.track_id)
                elif record.signature and index.get(record.path, record).signature != record.signature:
                    del index[record.path]  # what lies there now is another file, which cannot be heard
            write(_songs_table(index), self.folder / "songs.parquet")
            for shelf in shelves:
                measured = self.measured(shelf)
                self._write_failures(shelf, records, measured)
                self._write_manifest(shelf, len(measured))

    def _write_failures(self, shelf: Shelf, records: list[SongRecord], measured: set[str]) -> None:
        failures = self.failures(shelf)
        for record in records:
            for path in record.gone:
                failures.pop(path, None)
            before = failures.get(record.path)
            if before and (before[0] != record.signature or record.track_id in measured):
                del failures[record.path]
            if failure := record.failures.get(shelf.folder):
                failures[record.path] = (record.signature, failure)
        write(_failures_table(failures), self.folder / shelf.folder / "failures.parquet")

    def _write_manifest(self, shelf: Shelf, songs: int) -> None:
        folder = self.folder / shelf.folder
        parts = {part.name: rows_in(part) for part in parts_of(folder)}
        manifest = {
            "what": f"{shelf.features}, version {shelf.version}, of songs cut as '{shelf.window}'",
            "files": "part-*.parquet: a row per segment; failures.parquet: the songs that gave none, and why",
            "format": FORMAT,
            "hash": shelf.hash,
            "made_from": shelf.to_dict(),
            "columns": {**_WHAT, **_meanings(shelf)},
            "rows": sum(parts.values()),
            "songs": songs,
            "parts": parts,
            "last_written_with": {
                "earmark": metadata.version("earmark"),
                "numpy": np.__version__,
                "pyarrow": pa.__version__,
                "python": platform.python_version(),
            },
        }
        write_text(folder / "manifest.json", json.dumps(manifest, indent=2) + "\n")


def _meanings(shelf: Shelf) -> dict[str, str]:
    """Return unit and source of each column, where this installation knows them."""
    if shelf.features not in FEATURE_SETS:
        return {}
    chosen = FEATURE_SETS[shelf.features]
    if (chosen.version, chosen.columns) != (shelf.version, shelf.columns):
        return {}
    return {column.name: f"{column.unit}; {column.source}" for column in chosen.info}


class StoreWriter:
    """Adds songs to a store; a context manager for one run.

    Nothing is written, and no folder made, before the first song is added.

    Parameters
    ----------
    store : FeatureStore
        Where to.
    shelves : iterable of Shelf
        The shelves that are filled.
    """

    def __init__(self, store: FeatureStore, shelves: Iterable[Shelf]) -> None:
        self._store = store
        self._shelves = list(shelves)
        self._journal: Journal | None = None
        self._songs = self._bytes = self._kept = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, StoreError):
            # Nothing more can be written: the journal holds what there is.
            if self._journal is not None:
                self._journal.close()
        else:
            self.keep()

    def add(self, record: SongRecord) -> None:
        """Add a song, safe from now on.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        data = record.pack()
        with keeping(self._store.folder):
            if self._journal is None:
                self._journal = Journal(self._store.folder / "journals")
                self._journal.append(json.dumps([shelf.to_dict() for shelf in self._shelves]).encode())
            self._journal.append(data)
        self._songs += 1
        self._bytes += len(data)
        if self._songs >= SONGS + self._kept // 10 or self._bytes >= BYTES:
            self.keep()

    def keep(self) -> None:
        """Turn the journal into parts.

        Raises
        ------
        StoreError
            If they cannot be written; the songs stay in the journal.
        """
        journal, self._journal = self._journal, None
        if journal is None:
            return
        with keeping(self._store.folder):
            try:
                records = [SongRecord.unpack(record) for record in journal.records()[1:]]
                self._store._keep(self._shelves, records)
                journal.discard()
            finally:
                journal.close()
        self._kept += self._songs
        self._songs = self._bytes = 0


def _songs_table(index: Mapping[str, Known]) -> pa.Table:
    rows = sorted((path, known.track_id, known.signature) for path, known in index.items())
    return _table(("path", "track_id", "signature"), rows)


def _failures_table(failures: Mapping[str, tuple[str, Failure]]) -> pa.Table:
    rows = [(path, signature, *failure) for path, (signature, failure) in sorted(failures.items())]
    return _table(("path", "signature", *Failure._fields), rows)


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> pa.Table:
    return pa.table({name: texts([row[i] for row in rows]) for i, name in enumerate(names)})
