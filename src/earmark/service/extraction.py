"""One run over many songs: what is known of each, what there is to do, and what came of it."""

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from earmark import audio
from earmark.errors import EarmarkError, ExecutorError, MissingFileError, WorkerDiedError
from earmark.executors import Executor, as_finished
from earmark.features.shelf import Failure, Shelf, SongRecord
from earmark.features.store import FeatureStore, StoreWriter
from earmark.service.hearing import TASK, Heard, failure, signature_of, unchanged

_USER = re.compile(r"(?<=://)[^/]*@")

LASTING = ("NotAudioError", "EmptyAudioError", "ArgumentError")
"""Failures that the sound itself is to blame for: there is no use in trying again before the file changes."""

Progress = Callable[[int, int], None]
"""Told after each song how many are done, and of how many."""


@dataclass(frozen=True)
class Extraction:
    """What a run did.

    Attributes
    ----------
    measured : int
        Songs that were heard and measured.
    recognised : int
        Songs whose sound was known under another path, with other tags, or from another song of the same run.
    unchanged : int
        Songs of which nothing but the date was read.
    failures : dict of str to Failure
        By path why a song has no rows, or lacks some; those of earlier runs too.
    folders : dict of str to Path
        Where the rows of each feature set lie.
    paths : dict of str to str
        By hash of its sound the first path of each song asked for.
    took_s : float
        Seconds that the run took.
    """

    measured: int
    recognised: int
    unchanged: int
    failures: Mapping[str, Failure]
    folders: Mapping[str, Path]
    paths: Mapping[str, str]
    took_s: float

    @property
    def failed(self) -> int:
        """Songs that have no rows, or lack some."""
        return len(self.failures)

    @property
    def songs(self) -> int:
        """All songs asked for."""
        return self.measured + self.recognised + self.unchanged + self.failed


class Job(NamedTuple):
    """The arguments of :func:`earmark.service.hearing.hear`."""

    address: str
    sets: tuple[str, ...]
    window: str
    track_id: str = ""
    signature: str = ""


