"""Songs from services, music folders and tables into one catalogue."""

import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark import catalog
from earmark.catalog import _pages, tracks
from earmark.catalog._limit import limits_folder
from earmark.catalog._pages import Line, PageStore
from earmark.catalog._previews import Previews
from earmark.catalog._provider import Miss
from earmark.catalog._queries import parse_queries
from earmark.catalog.providers import PROVIDERS
from earmark.catalog.tracks import Catalog, FailureRow
from earmark.errors import ArgumentError, EarmarkError
from earmark.workspace import keeping, locked, sweep

if TYPE_CHECKING:
    from earmark.catalog.http import Manners

Progress = Callable[[int, int, int], None]
"""Told how many questions are done, of how many, and how many records have come."""


@dataclass(frozen=True)
class Collection:
    """What collecting did.

    Attributes
    ----------
    asked, known, failed : int
        Questions that were answered in full now, had been before, and could not be.
    records : int
        Records that came.
    tracks : int
        Songs that the catalogue holds now.
    failures : tuple of FailureRow
        What could not be had of what was asked, now or before.
    stopped : EarmarkError or None
        Why it ended before its end; what came until then is kept.
    """

    asked: int
    known: int
    failed: int
    records: int
    tracks: int
    failures: tuple[FailureRow, ...]
    stopped: EarmarkError | None


def collect(
    provider: str,
    queries: Iterable[str],
    folder: str | os.PathLike[str] = "catalog",
    *,
    options: Mapping[str, str] | None = None,
    previews: bool = False,
    again: bool = False,
    environment: Mapping[str, str] | None = None,
    manners: "Manners | None" = None,
    progress: Progress | None = None,
) -> Collection:
    """Ask a provider for songs and add them to a catalogue.

    Each page of an answer is safe on disk before the next is asked for: after Ctrl-C or a kill the same call
    goes on where it stopped. What could not be had is a row of the failures, and is tried again by the
    next call. The catalogue depends on the answers alone, not on the order in which they came.

    Parameters
    ----------
    provider : str
        One of :func:`providers`.
    queries : iterable of str
        ``"genre:rock"``, ``"artist:Nina Simone"``, ``"playlist:..."``, ``"search:..."``, or a path;
        ``"@file"`` and ``"artist:@file"`` stand for the lines of a file.
    folder : str or os.PathLike
        The catalogue, there or to be.
    options : mapping of str to str, optional
        What the provider takes besides: ``{"title": "Song"}`` for `table`, ``{"genres": "nearest"}`` for
        `folder`.
    previews : bool
        Download the excerpts too, if the provider has any. See its terms.
    again : bool
        Ask anew what has been answered in full; the new answer takes the place of the old one when it is
        whole. Files and folders on this machine are always read anew.
    environment : mapping of str to str, optional
        Where keys and addresses are; ``os.environ`` by default.
    manners : earmark.catalog.http.Manners, optional
        How patient to be.
    progress : callable, optional
        See :data:`Progress`.

    Raises
    ------
    UnknownNameError, ArgumentError
        If there is no such provider, a query or an option is wrong, or it has no previews.
    CredentialsError
        If a key that the provider needs is not in the environment.
    StoreError
        If the folder cannot be written or is damaged.
    EarmarkError
        If what it needs is not installed.
    """
    source = PROVIDERS[provider]
    asked = parse_queries(queries, source, (options or {}).items())
    if previews and "preview audio" not in source.can:
        have = ", ".join(name for name in PROVIDERS if "preview audio" in PROVIDERS[name].can)
        raise ArgumentError(f"{source.title} has no previews", f"leave out --previews, or ask {have}")
    _see_that_installed("requests", "tenacity", "tinytag")
    from earmark.catalog._collecting import Collecting  # noqa: PLC0415 - these load the client
    from earmark.catalog.http import Client  # noqa: PLC0415

    client = Client.for_provider(
        source, os.environ if environment is None else environment, manners, limits_folder()
    )
    place = Path(folder)
    store = PageStore(place)
    with keeping(place):
        place.mkdir(parents=True, exist_ok=True)
        store.adopt()
        heard = Previews(place / "previews")
        run = Collecting(source, client, store, heard if previews else None)
        done = run.run(asked, again=again or source.rate is None, tell=progress)
        store.adopt()
        with locked(place):
            sweep(place)
            lines = list(store.lines())
            store.tidy(_pages.progress_of(lines))
            failures = _write(place, lines, heard)
    names = {str(query) for query in asked}
    told = tuple(row for row in failures if row.provider == provider and row.query in names)
    songs = len(catalog.read(place))
    return Collection(done.asked, done.known, done.failed, done.records, songs, told, done.stopped)


def read(folder: str | os.PathLike[str] = "catalog") -> Catalog:
    """Return the catalogue in a folder, see :func:`earmark.catalog.read`."""
    return catalog.read(folder)


def providers() -> dict[str, dict[str, Any]]:
    """Return what there is to ask: by name title, abilities, kinds of query, rate, needs and terms."""
    told = {}
    for name in PROVIDERS:
        one = PROVIDERS[name]
        told[name] = {
            "title": one.title,
            "can": sorted(one.can),
            "asks": dict(one.asks),
            "rate": None if one.rate is None else f"{one.rate.requests} requests in {one.rate.per_s:g} s",
            "needs": dict(one.needs),
            "terms": {"text": one.terms.text, "url": one.terms.url, "training": one.terms.training},
        }
    return told


def _see_that_installed(*modules: str) -> None:
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise EarmarkError(f"collecting needs {', '.join(missing)}", "pip install 'earmark[catalog]'")


def _write(place: Path, lines: list[Line], heard: Previews) -> list[FailureRow]:
    counted = _pages.current(lines)
    failures = [_row(line, miss) for line, miss in _pages.failures(lines)]
    songs = tracks.made_of(counted, heard.known())
    manifest = _manifest(counted, len(songs), len(failures))
    tracks.write(place, songs, tracks.failures_table(failures), manifest)
    return failures


def _row(line: Line, miss: Miss) -> FailureRow:
    query = str(line.question.query)
    message = miss.message if miss.what == query else f"{miss.what}: {miss.message}"
    return FailureRow(line.question.provider, query, miss.error, message, miss.hint, line.fetched_at)


def _manifest(lines: list[Line], songs: int, failures: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    asked: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        name, query, page = line.question.provider, line.question.query, line.page
        if page is None:
            continue
        entry = asked.setdefault(
            (name, repr(query)),
            {
                "provider": name,
                "query": str(query),
                "options": dict(query.options),
                "records": 0,
                "finished": False,
            },
        )
        entry["records"] += len(page.records)
        entry["finished"] |= page.next is None
        made.setdefault(name, {"records": 0})["records"] += len(page.records)
    for name, entry in made.items():
        if name in PROVIDERS:  # it may have been another Earmark's
            entry.update(title=PROVIDERS[name].title, terms=vars(PROVIDERS[name].terms))
    return {
        "earmark": metadata.version("earmark"),
        "tracks": songs,
        "failures": failures,
        "providers": made,
        "questions": [asked[key] for key in sorted(asked)],
    }
