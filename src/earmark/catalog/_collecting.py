"""One run: questions to one provider, page by page, each safe on disk before the next is asked for."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from earmark.catalog._pages import Line, PageStore, Progress, Question, now, progress_of
from earmark.catalog._previews import Previews
from earmark.catalog._provider import Miss, Page, Provider, Query
from earmark.catalog.http import Client
from earmark.errors import (
    AnswerError,
    ArgumentError,
    CredentialsError,
    EarmarkError,
    LimitError,
    NetworkError,
    StoreError,
    UnknownNameError,
)
from earmark.workspace import Journal

TRIES = 4
"""How often a page is asked for that is not what it should be, or nothing but the page before."""
EMPTY = 100
"""So many pages in a row with nothing on them, and more: they have no end."""
IN_A_ROW = 5
"""So many questions that fail one after another end the run: the service, or the way to it, is broken."""

Tell = Callable[[int, int, int], None]
"""Told how many questions are done, of how many, and how many records have come."""


@dataclass(frozen=True)
class Done:
    """What a run did.

    Attributes
    ----------
    asked, known, failed : int
        Questions that were answered in full, had been before, and could not be.
    records : int
        Records that came.
    stopped : EarmarkError or None
        Why the run ended before its end.
    """

    asked: int
    known: int
    failed: int
    records: int
    stopped: EarmarkError | None


class Collecting:
    """A run.

    Parameters
    ----------
    provider : Provider
        Whom to ask.
    client : Client
        Through whom.
    store : PageStore
        What is there, without journals left behind.
    previews : Previews, optional
        Where to keep excerpts; if None, none are fetched.
    """

    def __init__(
        self, provider: Provider, client: Client, store: PageStore, previews: Previews | None = None
    ) -> None:
        self._provider = provider
        self._client = client
        self._store = store
        self._previews = previews
        self._progress = progress_of(store.lines())
        self._records = 0

    def run(self, queries: Sequence[Query], *, again: bool, tell: Tell | None = None) -> Done:
        """Ask what has no full answer yet; with `again`, all of it."""
        say = tell or _silent
        asked = known = failed = broken = 0
        stopped: EarmarkError | None = None
        with _Notes(self._store, self._client) as notes:
            for number, query in enumerate(queries):
                say(number, len(queries), self._records)
                question = Question(self._provider.name, query)
                progress = self._progress.setdefault(question, Progress())
                if progress.finished and not again:
                    known += 1
                    continue
                try:
                    for line in self._lines(question, progress):
                        notes.add(line)
                        say(number, len(queries), self._records)
                    asked, broken = asked + 1, 0
                except EarmarkError as error:
                    if isinstance(error, ArgumentError | UnknownNameError | StoreError):
                        raise  # no question's fault
                    failed += 1
                    broken = broken + 1 if isinstance(error, AnswerError | NetworkError) else 0
                    notes.add(_failure(question, progress, error))
                    stopped = self._reason_to_stop(error, broken)
                if stopped is not None:
                    break
            else:
                say(len(queries), len(queries), self._records)
        return Done(asked, known, failed, self._records, stopped)

    def _reason_to_stop(self, error: EarmarkError, broken: int) -> EarmarkError | None:
        if broken >= IN_A_ROW:
            return type(error)(f"{broken} questions in a row failed; the last: {error.message}", error.hint)
        return error if isinstance(error, CredentialsError | LimitError) else None

    def _lines(self, question: Question, progress: Progress) -> Iterator[Line]:
        """Yield the pages that are missing; each is taken note of before the next is asked for."""
        rounds = progress.finished
        while progress.finished == rounds:
            for answered in self._pages(question.query, progress):
                page = answered
                if self._previews is not None:  # first: their addresses may hold for minutes only
                    page = self._previews.fetch(self._client, question, page)
                line = Line(question, progress.finished, progress.pages, now(), page)
                yield line
                self._records += len(page.records)
                progress.take(line)
                if page.next is None:
                    break

    def _pages(self, query: Query, progress: Progress) -> Iterator[Page]:
        """Yield the pages that follow, asking again for what is damaged or repeated."""
        doubts = empty = 0
        while True:
            any_came = False
            try:
                for page in self._provider.pages(self._client, query, progress.cursor):
                    any_came = True
                    empty = 0 if page.records or page.misses else empty + 1
                    self._see_that_it_goes_on(page, progress, empty)
                    if self._provider.rate is not None and doubts < TRIES - 1 and _repeated(page, progress):
                        doubts += 1
                        break  # an answer to the question before? see what comes now
                    yield page
                    doubts = 0
                if not any_came:
                    raise AnswerError(f"{self._provider.title} gives no page at all", "try again later")
            except AnswerError:
                doubts += 1
                if doubts >= TRIES:
                    raise
            time.sleep(self._client.manners.backoff_s if doubts else 0.0)

    def _see_that_it_goes_on(self, page: Page, progress: Progress, empty: int) -> None:
        if empty > EMPTY:
            raise AnswerError(
                f"{empty} pages of {self._provider.title} in a row are empty", "try again later"
            )
        if page.next is not None and page.next in progress.cursors:
            raise AnswerError(f"the pages of {self._provider.title} go in a circle", "try again later")


def _repeated(page: Page, progress: Progress) -> bool:
    keys = {record.key for record in page.records}
    return bool(keys) and keys <= progress.keys


def _failure(question: Question, progress: Progress, error: EarmarkError) -> Line:
    why = Miss(str(question.query), type(error).__name__, error.message, error.hint)
    return Line(question, progress.finished, progress.pages, now(), None, why)


class _Notes:
    """The journal of a run, without any secret."""

    def __init__(self, store: PageStore, client: Client) -> None:
        self._store = store
        self._client = client
        self._journal: Journal | None = None

    def __enter__(self) -> "_Notes":
        return self

    def __exit__(self, *raised: Any) -> None:
        if self._journal is not None:
            self._journal.close()

    def add(self, line: Line) -> None:
        if self._journal is None:
            self._journal = self._store.journal()
        said = self._client.redact_all(line.to_dict())
        text = json.dumps(said, ensure_ascii=False, allow_nan=False)
        self._journal.append(text.encode("utf-8", "replace"))  # half a surrogate pair stands for nothing


def _silent(_done: int, _total: int, _records: int) -> None:
    """Say nothing."""
