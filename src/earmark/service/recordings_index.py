"""Who plays what: artist and title of songs, from a table that somebody made."""

import csv
import os
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from earmark.errors import ArgumentError
from earmark.features.fingerprint_store import song_name

_SEPARATOR = ":::"
_FILES = ("path", "filename", "file", "clip", "track_id")
_HINT = (
    "give lines such as 'song.wav ::: artist ::: title', or a CSV file whose first line names the columns "
    "'path' (or filename, file, clip), 'artist' and 'title'"
)


class Named(NamedTuple):
    """What a song is called."""

    artist: str
    title: str


def read_index(file: str | os.PathLike[str]) -> dict[str, Named]:
    """Return artist and title by the name of the file, without its folder and ending.

    Parameters
    ----------
    file : str or os.PathLike
        Lines of name, artist and title with ``:::`` between them, ``#`` before remarks; or a CSV file with a
        line of names, whatever its delimiter. Songs without artist or title are left out.

    Raises
    ------
    ArgumentError
        If it cannot be read, or says nothing of the kind.
    """
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise ArgumentError(
            f"the index '{file}' cannot be read: {error.strerror}", "name another file"
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    rows = _separated(lines) if any(_SEPARATOR in line for line in lines) else _delimited(lines, file)
    return {
        song_name(name): Named(artist, title) for name, artist, title in rows if name and artist and title
    }


def _separated(lines: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    for line in lines:
        name, artist, title = (part.strip() for part in f"{line}{_SEPARATOR * 2}".split(_SEPARATOR)[:3])
        yield name, artist, title


def _delimited(lines: list[str], file: str | os.PathLike[str]) -> Iterable[tuple[str, str, str]]:
    head = lines[0] if lines else ""
    delimiter = max(",;\t|", key=head.count)
    columns = [name.strip().casefold() for name in next(csv.reader([head], delimiter=delimiter))]
    names = [name for name in _FILES if name in columns]
    if not names or not {"artist", "title"} <= set(columns):
        raise ArgumentError(f"the index '{file}' has no columns of file, artist and title", _HINT)
    at = [columns.index(name) for name in (names[0], "artist", "title")]
    for row in csv.reader(lines[1:], delimiter=delimiter):
        name, artist, title = (row[i].strip() if i < len(row) else "" for i in at)
        yield name, artist, title


def namesakes(index: Mapping[str, Named], paths: Iterable[str]) -> list[tuple[Named, str, str]]:
    """Return the pairs of songs that have the same artist and title, capitals and spaces aside.

    Examples
    --------
    >>> index = {"a": Named("Bach", "Air"), "b": Named("bach", "Air "), "c": Named("Bach", "Aria")}
    >>> namesakes(index, ["/music/a.mp3", "/music/b.mp3", "/music/c.mp3"])
    [(Named(artist='Bach', title='Air'), '/music/a.mp3', '/music/b.mp3')]
    """
    called: dict[tuple[str, ...], list[tuple[Named, str]]] = {}
    for path in paths:
        named = index.get(song_name(path))
        if named is not None:
            called.setdefault(tuple(" ".join(part.casefold().split()) for part in named), []).append(
                (named, path)
            )
    return [
        (first, path, other)
        for songs in called.values()
        for (first, path), (_, other) in combinations(songs, 2)
    ]
