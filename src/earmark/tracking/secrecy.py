"""Texts that name no secret: of the environment, or in an address."""

import os
import re

from earmark.catalog._secrets import Secrets

_SECRET = re.compile(r"TOKEN|PASSW|SECRET|API_?KEY|ACCESS_KEY|CREDENTIAL")
_SHORTEST_SECRET = 6
_USER = re.compile(r"(?<=://)[^/\s'\"@]*@")
_QUERY = re.compile(r"(\w+://[^\s?'\"]*)\?[^\s'\")]*")
_LONGEST = 300


def secrets_of_environment() -> Secrets:
    """Return what variables hold whose names say that it is secret, and passwords in addresses."""
    found = [value for name, value in os.environ.items() if _SECRET.search(name.upper())]
    inside = [
        part for value in os.environ.values() for part in re.findall(r"://[^/\s:@]*:([^/\s@]+)@", value)
    ]
    return Secrets(one for one in (*found, *inside) if len(one) >= _SHORTEST_SECRET)


def plain(text: str, secrets: Secrets) -> str:
    """Return a text as one line of at most 300 characters, without secrets.

    Examples
    --------
    >>> plain("no way to http://me:word@host/x?token=1", Secrets([]))
    'no way to http://…@host/x?…'
    """
    short = " ".join(_QUERY.sub(r"\1?…", _USER.sub("…@", secrets.redact(text))).split())
    return short if len(short) <= _LONGEST else short[:_LONGEST] + "…"
