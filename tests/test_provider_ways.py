"""What is particular to a service: its own errors, what it leaves out, what it has closed."""

import base64
import sys
import time
from dataclasses import replace

import pytest

from earmark.catalog._provider import Miss
from earmark.catalog.providers import PROVIDERS
from earmark.catalog.spotify import CLOSED, unavailable
from earmark.errors import (
    AnswerError,
    ArgumentError,
    CatalogError,
    CredentialsError,
    EarmarkError,
    LimitError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
)
from services import deezer, lastfm, musicbrainz, spotify, yandex
from services.running import SERVICES, Service
from services.songs import song
from webserver import Response, WebServer


def saying(name: str, *first: dict, status: int = 200, where: str = "") -> Service:
    """Return a service that says this first, to addresses that begin so, and then what it always does."""
    service, left = SERVICES[name], list(first)

    def answer(request, most):
        if left and request.path.startswith(where):
            return status, left.pop(0)
        return service.answer(request, most)

    return replace(service, answer=answer)


def lacking(name: str, where: str, body: dict, status: int = 200) -> Service:
    """Return a service that always says this at one address."""
    service = SERVICES[name]

    def answer(request, most):
        return (status, body) if request.path == where else service.answer(request, most)

    return replace(service, answer=answer)


def failing(service: Service, kind: str = "search", text: str = "Lantern") -> EarmarkError:
    with service.running() as server, pytest.raises(EarmarkError) as raised:
        service.pages(server, kind, text)
    return raised.value


def pages_of(service: Service, kind: str = "search", text: str = "Lantern", **given):
    with service.running(**given) as server:
        return service.pages(server, kind, text)


@pytest.mark.parametrize("name", ["deezer", "musicbrainz", "spotify", "yandex"])
@pytest.mark.parametrize("text", ["no such thing!", "//elsewhere.example/1", "../../1?x=1"])
def test_what_is_no_playlist_is_not_asked_for(name, text):
    with SERVICES[name].running() as server, pytest.raises(ArgumentError) as raised:
        SERVICES[name].pages(server, "playlist", text)
    assert f"'{text}' is no " in raised.value.message
    assert "https://" in raised.value.hint
    assert not [request for request in server.asked() if request.path != "api/token"]


class TestDeezer:
    @pytest.mark.parametrize("said", [deezer.QUOTA, deezer.BUSY])
    def test_it_waits_when_told_so_with_status_200(self, said, monkeypatch):
        monkeypatch.setattr("earmark.catalog.deezer._BUSY_S", 0.0)
        assert pages_of(saying("deezer", said, said)) == pages_of(SERVICES["deezer"])

    @pytest.mark.parametrize(
        ("code", "kind", "message"),
        [
            (4, LimitError, "Deezer says again and again: told so (4)"),
            (700, NetworkError, "Deezer is out of order: told so (700)"),
            (800, NotFoundError, "Deezer has no such thing (800)"),
            (200, ProviderUnavailableError, "Deezer refuses to answer that: told so (200)"),
            (501, AnswerError, "Deezer does not understand the question: told so (501)"),
        ],
    )
    def test_its_errors(self, code, kind, message, monkeypatch):
        monkeypatch.setattr("earmark.catalog.deezer._BUSY_S", 0.0)
        said = {"error": {"type": "Exception", "message": "told so", "code": code}}
        error = failing(saying("deezer", *[said] * 9))
        assert (type(error), error.message) == (kind, message)
        assert error.hint

    def test_a_genre_that_it_has_not(self):
        error = failing(SERVICES["deezer"], "genre", "jaz")
        assert str(error) == "Deezer has nothing of the name 'jaz' (there is 'All', 'Jazz', 'Rock')"

    def test_an_album_that_is_gone_costs_the_genres_and_nothing_else(self):
        (page,) = pages_of(lacking("deezer", "album/500", deezer.NO_DATA))
        assert [(record.tags, record.album) for record in page.records] == [((), "Rooms of Salt")] * 5
        assert page.misses[0] == Miss(
            "genres of Aurelia Voss: Lantern No. 5",
            "NotFoundError",
            "Deezer has no such thing (800)",
            "see how its name or number is spelled",
        )

    def test_a_song_whose_own_page_is_gone_lacks_the_isrc(self):
        (page,) = pages_of(lacking("deezer", "track/5", deezer.NO_DATA), "artist", "Aurelia Voss")
        assert [record.isrc for record in page.records][:2] == [None, "ZZEAR2600010"]
        assert [miss.what for miss in page.misses] == ["ISRC of Aurelia Voss: Lantern No. 5"]

    def test_no_album_takes_the_place_of_another(self):
        other = deezer.answer("album/501", {})
        (page,) = pages_of(lacking("deezer", "album/500", other))
        assert {record.tags for record in page.records} == {()}
        assert page.misses[0].message == "Deezer answered with album 501 where album 500 was asked for"

    def test_an_album_is_asked_for_once(self):
        with SERVICES["deezer"].running(most=2) as server:
            SERVICES["deezer"].pages(server, "search", "Lantern")
            assert len(server.asked("album/")) == 1

    def test_one_odd_song_costs_itself(self):
        said = deezer.answer("search/track", {"q": "Lantern"})
        del said["data"][1]["duration"]
        (page,) = pages_of(saying("deezer", said))
        assert [record.key for record in page.records] == ["5", "15", "20", "25"]
        assert page.misses[0].what == "the song at 'data[1]'"
        assert page.misses[0].message.startswith("Deezer's answer has no number at 'data[1].duration'")


