"""Deezer: no key, previews of 30 s, genres of albums. https://developers.deezer.com/api.

Its errors come with HTTP status 200. What lists hold is short: genres come with the album, and where a list
leaves out the ISRC it comes with the song's own page.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.catalog._fields import Fields, ask, by_name, distinct, miss, named, records, wrong_part
from earmark.catalog._provider import Ability, BusyError, Kind, Miss, Page, Query, Rate, Record, Terms
from earmark.errors import (
    AnswerError,
    ArgumentError,
    LimitError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
)

if TYPE_CHECKING:
    from earmark.catalog.http import Client

T = TypeVar("T")

_PAGE = 50
_TOP = 50  # songs of an artist that a genre takes
_QUOTA, _OUT_OF_ORDER, _NO_DATA = 4, 700, 800
_REFUSALS = (200, 300, 901)  # not public, wants a person's token, not for this kind of account
_BUSY_S = 2.0
_INDEX = re.compile(r"[?&]index=(\d{1,9})(?!\d)")
_PLAYLIST = re.compile(r"(?:https?://\S*/playlist/)?(\d+)(?:[?#].*)?")


class Deezer:
    """Songs of Deezer by words, artist, genre or playlist; a genre is the top songs of its artists."""

    name = "deezer"
    title = "Deezer"
    can: frozenset[Ability] = frozenset({"search", "genre", "playlist", "artist", "preview audio", "tags"})
    asks: Mapping[Kind, str] = {
        "search": "words of title, artist or album",
        "genre": "one of Deezer's genres, such as Jazz: the 50 top songs of each of its artists",
        "artist": "an artist's exact name: all top songs",
        "playlist": "a playlist's number or address",
    }
    rate: Rate | None = Rate(50, 5.0)
    terms = Terms(
        "For personal use, not for commercial one. Addresses of previews hold for 15 minutes only. What the "
        "terms say of training models is not known here: read them before you publish one.",
        "https://developers.deezer.com/termsofuse",
    )
    needs: Mapping[str, str] = {}
    urls: Mapping[str, str] = {"": "https://api.deezer.com/"}

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer."""
        deezer = _Session(client)
        match query.kind:
            case "search":
                yield from deezer.listed("search/track", cursor, q=query.text)
            case "artist":
                number, _, index = (cursor or f"{deezer.artist(query.text)}/").partition("/")
                for page in deezer.listed(f"artist/{number}/top", index):
                    yield Page(page.records, page.next and f"{number}/{page.next}", page.misses)
            case "playlist":
                number = _playlist(query.text)
                title = deezer.read(f"playlist/{number}", lambda about: about.text("title"))
                yield from deezer.listed(f"playlist/{number}/tracks", cursor, (title,))
            case "genre":
                yield from deezer.genre(query.text, cursor)


class _Session:
    """One answer's way through Deezer: it keeps the albums that it has seen."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._albums: dict[str, tuple[tuple[str, ...], int | None]] = {}

    def read(self, path: str, read: Callable[[Fields], T], **params: Any) -> T:
        """Return what `read` makes of an answer."""
        return ask(self._client, read, path, params, _check)

    def artist(self, name: str) -> str:
        """Return the number of the artist of that very name."""
        return named("Deezer", name, self.read("search/artist", _numbers, q=name, limit=_PAGE))

    def genre(self, name: str, cursor: str) -> Iterator[Page]:
        """Yield the top songs of each artist of a genre; the cursor is the artist's number and an index."""
        genre = named("Deezer", name, self.read("genre", _numbers))
        artists = self.read(f"genre/{genre}/artists", _numbers)
        numbers = list(artists.values())
        first, _, index = cursor.partition("/")
        start = numbers.index(first) if first in numbers else 0
        for i, (artist, number) in enumerate(artists.items()):
            if i < start:
                continue
            after = f"{numbers[i + 1]}/" if i + 1 < len(numbers) else None
            try:
                for page in self.listed(f"artist/{number}/top", index):
                    more = page.next if page.next and int(page.next) < _TOP else None
                    yield replace(page, next=f"{number}/{more}" if more else after)
                    if not more:
                        break
            except NotFoundError as error:
                yield Page((), after, (miss(f"songs of {artist}", error),))
            index = ""

    def listed(
        self, path: str, cursor: str, playlists: tuple[str, ...] = (), **params: Any
    ) -> Iterator[Page]:
        """Yield the pages of a list; the cursor is the index of the page's first song."""
        after: str | None = cursor or "0"
        while after is not None:
            found = self.read(path, partial(_songs, index=int(after)), index=after, limit=_PAGE, **params)
            yield self._page(found, playlists)
            after = found.next

    def _page(self, found: Page, playlists: tuple[str, ...]) -> Page:
        """Return a page with what only the albums' and the songs' own pages tell."""
        misses = list(found.misses)
        whole = [self._whole(each, misses) for each in found.records]
        return Page(tuple(replace(each, playlists=playlists) for each in whole), found.next, tuple(misses))

    def _whole(self, record: Record, misses: list[Miss]) -> Record:
        song = Fields("Deezer", record.raw)
        genres, year = self._album(song.below("album").key("id"), record, misses)
        if "isrc" not in record.raw:
            try:
                record = self.read(f"track/{record.key}", partial(_song, asked=record.key))
            except (NotFoundError, AnswerError) as error:
                misses.append(miss(f"ISRC of {_label(record)}", error))
        return replace(record, tags=genres, year=year)

    def _album(self, number: str, record: Record, misses: list[Miss]) -> tuple[tuple[str, ...], int | None]:
        """Return genres and year of an album."""
        if number not in self._albums:
            try:
                self._albums[number] = self.read(f"album/{number}", partial(_album, asked=number))
            except (NotFoundError, AnswerError) as error:
                misses.append(miss(f"genres of {_label(record)}", error))
                return (), None
        return self._albums[number]


