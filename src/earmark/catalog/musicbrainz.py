"""MusicBrainz: no key, genres and tags by vote, ISRCs. https://musicbrainz.org/doc/MusicBrainz_API.

What a search finds has neither genres nor ISRCs: each song of it is looked up, at one request a second. The
songs of an artist or a collection come a hundred at a time with all of that.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.catalog._fields import (
    Fields,
    ask,
    by_name,
    distinct,
    milliseconds,
    miss,
    named,
    records,
    wrong_part,
)
from earmark.catalog._provider import Ability, Kind, Miss, Page, Query, Rate, Record, Terms
from earmark.errors import AnswerError, ArgumentError, NotFoundError

if TYPE_CHECKING:
    from earmark.catalog.http import Client

T = TypeVar("T")

_FOUND, _BROWSED = 25, 100
_INC = "artist-credits isrcs genres tags"
_VERSION = re.compile(
    r"\b(?:live|acoustic|demo|instrumental|karaoke|rehearsal|take|edit|(?:re)?mix|dub)\b", re.IGNORECASE
)
_MBID = re.compile(
    r"(?:https?://\S*/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?#].*)?", re.IGNORECASE
)


class MusicBrainz:
    """Recordings of MusicBrainz by words, artist, genre or collection."""

    name = "musicbrainz"
    title = "MusicBrainz"
    can: frozenset[Ability] = frozenset({"search", "genre", "playlist", "artist", "tags"})
    asks: Mapping[Kind, str] = {
        "search": "words, or a query in the syntax of MusicBrainz' search: one request a song",
        "genre": "a tag: one request a song",
        "artist": "an artist's exact name, or MusicBrainz id",
        "playlist": "the MusicBrainz id or address of a collection of recordings",
    }
    rate: Rate | None = Rate(1, 1.0)
    terms = Terms(
        "Titles, artists and ISRCs are in the public domain (CC0); genres and tags are CC BY-NC-SA 3.0: name "
        "MusicBrainz, no commercial use, the same licence for what is made of them.",
        "https://musicbrainz.org/doc/About/Data_License",
    )
    needs: Mapping[str, str] = {}
    urls: Mapping[str, str] = {"": "https://musicbrainz.org/ws/2/"}

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer."""
        match query.kind:
            case "search":
                yield from _found(client, query.text, cursor)
            case "genre":
                yield from _found(client, f"tag:{_quoted(query.text)}", cursor)
            case "artist":
                artist, _, offset = (cursor or f"{_artist(client, query.text)}/").partition("/")
                for page in _browse(client, offset, artist=artist):
                    yield replace(page, next=page.next and f"{artist}/{page.next}")
            case "playlist":
                collection = _MBID.fullmatch(query.text.strip())
                if not collection:
                    raise ArgumentError(
                        f"'{query.text}' is no collection of MusicBrainz",
                        "give its id, or its address: https://musicbrainz.org/collection/…",
                    )
                name = _ask(client, lambda about: about.text("name"), f"collection/{collection[1]}")
                yield from _browse(client, cursor, (name,), collection=collection[1])


def _quoted(text: str) -> str:
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'


def _artist(client: "Client", name: str) -> str:
    """Return the id of the artist of that very name; of several the best known one."""
    mbid = _MBID.fullmatch(name.strip())
    if mbid:
        return mbid[1]
    read = _named_artists
    return named(
        "MusicBrainz", name, _ask(client, read, "artist", query=f"artist:{_quoted(name)}", limit=_FOUND)
    )


def _named_artists(found: Fields) -> dict[str, str]:
    return by_name(found.each("artists"), "name", "id")


def _found(client: "Client", text: str, cursor: str) -> Iterator[Page]:
    """Yield the pages of a search; each song is looked up."""
    read = partial(_page, song=_hit, count="count", offset="offset")
    for page in _paged(client, read, cursor, query=text, limit=_FOUND):
        misses = list(page.misses)
        yield Page(tuple(_whole(client, each, misses) for each in page.records), page.next, tuple(misses))


def _browse(client: "Client", cursor: str, playlists: tuple[str, ...] = (), **of: str) -> Iterator[Page]:
    read = partial(_page, song=_recording, count="recording-count", offset="recording-offset")
    for page in _paged(client, read, cursor, inc=_INC, limit=_BROWSED, **of):
        yield replace(page, records=tuple(replace(each, playlists=playlists) for each in page.records))


def _paged(client: "Client", read: Callable[..., Page], cursor: str, **params: Any) -> Iterator[Page]:
    """Yield pages; the cursor is the offset of the page's first song."""
    after: str | None = cursor or "0"
    while after is not None:
        page = _ask(client, partial(read, asked=int(after)), "recording", offset=after, **params)
        yield page
        after = page.next


def _page(found: Fields, song: Callable[[Fields], Record], count: str, offset: str, asked: int) -> Page:
    if found.number(offset) != asked:
        raise wrong_part("MusicBrainz", f"the page from {asked}", f"the page from {found.number(offset)}")
    listed = found.each("recordings")
    made, misses = records(listed, song)
    after = asked + len(listed)
    return Page(made, str(after) if listed and after < found.number(count) else None, misses)


def _whole(client: "Client", record: Record, misses: list[Miss]) -> Record:
    """Return what a lookup tells of a song, or what the search told if there is none."""
    try:
        return _ask(client, _recording, f"recording/{record.key}", inc=f"{_INC} releases")
    except (NotFoundError, AnswerError) as error:
        misses.append(miss(f"genres of {', '.join(record.artists)}: {record.title}", error))
        return record


def _ask(client: "Client", read: Callable[[Fields], T], path: str, **params: Any) -> T:
    return ask(client, read, path, {"fmt": "json", **params})


def _hit(song: Fields) -> Record:
    """Return a song as a search gives it: its length may be missing."""
    return _made(song, milliseconds(song.maybe_number("length")))


def _recording(song: Fields) -> Record:
    """Return a song as a lookup or a browse gives it."""
    genres, tags = _counted(song.each("genres")), _counted(song.each("tags"))
    isrcs = song.value.get("isrcs")
    if not isinstance(isrcs, list) or not all(isinstance(one, str) for one in isrcs):
        raise wrong_part("MusicBrainz", "a list of ISRCs", "none")
    record = _made(song, milliseconds(song.number_or_null("length")))
    return replace(record, isrc="; ".join(isrcs) or None, tags=distinct(*genres, *tags))


def _made(song: Fields, duration_s: float | None) -> Record:
    releases = song.each("releases") if "releases" in song.value else ()
    return Record(
        key=song.key("id"),
        raw=song.value,
        title=_title(song.text("title"), song.maybe_text("disambiguation") or ""),
        artists=distinct(*(one.text("name") for one in song.each("artist-credit"))),
        album=releases[0].maybe_text("title") if releases else None,
        duration_s=duration_s,
        musicbrainz_id=song.key("id"),
        year=song.maybe_year("first-release-date"),
    )


def _title(title: str, comment: str) -> str:
    """Return a title with what tells its recording from others of that name: ``"Sinnerman (live, 1965)"``."""
    return f"{title} ({comment})" if _VERSION.search(comment) else title


def _counted(tags: tuple[Fields, ...]) -> list[str]:
    """Return names, those with most votes first; what was voted down is left out."""
    votes = {tag.text("name"): tag.number("count") for tag in tags}
    return sorted((name for name in votes if votes[name] > 0), key=lambda name: -votes[name])