class TestITunes:
    def test_the_same_page_for_ever_ends_the_answer(self):
        same = SERVICES["itunes"].answer
        service = replace(
            SERVICES["itunes"], answer=lambda request, most: same(_without(request, "offset"), most)
        )
        pages = pages_of(service, most=2)
        assert [len(page.records) for page in pages] == [2, 0]
        assert pages[1].misses[0].what == "songs from 2 on"

    def test_403_is_its_word_for_too_many(self):
        error = failing(saying("itunes", {}, status=403))
        assert type(error) is LimitError
        assert "too many requests" in error.message


class TestMusicBrainz:
    def test_busy_is_503(self):
        busy = saying("musicbrainz", *[musicbrainz.BUSY] * 3, status=503)
        assert pages_of(busy) == pages_of(SERVICES["musicbrainz"])

    def test_a_tag_is_quoted(self):
        with SERVICES["musicbrainz"].running() as server:
            SERVICES["musicbrainz"].pages(server, "genre", 'drum "n" \\bass')
            assert server.asked("recording")[0].query["query"] == 'tag:"drum \\"n\\" \\\\bass"'

    def test_one_that_is_gone_since_lacks_its_genres(self):
        gone = f"recording/{song(5).recording}"
        (page,) = pages_of(lacking("musicbrainz", gone, musicbrainz.NOT_FOUND, 404))
        assert [record.tags for record in page.records][:2] == [(), ("jazz", "vocal jazz", "made up")]
        assert page.records[0].title == "Lantern No. 5"
        assert [miss.what for miss in page.misses] == ["genres of Aurelia Voss: Lantern No. 5"]

    @pytest.mark.parametrize(
        ("comment", "title"),
        [("live, 1965-03-01: Brno", "Lantern No. 5 (live, 1965-03-01: Brno)"), ("mono", "Lantern No. 5")],
    )
    def test_another_version_is_another_song(self, comment, title):
        inc = ["artist-credits", "isrcs", "genres", "tags"]
        said = musicbrainz.recording(song(5), inc) | {"disambiguation": comment}
        (page,) = pages_of(lacking("musicbrainz", f"recording/{song(5).recording}", said))
        assert page.records[0].title == title

    def test_a_length_may_be_unknown(self):
        inc = ["artist-credits", "isrcs", "genres", "tags"]
        said = musicbrainz.recording(song(5), inc) | {"length": None}
        (page,) = pages_of(lacking("musicbrainz", f"recording/{song(5).recording}", said))
        assert page.records[0].duration_s is None
        assert page.records[0].isrc == "ZZEAR2600005"


