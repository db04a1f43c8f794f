"""The network client against a real server: what it gets over, what it says of the rest, how polite it is."""

import gzip
import hashlib
import logging
import socket
import threading
import time
from contextlib import suppress
from email.utils import formatdate

import pytest

from earmark.catalog._provider import BusyError, Rate
from earmark.catalog.http import Client, Manners
from earmark.errors import (
    AnswerError,
    CatalogError,
    CredentialsError,
    LimitError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
)
from webserver import Faults, Request, Response, WebServer

QUICK = Manners(tries=4, backoff_s=0.005, longest_s=0.02, timeout_s=0.25, patience_s=2.0)
SECRET = "top+secret/key=1"  # noqa: S105 - planted


def echo(request: Request) -> dict:
    return {"path": request.path, "query": request.query, "agent": request.headers["user-agent"]}


@pytest.fixture
def server():
    with WebServer(echo) as running:
        yield running


def client(server: WebServer, rate: Rate | None = None, **more) -> Client:
    return Client("Echo", {"": server.url}, rate, manners=more.pop("manners", QUICK), **more)


def test_it_asks_and_names_the_program(server):
    answer = client(server).json("one/two", {"q": "Ä & b"})
    assert answer == {"path": "one/two", "query": {"q": "Ä & b"}, "agent": "Earmark/0.1.0"}
    assert client(server, contact="me@home").json("")["agent"] == "Earmark/0.1.0 (me@home)"


@pytest.mark.parametrize("fault", ["429", "500", "slow", "cut", "malformed"])
def test_it_gets_over_passing_faults(server, fault):
    server.faults = Faults([fault, fault])
    assert client(server).json("a")["path"] == "a"
    assert [line.fault for line in server.log] == [fault, fault, None]


@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        ("429", LimitError, "Echo says again and again that there were too many requests"),
        ("500", NetworkError, "Echo is out of order (500)"),
        ("slow", NetworkError, "no answer from Echo within 0.25 s"),
        ("cut", NetworkError, "the answer of Echo was cut off"),
        ("malformed", AnswerError, 'Echo answered with what is no JSON: \'{"path": "a", "query'),
    ],
)
def test_lasting_faults_end_in_an_error(server, fault, kind, message):
    server.faults = Faults([fault] * 4)
    with pytest.raises(kind) as raised:
        client(server).json("a")
    assert raised.value.message.startswith(message)
    assert raised.value.hint
    assert len(server.log) == QUICK.tries


@pytest.mark.parametrize(
    ("fault", "kind", "message", "hint"),
    [
        (
            "401",
            CredentialsError,
            'Echo does not accept these credentials (401): \'{"error": "injected 401"}\'',
            "set ECHO_KEY anew",
        ),
        (
            "403",
            ProviderUnavailableError,
            'Echo refuses to answer that (403): \'{"error": "injected 403"}\'',
            "it may be closed to this key or in this country: ask another provider",
        ),
        ("404", NotFoundError, "Echo has no such thing (404)", "see how its name is spelled"),
    ],
)
def test_refusals_are_not_asked_again(server, fault, kind, message, hint):
    server.faults = Faults([fault])
    with pytest.raises(kind) as raised:
        client(server, secrets={"ECHO_KEY": SECRET}).json("a")
    assert (raised.value.message, raised.value.hint) == (message, hint)
    assert len(server.log) == 1


def test_a_provider_may_say_what_a_status_means(server):
    server.faults = Faults(["403"])
    with pytest.raises(ProviderUnavailableError, match="closed since 2024"):
        client(server).json("a", refused={403: ProviderUnavailableError("closed since 2024")})


def test_it_asks_again_when_the_json_says_busy(server):
    seen = []

    def check(found):
        seen.append(found)
        if len(seen) < 3:
            raise BusyError(LimitError("quota"), 0.0)

    assert client(server).json("a", check=check)["path"] == "a"
    assert len(seen) == 3


