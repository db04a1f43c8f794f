"""Parameters chosen by a recipe's search, in each test anew, for whoever trains or tunes."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import EarmarkError
from earmark.workspace import content_hash, keeping, write_text

if TYPE_CHECKING:
    from earmark.executors import Executor
    from earmark.models.learning import Rows
    from earmark.models.lesson import Lesson
    from earmark.models.pipeline import Columns
    from earmark.models.probabilities import Array, Codes
    from earmark.models.recipe import Recipe
    from earmark.models.train import Plan
    from earmark.models.tuning.searching import Inner, Score, Standing
    from earmark.models.tuning.trial import Trial

RECIPE_FILE = "recipe.toml"
STUDY_FILE = "study.sqlite"

Progress = Callable[["Standing", Path], None]
"""Called with how far the searches are, and the file of the best recipe so far."""


@dataclass(frozen=True)
class Choice:
    """What one search chose.

    Attributes
    ----------
    search : str
        On which rows: ``"fold 1"``, ``"all rows"``.
    trial : Trial
        The best.
    trials : tuple of Trial
        All, in the order in which they were tried.
    """

    search: str
    trial: "Trial"
    trials: "tuple[Trial, ...]"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain types, without times: the same for the same choice."""
        return {
            "search": self.search,
            "values": dict(self.trial.point),
            "chosen_on": self.trial.score,
            "trial": self.trial.number,
            "done": sum(one.state == "done" for one in self.trials),
            "pruned": sum(one.state == "pruned" for one in self.trials),
            "failed": sum(one.state == "failed" for one in self.trials),
        }


@dataclass(frozen=True)
class Choices:
    """What all searches of a recipe chose.

    Attributes
    ----------
    recipe : Recipe
        What the model that is kept learns by: the last search's choice.
    recipes : tuple of Recipe
        What the model of each test learns by.
    made : tuple of Choice
        Search by search; none if the recipe has no search.
    late : bool
        Whether the time was up before all was tried.
    path : Path or None
        The file of the recipe that is kept.
    notes : tuple of str
        What a reader must know.
    """

    recipe: "Recipe"
    recipes: "tuple[Recipe, ...]"
    made: tuple[Choice, ...] = ()
    late: bool = False
    path: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def record(self) -> dict[str, Any]:
        """What a bundle keeps of the search: the same for the same choice; nothing without a search."""
        if not self.made:
            return {}
        return {"search": {"late": self.late, "choices": [one.to_dict() for one in self.made]}}


