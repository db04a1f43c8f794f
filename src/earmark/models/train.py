"""Training: honest answers to every song, fold by fold, and a model of all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.split import Split, folds
from earmark.errors import SplitError
from earmark.executors import Executor, as_finished
from earmark.models.crossfit import Calibrated
from earmark.models.heard import marks
from earmark.models.learning import Answers, Fitted, Rows, learn, verdicts
from earmark.models.lesson import Lesson, honest_folds
from earmark.models.pipeline import Columns, handed_over, inputs
from earmark.models.probabilities import Array, Codes
from earmark.models.recipe import Recipe
from earmark.models.training_songs import TrainingSongs, drawn, training_songs

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
"""Called with the number of fits that are done, and of all."""

_TASK = "earmark.models.learning:answer"


@dataclass(frozen=True, eq=False)
class Model:
    """What was learnt, and all that is needed to answer with it.

    Attributes
    ----------
    recipe : Recipe
        How it was learnt.
    classes : tuple of str
        The genres.
    columns : Columns
        What it takes.
    fitted : Fitted
        The pipeline.
    calibration : Calibrated or None
        What makes its probabilities into verdicts; None if nothing was calibrated.
    """

    recipe: Recipe
    classes: tuple[str, ...]
    columns: Columns
    fitted: Fitted
    calibration: Calibrated | None

    def answer(self, frame: "pd.DataFrame", name: str = "the table", tracks: Codes | None = None) -> Answers:
        """Return calibrated probabilities, prediction sets, and which answers are sure or refused.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns that the model takes; others do not matter.
        name : str
            What errors call it.
        tracks : array of int, shape (rows,), optional
            Which track each row is of; each is its own if left out.

        Raises
        ------
        TableError
            If a column is missing, or holds words in place of numbers.
        """
        x = inputs(frame, self.columns, name)
        own = np.arange(len(x)) if tracks is None else tracks
        return verdicts(self.fitted.proba(x), self.calibration, x, own)


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers to rows by models that learnt from none of their group.

    Attributes
    ----------
    p : array of float, shape (rows, genres)
        Calibrated probabilities, the mean where a row is answered several times; NaN where it never is.
    answered : array of bool, shape (rows,)
        Which rows are answered.
    sets : array of bool, shape (rows, genres)
        Which genres are in each row's prediction set, by the last model that answered it.
    sure, foreign : array of bool, shape (rows,)
        Which answers are sure, and which rows are refused, likewise.
    learning_s, answering_s : float
        How long all fits took, and all answers, in seconds of work.
    """

    p: Array
    answered: NDArray[np.bool_]
    sets: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    foreign: NDArray[np.bool_]
    learning_s: float
    answering_s: float


def rows_of(lesson: Lesson, columns: Columns) -> Rows:
    """Return the rows of a lesson with the columns that are learnt from."""
    x = inputs(lesson.dataset.frame, columns, f"'{lesson.dataset.name}'")
    return Rows(x, lesson.y, lesson.tracks, lesson.groups, len(lesson.classes))


def answers(
    recipe: Recipe | Sequence[Recipe],
    columns: Columns,
    rows: Rows,
    folds: Sequence[tuple[Codes, Codes]],
    *,
    work: Executor,
    progress: Progress | None = None,
) -> Answered:
    """Return honest answers: every fold's test rows by a model of its training rows.

    The answers do not depend on who does the work, nor in which order.

    Parameters
    ----------
    recipe : Recipe or sequence of Recipe
        How to learn; several, where it was chosen in each fold.
    columns : Columns
        What :func:`earmark.models.pipeline.columns_of` gave.
    rows : Rows
        All rows.
    folds : sequence of (rows, rows)
        To learn from and to answer.
    work : Executor
        Who does it, a fold a job.
    progress : callable, optional
        Told how many folds are done.

    Raises
    ------
    TrainingError
        If a fold cannot be learnt from.
    """
    recipes = [recipe] * len(folds) if isinstance(recipe, Recipe) else recipe
    plain = columns.to_dict()
    jobs = [
        (
            at,
            one.to_dict(),
            plain,
            rows.only(train),
            rows.x.iloc[asked].reset_index(drop=True),
            rows.tracks[asked],
        )
        for at, (one, (train, asked)) in enumerate(zip(recipes, folds, strict=True))
    ]
    found: dict[int, Answers] = {}
    for job, future in as_finished(work, _TASK, jobs):
        found[job[0]] = future.result()
        if progress is not None:
            progress(len(found), len(jobs))
    # In the order of the folds: sums are the same to the last bit.
    return gathered([(asked, found[at]) for at, (_, asked) in enumerate(folds)], len(rows.y))