def test_retry_after_is_honoured(server):
    server.faults = Faults(["429"], retry_after="0.3")
    began_s = time.monotonic()
    client(server).json("a")
    assert time.monotonic() - began_s >= 0.3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_it_does_not_sit_out_an_hour(server, form):
    after = "3600" if form == "seconds" else formatdate(time.time() + 3600, usegmt=True)
    server.faults = Faults(["429"], retry_after=after)
    with pytest.raises(LimitError, match=r"Echo asks to wait 3(5\d\d|600) s, more than 2 s") as raised:
        client(server).json("a")
    assert raised.value.hint.startswith("run the same command again after ")
    assert len(server.log) == 1


@pytest.mark.parametrize("status", [200, 302, 404])
def test_an_endless_answer_is_left(status):
    packed = {"Content-Encoding": "gzip", "Location": "/b"}
    with (
        WebServer(lambda _: Response(gzip.compress(bytes(1 << 20)), status, packed)) as server,
        pytest.raises(AnswerError, match="an answer of Echo has more than 0 MiB"),
    ):
        client(server, manners=Manners(most_bytes=1000)).request("GET", "a")


def test_nobody_listens():
    with WebServer(echo) as server:
        url = server.url
    with pytest.raises(NetworkError, match=r"no connection to Echo at 127\.0\.0\.1:\d+"):
        Client("Echo", {"": url.replace("//", "//me:secret@")}, manners=QUICK).json("a")


@pytest.mark.parametrize("url", ["", "no address", "http://", "ftp://127.0.0.1/", "http://[::1"])
def test_an_address_that_is_none(url):
    with pytest.raises(CatalogError, match="Echo"):
        Client("Echo", {"": url}, manners=QUICK).json("a")


def test_redirects_are_followed_without_the_key():
    with WebServer(lambda request: {"key": request.headers.get("authorization")}) as other:

        def answer(request):
            if request.path == "near":
                return Response({}, 302, {"Location": "/here"})
            if request.path == "round":
                return Response({}, 302, {"Location": "/round"})
            if request.path == "far":
                return Response({}, 302, {"Location": other.url})
            return {"key": request.headers.get("authorization")}

        with WebServer(answer) as server:
            asked = client(server)
            assert asked.json("near", headers={"Authorization": "Bearer x"}) == {"key": "Bearer x"}
            assert asked.json("far", headers={"Authorization": "Bearer x"}) == {"key": None}
            with pytest.raises(AnswerError, match="from one address to the next"):
                asked.json("round")


def test_a_key_in_an_address_goes_to_no_other_host(server):
    with WebServer(
        lambda request: Response({}, 302, {"Location": f"{server.url}?k={request.query['k']}"})
    ) as first:
        asked = client(first, secrets={"ECHO_KEY": SECRET})
        with pytest.raises(AnswerError, match="Echo sends its key on to another host"):
            asked.json("a", {"k": SECRET})
    assert not server.log


@pytest.mark.parametrize("where", ["http://localhost:{port}/", "http://[::1]/", "http://10.0.0.1/"])
def test_no_answer_leads_into_this_network(server, where):
    where = where.format(port=server.url.rsplit(":")[-1].strip("/"))
    server._answer = lambda _: Response({}, 302, {"Location": where})
    for path in ("a", where):
        with pytest.raises(AnswerError, match="which is not in the public internet"):
            client(server).request("GET", path)
    assert [request.path for request in server.asked()] == ["a"]


@pytest.mark.parametrize("where", ["http://[", "ftp://127.0.0.1/", "file:///etc/passwd"])
def test_redirects_to_what_is_no_address(server, where):
    server._answer = lambda _: Response({}, 302, {"Location": where})
    with pytest.raises(AnswerError, match="Echo sends to an address that is none"):
        client(server).json("a")