def _playlist(text: str) -> str:
    found = _PLAYLIST.fullmatch(text.strip())
    if not found:
        raise ArgumentError(
            f"'{text}' is no playlist of Deezer",
            "give its number, or its address: https://www.deezer.com/playlist/908622995",
        )
    return found[1]


def _numbers(found: Fields) -> dict[str, str]:
    return by_name(found.each("data"), "name", "id")


def _album(album: Fields, asked: str) -> tuple[tuple[str, ...], int | None]:
    if album.key("id") != asked:
        raise wrong_part("Deezer", f"album {asked}", f"album {album.key('id')}")
    genres = (genre.text("name") for genre in album.below("genres").each("data"))
    return distinct(*genres), album.maybe_year("release_date")


def _song(song: Fields, asked: str = "") -> Record:
    if asked and song.key("id") != asked:
        raise wrong_part("Deezer", f"song {asked}", f"song {song.key('id')}")
    more = song.each("contributors") if "contributors" in song.value else ()
    return Record(
        key=song.key("id"),
        raw=song.value,
        title=song.text("title"),
        artists=distinct(song.below("artist").text("name"), *(one.text("name") for one in more)),
        album=song.below("album").maybe_text("title"),
        duration_s=float(song.number("duration")) or None,
        isrc=song.maybe_text("isrc"),
        preview_url=song.maybe_text("preview"),
    )


def _songs(page: Fields, index: int) -> Page:
    """Return the songs of a page, and where the next one begins."""
    made, misses = records(page.each("data"), _song)
    before, after = _index(page, "prev"), _index(page, "next")
    if not (before is None or before < index) or not (after is None or after > index):
        raise wrong_part("Deezer", f"the page from {index}", f"the one between {before} and {after}")
    return Page(made, None if after is None else str(after), misses)


def _index(page: Fields, name: str) -> int | None:
    address = page.maybe_text(name)
    if address is None:
        return None
    found = _INDEX.search(address)
    return int(found[1]) if found else 0


def _label(record: Record) -> str:
    return f"{', '.join(record.artists)}: {record.title}"


def _check(found: Any) -> None:
    """Raise what Deezer says of errors, with HTTP status 200."""
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return
    code, said = error.get("code"), f"{error.get('message')} ({error.get('code')})"
    if code == _NO_DATA:
        raise NotFoundError("Deezer has no such thing (800)", "see how its name or number is spelled")
    again = "run the same command again in a while: it goes on where it stopped"
    if code == _QUOTA:
        raise BusyError(LimitError(f"Deezer says again and again: {said}", again), _BUSY_S)
    if code == _OUT_OF_ORDER:
        raise BusyError(NetworkError(f"Deezer is out of order: {said}", again), _BUSY_S)
    if code in _REFUSALS:
        raise ProviderUnavailableError(f"Deezer refuses to answer that: {said}", "ask for something public")
    raise AnswerError(f"Deezer does not understand the question: {said}", "look for a newer Earmark")
