"""The iTunes Search API: no key, one genre a song, previews. https://performance-partners.apple.com/search-api.

It knows no pages but an offset, and does not say how much there is: an answer ends with an empty page.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

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
from earmark.catalog._provider import Ability, Kind, Page, Query, Rate, Record, Terms
from earmark.errors import LimitError

if TYPE_CHECKING:
    from earmark.catalog.http import Client

_PAGE = 200
_AGAIN = 3
_TOO_MANY = LimitError(
    "iTunes Search refuses to answer (403), as it does after too many requests from one address",
    "run the same command again in an hour: it goes on where it stopped",
)


class ITunes:
    """Songs of Apple's shop in the United States by words, artist or genre."""

    name = "itunes"
    title = "iTunes Search"
    can: frozenset[Ability] = frozenset({"search", "genre", "artist", "preview audio", "tags"})
    asks: Mapping[Kind, str] = {
        "search": "words of title, artist or album",
        "genre": "a genre as Apple names it: Jazz, Hip-Hop/Rap, Alternative",
        "artist": "an artist's exact name: up to 200 songs",
    }
    rate: Rate | None = Rate(20, 60.0)
    terms = Terms(
        "Apple lends previews and pictures to promote its shop, beside a link to it, and for nothing else.",
        "https://performance-partners.apple.com/search-api",
        training=False,
    )
    needs: Mapping[str, str] = {}
    urls: Mapping[str, str] = {"": "https://itunes.apple.com/"}

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer."""
        match query.kind:
            case "search":
                yield from _found(client, cursor, term=query.text)
            case "genre":
                yield from _found(client, cursor, term=query.text, attribute="genreIndex")
            case "artist":
                artist = cursor or _artist(client, query.text)
                params = {"id": artist, "entity": "song", "limit": _PAGE}
                yield _ask(client, "lookup", params)


def _artist(client: "Client", name: str) -> str:
    """Return the number of the artist of that very name."""

    def read(found: Fields) -> dict[str, str]:
        return by_name(found.each("results"), "artistName", "artistId")

    params = {"term": name, "media": "music", "entity": "musicArtist", "limit": 50}
    return named("iTunes Search", name, ask(client, read, "search", params, refused={403: _TOO_MANY}))


def _found(client: "Client", cursor: str, **asked: str) -> Iterator[Page]:
    """Yield the pages of a search; the cursor is the offset of the page's first song."""
    offset, before = int(cursor or 0), None
    while True:
        params = {"media": "music", "entity": "song", "limit": _PAGE, "offset": offset, **asked}
        for _ in range(_AGAIN):
            page = _ask(client, "search", params)
            if not page.records or page.records != before:
                break
        else:
            error = wrong_part("iTunes Search", f"the page from {offset}", "the page before it")
            yield Page((), None, (miss(f"songs from {offset} on", error),))
            return
        offset += len(page.records) + len(page.misses)
        yield Page(page.records, str(offset) if page.records else None, page.misses)
        if not page.records:
            return
        before = page.records


def _ask(client: "Client", path: str, params: Mapping[str, Any]) -> Page:
    return ask(client, _page, path, params, refused={403: _TOO_MANY})


def _page(found: Fields) -> Page:
    listed = found.each("results")
    if found.number("resultCount") != len(listed):
        raise wrong_part("iTunes Search", f"{found.number('resultCount')} songs", f"{len(listed)}")
    made, misses = records((one for one in listed if one.text("wrapperType") == "track"), _song)
    return Page(made, None, misses)


def _song(song: Fields) -> Record:
    return Record(
        key=song.key("trackId"),
        raw=song.value,
        title=song.text("trackName"),
        artists=(song.text("artistName"),),
        album=song.maybe_text("collectionName"),
        duration_s=milliseconds(song.number("trackTimeMillis")),
        tags=distinct(song.text("primaryGenreName")),
        year=song.maybe_year("releaseDate"),
        preview_url=song.maybe_text("previewUrl"),
    )