class TestLastFM:
    @pytest.mark.parametrize(
        ("said", "kind", "message"),
        [
            (lastfm.BAD_KEY, CredentialsError, "Last.fm does not accept the key in LASTFM_API_KEY (10: Inv"),
            (lastfm.SUSPENDED, CredentialsError, "Last.fm has suspended the key in LASTFM_API_KEY (26: Sus"),
            (lastfm.NO_TRACK, NotFoundError, "Last.fm has no such thing (6: Track not found)"),
            (lastfm.TOO_FAST, LimitError, "Last.fm says again and again: too many requests (29: Rate limi"),
            (lastfm.OFFLINE, NetworkError, "Last.fm is out of order (11: Service Offline - This service"),
            (lastfm.error(3, "Invalid Method"), AnswerError, "Last.fm does not understand the question (3: "),
        ],
    )
    def test_its_errors_with_status_200(self, said, kind, message):
        error = failing(saying("lastfm", *[said] * 9))
        assert type(error) is kind
        assert error.message.startswith(message)
        assert error.hint

    def test_it_waits_when_told_so(self):
        said = [lastfm.TOO_FAST, lastfm.OFFLINE]
        assert pages_of(saying("lastfm", *said)) == pages_of(SERVICES["lastfm"])

    def test_a_status_of_400_says_the_same_as_error_6(self):
        assert type(failing(saying("lastfm", lastfm.NO_TRACK, status=400))) is NotFoundError

    def test_a_song_without_tags_of_its_own_has_none(self):
        """Never those of the song before."""
        service = SERVICES["lastfm"]

        def answer(request, most):
            if request.query.get("track") == "Lantern No. 10":
                return 200, lastfm.NO_TRACK
            return service.answer(request, most)

        (page,) = pages_of(replace(service, answer=answer))
        assert [bool(record.tags) for record in page.records] == [True, False, True, True, True]
        assert [miss.what for miss in page.misses] == ["tags of Aurelia Voss: Lantern No. 10"]

    def test_tags_of_another_song_are_refused(self):
        other = lastfm.tags(song(15))
        service = SERVICES["lastfm"]

        def answer(request, most):
            asked = request.query.get("method") == "track.getTopTags"
            return (200, other) if asked else service.answer(request, most)

        (page,) = pages_of(replace(service, answer=answer))
        assert [bool(record.tags) for record in page.records] == [False, False, True, False, False]
        assert page.misses[0].message == (
            "Last.fm answered with those of Aurelia Voss: Lantern No. 15 where the tags of "
            "Aurelia Voss: Lantern No. 5 was asked for"
        )

    def test_light_tags_are_left_out(self):
        (page,) = pages_of(SERVICES["lastfm"])
        assert page.records[0].tags == ("jazz", "vocal jazz", "seen nowhere")