def test_no_key_comes_from_elsewhere(server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password other\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server._answer = lambda request: {"key": request.headers.get("authorization")}
    asked = client(server)
    assert asked.json("a", headers={"Authorization": "Bearer x"}) == {"key": "Bearer x"}
    assert asked.json("a") == {"key": None}
    whose = Client("Echo", {"": server.url.replace("//", "//me:own@")}, manners=QUICK)
    assert whose.json("a") == {"key": "Basic bWU6b3du"}  # but from the address itself


@pytest.mark.parametrize("body", [b"[1e999]", b"[NaN]", b"[" * 60 + b"]" * 60, b"[" * 99_999, b"[\xff]"])
def test_json_that_could_not_be_kept_is_none(server, body):
    server._answer = lambda _: Response(body)
    with pytest.raises(AnswerError, match="Echo answered with what is no JSON"):
        client(server).json("a")


def test_an_answer_that_drips_is_left():
    """Each byte comes in time, the whole does not."""

    def drip(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, suppress(OSError):
            line.recv(9999)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
            for _ in range(99):
                line.sendall(b"x")
                time.sleep(0.03)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=(listening,))
        dripping.start()
        began_s = time.monotonic()
        with pytest.raises(NetworkError, match=r"no whole answer from Echo within 0\.2 s"):
            Client(
                "Echo",
                {"": f"http://127.0.0.1:{listening.getsockname()[1]}/"},
                manners=Manners(1, whole_s=0.2),
            ).json("")
        assert time.monotonic() - began_s < 2
        dripping.join()


def test_never_more_requests_than_allowed(server, tmp_path):
    """Two clients take turns through a folder; the server's clock decides."""
    both = [client(server, Rate(5, 0.4), limits=tmp_path) for _ in range(2)]
    server.faults = Faults(share=0.3, kinds=("429", "500", "cut"))
    for i in range(18):
        both[i % 2].json("a")
    assert len(server.log) > 18
    assert server.most_in(0.4) == 5  # reached, and never passed


def test_a_limit_survives_what_was_killed(server, tmp_path):
    """A request that may have been on its way when its process died counts; so does a spoilt note."""
    first = client(server, Rate(1, 0.3), limits=tmp_path)
    first.json("a")
    (note,) = tmp_path.glob("*/answered.json")
    for left in ("[null]", "[17"):
        note.write_text(left)
        began_s = time.monotonic()
        client(server, Rate(1, 0.3), limits=tmp_path).json("a")
        assert time.monotonic() - began_s >= 0.29


@pytest.mark.parametrize("blocked", ["home", "home/{}/.lock/x", "home/{}/answered.json/x"])
def test_a_home_that_cannot_be_written_is_no_hindrance(server, tmp_path, blocked):
    file = tmp_path / blocked.format(hashlib.sha256(server.url.encode()).hexdigest()[:16])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    one = client(server, Rate(1, 0.1), limits=tmp_path / "home")
    one.json("a")
    one.json("a")
    assert server.most_in(0.1) == 1


@pytest.mark.parametrize("fault", ["429", "500", "401", "403", "404", "slow", "cut", "malformed"])
def test_no_secret_in_errors_or_logs(server, caplog, fault):
    """Not even where the service tells the key back, and a log is kept of everything."""
    server.faults = Faults([fault] * 9, slow_s=0.3)
    asked = client(server, secrets={"ECHO_KEY": SECRET}, manners=Manners(2, 0.001, timeout_s=0.1))
    caplog.set_level(logging.DEBUG, logger="urllib3")  # which yandex-music quiets once it is imported
    with caplog.at_level(logging.DEBUG), pytest.raises(CatalogError) as raised:
        asked.json(f"a/{SECRET}", {"key": SECRET}, headers={"X-Key": SECRET})
    assert fault == "slow" or "GET /a/" in caplog.text
    for spelling in ("top+secret", "top%2Bsecret", "secret/key"):
        assert spelling not in f"{raised.value!r}{caplog.text}"


def test_no_secret_in_what_a_provider_makes_of_an_answer(server):
    def check(found):
        raise CredentialsError(f"Echo says: no {found['query']['key']}", f"not {SECRET}")

    with pytest.raises(CredentialsError) as raised:
        client(server, secrets={"ECHO_KEY": SECRET}).json("a", {"key": SECRET}, check=check)
    assert str(raised.value) == "Echo says: no … (not …)"


def test_tokens_are_secrets_too(server):
    one = client(server, secrets={"KEY": "abc"})
    one.hide("tok/en")
    assert one.redact("abc tok/en tok%2Fen dG9rL2Vu") == "abc … … …"
