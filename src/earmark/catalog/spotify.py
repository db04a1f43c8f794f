"""Spotify, as far as it is still open to a new app, through spotipy: ``pip install 'earmark[spotify]'``.

spotipy knows the addresses; every request goes through :mod:`earmark.catalog.http`, for spotipy itself sits
out a wait of an hour, writes tokens to disk and logs them. https://developer.spotify.com/documentation/web-api
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from earmark.catalog._fields import Fields, distinct, milliseconds, records, wrong_part
from earmark.catalog._provider import Ability, Kind, Page, Query, Rate, Record, Terms
from earmark.errors import CatalogError, NotFoundError, ProviderUnavailableError

if TYPE_CHECKING:
    from earmark.catalog._spotipy import Spotipy
    from earmark.catalog.http import Client

_ID, _SECRET = "SPOTIPY_CLIENT_ID", "SPOTIPY_CLIENT_SECRET"
_WHERE = "https://developer.spotify.com/dashboard"
_HITS, _ITEMS, _DEEPEST = 10, 50, 1000  # per page of a search and of a playlist; a search ends there

_ENDPOINTS = "since 27 November 2024 newly registered apps get 403"
_FIELDS = "since 9 March 2026 apps in development mode do not get it"
CLOSED: Mapping[str, tuple[str, str]] = {
    "audio features": (_ENDPOINTS, "earmark extract measures them from the sound"),
    "audio analysis": (_ENDPOINTS, "earmark extract measures the sound"),
    "recommendations": (_ENDPOINTS, "ask Last.fm for the top songs of a tag"),
    "preview audio": (_ENDPOINTS, "Deezer and iTunes Search have previews of 30 s"),
    "genre": (_FIELDS, "ask Deezer, iTunes Search, MusicBrainz or Last.fm for genres"),
    "popularity": (_FIELDS, "Deezer's answers hold a rank, Last.fm's the number of listeners"),
    "ISRC": (_FIELDS, "ask Deezer or MusicBrainz for ISRCs"),
}
"""What has closed, since when, and what does instead."""


def unavailable(what: str) -> ProviderUnavailableError:
    """Return the error for something that has closed.

    Examples
    --------
    >>> print(unavailable("ISRC").hint)
    ask Deezer or MusicBrainz for ISRCs
    """
    how, instead = CLOSED[what]
    return ProviderUnavailableError(f"Spotify has closed '{what}': {how}", instead)


class Spotify:
    """Songs of Spotify by words, artist or playlist: no genres, no sound, and nothing to train on."""

    name = "spotify"
    title = "Spotify"
    can: frozenset[Ability] = frozenset({"search", "playlist", "artist"})
    asks: Mapping[Kind, str] = {
        "search": "words, or a query in the syntax of Spotify's search",
        "artist": "an artist's exact name",
        "playlist": "id, URI or address of a playlist that the app may read",
        "genre": "closed since 9 March 2026; the answer names who has genres",
    }
    rate: Rate | None = Rate(60, 30.0)
    terms = Terms(
        "Spotify's developer policy (III.14) forbids training models on its content or feeding them with it.",
        "https://developer.spotify.com/policy",
        training=False,
    )
    needs: Mapping[str, str] = {
        _ID: f"the client id of your app at {_WHERE}",
        _SECRET: f"the client secret of your app at {_WHERE}",
    }
    urls: Mapping[str, str] = {
        "": "https://api.spotify.com/v1/",
        "accounts": "https://accounts.spotify.com/api/",
    }

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer; the cursor is the offset of the page's first song."""
        if query.kind == "genre":
            raise unavailable("genre")
        spotify = _library(client)
        match query.kind:
            case "search":
                yield from _search(spotify, query.text, cursor)
            case "artist":
                yield from _artist(spotify, query.text.strip(), cursor)
            case "playlist":
                yield from _playlist(spotify, query.text.strip(), cursor)


def _library(client: "Client") -> "Spotipy":
    try:
        from earmark.catalog._spotipy import Spotipy  # noqa: PLC0415 - an extra of its own
    except ImportError as error:
        raise CatalogError(
            "spotipy is not installed, and Spotify is asked through it", "pip install 'earmark[spotify]'"
        ) from error
    return Spotipy(client, (_ID, _SECRET))


def _search(spotify: "Spotipy", text: str, cursor: str) -> Iterator[Page]:
    after: str | None = cursor or "0"
    while after is not None:
        offset = int(after)
        read = partial(_hits, offset=offset)
        page = spotify.read(read, "search", text, limit=_HITS, offset=offset, type="track")
        after = page.next if offset + _HITS < _DEEPEST else None
        yield Page(page.records, after, page.misses)


def _artist(spotify: "Spotipy", name: str, cursor: str) -> Iterator[Page]:
    """Yield the artist's own songs; what is near the name comes after them."""
    for page in _search(spotify, f'artist:"{name}"', cursor):
        theirs = tuple(each for each in page.records if name.casefold() in map(str.casefold, each.artists))
        if not (theirs or page.misses or cursor):
            raise NotFoundError(f"Spotify has nothing of the name '{name}'", "see how the name is spelled")
        cursor = page.next or ""
        yield Page(theirs, page.next if theirs else None, page.misses)
        if not theirs:
            return


def _playlist(spotify: "Spotipy", text: str, cursor: str) -> Iterator[Page]:
    name = spotify.read(lambda about: about.text("name"), "playlist", text, fields="name")
    after: str | None = cursor or "0"
    while after is not None:
        read = partial(_items, offset=int(after), playlist=name)
        page = spotify.read(read, "playlist_items", text, limit=_ITEMS, offset=int(after))
        yield page
        after = page.next


def _hits(found: Fields, offset: int) -> Page:
    part = found.below("tracks")
    made, misses = records(part.each("items"), _song)
    return Page(made, _next(part, offset), misses)


def _items(part: Fields, offset: int, playlist: str) -> Page:
    """Return the songs of a part of a playlist, without its podcasts and files of its owner's machine."""
    listed = []
    for item in part.each("items"):
        # A new app reads "item", an old one "track"; what Spotify has no more is null.
        song = item.maybe_below("item") or item.maybe_below("track")
        if song is not None and song.text("type") == "track" and not item.value.get("is_local"):
            listed.append(song)
    made, misses = records(listed, partial(_song, playlists=(playlist,)))
    return Page(made, _next(part, offset), misses)


def _next(part: Fields, offset: int) -> str | None:
    if part.number("offset") != offset:
        raise wrong_part("Spotify", f"the page from {offset}", f"the page from {part.number('offset')}")
    listed = len(part.each("items"))
    return str(offset + listed) if listed and part.maybe_text("next") else None


def _song(song: Fields, playlists: tuple[str, ...] = ()) -> Record:
    album = song.below("album")
    outside = song.maybe_below("external_ids")
    return Record(
        key=song.key("id"),
        raw=song.value,
        title=song.text("name"),
        artists=distinct(*(one.text("name") for one in song.each("artists"))),
        album=album.maybe_text("name"),
        duration_s=milliseconds(song.number("duration_ms")),
        isrc=outside.maybe_text("isrc") if outside else None,
        playlists=playlists,
        year=album.maybe_year("release_date"),
        preview_url=song.maybe_text("preview_url"),
    )
