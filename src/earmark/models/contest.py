"""Recipes against each other on the same folds; what is done is safe, and the next run goes on from there."""

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.errors import EarmarkError
from earmark.executors import Executor, as_finished
from earmark.models import sealed
from earmark.models.learning import Rows, learn
from earmark.models.pipeline import Columns
from earmark.models.probabilities import Array, Codes
from earmark.models.recipe import Recipe, from_dict
from earmark.workspace import Journal, content_hash, orphans

if TYPE_CHECKING:
    import pandas as pd

_TASK = "earmark.models.contest:trial"


@dataclass(frozen=True, eq=False)
class Trial:
    """One recipe on one fold.

    Attributes
    ----------
    p : array of float, shape (rows, genres)
        Probabilities of the rows tested.
    learning_s, answering_s : float
        How long it took, in seconds.
    model_bytes : int
        How large the model is on disk.
    """

    p: Array
    learning_s: float
    answering_s: float
    model_bytes: int


@dataclass(frozen=True, eq=False)
class Entry:
    """One recipe on all folds.

    Attributes
    ----------
    trials : tuple of Trial
        Fold by fold; empty if it failed.
    error : EarmarkError or None
        Why it failed.
    done : mapping of int to Trial
        By the number of the fold, those that did not fail.
    """

    trials: tuple[Trial, ...]
    error: EarmarkError | None = None
    done: Mapping[int, Trial] = field(default_factory=dict)


Progress = Callable[[str, int, int], None]
"""Called with the name of the recipe of which a fold is done, and the numbers of folds done and of all."""

Watch = Callable[[Mapping[tuple[str, int], Trial]], None]
"""Called with all trials that are done, by recipe and number of the fold."""


def trial(
    _name: str,
    _fold: int,
    recipe: Mapping[str, Any],
    columns: Mapping[str, Any],
    train: Rows,
    x: "pd.DataFrame",
) -> Trial:
    """Learn from some rows and answer others, as a task for any worker."""
    started = time.perf_counter()
    made, calibration = learn(from_dict(recipe), Columns.from_dict(columns), train)
    learnt = time.perf_counter()
    p = made.proba(x) if calibration is None else calibration(made.proba(x))[0]
    answered = time.perf_counter()
    return Trial(p, learnt - started, answered - learnt, len(sealed.dumps(made.pipeline)))


def contest(
    recipes: Mapping[str, Recipe],
    columns: Columns,
    rows: Rows,
    folds: Sequence[tuple[Codes, Codes]],
    *,
    work: Executor,
    journals: Path,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> dict[str, Entry]:
    """Try recipes on the same folds.

    Parameters
    ----------
    recipes : mapping of str to Recipe
        By the name they go by.
    columns : Columns
        What all of them take.
    rows : Rows
        All rows.
    folds : sequence of (rows, rows)
        To learn from and to answer.
    work : Executor
        Who does it, one recipe on one fold a job.
    journals : Path
        A folder for what is done: of this table and these folds, and no others.
    progress : callable, optional
        Told of every fold that is done.
    watch : callable, optional
        Shown all trials that are done, each time that there are more.

    Returns
    -------
    dict of str to Entry
        In the order of `recipes`. The answers do not depend on who did the work, nor on interruptions.
    """
    keys = {name: content_hash({"recipe": recipe.to_dict()}) for name, recipe in recipes.items()}
    found: dict[tuple[str, int], Trial] = {}
    failed: dict[str, dict[int, EarmarkError]] = {}
    journal = Journal(journals)
    try:
        done = _adopted(journals, journal)
        jobs = []
        for name, recipe in recipes.items():
            for at, (train, asked) in enumerate(folds):
                if (keys[name], at) in done:
                    found[name, at] = done[keys[name], at]
                else:
                    jobs.append((name, at, recipe, train, asked))
        total = len(recipes) * len(folds)
        if watch is not None and found:
            watch(found)
        for job, future in as_finished(work, _TASK, _jobs(jobs, columns, rows)):
            name, at = job[0], job[1]
            try:
                found[name, at] = future.result()
                journal.append(_written((keys[name], at), found[name, at]))
            except EarmarkError as error:
                failed.setdefault(name, {})[at] = error
            if progress is not None:
                progress(name, len(found), total)
            if watch is not None:
                watch(found)
    finally:
        journal.close()
    each = {
        name: {at: found[name, at] for at in range(len(folds)) if (name, at) in found} for name in recipes
    }
    first = {name: errors[min(errors)] for name, errors in failed.items()}
    return {
        name: Entry(() if name in failed else tuple(one.values()), first.get(name), one)
        for name, one in each.items()
    }


def _adopted(journals: Path, journal: Journal) -> dict[tuple[str, int], Trial]:
    """Return what earlier runs did; each of their journals is deleted only when all of it stands in ours."""
    done: dict[tuple[str, int], Trial] = {}
    for records in orphans(journals):
        for record in records:
            place, one = _read(record)
            if place not in done:
                journal.append(record)
                done[place] = one
    return done


def _jobs(jobs: Sequence[tuple[Any, ...]], columns: Columns, rows: Rows) -> Iterator[tuple[Any, ...]]:
    """Yield what travels, made only when it is its turn."""
    for name, at, recipe, train, asked in jobs:
        x = rows.x.iloc[asked].reset_index(drop=True)
        yield name, at, recipe.to_dict(), columns.to_dict(), rows.only(train), x


def _written(place: tuple[str, int], one: Trial) -> bytes:
    plain = {
        "recipe": place[0],
        "fold": place[1],
        "genres": one.p.shape[1],
        "p": base64.b64encode(one.p.astype("<f8").tobytes()).decode(),
        "learning_s": one.learning_s,
        "answering_s": one.answering_s,
        "model_bytes": one.model_bytes,
    }
    return json.dumps(plain).encode()


def _read(record: bytes) -> tuple[tuple[str, int], Trial]:
    plain = json.loads(record)
    p = np.frombuffer(base64.b64decode(plain["p"]), "<f8").reshape(-1, plain["genres"])
    times = plain["learning_s"], plain["answering_s"], plain["model_bytes"]
    return (plain["recipe"], plain["fold"]), Trial(p, *times)
