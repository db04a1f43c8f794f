"""What holds for every provider of a service: pages, faults, refusals, silence about secrets."""

import json
import logging

import pytest

from earmark.catalog._provider import KINDS, Query
from earmark.catalog.http import Client
from earmark.catalog.providers import PROVIDERS
from earmark.errors import (
    AnswerError,
    CatalogError,
    CredentialsError,
    LimitError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
)
from services.running import QUICK, SERVICES, number
from webserver import Faults

ASKED = [(service, *asked) for service in SERVICES.values() for asked in service.songs]
"""Service, kind, text: everything that is asked."""
MOST_LAST = sorted(ASKED, key=lambda asked: len(asked[0].songs[asked[1], asked[2]]))
EACH_KIND = list({(service.name, kind): (service, kind, text) for service, kind, text in MOST_LAST}.values())
ALL = SERVICES.values()


def named(value: object) -> str:
    return getattr(value, "name", str(value)).replace("/", "-")


def every_provider_of_a_service() -> list[str]:
    return [name for name in PROVIDERS if PROVIDERS[name].rate is not None]


@pytest.mark.parametrize("name", every_provider_of_a_service())
def test_each_says_what_it_is(name):
    provider = PROVIDERS[name]
    assert provider.name == name
    assert provider.can <= {
        "search",
        "genre",
        "playlist",
        "artist",
        "preview audio",
        "tags",
        "audio features",
    }
    assert set(provider.asks) <= set(KINDS) - {"path"}
    assert provider.can >= {"search", "artist"} <= set(provider.asks)
    assert all(provider.asks.values())
    assert provider.terms.text.endswith(".")
    assert provider.terms.url.startswith("https://")
    assert all(url.startswith("https://") and url.endswith("/") for url in provider.urls.values())
    assert "" in provider.urls
    assert all(name.isupper() and where for name, where in provider.needs.items())
    service = SERVICES[name]  # a provider without a stand-in is not tested
    open_kinds = {kind for kind, help_ in provider.asks.items() if not help_.startswith("closed")}
    assert {kind for kind, _ in service.songs} == open_kinds == set(provider.can) & set(KINDS)


@pytest.mark.parametrize(("service", "kind", "text"), ASKED, ids=named)
def test_it_finds_the_songs_whatever_the_size_of_a_page(service, kind, text):
    wanted = service.songs[kind, text]
    for most in (1000, 2):
        with service.running(most=most) as server:
            records = service.records(server, kind, text)
        assert [number(record) for record in records] == list(wanted)
        assert len({record.key for record in records}) == len(wanted)
        assert all(record.artists and record.raw for record in records)


@pytest.mark.parametrize(("service", "kind", "text"), EACH_KIND, ids=named)
def test_an_answer_goes_on_from_every_page(service, kind, text):
    with service.running(most=2) as server:
        pages = service.pages(server, kind, text)
        assert pages[-1].next is None
        for i, page in enumerate(pages[:-1]):
            assert page.next
            assert service.pages(server, kind, text, page.next) == pages[i + 1 :]


@pytest.mark.parametrize("fault", ["429", "500", "cut", "malformed", "changed", "twice"])
@pytest.mark.parametrize(("service", "kind", "text"), EACH_KIND, ids=named)
def test_passing_faults_change_nothing(service, kind, text, fault):
    with service.running(most=3) as server:
        pages = service.pages(server, kind, text)
    for script in ([None, fault], [fault, None]):
        with service.running(most=3, faults=Faults(script * 200)) as server:
            assert service.pages(server, kind, text) == pages


@pytest.mark.parametrize("service", ALL, ids=named)
def test_it_gets_over_a_slow_answer(service):
    with service.running() as server:
        pages = service.pages(server, "search", "Lantern")
        server.faults = Faults(["slow"], slow_s=0.4)
        assert service.pages(server, "search", "Lantern") == pages


REFUSALS = {
    "401": CredentialsError,
    "403": ProviderUnavailableError,
    "404": NotFoundError,
    "429": LimitError,
    "500": NetworkError,
    "cut": NetworkError,
    "malformed": AnswerError,
    "changed": AnswerError,
}
OTHERS = {("itunes", "403"): LimitError, ("lastfm", "403"): CredentialsError}


