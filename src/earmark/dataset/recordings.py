"""The same recording twice in the sound, told to a table: a column that keeps its rows together.

``earmark duplicates`` writes which recording each sound is. Beside the rows of a table that becomes the
column ``recording_id``; a split then keeps a recording on one side, as it does with a track.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError, StoreError
from earmark.features.fingerprint_store import DUPLICATES, read_duplicates, song_name

RECORDING = "recording_id"
_TRACK = "track_id"
_FILES = ("path", "filename", "file", "clip")
_SHOWN = 10


def read_recordings(path: str | os.PathLike[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what ``earmark duplicates`` found.

    Parameters
    ----------
    path : str or os.PathLike
        Its folder, or the file ``duplicates.parquet``.

    Returns
    -------
    by_track, by_name : dict of str to str
        The recording, by hash of the sound and by name of the file without its folder and ending. A name that
        stands for several recordings is left out.

    Raises
    ------
    StoreError
        If there is no such file, or it is damaged.
    """
    file = Path(path)
    file = file / DUPLICATES if file.is_dir() else file
    try:
        rows = read_duplicates(file).to_pylist()
    except FileNotFoundError as error:
        raise StoreError(f"there is no '{file}'", "make it: earmark duplicates SONGS") from error
    by_track = {row[_TRACK]: row[RECORDING] for row in rows}
    of_name: dict[str, set[str]] = {}
    for row in rows:
        for song in row["paths"]:
            of_name.setdefault(song_name(song), set()).add(row[RECORDING])
    return by_track, {name: next(iter(found)) for name, found in of_name.items() if len(found) == 1}


def with_recordings(dataset: Dataset, path: str | os.PathLike[str]) -> Dataset:
    """Return a table with the column ``recording_id`` at its end, a group.

    Songs are found by ``track_id``, as tables of ``earmark extract`` have it, else by the name of their file.
    A song that was not compared is a recording of its own.

    Parameters
    ----------
    dataset : Dataset
        The table.
    path : str or os.PathLike
        What ``earmark duplicates`` wrote: its folder, or the file.

    Raises
    ------
    ArgumentError
        If the table has no column that names songs, or has ``recording_id`` already.
    StoreError
        As :func:`read_recordings`.
    """
    columns = [name for name in (_TRACK, *_FILES) if name in dataset.schema]
    if RECORDING in dataset.schema or not columns:
        raise ArgumentError(
            f"the table '{dataset.name}' has "
            + (
                f"a column '{RECORDING}' already"
                if RECORDING in dataset.schema
                else "no column that names songs"
            ),
            f"give a table with one of {', '.join((_TRACK, *_FILES))}, and without '{RECORDING}'",
        )
    by_track, by_name = read_recordings(path)
    songs = dataset.frame[columns[0]].astype("string")
    if columns[0] != _TRACK:
        songs = songs.map(song_name, na_action="ignore")
    known: Mapping[str, str] = by_track if columns[0] == _TRACK else by_name
    recordings = songs.map(known).fillna(songs).astype(object)
    frame = dataset.frame.assign(**{RECORDING: recordings.where(recordings.notna(), float("nan"))})
    spec = ColumnSpec(RECORDING, "id", "group", nullable=bool(recordings.isna().any()))
    schema = Schema((*dataset.schema.columns, spec), dataset.schema.source)
    return replace(dataset, frame=frame, schema=schema)


@CHECKS.register("recordings")
def same_recordings(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the recordings that stand in a table as several songs, if it tells which recording each is."""
    names = [name for name in (_TRACK, *_FILES) if name in dataset.schema]
    if RECORDING not in dataset.schema or not names:
        return
    pairs: pd.DataFrame = dataset.frame[[RECORDING, names[0]]].dropna().drop_duplicates()
    songs = pairs.groupby(RECORDING, sort=True)[names[0]].agg(list)
    several = songs[songs.map(len) > 1]
    if not len(several):
        return
    yield Finding(
        "same-recording",
        "warning",
        f"{counted(len(several), 'recording')} of '{RECORDING}' stand under several names of '{names[0]}'",
        {
            "recordings": len(several),
            "songs": int(several.map(len).sum()),
            "rows": int(dataset.frame[RECORDING].isin(several.index).sum()),
            "examples": [list(map(str, names_)) for names_ in several.iloc[:_SHOWN]],
        },
        "keep one song of each, or split by groups (earmark split): a recording stays on one side then",
    )