class Run:
    """Looks at songs, hears those that are new, and keeps what was found.

    Parameters
    ----------
    store : FeatureStore
        What is known.
    shelves : dict of str to Shelf
        What is wanted, by name of the feature set.
    retry_failures : bool
        Try again what failed because of the sound itself, though its file is the same.
    """

    def __init__(self, store: FeatureStore, shelves: Mapping[str, Shelf], *, retry_failures: bool) -> None:
        self._began_s = time.monotonic()
        self._store = store
        self._shelves = shelves
        self._window = next(iter(shelves.values())).window
        self._retry = retry_failures
        self._index = store.index()
        self._measured = {name: store.measured(shelf) for name, shelf in shelves.items()}
        self._failed = {name: store.failures(shelf) for name, shelf in shelves.items()}
        self._paths_of: dict[str, list[str]] = {}
        for path, known in self._index.items():
            self._paths_of.setdefault(known.track_id, []).append(path)
        self._signatures: dict[str, str] = {}
        self._gone: dict[str, tuple[str, ...]] = {}
        self._under_way: dict[str, list[Job]] = {}  # by sound, and who else has it
        self._waiting: deque[Job] = deque()
        self._counts = {"measured": 0, "recognised": 0, "unchanged": 0}
        self._failures: dict[str, Failure] = {}
        self._paths: dict[str, str] = {}
        self.unheard: list[SongRecord] = []

    @property
    def waiting(self) -> int:
        """How many songs there are to hear."""
        return len(self._waiting) + sum(map(len, self._under_way.values()))

    def refuse(self, place: audio.AnyPath, error: EarmarkError) -> None:
        """Take note of a place that gave no song."""
        path, why = text_of(audio.address(place)), failure(error)
        self._failures[path] = why
        if any(failed.get(path) != ("", why) for failed in self._failed.values()):
            everywhere = {shelf.folder: why for shelf in self._shelves.values()}
            self.unheard.append(SongRecord(path, "", failures=everywhere))

    def look_at(self, address: str) -> None:
        """See what is known of a song, and what there is to do."""
        path = text_of(address)
        signature = self._signatures[path] = signature_of(address)
        known = self._index.get(path)
        same = known is not None and unchanged(known.signature, signature)
        track_id = known.track_id if known and same else ""
        missing = self._missing(track_id)
        if same and not missing:
            self._count("unchanged", path, track_id)
            if any(path in failed for failed in self._failed.values()):  # it does no longer
                self.unheard.append(SongRecord(path, signature, track_id))
            return
        failed = {name: why for name in missing if (why := self._why_not(name, path, signature))}
        if failed:
            self._failures[path] = next(iter(failed.values()))
        if same and len(missing) < len(self._shelves):
            self._name(track_id, path)  # it has some of the rows
        left = tuple(name for name in missing if name not in failed)
        if left and same:
            self._hear_once(Job(address, left, self._window, track_id, signature), self._waiting.append)
        elif left:
            self._waiting.append(Job(address, (), self._window))

    def _hear_once(self, job: Job, queue: Callable[[Job], None]) -> None:
        """Have a sound heard; if it is being heard already, wait for what comes of that."""
        if job.track_id in self._under_way:
            self._under_way[job.track_id].append(job)
        else:
            self._under_way[job.track_id] = []
            queue(job)

    def _why_not(self, name: str, path: str, signature: str) -> Failure | None:
        """Return why it is of no use to try a song again."""
        then, why = self._failed[name].get(path, ("", None))
        if self._retry or why is None or why.error not in LASTING or not unchanged(then, signature):
            return None
        return why

    def _missing(self, track_id: str) -> tuple[str, ...]:
        """Return the feature sets that a sound has no rows of."""
        return tuple(name for name, tracks in self._measured.items() if track_id not in tracks)

    def _count(self, what: str, path: str, track_id: str) -> None:
        self._counts[what] += 1
        self._name(track_id, path)

    def _name(self, track_id: str, path: str) -> None:
        self._paths[track_id] = min(self._paths.get(track_id, path), path)

    def hear(self, executor: Executor, writer: StoreWriter, progress: Progress | None) -> None:
        """Hear the songs that wait, in whatever order they finish."""
        for record in self.unheard:
            writer.add(record)
        total, done = self.waiting, 0
        if progress is not None:
            progress(0, total)
        for job, future in as_finished(executor, TASK, _Emptying(self._waiting)):
            for learned in self._learn(job, future):
                writer.add(learned)
                done += 1
                if progress is not None:
                    progress(done, total)

    def _learn(self, job: Job, future: "Future[Heard]") -> list[SongRecord]:
        """Return what a worker found of songs; nothing if that is a hash, and it must be heard."""
        error = future.exception()
        if error is None:
            heard = future.result()
            return self._finished(job, heard) if job.sets else self._identified(job, heard.track_id)
        if isinstance(error, ExecutorError) and not isinstance(error, WorkerDiedError):
            raise error  # no song's fault
        why = failure(error)
        return self._finished(job, Heard(job.track_id, {}, dict.fromkeys(job.sets or self._shelves, why)))

    def _identified(self, job: Job, track_id: str) -> list[SongRecord]:
        path = text_of(job.address)
        self._gone[path] = tuple(other for other in self._paths_of.pop(track_id, ()) if _is_gone(other))
        known = Job(job.address, tuple(self._shelves), self._window, track_id, self._signatures[path])
        return self._recognised(known)

    def _recognised(self, job: Job) -> list[SongRecord]:
        """Count a song whose sound has been measured, or have it heard."""
        missing = tuple(name for name in self._missing(job.track_id) if name in job.sets)
        if missing:
            self._hear_once(job._replace(sets=missing), self._waiting.appendleft)  # while it is in memory
            return []
        path = text_of(job.address)
        if path in self._failures:
            self._name(job.track_id, path)
        else:
            self._count("recognised", path, job.track_id)
        return [SongRecord(path, self._signatures[path], job.track_id, gone=self._gone.pop(path, ()))]

    def _finished(self, job: Job, heard: Heard) -> list[SongRecord]:
        path = text_of(job.address)
        for name in heard.cuts:
            self._measured[name].add(heard.track_id)
        if heard.failures:
            self._failures.setdefault(path, next(iter(heard.failures.values())))
        if path not in self._failures:
            self._count("measured", path, heard.track_id)
        elif heard.cuts:
            self._name(heard.track_id, path)
        record = SongRecord(
            path,
            self._signatures[path],
            heard.track_id,
            {self._shelves[name].folder: cuts for name, cuts in heard.cuts.items()},
            {self._shelves[name].folder: why for name, why in heard.failures.items()},
            self._gone.pop(path, ()),
        )
        others = self._under_way.pop(heard.track_id, ())
        return [record, *(learned for other in others for learned in self._recognised(other))]

    def result(self) -> Extraction:
        """Return what the run did."""
        folders = {name: self._store.folder / shelf.folder for name, shelf in self._shelves.items()}
        took_s = time.monotonic() - self._began_s
        failures = dict(sorted(self._failures.items()))
        return Extraction(
            **self._counts, failures=failures, folders=folders, paths=self._paths, took_s=took_s
        )


class _Emptying:
    """Hands out jobs as long as there are any; later there may be more."""

    def __init__(self, jobs: deque[Job]) -> None:
        self._jobs = jobs

    def __iter__(self) -> "_Emptying":
        return self

    def __next__(self) -> Job:
        if not self._jobs:
            raise StopIteration
        return self._jobs.popleft()


def text_of(address: str) -> str:
    r"""Return an address fit for a table: undecodable bytes of a file name are escaped, passwords left out.

    Examples
    --------
    >>> text_of("/music/caf\udce9.mp3"), text_of("ftp://me:s@cret@host/a.mp3")
    ('/music/caf\\xe9.mp3', 'ftp://host/a.mp3')
    """
    return _USER.sub("", audio.spelled(address), count=1)


def _is_gone(address: str) -> bool:
    """Tell whether there is nothing at an address; where that cannot be told, there may be."""
    try:
        audio.stamp(address)
    except MissingFileError:
        return True
    except EarmarkError:
        return False
    return False
