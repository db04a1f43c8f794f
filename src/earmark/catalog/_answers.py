"""What a service's answer means: its status, its wish to wait, and how patient one is with it."""

import email.utils
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earmark.catalog._provider import BusyError
from earmark.catalog._secrets import Secrets
from earmark.errors import (
    AnswerError,
    CatalogError,
    CredentialsError,
    LimitError,
    NetworkError,
    NotFoundError,
    ProviderUnavailableError,
)

_OVERLOADED = (429, 500, 502, 503, 504)
_DEEPEST = 50  # levels of JSON: real answers have 10, and what is read and written must not fill the stack


@dataclass(frozen=True)
class Manners:
    """How patient the client is.

    Attributes
    ----------
    tries : int
        How often a request is made before its failure counts.
    backoff_s : float
        The first pause after a failure is up to this long, each further one up to twice as long as the last.
    longest_s : float
        No pause is longer, but one that the service asks for.
    patience_s : float
        If the service asks for a longer pause than this, that is a :class:`~earmark.errors.LimitError`.
    timeout_s : float
        How long to wait for a connection, and for a part of the answer.
    whole_s : float
        How long the whole answer may take.
    most_bytes : int
        How large it may be.
    """

    tries: int = 6
    backoff_s: float = 1.0
    longest_s: float = 30.0
    patience_s: float = 120.0
    timeout_s: float = 20.0
    whole_s: float = 120.0
    most_bytes: int = 32 << 20


@dataclass(frozen=True)
class Answer:
    """What a service answered.

    Attributes
    ----------
    status : int
        HTTP's status.
    body : bytes
        Whole: its length is what was announced.
    headers : mapping of str to str
        Names in lower case.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]


def judge(title: str, answer: Answer, manners: Manners, hidden: Secrets, keys: tuple[str, ...]) -> None:
    """Raise what a status other than 200 means.

    Parameters
    ----------
    title : str
        The service's name.
    answer : Answer
        What it answered.
    manners : Manners
        How long a wait it may ask for.
    hidden : Secrets
        What must not be told.
    keys : tuple of str
        The environment variables that hold its keys.

    Raises
    ------
    CatalogError
        What asking again does not mend.
    BusyError
        What it may.
    """
    status = answer.status
    if 200 <= status < 300:
        return
    if status in _OVERLOADED:
        raise BusyError(_overload(title, status), _wait_asked_for(title, answer, manners.patience_s))
    said = excerpt(answer.body, hidden)
    if status == 401:
        raise CredentialsError(
            f"{title} does not accept these credentials (401): {said}",
            f"set {' and '.join(keys) or 'the key'} anew",
        )
    if status == 403:
        raise ProviderUnavailableError(
            f"{title} refuses to answer that (403): {said}",
            "it may be closed to this key or in this country: ask another provider",
        )
    if status in (404, 410):
        raise NotFoundError(f"{title} has no such thing ({status})", "see how its name is spelled")
    raise AnswerError(
        f"{title} answered with status {status}: {said}",
        "if it stays, the service has changed: look for a newer Earmark",
    )


def _overload(title: str, status: int) -> CatalogError:
    if status == 429:
        return LimitError(
            f"{title} says again and again that there were too many requests",
            "run the same command again in an hour: it goes on where it stopped",
        )
    return NetworkError(
        f"{title} is out of order ({status})",
        "run the same command again later: it goes on where it stopped",
    )


def _wait_asked_for(title: str, answer: Answer, patience_s: float) -> float | None:
    after_s = _seconds(answer.headers.get("retry-after", ""))
    if after_s is not None and after_s > patience_s:
        when = time.strftime("%H:%M on %d %B", time.localtime(time.time() + min(after_s, 1e9)))
        raise LimitError(
            f"{title} asks to wait {after_s:.0f} s, more than {patience_s:.0f} s",
            f"run the same command again after {when}: it goes on where it stopped",
        )
    return after_s


def excerpt(body: bytes, hidden: Secrets) -> str:
    """Return the beginning of an answer, fit to be shown."""
    text = " ".join(hidden.redact(body[:2000].decode("utf-8", "replace")).split())
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"'{text[:150]}{'…' if len(text) > 150 else ''}'" if text else "nothing"


def parsed(body: bytes) -> Any:
    """Return an answer's JSON, of numbers that are some and of at most 50 levels.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> parsed(b'{"songs": [1.5]}')
    {'songs': [1.5]}
    >>> parsed(b"[" * 51 + b"]" * 51)
    Traceback (most recent call last):
    ...
    ValueError: nested too deeply
    """
    try:
        found = json.loads(body, parse_constant=_finite, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [found]
    for _ in range(_DEEPEST):
        level = [
            below
            for one in level
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return found
    raise ValueError("nested too deeply")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)  # NaN and Infinity are no JSON; 1e999 is too large
    return number


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a Retry-After header asks for: a number, or a date.

    Examples
    --------
    >>> _seconds("3"), _seconds("soon"), _seconds("Wed, 21 Oct 2015 07:28:00 GMT")
    (3.0, None, 0.0)
    """
    text = retry_after.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