@dataclass(frozen=True, eq=False)
class Task:
    """What is searched on.

    Attributes
    ----------
    recipe : Recipe
        With its search, or without.
    lesson, columns, rows, plan
        As for training.
    table_hash : str
        Of the whole table.
    models : Path
        Where studies are kept, each in a folder ``tune@HASH``.
    drawn : tuple of str
        What stands for the tests of a search on rows drawn one by one; empty for an honest one.
    """

    recipe: "Recipe"
    lesson: "Lesson"
    columns: "Columns"
    rows: "Rows"
    plan: "Plan"
    table_hash: str
    models: Path
    drawn: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the study lies: the hash stands for all that its fits depend on, but not for how many."""
        from earmark.models.lab_bundle import environment  # noqa: PLC0415 - scikit-learn, may be missing

        recipe = self.recipe.to_dict()
        kept = {key: recipe[key] for key in ("step", "classifier", "seed", "votes", "search")}
        kept["search"] = {
            key: one for key, one in recipe["search"].items() if key not in ("trials", "budget_s")
        }
        facts = {
            "recipe": kept,
            "table": self.table_hash,
            "columns": self.columns.to_dict(),
            "rows": [self.rows.digest, _hashed(self.plan.valid)],
            "drawn": list(self.drawn),
            "tests": [[_hashed(one) for one in fold] for fold in self.plan.folds],
            "environment": {**environment(), **_of_optuna(self.recipe)},
            "version": 2,
        }
        return self.models / f"tune@{content_hash(facts)}"

    @property
    def searched_rows(self) -> str:
        """A hash of the table and of the rows that the last search chooses on."""
        return content_hash({"table": self.table_hash, "rows": _hashed(self.plan.train)})


def _hashed(numbers: Any) -> str:
    return hashlib.sha256(numbers.astype("<i8").tobytes()).hexdigest()[:16]


def _of_optuna(recipe: "Recipe") -> dict[str, str]:
    from importlib import metadata  # noqa: PLC0415 - most recipes can do without

    if recipe.search is None or recipe.search.method != "tpe":
        return {}
    try:
        return {"optuna": metadata.version("optuna")}
    except metadata.PackageNotFoundError:
        return {}  # the search says so, kindly


def choose(task: Task, *, work: "Executor", progress: Progress | None = None) -> Choices:
    """Return what a recipe's search chooses, for each test on its training rows, and for the model kept.

    A recipe without a search is chosen as it is. Every fit is kept in the study at once, and the best recipe
    so far beside it: after an interruption or a kill the same call goes on from there.

    Raises
    ------
    TrainingError
        If training rows have too few groups to choose on, or no trial could learn.
    StoreError
        If the study cannot be kept, or is damaged.
    """
    if task.recipe.search is None:
        return Choices(task.recipe, (task.recipe,) * len(task.plan.folds), notes=_flatters(task))
    from earmark.models.tuning.nested import nested  # noqa: PLC0415 - scikit-learn, which may be missing

    search = task.recipe.search
    inner, notes = nested(task.plan, task.rows, search.folds, task.recipe.seed)
    kept = _Kept(task, progress)
    found = _chosen(task, inner, len(task.plan.folds), work=work, progress=kept)
    path = kept.write(found.made[-1].trial, len(found.made[-1].trials))
    if path.name != RECIPE_FILE:
        more = trials_behind(path.with_name(RECIPE_FILE))
        why = "does not say what it was chosen from" if more is None else f"was chosen from {more} trials"
        notes = (*notes, f"'{RECIPE_FILE}' beside '{path.name}' {why}, and stays")
    return replace(found, path=path, notes=(*notes, *_told(task, found)))


def choose_naively(task: Task, tests: "Sequence[tuple[Codes, Codes]]", *, work: "Executor") -> Choices:
    """Return what a search chooses on rows drawn one by one: of `task.rows` none belongs with another."""
    if task.recipe.search is None:
        return Choices(task.recipe, (task.recipe,) * len(tests))
    from earmark.models.tuning.nested import drawn  # noqa: PLC0415 - scikit-learn, which may be missing

    inner = drawn(list(tests), task.rows, task.recipe.search.folds, task.recipe.seed)
    task = replace(task, drawn=tuple(_hashed(test) for _, test in tests))
    return _chosen(task, inner, len(tests), work=work, progress=None)


def _chosen(
    task: Task,
    inner: "Sequence[Inner]",
    tests: int,
    *,
    work: "Executor",
    progress: "Callable[[Standing], None] | None",
) -> Choices:
    from earmark.models.search_space import at  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.tuning.searching import Searching  # noqa: PLC0415 - as above
    from earmark.models.tuning.study import Study  # noqa: PLC0415 - as above

    folder = task.folder
    with keeping(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with Study(folder / STUDY_FILE) as study:
        searching = Searching(
            task.recipe, task.columns, task.rows, inner,
            score=scorer(task.recipe, task.lesson.classes), study=study, work=work, progress=progress,
        )  # fmt: skip
        searching.run()
    made = tuple(
        Choice(one.name, searching.chosen(one.name), tuple(searching.trials(one.name))) for one in inner
    )
    recipes = [at(task.recipe, one.trial.point) for one in made]
    # A split into parts has one search, whose choice is both tested and kept.
    return Choices(recipes[-1], tuple(recipes[:tests]), made, searching.late)


class _Kept:
    """Writes the best recipe so far whenever there is a better one, and tells how far the searches are."""

    def __init__(self, task: Task, progress: Progress | None) -> None:
        self._task, self._path, self._progress = task, task.folder / RECIPE_FILE, progress
        self._last: int | None = None

    def __call__(self, standing: "Standing") -> None:
        best = standing.best
        if best is not None and best.number != self._last and self._gives_way(standing.trials):
            self.write(best, standing.trials)
            self._last = best.number
        if self._progress is not None:
            self._progress(standing, self._path)

    def write(self, best: "Trial", trials: int) -> Path:
        """Write the recipe of a trial, beside what was chosen from more or by others if that lies there."""
        path = self._path
        if not self._gives_way(trials):
            path = path.with_name(f"{path.stem}-{trials}-trials{path.suffix}")
        with keeping(path.parent):
            write_text(path, tuned(self._task, best, trials).to_toml())
        return path

    def _gives_way(self, trials: int) -> bool:
        """Return whether what lies at the path was chosen from no more trials, or nothing lies there."""
        behind = trials_behind(self._path)
        return behind is not None and behind <= trials


def trials_behind(path: Path) -> int | None:
    """Return from how many trials the recipe in a file was chosen: 0 of no file, None if it does not say."""
    from earmark.models.recipe import recipe  # noqa: PLC0415 - scikit-learn, which may be missing

    if not os.path.lexists(path):
        return 0
    try:
        origin = recipe(path).chosen
    except EarmarkError:  # damaged, or changed by somebody: it is theirs
        return None
    return None if origin is None else origin.trials


def tuned(task: Task, trial: "Trial", trials: int) -> "Recipe":
    """Return the recipe with what was chosen, which says so."""
    from earmark.models.search import Origin  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.search_space import at  # noqa: PLC0415 - as above

    assert task.recipe.search is not None and trial.score is not None  # noqa: S101, PT018 - it was searched
    origin = Origin(
        Path(task.lesson.dataset.name).name,
        task.searched_rows,
        task.recipe.search.metric,
        trial.score,
        trials,
    )
    name = task.recipe.name.removesuffix("-tuned")[:90] + "-tuned"
    return replace(at(task.recipe, trial.point), name=name, chosen=origin)


def scorer(recipe: "Recipe", classes: Sequence[str]) -> "Score":
    """Return what says how good answers are, by a search's metric, per track as the recipe votes."""
    import numpy as np  # noqa: PLC0415 - as heavy as the rest

    from earmark.evaluate.answers import answers  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.evaluate.metrics import measured  # noqa: PLC0415 - as above

    assert recipe.search is not None  # noqa: S101 - whoever scores has looked
    metric, majority = recipe.search.metric, recipe.votes == "majority"

    def score(y: "Codes", p: "Array", tracks: "Codes") -> float | None:
        found = answers(y, p, classes, tracks.tolist())
        found = found.by_vote() if majority else found.by_mean()
        once = np.ones((1, int(found.groups.max()) + 1), np.int64)
        figures = measured(found, once, areas=metric.startswith("auc"), probabilistic=not majority)
        value = float(figures.metrics[metric][0]) if metric in figures.metrics else float("nan")
        return None if np.isnan(value) else value

    return score


