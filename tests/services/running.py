"""The services, each as a server on this machine that a provider can be sent to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from earmark.catalog._provider import Kind, Page, Query, Record
from earmark.catalog.http import Client, Manners
from earmark.catalog.providers import PROVIDERS
from services import deezer, itunes, lastfm, musicbrainz, spotify, yandex
from services.songs import SONGS, found, of_artist, of_genre
from webserver import Faults, Request, Response, WebServer

QUICK = Manners(tries=4, backoff_s=0.002, longest_s=0.01, timeout_s=0.25, patience_s=2.0)

VOSS = of_artist("Aurelia Voss")
JAZZ = of_genre("jazz")


@dataclass(frozen=True)
class Service:
    """A stand-in for a service.

    Attributes
    ----------
    name : str
        The provider that asks it.
    answer : callable
        From a request, and how many things a page may hold, to status and body.
    songs : dict
        The songs that an answer should hold, by kind and text of the query.
    secrets : dict
        What the provider needs, as environment variables.
    paths : dict
        Where its addresses lie on the server, as environment variables.
    """

    name: str
    answer: Callable[[Request, int], tuple[int, Any]]
    songs: dict[tuple[Kind, str], tuple[int, ...]]
    secrets: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self, *, most: int = 1000, faults: Faults | None = None) -> Iterator[WebServer]:
        """Run it; a page holds `most` things at most."""

        def answer(request: Request) -> Response:
            status, body = self.answer(request, most)
            return Response(body, status)

        with WebServer(answer, faults) as server:
            yield server

    def environment(self, server: WebServer) -> dict[str, str]:
        paths = self.paths or {f"EARMARK_{self.name.upper()}_URL": ""}
        return self.secrets | {name: f"{server.url}{path}" for name, path in paths.items()}

    def client(self, server: WebServer, **given: str) -> Client:
        """Return a client that asks the server, as fast as it answers."""
        made = Client.for_provider(PROVIDERS[self.name], self.environment(server) | given)
        return Client(made.title, made.urls, secrets=made.secrets, manners=QUICK)

    def pages(self, server: WebServer, kind: Kind, text: str, cursor: str = "", **given: str) -> list[Page]:
        client = self.client(server, **given)
        return list(PROVIDERS[self.name].pages(client, Query(kind, text), cursor))

    def records(self, server: WebServer, kind: Kind, text: str) -> list[Record]:
        return [record for page in self.pages(server, kind, text) for record in page.records]


def _numbers(songs) -> tuple[int, ...]:
    return tuple(each.number for each in songs)


def _spotify(request: Request, most: int) -> tuple[int, Any]:
    if request.path == "api/token":
        return spotify.token(request.headers, request.form)
    return spotify.answer(request.path.removeprefix("v1/"), request.query, request.headers, most=most)


_FOUND = {
    ("search", "Lantern"): _numbers(found("Lantern")),
    ("search", "снег"): _numbers(found("снег")),
    ("search", "nobody sang that"): (),
    ("artist", "aurelia voss"): _numbers(VOSS),
    ("artist", "Лунный Сад"): _numbers(of_artist("Лунный Сад")),
}
_FIVE = _numbers(SONGS[:5])

SERVICES = {
    service.name: service
    for service in (
        Service(
            "deezer",
            lambda request, most: (200, deezer.answer(request.path, request.query, most=most)),
            _FOUND
            | {
                ("genre", "jazz"): _numbers(of_artist("Kolobok Trio") + VOSS),
                ("playlist", str(deezer.PLAYLIST)): _FIVE,
                ("playlist", f"https://www.deezer.com/en/playlist/{deezer.PLAYLIST}?utm=1"): _FIVE,
            },
        ),
        Service(
            "itunes",
            lambda request, most: (200, itunes.answer(request.path, request.query, most=most)),
            _FOUND | {("genre", "Jazz"): _numbers(JAZZ)},
        ),
        Service(
            "musicbrainz",
            lambda request, most: musicbrainz.answer(request.path, request.query, most=most),
            _FOUND
            | {
                ("genre", "jazz"): _numbers(JAZZ),
                ("artist", musicbrainz.artist_id("Aurelia Voss")): _numbers(VOSS),
                ("playlist", musicbrainz.COLLECTION): _FIVE,
            },
        ),
        Service(
            "lastfm",
            lambda request, most: lastfm.answer(request.query, most=most),
            _FOUND | {("genre", "jazz"): _numbers(JAZZ)},
            {"LASTFM_API_KEY": lastfm.KEY},
        ),
        Service(
            "spotify",
            _spotify,
            _FOUND
            | {
                ("playlist", spotify.PLAYLIST): _numbers(SONGS[:12]),
                ("playlist", f"https://open.spotify.com/playlist/{spotify.PLAYLIST}"): _numbers(SONGS[:12]),
            },
            {"SPOTIPY_CLIENT_ID": spotify.CLIENT, "SPOTIPY_CLIENT_SECRET": spotify.SECRET},
            {"EARMARK_SPOTIFY_URL": "v1", "EARMARK_SPOTIFY_ACCOUNTS_URL": "api"},
        ),
        Service(
            "yandex",
            lambda request, most: yandex.answer(request.path, request.query, request.headers, most=most),
            _FOUND
            | {
                ("genre", "jazz"): _FIVE,
                ("playlist", f"{yandex.OWNER}/{yandex.KIND}"): _FIVE,
                ("playlist", f"https://music.yandex.ru/users/{yandex.OWNER}/playlists/{yandex.KIND}"): _FIVE,
            },
            {"YANDEX_MUSIC_TOKEN": yandex.TOKEN},
        ),
    )
}
"""All of them, by the names of their providers."""


def number(record: Record) -> int:
    """Return the number of the invented song that a record tells of."""
    return int((record.title or "").rpartition(" ")[2])
