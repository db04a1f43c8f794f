"""Pages of answers on disk: a line of JSON each, safe as soon as they came."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earmark.catalog._provider import Miss, Page, Query, Record
from earmark.errors import StoreError
from earmark.workspace import Journal, locked, orphans, replacing, sweep

_FIELDS = tuple(field.name for field in fields(Record))


@dataclass(frozen=True)
class Question:
    """A query and whom it is for."""

    provider: str
    query: Query


@dataclass(frozen=True)
class Line:
    """A page with its source and time, or why there is none.

    Attributes
    ----------
    question : Question
        Who was asked for what.
    round : int
        How often the question had been asked in full before.
    number : int
        Which page of the answer it is, from 0; of a failure the page that is missing.
    fetched_at : str
        When, ISO 8601, UTC.
    page : Page or None
        What came; None for a failure.
    failure : Miss or None
        Why nothing came.
    """

    question: Question
    round: int
    number: int
    fetched_at: str
    page: Page | None
    failure: Miss | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what is written."""
        said: dict[str, Any] = {
            "provider": self.question.provider,
            "query": asdict(self.question.query),
            "round": self.round,
            "page": self.number,
            "fetched_at": self.fetched_at,
        }
        if self.page is not None:
            said["next"] = self.page.next
            # vars(): asdict() would copy the raw answers at length.
            said["records"] = [vars(record) for record in self.page.records]
            said["misses"] = [asdict(miss) for miss in self.page.misses]
        if self.failure is not None:
            said["failure"] = asdict(self.failure)
        return said

    @classmethod
    def from_dict(cls, said: dict[str, Any]) -> "Line":
        """Return what was written, but the raw answers: they would fill the memory, and stay on disk."""
        query = said["query"]
        options = tuple((name, value) for name, value in query["options"])
        failure = said.get("failure")
        page = None
        if failure is None:
            records = tuple(_record(record) for record in said["records"])
            page = Page(records, said["next"], tuple(Miss(**miss) for miss in said["misses"]))
        return cls(
            Question(said["provider"], Query(query["kind"], query["text"], options)),
            said["round"],
            said["page"],
            said["fetched_at"],
            page,
            Miss(**failure) if failure else None,
        )


def _record(said: dict[str, Any]) -> Record:
    given: dict[str, Any] = {name: tuple(v) if isinstance(v := said[name], list) else v for name in _FIELDS}
    return Record(**{**given, "raw": {}})


@dataclass
class Progress:
    """How far a question is.

    Attributes
    ----------
    finished : int
        How many rounds are finished.
    pages : int
        How many pages of the round under way are there.
    cursor : str
        Where that round goes on.
    keys, cursors : set of str
        Its songs so far, and where it went on after each page.
    """

    finished: int = 0
    pages: int = 0
    cursor: str = ""
    keys: set[str] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)

    def take(self, line: Line) -> None:
        """Take note of a page; those of another round, or known ones, say nothing new."""
        if line.page is None or line.round != self.finished or line.number != self.pages:
            return
        if line.page.next is None:
            self.finished, self.pages, self.cursor = self.finished + 1, 0, ""
            self.keys.clear()
            self.cursors.clear()
        else:
            self.pages, self.cursor = self.pages + 1, line.page.next
            self.keys.update(record.key for record in line.page.records)
            self.cursors.add(line.page.next)


class PageStore:
    """The pages of a catalogue, in ``records/`` and ``journal/``.

    Parameters
    ----------
    folder : Path
        The catalogue.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "records"
        self._journals = folder / "journal"

    def adopt(self) -> None:
        """Make parts of the journals of runs that are over, however they ended."""
        if not self._journals.is_dir():
            return
        with locked(self._parts):
            sweep(self._parts)
            for records in orphans(self._journals):
                if records:
                    self._add(records)

    def journal(self) -> Journal:
        """Return a new journal, for :meth:`Line.to_dict` as JSON."""
        return Journal(self._journals)

    def _add(self, lines: Iterable[bytes]) -> Path:
        data = b"".join(line + b"\n" for line in lines)
        path = self._parts / f"part-{hashlib.sha256(data).hexdigest()[:16]}.jsonl"
        with replacing(path) as new:
            new.write_bytes(data)
        return path

    def lines(self) -> Iterator[Line]:
        """Yield every page and failure.

        Raises
        ------
        StoreError
            If a part is damaged.
        """
        if not self._parts.is_dir():
            return
        with locked(self._parts):  # another run may drop what is old
            for path in self._paths():
                yield from _read(path)

    def _paths(self) -> list[Path]:
        return sorted(self._parts.glob("part-*.jsonl"))

    def tidy(self, known: Mapping[Question, Progress]) -> None:
        """Drop the pages of questions that have been asked anew, once the new answer is whole."""
        finished = {question: progress.finished for question, progress in known.items()}
        if all(rounds < 2 for rounds in finished.values()):
            return
        with locked(self._parts):
            for path in self._paths():
                lines = path.read_bytes().splitlines()
                kept = [line for line in lines if _counts(line, finished)]
                if len(kept) < len(lines):
                    if kept:
                        self._add(kept)
                    path.unlink()


def _counts(line: bytes, finished: Mapping[Question, int]) -> bool:
    told = Line.from_dict(json.loads(line))
    return told.round >= finished.get(told.question, 0) - 1


def _read(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield Line.from_dict(json.loads(line))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise StoreError(
                    f"line {number} of '{path}' is damaged",
                    "delete that file and run the same commands again: what is missing is asked for anew",
                ) from error


def now() -> str:
    """Return the time as lines have it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def progress_of(lines: Iterable[Line]) -> dict[Question, Progress]:
    """Return how far each question is that was ever asked."""
    known: dict[Question, Progress] = {}
    # Parts have no order: what follows from what is told by the numbers.
    for line in sorted(lines, key=lambda line: (line.round, line.number, line.fetched_at)):
        known.setdefault(line.question, Progress()).take(line)
    return known


def failures(lines: Iterable[Line]) -> list[tuple[Line, Miss]]:
    """Return what could not be had: the last failure of each unfinished question, and what pages lack."""
    told = list(lines)
    known = progress_of(told)
    last: dict[Question, tuple[Line, Miss]] = {}
    for line in sorted(told, key=lambda line: line.fetched_at):
        progress = known[line.question]
        here = (line.round, line.number) >= (progress.finished, progress.pages)
        if line.failure is not None and here:
            last[line.question] = line, line.failure
    missing = [(line, miss) for line in current(told) if line.page for miss in line.page.misses]
    return sorted([*last.values(), *missing], key=lambda pair: (*_place(pair[0]), pair[1].what))


def current(lines: Iterable[Line]) -> list[Line]:
    """Return the lines that count, in the order of their sources, not of the time at which they came.

    Of a question that is asked anew, the last whole answer counts, and the one under way when there is none.
    """
    by_question: dict[Question, dict[tuple[int, int], Line]] = {}
    for line in sorted(lines, key=lambda line: line.fetched_at):
        if line.page is not None:
            by_question.setdefault(line.question, {}).setdefault((line.round, line.number), line)
    chosen = []
    for pages in by_question.values():
        whole = [number for (number, _), line in pages.items() if line.page and line.page.next is None]
        wanted = max(whole) if whole else max(number for number, _ in pages)
        chosen += [line for (number, _), line in pages.items() if number == wanted]
    return sorted(chosen, key=_place)


def _place(line: Line) -> tuple[str, str, str, tuple[tuple[str, str], ...], int]:
    query = line.question.query
    return line.question.provider, query.kind, query.text, query.options, line.number
