"""Many songs in, out comes which of them are the same recording."""

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from earmark import audio
from earmark.errors import ArgumentError, ExecutorError, WorkerDiedError
from earmark.executors import as_finished
from earmark.executors import executor as executor_named
from earmark.features.fingerprint_kinds import KINDS, Fingerprint, Kind, fingerprint, kind_named
from earmark.features.fingerprint_match import Match, compare, matches, recordings
from earmark.features.fingerprint_store import DUPLICATES, FingerprintStore, duplicates_table
from earmark.features.shelf import Failure
from earmark.service.extraction import text_of
from earmark.service.hearing import failure
from earmark.service.recordings_index import namesakes, read_index

AnyPath = str | bytes | os.PathLike[str]
Progress = Callable[[int, int], None]
TASK = "earmark.service.recordings:listen"


class Listened(NamedTuple):
    """What a worker brings back of one song: the hash of its sound, its fingerprint, whether it is new."""

    track_id: str
    packed: bytes
    new: bool


@dataclass(frozen=True)
class Namesakes:
    """Two songs that an index gives the same artist and title.

    Attributes
    ----------
    artist, title : str
        What the index calls them.
    a, b : str
        Their paths.
    match : Match or None
        What they share; None if they are other parts of the recording, or other recordings.
    """

    artist: str
    title: str
    a: str
    b: str
    match: Match | None


