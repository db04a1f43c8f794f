"""Where a reproduction works: its data, its workers, and everything that was done before."""

import base64
import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from earmark.errors import TableError
from earmark.executors import Executor, as_finished
from earmark.models.lab_bundle import environment
from earmark.models.learning import Rows
from earmark.models.pipeline import Columns
from earmark.models.probabilities import Array, Codes
from earmark.models.recipe import Recipe
from earmark.pipeline.due import code_digest
from earmark.workspace import Journal, content_hash, orphans

if TYPE_CHECKING:
    pass

Folds = Sequence[tuple[Codes, Codes]]
"""Rows to learn from and rows to answer, fold by fold."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many pieces of it are done, and of how many."""

Job = tuple[Mapping[str, Any], Callable[[], tuple[Any, ...]]]
"""What a piece of work is made from, as plain JSON types, and what gives the task's arguments."""

_ANSWER = "earmark.models.learning:answer"


class Bench:
    """The place of one reproduction. Every piece of work that is done is safe, and never done again.

    Parameters
    ----------
    data : Path
        The folder of data.
    folder : Path
        Where what was done is kept.
    work : Executor
        Who does it.
    progress : callable, optional
        Told of every piece that is done.
    quick : bool
        Whether to leave out what takes long and only stands beside the figures.

    Examples
    --------
    >>> with executor("inline") as work, Bench(folder, folder / "kept", work) as bench:
    ...     bench.each("naming", "earmark.reproduce.bench:echo", [({"song": 1}, lambda: ("a",))])
    ['a']
    """

    def __init__(
        self,
        data: Path,
        folder: Path,
        work: Executor,
        progress: Progress | None = None,
        *,
        quick: bool = False,
    ) -> None:
        self.data = data
        self.folder = folder
        self.quick = quick
        self._work = work
        self._progress = progress
        self._journal: Journal | None = None
        self._done: dict[str, Any] = {}
        self._others: set[str] = set()
        self._taken: set[str] = set()

    def __enter__(self) -> Self:
        """Take over what earlier runs did."""
        self._journal = Journal(self.folder / "journal")
        for records in orphans(self.folder / "journal"):
            for record in records:
                plain = json.loads(record)
                if plain["key"] not in self._done:
                    self._done[plain["key"]] = plain["found"]
                    if plain.get("code") != code_digest():
                        self._others.add(plain["key"])
                    self._journal.append(record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal is not None:
            self._journal.close()

    @property
    def by_other_code(self) -> int:
        """How many of the pieces asked for so far were done earlier, by an Earmark whose code differs."""
        return len(self._taken)

    def path(self, name: str) -> Path:
        """Return a file or folder of the data.

        Raises
        ------
        TableError
            If it is not there.
        """
        found = self.data / name
        if not found.exists():
            raise TableError(f"there is no '{name}' in '{self.data}'", "name the folder of data with --data")
        return found

    def each(
        self, stage: str, task: str, jobs: Sequence[Job], plain: Callable[[Any], Any] = lambda found: found
    ) -> list[Any]:
        """Do pieces of work, all at once as far as there are workers, and return what each gave.

        Parameters
        ----------
        stage : str
            What is being done, for whoever waits.
        task : str
            Name of the task, ``"module:function"``; its first argument is the number of the job, then come
            those that the job gives.
        jobs : sequence of (made from, arguments)
            A job is known again by the task and what it is made from: all that its result depends on.
        plain : callable
            What makes of a result plain JSON types, which are kept and returned.
        """
        with_what = {"task": task, "versions": environment()}
        keys = [content_hash({**with_what, **made_from}) for made_from, _ in jobs]
        waiting = [at for at, key in enumerate(keys) if key not in self._done]
        self._taken |= self._others.intersection(keys)
        self._tell(stage, len(jobs) - len(waiting), len(jobs))
        given: Iterator[tuple[Any, ...]] = ((at, *jobs[at][1]()) for at in waiting)
        for left, (job, future) in enumerate(as_finished(self._work, task, given), 1 - len(waiting)):
            self._keep(keys[job[0]], plain(future.result()))
            self._tell(stage, len(jobs) + left, len(jobs))
        return [self._done[key] for key in keys]

    def answers(
        self, stage: str, recipes: Mapping[str, Recipe], columns: Columns, rows: Rows, folds: Folds
    ) -> dict[str, list[Array]]:
        """Return what each recipe answers to each fold: probabilities, shape (rows asked, genres)."""
        table = rows.digest
        jobs: list[Job] = [
            (
                {"recipe": _told(recipe), "table": table, "learnt": digest(train), "asked": digest(asked)},
                functools.partial(_arguments, recipe, columns, rows, train, asked),
            )
            for recipe in recipes.values()
            for train, asked in folds
        ]
        found = iter(self.each(stage, _ANSWER, jobs, lambda answers: packed(answers.p)))
        return {name: [unpacked(next(found), rows.genres) for _ in folds] for name in recipes}

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(stage, done, total)

    def _keep(self, key: str, found: Any) -> None:
        if self._journal is not None:
            told = {"key": key, "found": found, "code": code_digest()}
            self._journal.append(json.dumps(told).encode())
        self._done[key] = found


def echo(_number: int, word: str) -> str:
    """Return a word, as a task."""
    return word


def _arguments(recipe: Recipe, columns: Columns, rows: Rows, train: Codes, asked: Codes) -> tuple[Any, ...]:
    """Return what :func:`earmark.models.learning.answer` takes, made only when it is its turn."""
    x = rows.x.iloc[asked].reset_index(drop=True)
    return recipe.to_dict(), columns.to_dict(), rows.only(train), x, rows.tracks[asked]


def _told(recipe: Recipe) -> dict[str, Any]:
    """Return what a recipe's answers depend on."""
    return {name: value for name, value in recipe.to_dict().items() if name not in ("name", "about", "folds")}


def digest(codes: Codes) -> str:
    """Return hexadecimal digits that stand for the numbers of rows."""
    return hashlib.sha256(np.asarray(codes, "<i8").tobytes()).hexdigest()[:16]


def packed(p: Array) -> str:
    """Return numbers as text; :func:`unpacked` takes it back."""
    return base64.b64encode(p.astype("<f8").tobytes()).decode()


def unpacked(text: str, columns: int) -> Array:
    """Return numbers that were packed, shape (rows, columns).

    Examples
    --------
    >>> unpacked(packed(np.array([[0.25, 0.75]])), 2).tolist()
    [[0.25, 0.75]]
    """
    return np.frombuffer(base64.b64decode(text), "<f8").reshape(-1, columns)