def in_words(values: Mapping[str, Any]) -> str:
    """Return the values of a point as a person reads them.

    Examples
    --------
    >>> in_words({"classifier.C": 0.1, "select-by-test.top": None})
    'classifier.C = 0.1, select-by-test.top = none'
    """
    return ", ".join(f"{name} = {'none' if value is None else value}" for name, value in values.items())


def _told(task: Task, found: Choices) -> tuple[str, ...]:
    """Return what the reader of a score must know of the search behind it."""
    search, last = task.recipe.search, found.made[-1]
    assert search is not None  # noqa: S101 - it was searched
    ended = " until the time was up" if found.late else ""
    notes = (
        f"parameters chosen by a {search.method} search, {len(last.trials)} trials{ended}: "
        f"{in_words(last.trial.point)}",
        f"chosen on {search.metric} {last.trial.score:.3f} of the training rows, the best of many trials: "
        "that is no score",
    )
    if len(found.made) > 1:
        return (*notes, "the search was made anew for each test, on its training rows only")
    return notes


def _flatters(task: Task) -> tuple[str, ...]:
    """Return what must be known of a score by parameters that an earlier search has chosen."""
    origin = task.recipe.chosen
    if origin is None:
        return ()
    if origin.rows != task.searched_rows:
        return (
            f"parameters were chosen on '{origin.table}': if songs of it are tested here, the score flatters",
        )
    if task.plan.split.kind == "parts":
        return ("parameters were chosen on the training rows of this very split",)
    return (
        "parameters were chosen on these very rows, tested ones among them: the score flatters; "
        "a recipe with [search] is measured honestly",
    )
