"""Many songs in, tables of features out."""

import os
from collections.abc import Iterable, Mapping

import pyarrow as pa

from earmark import audio
from earmark.audio.windows import Window, parse_window
from earmark.errors import ArgumentError
from earmark.executors import executor as executor_named
from earmark.features import FEATURE_SETS
from earmark.features.export import checked, export, joined
from earmark.features.shelf import Shelf, shelf_of
from earmark.features.store import FeatureStore, StoreWriter
from earmark.service.extraction import Extraction, Progress, Run

AnyPath = str | bytes | os.PathLike[str]
WINDOW = "3s"


class Library:
    """A folder in which the features of songs are kept, and added to from run to run.

    Parameters
    ----------
    folder : str or os.PathLike
        Where it lies, or will; ``docs/how-to.md`` says what is in it.

    Examples
    --------
    >>> library = Library(folder)
    >>> library.extract(song, "gtzan58", window="3s").measured
    1
    >>> library.extract(song, "gtzan58", window="3s").unchanged
    1
    >>> library.read("gtzan58", window="3s").column_names[:6]
    ['path', 'track_id', 'segment', 'start_s', 'end_s', 'length']
    """

    def __init__(self, folder: str | os.PathLike[str] = "features") -> None:
        self._store = FeatureStore(folder)

    def extract(
        self,
        paths: AnyPath | Iterable[AnyPath],
        features: str | Iterable[str] = "gtzan58",
        window: str | Window = WINDOW,
        *,
        workers: int | None = None,
        executor: str | None = None,
        address: str | None = None,
        retry_failures: bool = False,
        progress: Progress | None = None,
    ) -> Extraction:
        """Measure the songs among files and folders that are not measured yet.

        A song whose path, size and date are known costs no more than asking for them. Any other is hashed; if
        only its name or its tags are new, that is all. A song that cannot be heard is a row of the failures;
        if the sound itself is to blame, it is tried again only when its file has changed. What is finished is
        safe: Ctrl-C or a kill loses the songs under way, and the next run goes on.

        Parameters
        ----------
        paths : str or os.PathLike or bytes, or an iterable of them
            Files and folders, here or at addresses such as ``s3://bucket/folder``.
        features : str or iterable of str
            Feature sets; each song is decoded once for all of them.
        window : str or Window
            How songs are cut, see :func:`earmark.audio.windows.parse_window`.
        workers : int, optional
            Songs heard at once; as many as there are processors by default.
        executor : str, optional
            Who hears them, see :func:`earmark.executors.executor`; processes on this machine by default.
        address : str, optional
            Where the executor's cluster is.
        retry_failures : bool
            Try again what failed because of the sound itself, though its file has not changed.
        progress : callable, optional
            Called with the numbers of songs that are done, and of all that must be heard.

        Returns
        -------
        Extraction

        Raises
        ------
        UnknownNameError, ArgumentError
            If there is no such feature set or executor, window or number of workers.
        StoreError
            If the folder cannot be written, or holds what is damaged.
        ExecutorError
            If no worker can be started, or the cluster is out of reach. What was measured is kept.
        """
        if workers is not None and workers < 1:
            raise ArgumentError(f"{workers} workers", "give at least 1")
        shelves = _shelves(features, window)
        self._store.adopt()
        run = Run(self._store, shelves, retry_failures=retry_failures)
        found = audio.find_audio([paths] if isinstance(paths, str | bytes | os.PathLike) else paths)
        for place, error in found.errors:
            run.refuse(place, error)
        for file in found.files:
            run.look_at(audio.address(file))
        if executor is None:
            # One song is heard before a worker would have started. Among many, one that kills is a failure.
            alone = len(found.files) <= 1 or not run.waiting
            executor = "inline" if alone and address is None else "processes"
            workers = None if executor == "inline" else workers
        with (
            StoreWriter(self._store, shelves.values()) as writer,
            executor_named(executor, workers, address) as work,
        ):
            run.hear(work, writer, progress)
        return run.result()

    def read(
        self,
        features: str | Iterable[str] = "gtzan58",
        window: str | Window = WINDOW,
        only: Extraction | None = None,
    ) -> pa.Table:
        """Return what was measured, sorted by path and segment, each sound once.

        Parameters
        ----------
        features : str or iterable of str
            Feature sets. Of more than one, the columns have their set's name before them: ``gtzan58.tempo``.
        window : str or Window
            How the songs were cut.
        only : Extraction, optional
            The run whose songs are wanted; all by default.

        Returns
        -------
        pyarrow.Table
            ``path``, ``track_id``, ``segment``, ``start_s``, ``end_s``, the columns and ``notes``. Its
            ``to_pandas()`` gives a data frame.

        Raises
        ------
        UnknownNameError, ArgumentError, StoreError
            As :meth:`extract`, and for sets that give one row and several rows for a whole song.
        """
        shelves = _shelves(features, window)
        _see_that_rows_match(shelves)
        paths = None if only is None else only.paths
        return joined({name: self._store.read(shelf, paths) for name, shelf in shelves.items()})

    def save(
        self,
        file: str | os.PathLike[str],
        features: str | Iterable[str] = "gtzan58",
        window: str | Window = WINDOW,
        only: Extraction | None = None,
    ) -> None:
        """Write what :meth:`read` returns as one file, in the place of any that is there.

        Parameters
        ----------
        file : str or os.PathLike
            A name that ends in ``.csv`` or ``.parquet``, in a folder that is there.
        features, window, only
            As :meth:`read`.

        Raises
        ------
        UnknownNameError, ArgumentError, StoreError
            As :meth:`read`; if the file's name ends otherwise, if its folder is missing or that of the
            features, or if it cannot be written.
        """
        self.check(file, features, window)
        export(self.read(features, window, only), file)

    def check(
        self,
        file: str | os.PathLike[str],
        features: str | Iterable[str] = "gtzan58",
        window: str | Window = WINDOW,
    ) -> None:
        """Raise what :meth:`save` would raise of such arguments: for before the songs are measured.

        Raises
        ------
        UnknownNameError, ArgumentError
            As :meth:`save`.
        """
        if checked(file).resolve().is_relative_to(self._store.folder.resolve()):
            raise ArgumentError(
                f"the table '{os.fspath(file)}' among the features", "name a file in another folder"
            )
        _see_that_rows_match(_shelves(features, window))

    def songs(self) -> pa.Table:
        """Return every path that was ever heard: ``path``, ``track_id``, ``signature``."""
        return self._store.songs()


def _shelves(features: str | Iterable[str], window: str | Window) -> dict[str, Shelf]:
    names = features.split(",") if isinstance(features, str) else features
    cut = parse_window(window)
    shelves = {name.strip(): shelf_of(FEATURE_SETS[name.strip()], cut) for name in names}
    if not shelves:
        raise ArgumentError("no feature set", f"name one or more of {', '.join(FEATURE_SETS)}")
    return shelves


def _see_that_rows_match(shelves: Mapping[str, Shelf]) -> None:
    """Raise if the rows of two sets would stand side by side that are of other parts of a song."""
    several = [name for name in shelves if FEATURE_SETS[name].row_of is None]
    if several and len(shelves) > 1 and any(shelf.window == "whole" for shelf in shelves.values()):
        raise ArgumentError(
            f"'{several[0]}' has several rows for a whole song, and no table with other feature sets",
            "take it alone, or cut the songs, e.g. in windows of 3s",
        )
