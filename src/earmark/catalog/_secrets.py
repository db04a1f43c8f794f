"""Texts without secrets: what a person, a log or a file gets to see."""

import base64
import json
import logging
import weakref
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

STAND_IN = "…"
_SHORTEST = 4
_LOUD = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")
"""These log addresses, and with them the keys that services want there."""


class Secrets:
    """Secrets, and every spelling of theirs that an address, a header or JSON may have.

    Examples
    --------
    >>> Secrets(["pass word"]).redact("GET /?key=pass+word and pass%20word")
    'GET /?key=… and …'
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._spellings: list[str] = []
        self.add(*secrets)
        _ALL.add(self)
        for name in _LOUD:
            logging.getLogger(name).addFilter(_clean)  # Python adds it once

    def add(self, *secrets: str) -> None:
        """Keep further ones; what has less than 4 characters is none."""
        spellings = set(self._spellings)
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                spellings |= {
                    secret,
                    quote(secret, safe=""),
                    quote_plus(secret),
                    json.dumps(secret)[1:-1],
                    base64.b64encode(secret.encode()).decode(),
                }
        self._spellings = sorted(spellings, key=len, reverse=True)

    def redact(self, text: str) -> str:
        """Return a text with a stand-in for each secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, STAND_IN)
        return text

    def redact_all(self, value: Any) -> Any:
        """Return plain JSON types with no secret in any text of theirs."""
        if not self._spellings:
            return value
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact(str(key)): self.redact_all(below) for key, below in value.items()}
        if isinstance(value, list | tuple):
            return [self.redact_all(below) for below in value]
        return value


_ALL: "weakref.WeakSet[Secrets]" = weakref.WeakSet()


def _clean(record: logging.LogRecord) -> bool:
    """Redact a line of a log."""
    text = clean = record.getMessage()
    for secrets in _ALL:
        clean = secrets.redact(clean)
    if clean != text:
        record.msg, record.args = clean, ()
    return True