@dataclass(frozen=True)
class Duplicates:
    """Which songs are the same recording.

    Attributes
    ----------
    kind : str
        The kind of fingerprint that they were compared by.
    songs : int
        How many songs were heard, now or earlier.
    new : int
        How many of them now.
    pairs : tuple of Match
        Two songs each, by path, that share a recording. Where a sound lies at several paths, each of the
        others is paired with the first, which stands for all of them in other pairs.
    groups : tuple of tuple of str
        The paths of each recording that is there more than once.
    namesakes : tuple of Namesakes
        Songs of equal artist and title in the index, compared at every offset.
    failures : dict of str to Failure
        By path why a song could not be heard.
    table : Path
        Where the table of recordings lies.
    """

    kind: str
    songs: int
    new: int
    pairs: tuple[Match, ...]
    groups: tuple[tuple[str, ...], ...]
    namesakes: tuple[Namesakes, ...]
    failures: Mapping[str, Failure]
    table: Path

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark duplicates --json`` prints: plain JSON types."""
        return {
            "kind": self.kind,
            "songs": self.songs,
            "new": self.new,
            "pairs": [match.to_dict() for match in self.pairs],
            "recordings": [list(paths) for paths in self.groups],
            "namesakes": [
                {**asdict(pair), "match": pair.match.to_dict() if pair.match else None}
                for pair in self.namesakes
            ],
            "failures": [{"path": path, **why._asdict()} for path, why in self.failures.items()],
            "table": str(self.table),
        }


def listen(address: str, kind: str, folder: str) -> Listened:
    """Return the fingerprint of a song: the one that is kept for its sound, or a new one.

    Parameters
    ----------
    address : str
        Where the song lies.
    kind : str
        The kind of fingerprint.
    folder : str
        Where fingerprints are kept.

    Raises
    ------
    AudioError
        If the sound cannot be had.
    """
    track_id = audio.sound_hash(address)
    known = FingerprintStore(folder, KINDS[kind]).get(track_id)
    return Listened(track_id, (known or fingerprint(address, kind)).pack(), known is None)


def duplicates(
    paths: AnyPath | Iterable[AnyPath],
    *,
    folder: str | os.PathLike[str] = "fingerprints",
    kind: str = "auto",
    index: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    executor: str | None = None,
    address: str | None = None,
    progress: Progress | None = None,
) -> Duplicates:
    """Find the recordings that are there twice among files and folders, whatever their format or length.

    What was heard once is kept by the hash of its sound, and safe: Ctrl-C or a kill loses the songs under
    way. A song that cannot be heard is a row of the failures. At the end the folder holds
    ``duplicates.parquet``, which says for each sound which recording it is, and ``failures.parquet``.

    Parameters
    ----------
    paths : str or os.PathLike or bytes, or an iterable of them
        Files and folders, here or at addresses such as ``s3://bucket/folder``.
    folder : str or os.PathLike
        Where fingerprints are kept.
    kind : str
        ``"chromaprint"``, ``"earmark"``, or ``"auto"``: Chromaprint's if it is installed, else our own.
    index : str or os.PathLike, optional
        A table of artists and titles, see :func:`earmark.service.recordings_index.read_index`.
    workers, executor, address
        Who hears the songs, see :meth:`earmark.service.library.Library.extract`.
    progress : callable, optional
        Called with the numbers of songs that are done, and of all.

    Raises
    ------
    UnknownNameError, ArgumentError, EarmarkError
        If there is no such kind or executor, index or number of workers; if Chromaprint is not installed.
    StoreError
        If the folder cannot be written.
    ExecutorError
        If no worker can be started, or the cluster is out of reach.

    Examples
    --------
    >>> found = duplicates(song, folder=folder, kind="earmark")
    >>> found.songs, found.pairs
    (1, ())
    """
    made = kind_named(kind)
    named = {} if index is None else read_index(index)
    if workers is not None and workers < 1:
        raise ArgumentError(f"{workers} workers", "give at least 1")
    store = FingerprintStore(folder, made)
    found = audio.find_audio([paths] if isinstance(paths, str | bytes | os.PathLike) else paths)
    hearing = _Hearing(store, made, progress, len(found.files))
    for place, error in found.errors:
        hearing.failures[text_of(audio.address(place))] = failure(error)
    addresses = [audio.address(file) for file in found.files]
    if executor is None:
        executor = "inline" if len(addresses) <= 1 and address is None else "processes"
        workers = None if executor == "inline" else workers
    jobs = ((where, made.name, os.path.abspath(folder)) for where in addresses)
    with executor_named(executor, workers, address) as work:
        for job, future in as_finished(work, TASK, jobs):
            hearing.learn(job[0], future)
    return hearing.compared(named)


class _Hearing:
    """What is known of the songs of one run."""

    def __init__(self, store: FingerprintStore, kind: Kind, progress: Progress | None, total: int) -> None:
        self.failures: dict[str, Failure] = {}
        self._store = store
        self._kind = kind
        self._prints: dict[str, Fingerprint] = {}
        self._paths: dict[str, list[str]] = {}
        self._new = self._done = 0
        self._progress = progress or (lambda done, total: None)
        self._total = total
        self._progress(0, total)

    def learn(self, address: str, future: "Future[Listened]") -> None:
        """Take what a worker brought back, and keep it."""
        error = future.exception()
        if isinstance(error, ExecutorError) and not isinstance(error, WorkerDiedError):
            raise error  # no song's fault
        if error is not None:
            self.failures[text_of(address)] = failure(error)
        else:
            track_id, packed, new = future.result()
            made = Fingerprint.unpack(packed)
            if new and track_id not in self._prints:
                self._store.keep(track_id, made)
            self._new += new
            self._prints[track_id] = made
            self._paths.setdefault(track_id, []).append(text_of(address))
        self._done += 1
        self._progress(self._done, self._total)

    def compared(self, index: Mapping[str, Any]) -> Duplicates:
        """Compare all songs, write the tables, and return what was found."""
        # In the order of their paths, whoever was heard first.
        paths_of = {track: sorted(paths) for track, paths in self._paths.items()}
        prints = {track: self._prints[track] for track in sorted(self._prints, key=paths_of.__getitem__)}
        found = matches(prints, self._kind.name)
        recording_of = recordings(prints, found)
        failures = dict(sorted(self.failures.items()))
        self._store.report(duplicates_table(recording_of, paths_of), failures)
        equal = [
            _equal(first, other, self._prints[track])
            for track, (first, *others) in paths_of.items()
            for other in others
        ]
        alike = [replace(match, a=paths_of[match.a][0], b=paths_of[match.b][0]) for match in found]
        groups: dict[str, list[str]] = {}
        for track, recording in recording_of.items():
            groups.setdefault(recording, []).extend(paths_of[track])
        return Duplicates(
            kind=self._kind.name,
            songs=sum(map(len, paths_of.values())),
            new=self._new,
            pairs=tuple(sorted([*equal, *alike], key=lambda match: (match.a, match.b))),
            groups=tuple(sorted(tuple(sorted(paths)) for paths in groups.values() if len(paths) > 1)),
            namesakes=tuple(self._namesakes(index, paths_of)),
            failures=failures,
            table=self._store.folder / DUPLICATES,
        )

    def _namesakes(self, index: Mapping[str, Any], paths_of: Mapping[str, list[str]]) -> Iterable[Namesakes]:
        prints = {path: self._prints[track] for track, paths in paths_of.items() for path in paths}
        track_of = {path: track for track, paths in paths_of.items() for path in paths}
        for named, a, b in namesakes(index, sorted(prints)):
            same = track_of[a] == track_of[b]
            match = (
                _equal(a, b, prints[a]) if same else compare((a, prints[a]), (b, prints[b]), self._kind.name)
            )
            yield Namesakes(named.artist, named.title, a, b, match)


def _equal(a: str, b: str, made: Fingerprint) -> Match:
    """Return two paths of one sound as a pair: its packets are equal, so there is nothing to compare."""
    return Match(a, b, round(made.duration_s, 2), 0.0, 0.0, 0.0, 0.0)
