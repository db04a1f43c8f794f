"""Fingerprints on disk, by the hash of the sound: a song is heard once, wherever it lies."""

import json
import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePath

import pyarrow as pa

from earmark.audio import SUFFIXES
from earmark.errors import StoreError
from earmark.features.export import export
from earmark.features.fingerprint_kinds import Fingerprint, Kind
from earmark.features.parts import read
from earmark.features.shelf import Failure
from earmark.workspace import content_hash, keeping, locked, replacing, sweep, write_text

FORMAT = 1
DUPLICATES, FAILURES = "duplicates.parquet", "failures.parquet"


class FingerprintStore:
    """A folder of fingerprints, and of what the last run found.

    ``earmark-3f…/ab/abcdef….codes`` holds the fingerprint of one sound: :meth:`Fingerprint.pack` says how.
    Each is written whole or not at all, so that whoever comes after a kill goes on.

    Parameters
    ----------
    folder : str or os.PathLike
        Where it lies, or will.
    kind : Kind
        The fingerprints that are wanted; others lie beside them.

    Examples
    --------
    >>> from earmark.features.fingerprint_kinds import KINDS, fingerprint
    >>> store = FingerprintStore(folder, KINDS["earmark"])
    >>> store.get("0123456789abcdef") is None
    True
    >>> store.keep("0123456789abcdef", fingerprint(song))
    >>> store.get("0123456789abcdef").duration_s
    7.0
    """

    def __init__(self, folder: str | os.PathLike[str], kind: Kind) -> None:
        self.folder = Path(folder)
        self._made_from = {
            "format": FORMAT,
            "kind": kind.name,
            "version": kind.version(),
            "rate_hz": kind.rate_hz,
            # What decodes and resamples; later versions of the same first number mend and add.
            "made_with": {name: metadata.version(name).partition(".")[0] for name in ("av", "soxr")},
        }
        self._shelf = self.folder / f"{kind.name}-{content_hash(self._made_from)}"

    def _path(self, track_id: str) -> Path:
        return self._shelf / track_id[:2] / f"{track_id}.codes"

    def get(self, track_id: str) -> Fingerprint | None:
        """Return the fingerprint of a sound; None if there is none, or a damaged one."""
        try:
            return Fingerprint.unpack(self._path(track_id).read_bytes())
        except (OSError, StoreError):
            return None  # it is made again

    def keep(self, track_id: str, made: Fingerprint) -> None:
        """Keep the fingerprint of a sound.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        path = self._path(track_id)
        with keeping(self.folder), locked(self._shelf):
            if not (self._shelf / "manifest.json").exists():
                write_text(self._shelf / "manifest.json", json.dumps(self._made_from, indent=2) + "\n")
            path.parent.mkdir(exist_ok=True)
            with replacing(path) as new:
                new.write_bytes(made.pack())

    def report(self, duplicates: pa.Table, failures: Mapping[str, Failure]) -> None:
        """Write what a run found, in the place of what the last one did.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        with keeping(self.folder), locked(self._shelf):
            for folder in (self._shelf, *self._shelf.glob("??")):
                sweep(folder)
        export(duplicates, self.folder / DUPLICATES)
        rows = [(path, *why) for path, why in failures.items()]
        names = ("path", *Failure._fields)
        columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(names))]
        export(pa.table(columns, list(names)), self.folder / FAILURES)


_DUPLICATES = pa.schema(
    [
        ("track_id", pa.string()),
        ("recording_id", pa.string()),
        ("songs", pa.int64()),
        ("paths", pa.list_(pa.string())),
    ]
)


def read_duplicates(file: Path) -> pa.Table:
    """Return what :func:`duplicates_table` made.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    StoreError
        If it is damaged, or another table.
    """
    return read(file, _DUPLICATES)


def song_name(path: str) -> str:
    """Return the name of a song's file without its folder and ending; other endings belong to the name.

    Examples
    --------
    >>> song_name("/music/jazz.00033.ogg"), song_name("jazz.00033")
    ('jazz.00033', 'jazz.00033')
    """
    name = PurePath(path)
    return name.stem if name.suffix.lower() in SUFFIXES else name.name


def duplicates_table(recording_of: Mapping[str, str], paths_of: Mapping[str, Sequence[str]]) -> pa.Table:
    """Return which recording every sound is.

    Parameters
    ----------
    recording_of : mapping of str to str
        By hash of the sound the hash that its recording goes by.
    paths_of : mapping of str to sequence of str
        By hash of the sound where it lies.

    Returns
    -------
    pyarrow.Table
        One row per sound, in order: ``track_id``; ``recording_id``, equal where sounds are the same
        recording; ``songs``, how many files hold that recording; ``paths``, which of them hold this sound.
    """
    tracks = sorted(recording_of)
    songs: dict[str, int] = {}
    for track_id, recording_id in recording_of.items():
        songs[recording_id] = songs.get(recording_id, 0) + len(paths_of[track_id])
    return pa.table(
        {
            "track_id": tracks,
            "recording_id": [recording_of[track_id] for track_id in tracks],
            "songs": [songs[recording_of[track_id]] for track_id in tracks],
            "paths": [list(paths_of[track_id]) for track_id in tracks],
        },
        _DUPLICATES,
    )
