"""Yandex Music, by its unofficial client: ``pip install 'earmark[yandex]'``, and a token of one's account.

yandex-music (https://yandex-music.rtfd.io) knows the addresses; every request goes through
:mod:`earmark.catalog.http`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from earmark.catalog._fields import Fields, by_name, distinct, milliseconds, miss, named, records, wrong_part
from earmark.catalog._provider import Ability, Kind, Page, Query, Rate, Record, Terms
from earmark.errors import ArgumentError, CatalogError, NotFoundError

if TYPE_CHECKING:
    from earmark.catalog._yandex_music import YandexMusic
    from earmark.catalog.http import Client

_TOKEN = "YANDEX_MUSIC_TOKEN"  # noqa: S105 - the name of a variable
_PAGE = 100
_PLAYLIST = re.compile(r"(?:https?://\S*/users/)?([\w.@-]+)(?:/playlists/|/|:)(\d+)(?:[/?#].*)?")


class Yandex:
    """Songs of Yandex Music by words, artist, playlist, or the playlists of a genre."""

    name = "yandex"
    title = "Yandex Music"
    can: frozenset[Ability] = frozenset({"search", "genre", "playlist", "artist", "tags"})
    asks: Mapping[Kind, str] = {
        "search": "words of title, artist or album",
        "genre": "words that playlists are found by, such as джаз: the songs of each",
        "artist": "an artist's exact name: all songs",
        "playlist": "a playlist's address, or OWNER/NUMBER",
    }
    rate: Rate | None = Rate(5, 5.0)
    terms = Terms(
        "For personal use. There is no official API, and nothing allows to train models on what it tells.",
        "https://yandex.ru/legal/music_termsofuse",
        training=False,
    )
    needs: Mapping[str, str] = {
        _TOKEN: "an OAuth token of your account; https://yandex-music.rtfd.io says how to get one"
    }
    urls: Mapping[str, str] = {"": "https://api.music.yandex.net/"}

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer."""
        text = query.text.strip()
        yandex = _library(client)
        match query.kind:
            case "search":
                yield from _search(yandex, text, cursor)
            case "artist":
                yield from _artist(yandex, text, cursor)
            case "playlist":
                yield _playlist(yandex, *_owner_and_number(text))
            case "genre":
                yield from _genre(yandex, text, cursor)


def _library(client: "Client") -> "YandexMusic":
    try:
        from earmark.catalog._yandex_music import YandexMusic  # noqa: PLC0415 - an extra of its own
    except ImportError as error:
        raise CatalogError(
            "yandex-music is not installed, and Yandex Music is asked through it",
            "pip install 'earmark[yandex]'",
        ) from error
    return YandexMusic(client, client.secrets[_TOKEN])


def _search(yandex: "YandexMusic", text: str, cursor: str) -> Iterator[Page]:
    """Yield the pages of a search; the cursor is the page's number."""
    after: str | None = cursor or "0"
    while after is not None:
        page = yandex.read(partial(_found, number=int(after)), "search", text, type_="track", page=int(after))
        yield page
        after = page.next


def _artist(yandex: "YandexMusic", name: str, cursor: str) -> Iterator[Page]:
    """Yield the pages of an artist's songs; the cursor is the artist's number and the page's."""
    if not cursor:
        artists, _ = yandex.read(partial(_hits, kind="artists", number=0), "search", name, type_="artist")
        cursor = f"{named('Yandex Music', name, by_name(artists, 'name', 'id'))}/0"
    artist, _, after = cursor.partition("/")
    while after:
        number = int(after)
        read = partial(_tracks, number=number)
        page = yandex.read(read, "artists_tracks", artist, page=number, page_size=_PAGE)
        after = page.next or ""
        yield replace(page, next=page.next and f"{artist}/{page.next}")


def _genre(yandex: "YandexMusic", text: str, cursor: str) -> Iterator[Page]:
    """Yield the playlists that words find, each as a page; the cursor is the search's page and the place."""
    number, _, place = (cursor or "0/0").partition("/")
    while number:
        read = partial(_hits, kind="playlists", number=int(number))
        playlists, more = yandex.read(read, "search", text, type_="playlist", page=int(number))
        nearest = str(int(number) + 1) if more else ""
        for i in range(int(place), len(playlists)):
            last = i + 1 == len(playlists)
            after = (f"{nearest}/0" if nearest else None) if last else f"{number}/{i + 1}"
            yield _of_genre(yandex, playlists[i], after)
        if not playlists[int(place) :]:
            yield Page(())
        number, place = nearest, "0"


def _of_genre(yandex: "YandexMusic", found: Fields, after: str | None) -> Page:
    owner, number = found.below("owner").key("uid"), found.key("kind")
    try:
        return replace(_playlist(yandex, owner, number), next=after)
    except NotFoundError as error:
        return Page((), after, (miss(f"songs of playlist '{found.text('title')}'", error),))


def _playlist(yandex: "YandexMusic", owner: str, number: str) -> Page:
    return yandex.read(_items, "users_playlists", number, owner)


def _owner_and_number(text: str) -> tuple[str, str]:
    found = _PLAYLIST.fullmatch(text)
    if not found:
        raise ArgumentError(
            f"'{text}' is no playlist of Yandex Music",
            "give its address, https://music.yandex.ru/users/OWNER/playlists/1003, or OWNER/1003",
        )
    return found[1], found[2]


def _hits(result: Fields, kind: str, number: int) -> tuple[tuple[Fields, ...], bool]:
    """Return the things of a page of a search, and whether there are more."""
    if result.number("page") != number:
        raise wrong_part("Yandex Music", f"page {number}", f"page {result.number('page')}")
    part = result.maybe_below(kind)  # left out where nothing is found
    if part is None:
        return (), False
    things = part.each("results")
    seen = number * part.number("perPage") + len(things)
    return things, bool(things) and seen < part.number("total")


def _found(result: Fields, number: int) -> Page:
    songs, more = _hits(result, "tracks", number)
    made, misses = records(songs, _song)
    return Page(made, str(number + 1) if more else None, misses)


def _tracks(result: Fields, number: int) -> Page:
    pager = result.below("pager")
    if pager.number("page") != number:
        raise wrong_part("Yandex Music", f"page {number}", f"page {pager.number('page')}")
    listed = result.each("tracks")
    made, misses = records(listed, _song)
    more = listed and number * pager.number("perPage") + len(listed) < pager.number("total")
    return Page(made, str(number + 1) if more else None, misses)


def _items(result: Fields) -> Page:
    """Return the songs of a playlist."""
    playlists = (result.text("title"),)
    listed = result.each("tracks")
    made, misses = records(listed, lambda item: replace(_song(item.below("track")), playlists=playlists))
    return Page(made, None, misses)


def _title(title: str, version: str | None) -> str:
    """Return a title with what Yandex Music keeps apart from it: "Live", "Remix"."""
    return f"{title} ({version})" if version else title


def _song(song: Fields) -> Record:
    albums = song.each("albums")
    return Record(
        key=song.key("id"),
        raw=song.value,
        title=_title(song.text("title"), song.maybe_text("version")),
        artists=distinct(*(artist.text("name") for artist in song.each("artists"))),
        album=albums[0].maybe_text("title") if albums else None,
        duration_s=milliseconds(song.number("durationMs")),
        tags=distinct(*(album.maybe_text("genre") for album in albums)),
        year=albums[0].maybe_year("year") if albums else None,
    )
