"""Features, labels and groups put together, song by song."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from earmark import catalog as catalogues
from earmark.audio import shown
from earmark.dataset.findings import Finding, counted
from earmark.dataset.infer import guessed_label
from earmark.errors import TableError
from earmark.features.shelf import Shelf
from earmark.features.store import FeatureStore

GROUPS = ("artist", "album")
"""What a catalogue tells of a song that rows of one side of a split must not share with the other."""

_SONGS, _MANIFEST, _LABELS = "songs.parquet", "manifest.json", "labels.parquet"


def is_features(path: Path) -> bool:
    """Return whether a folder is one of ``earmark extract``, or one shelf of it."""
    is_shelf = (path / _MANIFEST).is_file() and (path.parent.parent / _SONGS).is_file()
    return is_shelf or (path / _SONGS).is_file()


def read_features(path: Path) -> pd.DataFrame:
    """Return the rows of a folder of features: ``path``, ``track_id``, ``segment``, ..., the columns.

    Parameters
    ----------
    path : Path
        A shelf, ``features/gtzan58@1/3s-9f2c0a1b7d3e4f55``, or a folder with one shelf.

    Raises
    ------
    TableError
        If it has no shelf, or several.
    StoreError
        If a part is damaged.
    """
    folder, shelf = _shelf(path)
    rows: pd.DataFrame = FeatureStore(folder.parent.parent).read(shelf).to_pandas()
    return rows


def window_of(path: Path) -> str:
    """Return how the songs of a folder of features were cut, ``"whole"`` or ``"3s"``.

    Raises
    ------
    TableError
        As :func:`read_features`.
    """
    return _shelf(path)[1].window


def _shelf(path: Path) -> tuple[Path, Shelf]:
    """Return the only shelf in a folder of features, and what it says of itself."""
    shelves = [path] if (path / _MANIFEST).is_file() else [m.parent for m in path.glob(f"*@*/*/{_MANIFEST}")]
    if len(shelves) != 1:
        names = sorted(shown(shelf) for shelf in shelves)
        raise TableError(
            f"the folder '{shown(path)}' holds {counted(len(names), 'table')} of features",
            f"name one of them: {', '.join(names)}" if names else "fill it: earmark extract SONGS",
        )
    (folder,) = shelves
    try:
        made_from = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["made_from"]
        shelf = Shelf.from_dict(made_from)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(
            f"the features in '{shown(folder)}' have a damaged manifest",
            "run earmark extract on any of their songs again",
        ) from error
    return folder, shelf


def read_catalogue(folder: str | os.PathLike[str]) -> pd.DataFrame:
    """Return of each song of a catalogue ``track_id``, ``path``, ``artist`` and ``album``.

    Raises
    ------
    StoreError
        If there is none, or it is damaged.
    """
    tracks: pd.DataFrame = catalogues.read(folder).tracks.select(["track_id", "path", *GROUPS]).to_pandas()
    return tracks


def labels_file(path: Path) -> Path:
    """Return the table in a folder of ``earmark label``; any other path is the table itself."""
    inside = path / _LABELS
    return inside if inside.is_file() else path


def labels_in(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of labels whose genre is called ``genre``.

    Raises
    ------
    TableError
        If no column looks like a genre, or none names the song.
    """
    label = guessed_label(table)
    if label is None or not {"track_id", "path"} & set(table.columns):
        raise TableError(
            f"the table of labels has the columns {', '.join(map(str, table.columns[:10]))}",
            "it needs 'genre', and 'track_id' or 'path'",
        )
    return table.rename(columns={label: "genre"})


