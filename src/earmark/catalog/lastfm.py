"""Last.fm: a free key, tags by vote of its listeners. https://www.last.fm/api.

Lists hold no tags: each song's are asked for, one request a song. Errors may come with HTTP status 200.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.catalog._fields import Fields, ask, distinct, miss, records, wrong_part
from earmark.catalog._provider import Ability, BusyError, Kind, Miss, Page, Query, Rate, Record, Terms
from earmark.errors import (
    AnswerError,
    CatalogError,
    CredentialsError,
    LimitError,
    NetworkError,
    NotFoundError,
)

if TYPE_CHECKING:
    from earmark.catalog.http import Client

T = TypeVar("T")

_KEY = "LASTFM_API_KEY"
_WHERE = "https://www.last.fm/api/account/create"
_PAGE = 25
_LEAST = 10  # a tag's weight, of 100 for the commonest one
_BAD_KEY, _UNKNOWN, _SUSPENDED, _TOO_FAST = (4, 9, 10, 13, 14), (6, 7), 26, 29
_OUT_OF_ORDER = (8, 11, 16)
_AGAIN = "run the same command again later: it goes on where it stopped"


class LastFM:
    """Songs of Last.fm by words, artist or tag."""

    name = "lastfm"
    title = "Last.fm"
    can: frozenset[Ability] = frozenset({"search", "genre", "artist", "tags"})
    asks: Mapping[Kind, str] = {
        "search": "words of a title",
        "genre": "a tag of Last.fm: its top songs",
        "artist": "an artist's exact name: all top songs",
    }
    rate: Rate | None = Rate(5, 1.0)
    terms = Terms(
        "Not for commercial use; name Last.fm and link to it; keep no more than 100 MB of its data.",
        "https://www.last.fm/api/tos",
    )
    needs: Mapping[str, str] = {_KEY: f"an API key, free at {_WHERE}"}
    urls: Mapping[str, str] = {"": "https://ws.audioscrobbler.com/2.0/"}

    def pages(self, client: "Client", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the pages of an answer; the cursor is the page's number."""
        asked, page, after = query.text, _listed, cursor or "1"
        match query.kind:
            case "search":
                params, page = {"method": "track.search", "track": asked}, _matches
            case "genre":
                params = {"method": "tag.getTopTracks", "tag": asked}
            case _:
                params = {"method": "artist.getTopTracks", "artist": asked, "autocorrect": "0"}
        while after:
            found = _ask(client, partial(page, number=int(after)), page=after, limit=_PAGE, **params)
            misses = list(found.misses)
            yield Page(
                tuple(_tagged(client, each, misses) for each in found.records), found.next, tuple(misses)
            )
            after = found.next or ""


def _listed(found: Fields, number: int) -> Page:
    """Return a page of top songs, of a tag or an artist."""
    songs = found.below("toptracks" if "toptracks" in found.value else "tracks")
    about = songs.below("@attr")
    if about.number("page") != number:
        raise wrong_part("Last.fm", f"page {number}", f"page {about.number('page')}")
    made, misses = records(_several(songs, "track"), _song)
    return Page(made, str(number + 1) if made and number < about.number("totalPages") else None, misses)


def _matches(found: Fields, number: int) -> Page:
    """Return a page of what a search found."""
    results = found.below("results")
    start = results.number("opensearch:startIndex")
    if start != (number - 1) * results.number("opensearch:itemsPerPage"):
        raise wrong_part("Last.fm", f"page {number}", f"the page from {start}")
    listed = _several(results.below("trackmatches"), "track")
    made, misses = records(listed, _song)
    more = listed and start + len(listed) < results.number("opensearch:totalResults")
    return Page(made, str(number + 1) if more else None, misses)


def _several(found: Fields, name: str) -> tuple[Fields, ...]:
    """Return the objects of a list; a list of one is that one, for it was XML."""
    return (found.below(name),) if isinstance(found.value.get(name), dict) else found.each(name)


def _song(song: Fields) -> Record:
    artist = song.value.get("artist")
    return Record(
        key=song.text("url"),
        raw=song.value,
        title=song.text("name"),
        artists=(artist if isinstance(artist, str) else song.below("artist").text("name"),),
        duration_s=song.maybe_number("duration") or None,
        musicbrainz_id=song.maybe_text("mbid"),
    )


def _tagged(client: "Client", record: Record, misses: list[Miss]) -> Record:
    """Return a song with its own tags; without any if they cannot be had."""
    artist, track = record.artists[0], record.title or ""
    asked = {"method": "track.getTopTags", "artist": artist, "track": track, "autocorrect": "0"}
    try:
        tags = _ask(client, partial(_tags, artist=artist, track=track), **asked)
    except (NotFoundError, AnswerError) as error:
        misses.append(miss(f"tags of {artist}: {track}", error))
        return record
    return replace(record, tags=tags)


def _tags(found: Fields, artist: str, track: str) -> tuple[str, ...]:
    """Return the tags of a song, the heaviest first."""
    top = found.below("toptags")
    about = top.below("@attr")
    got = about.text("artist"), about.text("track")
    if tuple(map(str.casefold, got)) != (artist.casefold(), track.casefold()):
        raise wrong_part("Last.fm", f"the tags of {artist}: {track}", f"those of {got[0]}: {got[1]}")
    tags = sorted(_several(top, "tag"), key=lambda tag: -tag.number("count"))
    return distinct(*(tag.text("name") for tag in tags if tag.number("count") >= _LEAST))


def _ask(client: "Client", read: Callable[[Fields], T], **params: Any) -> T:
    params |= {"api_key": client.secrets[_KEY], "format": "json"}
    unknown = NotFoundError("Last.fm has no such thing (400)", "see how its name is spelled")
    return ask(client, read, "", params, _check, refused={400: unknown, 403: _refusal("(403)")})


def _refusal(said: str) -> CredentialsError:
    return CredentialsError(
        f"Last.fm does not accept the key in {_KEY} {said}", f"set it anew: {_WHERE} gives one for nothing"
    )


def _check(found: Any) -> None:
    """Raise what Last.fm says of errors."""
    code = found.get("error") if isinstance(found, dict) else None
    if code is None:
        return
    said = f"({code}: {found.get('message')})"
    raise _meant(code, said)


def _meant(code: object, said: str) -> CatalogError | BusyError:
    if code in _BAD_KEY:
        return _refusal(said)
    if code == _SUSPENDED:
        return CredentialsError(
            f"Last.fm has suspended the key in {_KEY} {said}", "write to Last.fm, or set another key"
        )
    if code in _UNKNOWN:
        return NotFoundError(f"Last.fm has no such thing {said}", "see how its name is spelled")
    if code == _TOO_FAST:
        return BusyError(LimitError(f"Last.fm says again and again: too many requests {said}", _AGAIN))
    if code in _OUT_OF_ORDER:
        return BusyError(NetworkError(f"Last.fm is out of order {said}", _AGAIN))
    return AnswerError(f"Last.fm does not understand the question {said}", "look for a newer Earmark")
