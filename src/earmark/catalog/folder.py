"""Music folders on this machine: what the files' tags say, and if wanted the names of folders as genres."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from earmark import audio
from earmark.catalog import _tags
from earmark.catalog._provider import Ability, Kind, Miss, Page, Query, Rate, Record, Terms
from earmark.errors import ArgumentError, AudioError, NotAudioError
from earmark.registry import Registry

if TYPE_CHECKING:
    from earmark.catalog.http import Client

_PER_PAGE = 200

OPTIONS: Registry[str] = Registry("option of 'folder'")
"""What the provider takes besides paths, and what it means."""
OPTIONS.add("genres", "the name of a folder is its files' first tag: 'nearest' or, of nested ones, 'top'")


class Folder:
    """The provider."""

    name = "folder"
    title = "a music folder"
    can: frozenset[Ability] = frozenset({"tags"})
    asks: Mapping[Kind, str] = {"path": "a music file, or a folder of them at any depth"}
    rate: Rate | None = None
    terms = Terms("Your own files: what may be done with them is between you and who made them.", "")
    needs: Mapping[str, str] = {}
    urls: Mapping[str, str] = {}

    def pages(self, _client: "Client | None", query: Query, cursor: str) -> Iterator[Page]:
        """Yield what the files of a folder say of themselves, sorted by path; a cursor is the last path."""
        genre = _genre_by_folder(query)
        root = Path(query.text)
        found = audio.find_audio([root])
        if not found.files:
            raise found.errors[0][1] if found.errors else NotAudioError("no music", "name another folder")
        paths = sorted((audio.spelled(audio.address(file)), Path(file)) for file in found.files)
        rest = iter([(name, path) for name, path in paths if name > cursor])
        misses = [_miss(audio.spelled(place), error) for place, error in found.errors if not cursor]
        while chunk := list(islice(rest, _PER_PAGE)):
            records = [_record(name, path, genre(root, path), misses) for name, path in chunk]
            last = chunk[-1][0]
            yield Page(tuple(records), None if last == paths[-1][0] else last, tuple(misses))
            misses = []


def _genre_by_folder(query: Query) -> Callable[[Path, Path], str | None]:
    given = dict(query.options)
    for name in given:
        OPTIONS[name]  # raises for an unknown one
    which = given.get("genres")
    if which not in (None, "nearest", "top"):
        raise ArgumentError(
            f"there is no 'genres={which}'", "give genres=nearest or genres=top, or leave it out"
        )

    def genre(root: Path, path: Path) -> str | None:
        above = path.relative_to(root).parts[:-1] if path != root else ()
        if which is None or not above:
            return None
        return audio.spelled(above[0] if which == "top" else above[-1])

    return genre


def _record(name: str, path: Path, genre: str | None, misses: list[Miss]) -> Record:
    try:
        tags = _tags.read_tags(path)
    except AudioError as error:
        misses.append(_miss(name, error))
        tags = {}
    genres = _tags.every(tags, "genre")
    if genre is not None:
        genres = tuple(dict.fromkeys((genre, *genres)))
    artists = _tags.every(tags, "artist")
    duration_s = _tags.number(tags, "duration")
    return Record(
        key=name,
        raw={field: list(texts) for field, texts in tags.items()},
        title=_tags.first(tags, "title"),
        artists=artists or _tags.every(tags, "albumartist"),
        album=_tags.first(tags, "album"),
        duration_s=round(duration_s, 3) if duration_s else None,
        isrc=_tags.first(tags, "isrc"),
        # MusicBrainz calls the recording's id that of a track in files.
        musicbrainz_id=_tags.first(tags, "musicbrainz_trackid", "musicbrainz track id"),
        tags=genres,
        year=_tags.year(tags),
        path=name,
    )


def _miss(what: str, error: Exception) -> Miss:
    message, hint = getattr(error, "message", str(error)), getattr(error, "hint", "")
    return Miss(what, type(error).__name__, message, hint)
