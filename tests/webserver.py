"""A real HTTP server on this machine that answers as told, with the faults of the real world.

What a service says is a function from :class:`Request` to JSON (or a :class:`Response`); what goes wrong is a
:class:`Faults`. Every request is logged with the time at which it came.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FAULTS = ("429", "401", "403", "404", "500", "slow", "cut", "malformed", "changed", "twice")
"""429 comes with Retry-After; ``changed`` renames fields; ``twice`` is the page before once more."""
PASSING = ("429", "500", "slow", "cut", "malformed", "changed", "twice")
"""Those that a patient client gets over."""

_PAGING = {"index", "offset", "page", "limit", "start", "cursor"}


@dataclass(frozen=True)
class Request:
    """What was asked: `path` has no leading slash, `query` the last value of each name, `form` the body's."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Response:
    """An answer that is more than JSON with status 200; bytes are sent as they are."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Logged:
    """One line of the log: when a request came (monotonic seconds), what it was, what was done to it."""

    at_s: float
    request: Request
    fault: str | None


class Faults:
    """What goes wrong: request by request, or a share of all requests, drawn with a seed.

    Parameters
    ----------
    script : iterable of str or None
        The fault of each request in turn; None is none. Afterwards nothing goes wrong.
    share : float
        The share of further requests that go wrong.
    kinds : sequence of str
        How.
    renamed : mapping of str to str
        What ``changed`` does to fields, wherever they are; if empty, every field has another name.
    retry_after : str
        What a 429 asks for.
    slow_s : float
        How long ``slow`` waits: more than the client does.
    """

    def __init__(
        self,
        script: Iterable[str | None] = (),
        *,
        share: float = 0.0,
        kinds: tuple[str, ...] = PASSING,
        seed: int = 0,
        renamed: Mapping[str, str] | None = None,
        retry_after: str = "0",
        slow_s: float = 0.5,
    ) -> None:
        self.script = list(script)
        self.share = share
        self.kinds = kinds
        self.renamed = dict(renamed or {})
        self.retry_after = retry_after
        self.slow_s = slow_s
        self._bag: list[str] = []
        self._random = random.Random(seed)  # noqa: S311 - faults, not secrets

    def draw(self) -> str | None:
        if self.script:
            return self.script.pop(0)
        if self._random.random() >= self.share:
            return None
        self._bag = self._bag or self._random.sample(self.kinds, len(self.kinds))  # each kind comes in turn
        return self._bag.pop()


class WebServer:
    """A server on a free port of 127.0.0.1, from ``with`` to its end.

    Attributes
    ----------
    url : str
        Its address, with ``/`` at the end.
    log : list of Logged
        What was asked.
    faults : Faults
        What goes wrong from now on; may be set anew.
    """

    def __init__(self, answer: Callable[[Request], Any], faults: Faults | None = None) -> None:
        self.log: list[Logged] = []
        self.faults = faults or Faults()
        self._answer = answer
        self._pages: dict[tuple, Response] = {}
        self._lock = threading.Lock()
        self._server = _Quiet(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "WebServer":
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def asked(self, path: str = "") -> list[Request]:
        """Return the requests to addresses that begin so."""
        return [line.request for line in self.log if line.request.path.startswith(path)]

    def most_in(self, seconds: float) -> int:
        """Return the largest number of requests that came in any stretch of time of this length."""
        times = sorted(line.at_s for line in self.log)
        most = first = 0
        for last, at_s in enumerate(times):
            while at_s - times[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    def respond(self, request: Request) -> tuple[Response, str | None]:
        """Return what to send, and what to do to it."""
        at_s = time.monotonic()
        with self._lock:
            fault = self.faults.draw()
            self.log.append(Logged(at_s, request, fault))
        if fault == "429":
            return Response({"error": "too many"}, 429, {"Retry-After": self.faults.retry_after}), fault
        if fault in ("401", "403", "404", "500"):
            return Response({"error": f"injected {fault}"}, int(fault)), fault
        if fault == "twice" and _question(request) in self._pages:
            return self._pages[_question(request)], fault
        given = self._answer(request)
        response = given if isinstance(given, Response) else Response(given)
        self._pages[_question(request)] = response
        if fault == "changed":
            changed = _renamed(response.body, self.faults.renamed)
            return Response(changed, response.status, response.headers), fault
        return response, fault


def _question(request: Request) -> tuple:
    """Return what is the same for all pages of an answer."""
    asked = sorted(pair for pair in request.query.items() if pair[0] not in _PAGING)
    return request.method, request.path, *asked


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed or lost patience is no error here."""


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(split.query, keep_blank_values=True))
            response, fault = server.respond(
                Request(self.command, split.path.removeprefix("/"), query, headers, body)
            )
            self._send(response, fault)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def _send(self, response: Response, fault: str | None) -> None:
            body = response.body
            if not isinstance(body, bytes):
                body = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
            if fault == "slow":
                time.sleep(server.faults.slow_s)
            if fault == "malformed":
                body = body[: len(body) // 2] + b"<html>"
            headers = {"Content-Type": "application/json", **response.headers}
            self.send_response(response.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
            if fault == "cut":
                self.close_connection = True

        def log_message(self, *said: Any) -> None:
            """Say nothing."""

    return Handler


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            names.get(name, name) if names else f"{name}_v2": _renamed(below, names)
            for name, below in value.items()
        }
    return [_renamed(below, names) for below in value] if isinstance(value, list) else value