def gathered(parts: Sequence[tuple[Codes, Answers]], rows: int) -> Answered:
    """Return the answers of all folds as those of one table.

    Parameters
    ----------
    parts : sequence of (rows, answers)
        Which rows each fold tested, and what was answered.
    rows : int
        How many rows the table has.
    """
    genres = parts[0][1].p.shape[1]
    total, times = np.zeros((rows, genres)), np.zeros(rows)
    sets, sure, foreign = np.zeros((rows, genres), bool), np.zeros(rows, bool), np.zeros(rows, bool)
    for asked, found in parts:
        total[asked] += found.p
        times[asked] += 1
        sets[asked], sure[asked], foreign[asked] = found.sets, found.sure, found.foreign
    answered = times > 0
    total[~answered] = np.nan
    return Answered(
        total / np.maximum(times, 1)[:, None],
        np.asarray(answered),
        sets,
        sure,
        foreign,
        sum(one.learning_s for _, one in parts),
        sum(one.answering_s for _, one in parts),
    )


def learnt(recipe: Recipe, lesson: Lesson, columns: Columns, rows: Rows, train: Codes) -> Model:
    """Return the model of some rows."""
    fitted, calibration = learn(recipe, columns, rows.only(train))
    return Model(recipe, lesson.classes, columns, fitted, calibration)


@dataclass(frozen=True, eq=False)
class Plan:
    """What is tested, and what the model to keep learns from.

    Attributes
    ----------
    split : Split
        As it was made or given.
    folds : list of (rows, rows)
        Rows of the lesson to learn from and to test on.
    train : array of int
        Rows that the model to keep learns from: all of them where folds are tested, else the part ``train``.
    notes : tuple of str
        What a reader must know.
    valid : array of int
        Rows of the part ``valid``, on which parameters may be chosen; mostly none.
    """

    split: Split
    folds: list[tuple[Codes, Codes]]
    train: Codes
    notes: tuple[str, ...]
    valid: Codes = field(default_factory=lambda: np.zeros(0, np.int64))


def plan(lesson: Lesson, recipe: Recipe, split: Split | None = None) -> Plan:
    """Return what to test and what to learn from.

    Parameters
    ----------
    lesson : Lesson
        The rows.
    recipe : Recipe
        It says how many folds.
    split : Split, optional
        Of the whole table; folds by group are made if left out. Of parts, ``train`` is learnt from and
        ``test`` is tested.

    Raises
    ------
    TrainingError
        If there are too few groups for two folds.
    SplitError
        If the split has no test, or nothing to learn from.
    """
    every = np.arange(len(lesson.y))
    if split is None:
        made, notes = honest_folds(lesson, recipe.folds, recipe.seed)
        # A few large groups may leave a fold empty.
        return Plan(made, [fold for fold in made.folds if len(fold[1])], every, notes)
    place = np.cumsum(lesson.kept) - 1
    made_folds = [tuple(place[rows[lesson.kept[rows]]] for rows in fold) for fold in _folds(split)]
    if any(not len(rows) for fold in made_folds for rows in fold):
        raise SplitError("a part of the split has no row with a genre", "make the split anew")
    train = made_folds[0][0] if split.kind == "parts" else every
    valid = split.parts.get("valid", np.zeros(0, np.int64))
    valid = place[valid[lesson.kept[valid]]]
    return Plan(split, [(one, other) for one, other in made_folds], train, (), valid)


def _folds(split: Split) -> list[tuple[Codes, Codes]]:
    if not split.folds:
        raise SplitError(
            f"the split has the parts {', '.join(split.names)} and no test", "make one with a part named test"
        )
    return split.folds


def naive_folds(lesson: Lesson, recipe: Recipe) -> list[tuple[Codes, Codes]]:
    """Return folds of rows drawn one by one, whosever they are, as many papers draw them."""
    return folds(lesson.dataset, recipe.folds, seed=recipe.seed, naive=True).folds


def single(rows: Rows) -> Rows:
    """Return rows of which none is said to belong with another."""
    return replace(rows, groups=np.arange(len(rows.y)))


def heard(lesson: Lesson, rows: Rows, train: Codes) -> dict[str, list[str]]:
    """Return the marks of what a model learns from."""
    return marks(lesson.dataset, rows.x, train)


def remembered(model: Model, rows: Rows, train: Codes, names: Sequence[str]) -> TrainingSongs | None:
    """Return the songs that a model has learnt from, as its classifier sees them; None if it saw one genre.

    Parameters
    ----------
    model : Model
        What was learnt.
    rows : Rows
        All rows.
    train : array of int
        Which of them it has learnt from; no other is looked at.
    names : sequence of str
        What the song of each row is called.
    """
    if len(model.fitted.seen) < 2:
        return None
    first, place = np.unique(rows.tracks[train], return_index=True, return_inverse=True)[1:]
    kept = drawn(len(first), model.recipe.seed)
    number = np.full(len(first), -1)
    number[kept] = np.arange(len(kept))
    mine = number[place] >= 0
    seen = np.asarray(handed_over(model.fitted.pipeline, rows.x.iloc[train[mine]].reset_index(drop=True)))
    sums = np.zeros((len(kept), seen.shape[1]))
    np.add.at(sums, number[place[mine]], seen)
    values = sums / np.bincount(number[place[mine]])[:, None]
    said = train[first[kept]]
    return training_songs([names[row] for row in said], rows.y[said].tolist(), values, len(first))
