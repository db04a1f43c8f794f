"""Which rows belong together: by artist, album, track or playlist."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from earmark.dataset.infer import plain_name
from earmark.dataset.table import Dataset

Codes = NDArray[np.int64]

KINDS = ("artist", "album", "track", "playlist")
"""Kinds of kin, the widest that a split is made from first; a playlist is told of, never split by."""

# Ids before names: two artists may share a name.
_COLUMNS = {
    "artist": (
        r"(main_|first_|track_)?(artist|performer)_?(uri|id|mbid)",
        r"(main_|first_|track_)?(artist|performer)(_?name)?",
        r"(track_)?(artist|performer)s?_?(uri|id|mbid)s",
        r"(track_)?(artist|performer)s(_?names?)?|artist_?names",
        r"album_artists?(_?(uri|id|mbid|name)s?)?",
    ),
    "album": (r"(track_)?(album|release)_?(uri|id|mbid)", r"(track_)?(album|release)(_?(name|title))?"),
    "track": (
        r"(track|song|recording)_?(id|uri|mbid)",
        r"isrc|musicbrainz_id",
        r"clip(_?(id|name))?",
        r"file_?(name)?|path",
        r"id|uri",
    ),
    "playlist": (r"playlist_?(uri|id)", r"playlist(_?name)?"),
}

# The first of several artists: "['A', 'B']", "A;B", "A, B".
_FIRST = re.compile(r"""^[\s\["']*(.*?)["']?\s*(?:[;,\]].*)?$""", re.DOTALL)

# jazz.00012.3.wav is the fourth piece of jazz.00012; jazz.00012.wav is a whole song.
_PIECE = re.compile(r"(?P<song>.*[^.])\.(?:0|[1-9]\d{0,3})(?P<suffix>\.[A-Za-z0-9]{2,4})")


@dataclass(frozen=True, eq=False)
class Kin:
    """The rows that share one value of a column.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    column : str
        The column that tells.
    codes : array of int, shape (rows,)
        A number per value; -1 where none is known. Pieces (``jazz.00012.3.wav``) count as their song.
    """

    kind: str
    column: str
    codes: Codes

    @property
    def unknown(self) -> int:
        """In how many rows it is not known."""
        return int((self.codes < 0).sum())


def kin(dataset: Dataset) -> dict[str, Kin]:
    """Return what is known of a table's artists, albums, tracks and playlists, by kind."""
    plain = {
        plain_name(column.name): column.name
        for column in reversed(dataset.schema.columns)
        if column.role != "label"
    }
    found = {}
    for kind in KINDS:
        name = _first(_COLUMNS[kind], plain)
        if name is not None:
            found[kind] = _kin(kind, name, dataset.frame[name])
    return found


def _first(patterns: Iterable[str], plain: dict[str, str]) -> str | None:
    for pattern in patterns:
        for name, column in plain.items():
            if re.fullmatch(pattern, name):
                return column
    return None


def _kin(kind: str, name: str, values: pd.Series) -> Kin:
    if kind == "artist" and plain_name(name).endswith("s"):
        return Kin(kind, name, factorized(first_artists(values)))
    if kind == "track" and not pd.api.types.is_numeric_dtype(values):
        songs = song_names(values)
        if songs is not None:
            return Kin(kind, name, factorized(songs))
    return Kin(kind, name, factorized(values))


def first_artists(values: pd.Series) -> pd.Series:
    """Return the first of the artists that each value of a column of several names.

    A comma parts them too, so Tyler, The Creator is one artist with every other Tyler: rather too much is
    kept together than too little.

    Examples
    --------
    >>> first_artists(pd.Series(["A;B", "['A', 'B']", "A, B", "A"])).unique().tolist()
    ['A']
    """
    return values.astype(str).str.extract(_FIRST)[0].where(values.notna())


def song_names(values: pd.Series) -> pd.Series | None:
    """Return the songs of which a column of file names names pieces, or None if it does not.

    Examples
    --------
    >>> song_names(pd.Series(["jazz.00012.0.wav", "jazz.00012.1.wav"])).tolist()
    ['jazz.00012.wav', 'jazz.00012.wav']
    >>> song_names(pd.Series(["jazz.00012.wav", "jazz.00013.wav"])) is None
    True
    """
    present = values.dropna().astype(str)
    if not len(present) or not present.str.fullmatch(_PIECE.pattern).all():
        return None
    return values.astype(str).str.replace(_PIECE, r"\g<song>\g<suffix>", regex=True).where(values.notna())


def row_names(dataset: Dataset) -> list[str]:
    """Return the name of each row's song: that of its track, else its row."""
    track = kin(dataset).get("track")
    rows = [f"row {row}" for row in range(1, len(dataset.frame) + 1)]
    if track is None:
        return rows
    called: dict[int, str] = {}
    # A song that was measured has a path, by which people know it, beside the hash of its sound.
    column = "path" if "path" in dataset.frame else track.column
    for code, value in zip(track.codes.tolist(), dataset.frame[column], strict=True):
        called.setdefault(code, str(value))  # pieces of a song are called as its first
    return [row if code < 0 else called[code] for row, code in zip(rows, track.codes.tolist(), strict=True)]


def factorized(values: pd.Series) -> Codes:
    """Return a number per distinct value, -1 where there is none (an empty text is none)."""
    if not pd.api.types.is_numeric_dtype(values):
        values = values.where(values.notna() & (values.astype(str).str.strip() != ""))
    return np.asarray(pd.factorize(values)[0], np.int64)


def joined(parts: Iterable[Codes]) -> Codes:
    """Return groups such that rows equal in any of the parts are of one group.

    Parameters
    ----------
    parts : iterable of arrays of int, shape (rows,)
        Numbers of groups; -1 joins a row to none.

    Examples
    --------
    >>> joined([np.array([0, 0, 1, -1]), np.array([5, 6, 6, -1])]).tolist()
    [0, 0, 0, 1]
    """
    parts = list(parts)
    rows = len(parts[0])
    ends, others, size = [np.empty(0, np.int64)], [np.empty(0, np.int64)], rows
    for codes in parts:
        known = np.flatnonzero(codes >= 0)
        ends.append(known)
        others.append(codes[known] + size)
        size += int(codes.max(initial=-1)) + 1
    one, other = np.concatenate(ends), np.concatenate(others)
    links = coo_array((np.ones(len(one), bool), (one, other)), shape=(size, size))
    groups = connected_components(links, directed=False)[1][:rows]
    return np.asarray(pd.factorize(groups)[0], np.int64)
