"""What a person types, as questions to a provider."""

import difflib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from earmark.catalog._provider import KINDS, Kind, Provider, Query
from earmark.errors import ArgumentError


def parse_queries(
    texts: Iterable[str], provider: Provider, options: Iterable[tuple[str, str]] = ()
) -> tuple[Query, ...]:
    """Return the questions, each once, in their order.

    Parameters
    ----------
    texts : iterable of str
        ``"genre:rock"``, ``"artist:Nina Simone"``, or without a kind, which is then the first that the
        provider knows. ``"@names.txt"`` and ``"artist:@names.txt"`` stand for the lines of a file.
    provider : Provider
        Whom to ask.
    options : iterable of (str, str)
        What else decides the answers.

    Raises
    ------
    ArgumentError
        If there is none, the provider does not know the kind, or a file cannot be read.
    """
    given = tuple(sorted(options))
    found: dict[Query, None] = {}
    for text in texts:
        kind, words = _split(text, provider)
        if not words.startswith("@"):
            found[Query(kind, _absolute(kind, words), given)] = None
            continue
        for line in _lines(Path(words[1:])):  # names in "artist:@names.txt" may hold colons
            of_line, name = _split(line, provider) if text.strip() == words else (kind, line)
            found[Query(of_line, _absolute(of_line, name), given)] = None
    if not found:
        raise ArgumentError(f"nothing to ask {provider.title} for", f"give {_kinds(provider)}")
    return tuple(found)


def _split(text: str, provider: Provider) -> tuple[Kind, str]:
    kind, words = next(iter(provider.asks)), text.strip()
    head, colon, rest = words.partition(":")
    name = head.strip().casefold()
    if colon and provider.rate is not None:  # a path may hold anything
        named = next((known for known in KINDS if known == name), None)
        near = difflib.get_close_matches(name, KINDS, n=1, cutoff=0.75)
        if named is not None:
            kind, words = named, rest.strip()
        elif near:
            raise ArgumentError(f"unknown kind of query '{head}:'", f"did you mean '{near[0]}:'?")
    if kind not in provider.asks:
        raise ArgumentError(f"{provider.title} cannot be asked for '{kind}:'", f"give {_kinds(provider)}")
    if not words:
        raise ArgumentError(f"an empty query for {provider.title}", f"give {_kinds(provider)}")
    return kind, words


def _absolute(kind: Kind, words: str) -> str:
    """Return a path as it is called from anywhere."""
    if kind != "path":
        return words
    if "://" in words:
        raise ArgumentError(
            f"'{words.partition('://')[0]}://' is not on this machine", "copy the files here first"
        )
    return os.path.abspath(words)


def _kinds(provider: Provider) -> str:
    if provider.rate is None:
        return "; ".join(provider.asks.values())
    return ", ".join(f"'{kind}:' ({what})" for kind, what in provider.asks.items())


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ArgumentError(
            f"the list '{path}' cannot be read: {os.strerror(error.errno or 0)}",
            "give a text file with one query a line",
        ) from error
    except UnicodeDecodeError as error:
        raise ArgumentError(f"the list '{path}' is no UTF-8 text", "save it as UTF-8") from error
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line.strip()