def joined(
    features: pd.DataFrame, *, labels: pd.DataFrame | None = None, songs: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Put the genre and the groups of its song beside each row of features.

    Songs are the same where their ``track_id`` is, else where their ``path`` is: features name a sound, a
    catalogue names a song, and the path of a file tells which is which.

    Parameters
    ----------
    features : pandas.DataFrame
        Rows with ``track_id`` and ``path``, or one of them.
    labels : pandas.DataFrame, optional
        ``track_id`` or ``path``, and ``genre``. Rows without a genre are left out.
    songs : pandas.DataFrame, optional
        ``track_id``, ``path``, and what groups songs.

    Returns
    -------
    frame : pandas.DataFrame
        The rows with ``genre`` and groups behind their columns.
    remarks : list of Finding
        How many songs had none.

    Raises
    ------
    TableError
        If no song is in both.
    """
    remarks: list[Finding] = []
    frame = features
    if songs is not None:
        frame = _named_as(frame, songs)
        at = _matched(frame, songs, "catalogue")
        for name in GROUPS:
            if name not in frame and name in songs:
                frame = frame.assign(**{name: _taken(songs[name], at)})
    if labels is not None:
        at = _matched(frame, labels, "table of labels")
        remarks += _several(labels)
        frame = frame.assign(genre=_taken(labels["genre"], at))
        without = frame["genre"].isna()
        if without.any():
            remarks.append(_unlabelled(int(without.sum()), len(frame)))
            frame = frame[~without].reset_index(drop=True)
    return frame, remarks


def genres_by_path(paths: Sequence[str], labels: pd.DataFrame) -> dict[str, str]:
    """Return the genres that a table of labels gives files by their paths; those without one are left out.

    Raises
    ------
    TableError
        If the table has no genre or path, or none of these files.
    """
    frame, _ = joined(pd.DataFrame({"path": list(paths)}), labels=labels_in(labels))
    return dict(zip(frame["path"], frame["genre"].astype(str), strict=True))


def _named_as(frame: pd.DataFrame, songs: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose ``track_id`` is the catalogue's, where the path tells it."""
    if "path" not in frame or songs["path"].isna().all():
        return frame
    ids: dict[object, str] = dict(zip(_absolute(songs["path"]), songs["track_id"], strict=True))
    own = frame["track_id"] if "track_id" in frame else pd.Series(index=frame.index, dtype=object)
    named = pd.Series([ids.get(path) for path in _absolute(frame["path"])], index=frame.index, dtype=object)
    return frame.assign(track_id=named.where(named.notna(), own))


def _absolute(paths: Iterable[object]) -> list[object]:
    return [os.path.abspath(path) if isinstance(path, str) and "://" not in path else path for path in paths]


def _matched(frame: pd.DataFrame, other: pd.DataFrame, what: str) -> list[int]:
    """Return for each row the position of its song in another table, or -1."""
    for key, spell in (("track_id", list), ("path", _absolute)):
        if key in frame and key in other:
            where: dict[str, int] = {}
            for at, song in enumerate(spell(other[key])):
                if isinstance(song, str):
                    where.setdefault(song, at)
            found = [where.get(str(song), -1) for song in spell(frame[key])]
            if max(found, default=-1) >= 0:
                return found
    raise TableError(
        f"no song of the features is in the {what}: neither 'track_id' nor 'path' agree",
        "labels of a catalogue need that catalogue too, with the songs' paths: --catalog FOLDER",
    )


def _taken(values: pd.Series, at: list[int]) -> list[object]:
    kept = values.tolist()
    return [kept[position] if position >= 0 else None for position in at]


def _several(labels: pd.DataFrame) -> list[Finding]:
    key = "track_id" if "track_id" in labels else "path"
    counts = labels.groupby(key)["genre"].nunique()
    several = counts[counts > 1]
    if several.empty:
        return []
    return [
        Finding(
            "several-labels",
            "warning",
            f"the labels give {counted(len(several), 'song')} several genres; the first was taken",
            {"songs": len(several), "examples": several.index[:5].tolist()},
            "decide on one genre for each, or leave these songs out",
        )
    ]


def _unlabelled(rows: int, of: int) -> Finding:
    return Finding(
        "unlabelled",
        "warning" if rows > of / 2 else "note",
        f"{counted(rows, 'row')} of {of} have no genre and were left out",
        {"rows": rows, "of": of},
        "label more songs, if they should count",
    )
