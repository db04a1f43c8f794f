"""The only network client: polite, patient up to a point, and silent about secrets.

A request waits for its turn (:mod:`earmark.catalog._limit`), is asked again when the service is busy or the
answer came damaged, and ends in an answer or in one :class:`~earmark.errors.CatalogError`. Requests go one at
a time.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as ReadTimeout

from earmark.catalog._answers import Answer, Manners, excerpt, judge, parsed
from earmark.catalog._hosts import is_public
from earmark.catalog._limit import Limit
from earmark.catalog._provider import BusyError, Provider, Rate
from earmark.catalog._secrets import Secrets
from earmark.errors import (
    AnswerError,
    CatalogError,
    CredentialsError,
    NetworkError,
)

AGENT = f"Earmark/{metadata.version('earmark')}"
"""What services read as the program's name."""

__all__ = ["AGENT", "Answer", "Client", "Manners"]

_REDIRECTS = 5
_CHUNK = 1 << 16


class Client:
    """Speaks to one service.

    Parameters
    ----------
    title : str
        The service's name, for people.
    urls : mapping of str to str
        Its addresses by name, ``""`` for the main one.
    rate : Rate, optional
        How many requests it allows.
    secrets : mapping of str to str
        Keys and tokens by the name of their environment variable: never told to anybody but the service.
    manners : Manners
        How patient to be.
    limits : Path, optional
        The folder in which the programs of this person take note of their requests, so that all of them
        together keep to the limit; if None, only those of this client are counted.
    contact : str
        An address of whoever runs it, told to the service: MusicBrainz asks for one.
    """

    def __init__(
        self,
        title: str,
        urls: Mapping[str, str],
        rate: Rate | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        manners: Manners | None = None,
        limits: Path | None = None,
        contact: str = "",
    ) -> None:
        self.title = title
        self.urls = urls
        self.secrets = dict(secrets or {})
        self.manners = manners or Manners()
        self._hidden = Secrets(self.secrets.values())
        self._limit = Limit(rate, limits, urls.get("", title))
        self._session = _Session()
        self._session.headers["User-Agent"] = f"{AGENT} ({contact})" if contact else AGENT
        self._session.auth = _of_address  # else requests takes what ~/.netrc has, in place of our own header

    @classmethod
    def for_provider(
        cls,
        provider: Provider,
        environment: Mapping[str, str],
        manners: Manners | None = None,
        limits: Path | None = None,
    ) -> "Client":
        """Return a client for a provider, with addresses and secrets from the environment.

        Raises
        ------
        CredentialsError
            If a key that the provider needs is not in the environment.
        """
        missing = [name for name in provider.needs if not environment.get(name, "").strip()]
        if missing:
            where = "; ".join(f"{name}: {provider.needs[name]}" for name in missing)
            raise CredentialsError(
                f"{provider.title} wants {' and '.join(missing)}, not found in the environment",
                f"set {'it' if len(missing) == 1 else 'them'} ({where})",
            )
        given = {
            name: environment.get(_variable(provider, name)) or url for name, url in provider.urls.items()
        }
        return cls(
            provider.title,
            {name: url if url.endswith("/") else f"{url}/" for name, url in given.items()},
            provider.rate,
            secrets={name: environment[name].strip() for name in provider.needs},
            manners=manners,
            limits=limits,
            contact=environment.get("EARMARK_CONTACT", ""),
        )

    def hide(self, *secrets: str) -> None:
        """Keep further secrets: a token that was got for a key."""
        self._hidden.add(*secrets)

    def redact(self, text: str) -> str:
        """Return a text without secrets."""
        return self._hidden.redact(text)

    def redact_all(self, value: Any) -> Any:
        """Return plain JSON types without secrets."""
        return self._hidden.redact_all(value)

    def json(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        base: str = "",
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        refused: Mapping[int, CatalogError] | None = None,
        check: Callable[[Any], None] | None = None,
    ) -> Any:
        """Return an answer's JSON.

        Parameters
        ----------
        path : str
            The address after the service's own, or a whole one.
        params, headers, data
            The question: query parameters, headers, form fields.
        base : str
            Which of the service's addresses.
        method : str
            HTTP's.
        refused : mapping of int to CatalogError
            What certain statuses mean; they are not asked again.
        check : callable, optional
            Looks at the JSON; raises a CatalogError for one that says so in its own words, or
            :class:`BusyError` to have it asked again.

        Raises
        ------
        CatalogError
            See :mod:`earmark.errors`.
        """

        def read(answer: Answer) -> Any:
            try:
                found = parsed(answer.body)
            except ValueError:
                raise BusyError(
                    AnswerError(
                        f"{self.title} answered with what is no JSON: {excerpt(answer.body, self._hidden)}",
                        "try again later; if it stays, the service has changed: look for a newer Earmark",
                    )
                ) from None
            if check is not None:
                check(found)
            return found

        return self._ask(method, path, base, refused or {}, read, params=params, headers=headers, data=data)

    def request(
        self,
        method: str,
        path: str,
        *,
        base: str = "",
        refused: Mapping[int, CatalogError] | None = None,
        **question: Any,
    ) -> Answer:
        """Return an answer as it came; for what :meth:`json` cannot do.

        Parameters
        ----------
        method, path, base, refused
            As :meth:`json`.
        **question
            ``params``, ``headers``, ``data`` or ``json``, as the library requests takes them.
        """
        answer: Answer = self._ask(method, path, base, refused or {}, lambda answer: answer, **question)
        return answer

    def _ask(
        self,
        method: str,
        path: str,
        base: str,
        refused: Mapping[int, CatalogError],
        read: Callable[[Answer], Any],
        **question: Any,
    ) -> Any:
        try:
            url = urljoin(self.urls[base], path)
        except ValueError:
            raise self._no_address() from None
        try:
            for attempt in self._attempts():
                with attempt:
                    answer = self._once(method, url, question)
                    if answer.status in refused:
                        raise refused[answer.status]
                    judge(self.title, answer, self.manners, self._hidden, tuple(self.secrets))
                    return read(answer)
        except CatalogError as error:  # it may quote an answer that quotes the key
            raise type(error)(self.redact(error.message), self.redact(error.hint)) from None
        raise AssertionError("tenacity ends by answering or raising")

    def _attempts(self) -> Iterator[tenacity.AttemptManager]:
        manners = self.manners
        jitter = tenacity.wait_random_exponential(manners.backoff_s, manners.longest_s)

        def pause_s(state: tenacity.RetryCallState) -> float:
            busy = state.outcome.exception() if state.outcome else None
            asked = busy.after_s if isinstance(busy, BusyError) else None
            return jitter(state) if asked is None else max(asked, 0.0)

        def give_up(state: tenacity.RetryCallState) -> Any:
            busy = state.outcome.exception() if state.outcome else None
            assert isinstance(busy, BusyError)  # noqa: S101 - nothing else is retried
            raise busy.failure from None

        return iter(
            tenacity.Retrying(
                retry=tenacity.retry_if_exception_type(BusyError),
                stop=tenacity.stop_after_attempt(manners.tries),
                wait=pause_s,
                sleep=time.sleep,
                retry_error_callback=give_up,
            )
        )

    def _once(self, method: str, url: str, question: Mapping[str, Any]) -> Answer:
        """Make one request and follow where it leads, each step in its turn."""
        question = dict(question)
        for _ in range(_REDIRECTS):
            self._see_that_it_is_open(url)
            answer, where = self._step(method, url, question)
            if where is None:
                return answer
            url, before = self._joined(url, where), url
            if urlsplit(url)[:2] != urlsplit(before)[:2]:
                question.pop("headers", None)  # what they prove is for the first host only
                if self.redact(url) != url:
                    raise AnswerError(
                        f"{self.title} sends its key on to another host", "give its new address, if it moved"
                    )
            method = "GET" if method == "POST" else method
            question = {"headers": question.get("headers")}
        raise AnswerError(
            f"{self.title} sends from one address to the next", "try again later, or give its new address"
        )

    def _joined(self, url: str, where: str) -> str:
        try:
            elsewhere = urljoin(url, where)
            if urlsplit(elsewhere).scheme in ("http", "https"):
                return elsewhere
        except ValueError:
            pass
        raise AnswerError(f"{self.title} sends to an address that is none", "try again later")

    def _see_that_it_is_open(self, url: str) -> None:
        """Refuse addresses within this network that an answer leads to: the service's own are a person's."""
        host = urlsplit(url).hostname or ""
        own = {urlsplit(known).hostname for known in self.urls.values()}
        if host not in own and not is_public(host):
            raise AnswerError(
                f"{self.title} leads to '{host}', which is not in the public internet",
                f"it may be a machine of yours; if that is meant, set {self.title}'s address to it",
            )

    def _step(self, method: str, url: str, question: Mapping[str, Any]) -> tuple[Answer, str | None]:
        manners = self.manners
        try:
            with (
                self._limit.turn(),
                self._session.request(
                    method, url, timeout=manners.timeout_s, stream=True, allow_redirects=False, **question
                ) as response,
            ):
                body = self._body(response)
                names = {name.lower(): value for name, value in response.headers.items()}
                where = names.get("location") if response.is_redirect else None
                return Answer(response.status_code, body, names), where
        except TimeoutError:
            what = f"no whole answer from {self.title} within {manners.whole_s:g} s"
        except (requests.Timeout, ReadTimeout):
            what = f"no answer from {self.title} within {manners.timeout_s:g} s"
        except (requests.exceptions.ChunkedEncodingError, HTTPError):
            what = f"the answer of {self.title} was cut off"
        except requests.ConnectionError:
            what = f"no connection to {self.title} at {urlsplit(url).netloc.rpartition('@')[2]}"
        except ValueError:
            raise self._no_address() from None
        except requests.RequestException as error:
            what = f"{self.title} cannot be heard: {type(error).__name__}"
        hint = "see whether this machine is online; the same command goes on where it stopped"
        raise BusyError(NetworkError(what, hint)) from None

    def _no_address(self) -> CatalogError:
        return NetworkError(  # what Python says of it holds the whole address
            f"the address of {self.title} is none", f"set {self.title}'s address as https://host/path/"
        )

    def _body(self, response: requests.Response) -> bytes:
        until_s = time.monotonic() + self.manners.whole_s
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):  # what came, however little
            body += chunk
            if len(body) > self.manners.most_bytes:
                raise AnswerError(
                    f"an answer of {self.title} has more than {self.manners.most_bytes >> 20} MiB",
                    "ask for less at once",
                )
            if time.monotonic() > until_s:
                raise TimeoutError
        return bytes(body)


class _Session(requests.Session):
    """requests without redirects of its own: it would read what comes with them, however much it is."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is nowhere to go."""


def _of_address(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Prove what the address itself says: ``https://me:password@host/``."""
    name, password = get_auth_from_url(request.url or "")
    proven: requests.PreparedRequest = HTTPBasicAuth(name, password)(request) if name else request
    return proven


def _variable(provider: Provider, name: str) -> str:
    return "_".join(part.upper() for part in ("EARMARK", provider.name, name, "URL") if part)
