"""Songs that a model of a table is asked about, measured as those that it learnt from."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark import audio
from earmark.audio import shown
from earmark.errors import BundleError, TrainingError
from earmark.features import FEATURE_SETS
from earmark.service.library import Library
from earmark.service.own_genres import is_genre_folders, unheard
from earmark.service.training import AnyPath, Progress, Table

if TYPE_CHECKING:
    from earmark.dataset.table import Dataset
    from earmark.models.genre_folders import Song

_WINDOW = "whole"
_TABLES = (".csv", ".tsv", ".parquet", ".json", ".jsonl")
_FILES = ("path", "file", "filename", "file_name")


@dataclass(frozen=True)
class Songs:
    """Songs that were found.

    Attributes
    ----------
    name : str
        The folder or list.
    songs : tuple of Song
        Their paths, with genre and artist where these are told.
    notes : tuple of str
        What was left out.
    """

    name: str
    songs: "tuple[Song, ...]"
    notes: tuple[str, ...] = ()


def songs_of(table: Table) -> Songs | None:
    """Return the songs in a folder or a list of them, None if it is a table of features.

    Parameters
    ----------
    table : Table
        A folder that holds a folder of songs for each genre; songs and folders of songs; or a table with a
        column of their files (``path``, ``file``, ``filename``), beside which genre and artist may stand.
    """
    from earmark.models import genre_folders  # noqa: PLC0415 - scikit-learn, which may be missing

    paths = [table.paths] if isinstance(table.paths, str | os.PathLike) else list(table.paths)
    if len(paths) == 1 and is_genre_folders(paths[0]):
        sorted_songs, notes = genre_folders.songs_in(Path(paths[0]))
        return Songs(shown(paths[0]), tuple(sorted_songs), tuple(notes))
    if len(paths) == 1 and (listed := _listed(Path(paths[0]), table)) is not None:
        return listed
    if not all(os.path.exists(path) for path in paths) or any(_is_table(Path(path)) for path in paths):
        return None
    files = audio.find_audio(paths).files
    if not files:
        return None
    songs = tuple(genre_folders.song(Path(file)) for file in files)
    return Songs(shown(paths[0]), songs if table.labels is None else _labelled(songs, table.labels))


def _labelled(songs: "Sequence[Song]", labels: AnyPath) -> "tuple[Song, ...]":
    """Return songs with the genres that a table of labels gives them by their paths."""
    from earmark.dataset.join import genres_by_path, labels_file  # noqa: PLC0415 - pandas, may be missing
    from earmark.dataset.reading import read  # noqa: PLC0415 - as above

    genres = genres_by_path([one.path for one in songs], read(labels_file(Path(labels))).frame)
    return tuple(replace(one, genre=genres[one.path]) for one in songs if one.path in genres)


def _is_table(path: Path) -> bool:
    kept = any((path / name).exists() for name in ("songs.parquet", "manifest.json"))
    return kept or path.suffix.lower() in _TABLES


def _listed(path: Path, table: Table) -> Songs | None:
    """Return the songs of a list: a table with a column of files that are there, and with no feature."""
    if not (path.is_file() and _is_table(path)):
        return None
    from earmark.dataset.kinship import kin  # noqa: PLC0415 - pandas, which may be missing
    from earmark.models import genre_folders  # noqa: PLC0415 - scikit-learn, which may be missing

    dataset = replace(table, labels=None, catalog=None).read()
    column = next((name for name in dataset.frame if str(name).lower() in _FILES), None)
    if column is None or any(dataset.schema[name].numeric for name in dataset.features):
        return None
    artist = kin(dataset).get("artist")
    found, missing = [], []
    for at, value in enumerate(dataset.frame[column]):
        file = path.parent / str(value)
        if not file.is_file():
            missing.append(str(value))
            continue
        song = genre_folders.song(file)
        told: dict[str, Any] = {}
        if dataset.label is not None:
            told["genre"] = _text(dataset.frame[dataset.label].iloc[at]) or ""
        if artist is not None and artist.codes[at] >= 0:
            told["artist"] = str(dataset.frame[artist.column].iloc[at])
        found.append(replace(song, **told))
    if not found:
        return None
    some = f": {', '.join(map(shown, missing[:5]))}" if missing else ""
    notes = (f"{len(missing)} songs of the list are not there{some}",) if missing else ()
    return Songs(dataset.name, tuple(found), notes)


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) else None


def measured(
    asked: Songs,
    columns: Sequence[str],
    made_from: Mapping[str, Any],
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> "tuple[Dataset, tuple[str, ...]]":
    """Return a table of songs with the columns that a model takes, and notes on what was left out.

    What was measured before is not measured again: it lies in `folder`.

    Parameters
    ----------
    asked : Songs
        What to measure.
    columns : sequence of str
        The columns that the model takes.
    made_from : mapping
        What the model was made from; it tells how songs were cut.
    folder : Path
        Where features are kept.
    workers : int, optional
        Songs measured at once.
    progress : callable, optional
        Told how many are done.

    Raises
    ------
    BundleError
        If no feature set has the columns, or nobody knows how songs were cut.
    TrainingError
        If no song can be measured.
    """
    from earmark.dataset.cutting import UNKNOWN  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset.describe import described  # noqa: PLC0415 - as above

    if made_from.get("window") == UNKNOWN:
        raise BundleError(
            "the model learnt from pieces of songs, and its table does not tell how they were cut",
            "cut and measure these songs likewise ('earmark extract --window'), and give the table",
        )
    name, window = feature_set_of(columns), str(made_from.get("window") or _WINDOW)
    library = Library(folder)
    said = _said(progress)
    run = library.extract([one.path for one in asked.songs], name, window, workers=workers, progress=said)
    frame = library.read(name, window, run).to_pandas()
    by_path = {_absolute(one.path): one for one in asked.songs}
    of_rows = [by_path.get(_absolute(path)) for path in frame["path"]]
    known = [song for song in of_rows if song is not None]
    notes = [*asked.notes, *unheard({path: one.message for path, one in run.failures.items()})]
    if not known:
        raise TrainingError("no song can be measured", notes[0] if notes else "name a folder of songs")
    frame = frame[[song is not None for song in of_rows]].reset_index(drop=True)
    told = {"artist": [song.artist for song in known], "genre": [song.genre or None for song in known]}
    beside = {key: values for key, values in told.items() if any(values)}
    notes.append(f"songs measured by {name}, {'whole' if window == _WINDOW else f'cut by {window}'}")
    label = "genre" if "genre" in beside else None
    return described(frame.assign(**beside), asked.name, label=label), tuple(notes)


def feature_set_of(columns: Sequence[str]) -> str:
    """Return the smallest feature set that has some columns.

    Raises
    ------
    BundleError
        If none has.

    Examples
    --------
    >>> feature_set_of(["tempo", "mfcc1_mean"])
    'gtzan58'
    """
    fitting = [name for name in FEATURE_SETS if set(columns) <= set(FEATURE_SETS[name].columns)]
    if not fitting:
        odd = [one for one in columns if not any(one in FEATURE_SETS[name].columns for name in FEATURE_SETS)]
        raise BundleError(
            "the model takes columns that no feature set of Earmark has: "
            f"{', '.join((odd or list(columns))[:5])}",
            "measure the songs as those that it learnt from, and give the table",
        )
    return str(min(fitting, key=lambda name: len(FEATURE_SETS[name].columns)))


def _said(progress: Progress | None) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress("measuring", done, total)


def _absolute(path: Any) -> str:
    return os.path.abspath(str(path))