class TestSpotify:
    @pytest.mark.parametrize("what", CLOSED)
    def test_what_has_closed_names_the_date_and_who_has_it(self, what):
        error = unavailable(what)
        assert type(error) is ProviderUnavailableError
        assert "27 November 2024" in error.message or "9 March 2026" in error.message
        assert any(PROVIDERS[name].title in error.hint for name in PROVIDERS) or "extract" in error.hint

    def test_genres_are_asked_elsewhere(self):
        error = failing(SERVICES["spotify"], "genre", "jazz")
        assert str(error) == (
            "Spotify has closed 'genre': since 9 March 2026 apps in development mode do not get it "
            "(ask Deezer, iTunes Search, MusicBrainz or Last.fm for genres)"
        )

    def test_its_terms_forbid_training(self):
        terms = PROVIDERS["spotify"].terms
        assert not terms.training
        assert "III.14" in terms.text

    def test_a_playlist_of_somebody_else(self):
        error = failing(saying("spotify", *[{}] * 2, status=403, where="v1/"), "playlist", spotify.PLAYLIST)
        assert type(error) is ProviderUnavailableError
        assert "since 9 March 2026" in error.message
        assert "Deezer" in error.hint

    def test_an_hour_is_not_sat_out(self):
        service = SERVICES["spotify"]

        def answer(request):
            if request.path.startswith("v1/"):
                return Response({"error": {"status": 429}}, 429, {"Retry-After": "3600"})
            return service.answer(request, 50)[1]

        began_s = time.monotonic()
        with WebServer(answer) as server, pytest.raises(LimitError, match="asks to wait 3600 s"):
            service.pages(server, "search", "Lantern")
        assert time.monotonic() - began_s < 2

    def test_what_is_no_song_of_spotify_is_left_out(self):
        said = spotify.answer(f"playlists/{spotify.PLAYLIST}/items", {}, _bearer())[1]
        said["items"] = said["items"][:3]
        said["items"][0]["item"] = None
        said["items"][1]["is_local"] = True
        said["items"].append({"item": {"type": "episode", "id": "e1"}})
        where = f"v1/playlists/{spotify.PLAYLIST}/items"
        (page,) = pages_of(lacking("spotify", where, said | {"next": None}), "playlist", spotify.PLAYLIST)
        assert [(record.title, record.playlists) for record in page.records] == [
            ("Sidewalk No. 3", ("Salt & Snow",))
        ]
        assert not page.misses

    def test_an_old_app_still_gets_isrcs(self):
        track = spotify.track(song(3)) | {"external_ids": {"isrc": "ZZEAR2600003"}, "preview_url": None}
        said = {"items": [{"is_local": False, "track": track}], "offset": 0, "next": None}
        where = f"v1/playlists/{spotify.PLAYLIST}/items"
        (page,) = pages_of(lacking("spotify", where, said), "playlist", spotify.PLAYLIST)
        assert page.records[0].isrc == "ZZEAR2600003"

    def test_artists_of_a_name_like_that_are_left_out(self):
        others = [spotify.track(song(number)) for number in range(1, 5)]
        first = {"items": [spotify.track(song(5)), *others], "offset": 0, "next": "more"}
        then = {"items": others, "offset": 5, "next": "more"}
        said = saying("spotify", {"tracks": first}, {"tracks": then}, where="v1/search")
        pages = pages_of(said, "artist", "Aurelia Voss")
        assert [[record.title for record in page.records] for page in pages] == [["Lantern No. 5"], []]
        assert pages[-1].next is None

    def test_a_token_is_asked_for_once(self):
        with SERVICES["spotify"].running(most=2) as server:
            SERVICES["spotify"].pages(server, "search", "Lantern")
            assert len(server.asked("api/token")) == 1
            assert len(server.asked("v1/")) == 3

    def test_an_old_token_is_renewed(self):
        short = spotify.token({"authorization": _basic()}, {"grant_type": "client_credentials"})[1]
        service = lacking("spotify", "api/token", short | {"expires_in": 30})
        with service.running(most=2) as server:
            service.pages(server, "search", "Lantern")
            assert len(server.asked("api/token")) == 3


class TestYandex:
    def test_a_playlist_that_is_gone_costs_itself(self):
        gone = f"users/{yandex.UID}/playlists/{yandex.KIND}"
        (page,) = pages_of(lacking("yandex", gone, yandex.EXPIRED, 404), "genre", "jazz")
        assert page.records == ()
        assert [miss.what for miss in page.misses] == ["songs of playlist 'Salt & Snow'"]

    def test_another_version_is_another_song(self):
        said = {"result": {"title": "p", "tracks": [{"track": yandex.track(song(3)) | {"version": "Live"}}]}}
        where = f"users/{yandex.UID}/playlists/{yandex.KIND}"
        (page,) = pages_of(lacking("yandex", where, said), "playlist", f"{yandex.UID}/{yandex.KIND}")
        assert [record.title for record in page.records] == [f"{song(3).title} (Live)"]

    def test_a_country_without_it(self):
        error = failing(saying("yandex", {"error": {}}, status=451))
        assert type(error) is ProviderUnavailableError
        assert error.message == "Yandex Music is not open to this country (451)"

    def test_songs_know_their_playlist(self):
        records = SERVICES["yandex"]
        with records.running() as server:
            found = records.records(server, "playlist", f"{yandex.OWNER}/{yandex.KIND}")
        assert {record.playlists for record in found} == {("Salt & Snow",)}


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("spotify", "_spotipy", "spotipy"), ("yandex", "_yandex_music", "yandex_music")],
)
def test_a_missing_extra_is_told_kindly(name, module, extra, monkeypatch):
    monkeypatch.setitem(sys.modules, extra, None)
    monkeypatch.delitem(sys.modules, f"earmark.catalog.{module}", raising=False)
    error = failing(SERVICES[name])
    assert type(error) is CatalogError
    assert error.hint == f"pip install 'earmark[{name}]'"


def _bearer() -> dict[str, str]:
    return {"authorization": f"Bearer {spotify.TOKEN}"}


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{spotify.CLIENT}:{spotify.SECRET}".encode()).decode()


def _without(request, name: str):
    return replace(request, query={key: value for key, value in request.query.items() if key != name})