@pytest.mark.parametrize("fault", REFUSALS)
@pytest.mark.parametrize(("service", "kind", "text"), EACH_KIND, ids=named)
def test_lasting_faults_are_told(service, kind, text, fault):
    with service.running(faults=Faults([fault] * 20)) as server:
        with pytest.raises(CatalogError) as raised:
            service.pages(server, kind, text)
        host = server.url.removeprefix("http://").rstrip("/")
    error = raised.value
    assert type(error) is OTHERS.get((service.name, fault), REFUSALS[fault])
    assert PROVIDERS[service.name].title in error.message
    assert error.hint
    assert host not in str(error)
    assert not any(secret in str(error) for secret in service.secrets.values())


@pytest.mark.parametrize(
    ("service", "kind", "text"), [asked for asked in EACH_KIND if asked[1] != "playlist"], ids=named
)
def test_what_breaks_later_leaves_the_pages_before(service, kind, text):
    assert service.songs[kind, text]
    with service.running(most=2) as server:
        whole = service.pages(server, kind, text)
        asked = len(server.log)
        server.faults = Faults([None] * (asked - 1) + ["500"] * 20)
        client, provider, got = service.client(server), PROVIDERS[service.name], []
        with pytest.raises(NetworkError):
            got.extend(provider.pages(client, Query(kind, text), ""))
        before = len(got)
        assert got == whole[:before]
        server.faults = Faults()
        assert service.pages(server, kind, text, got[-1].next if got else "") == whole[before:]


def test_a_missing_key_is_named_with_where_to_get_it():
    with pytest.raises(CredentialsError) as raised:
        Client.for_provider(PROVIDERS["spotify"], {"SPOTIPY_CLIENT_ID": "id"}, QUICK)
    assert raised.value.message == "Spotify wants SPOTIPY_CLIENT_SECRET, not found in the environment"
    where = "the client secret of your app at https://developer.spotify.com/dashboard"
    assert raised.value.hint == f"set it (SPOTIPY_CLIENT_SECRET: {where})"


WRONG = {
    "lastfm": "Last.fm does not accept the key in LASTFM_API_KEY",
    "spotify": "Spotify does not accept SPOTIPY_CLIENT_ID and SPOTIPY_CLIENT_SECRET",
    "yandex": "Yandex Music does not accept these credentials (401)",
}


@pytest.mark.parametrize("service", [each for each in ALL if each.secrets], ids=named)
def test_wrong_keys_are_told_with_how_to_mend_them(service):
    wrong = dict.fromkeys(service.secrets, "wrong-and-secret")
    with service.running() as server, pytest.raises(CredentialsError) as raised:
        service.pages(server, "search", "Lantern", **wrong)
    assert raised.value.message.startswith(WRONG[service.name])
    assert "anew" in raised.value.hint
    assert "wrong-and-secret" not in str(raised.value)


@pytest.mark.parametrize("service", [each for each in ALL if each.secrets], ids=named)
def test_no_secret_is_told_to_anybody(service, caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")  # yandex-music keeps it quiet
    with service.running() as server:
        pages = service.pages(server, "search", "Lantern")
        server.faults = Faults(["500"] * 20)
        with pytest.raises(NetworkError) as raised:
            service.pages(server, "artist", "Aurelia Voss")
    said = [caplog.text, str(raised.value), json.dumps([page.next for page in pages])]
    said += [json.dumps(record.raw) for page in pages for record in page.records]
    secrets = [*service.secrets.values(), "token-of-nobody"]
    assert len(caplog.records) > 2
    assert not [secret for secret in secrets for text in said if secret in text]


@pytest.mark.parametrize("service", ALL, ids=named)
def test_the_artist_must_have_that_very_name(service):
    """Never the songs of the nearest artist under the name that was asked for."""
    with service.running() as server, pytest.raises(NotFoundError) as raised:
        service.pages(server, "artist", "Aurelia")
    assert "spelled" in raised.value.hint or "'Aurelia Voss'" in raised.value.hint


@pytest.mark.parametrize("service", ALL, ids=named)
def test_it_names_the_program(service):
    with service.running() as server:
        service.pages(server, "search", "Lantern")
        assert {request.headers["user-agent"] for request in server.asked()} == {"Earmark/0.1.0"}
