"""The best parameters of a recipe, and how good it is with a search that never saw the songs tested."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.executors import executor as executor_named
from earmark.service.choosing import Choice, Progress, choose
from earmark.service.training import AnyPath, Table, prepared, tested
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation
    from earmark.models.recipe import Recipe

_RESULT = "tuning"


@dataclass(frozen=True)
class Tuned:
    """What a search found.

    Attributes
    ----------
    recipe : Recipe
        As it was given, with its search.
    chosen : Recipe
        With the parameters that were chosen.
    path : Path
        The file that it lies in, for ``earmark train --recipe``.
    evaluation : Evaluation
        How good the recipe and its search are on songs of groups that neither has heard.
    stamp : str
        What the test kept apart, one line.
    choices : tuple of Choice
        What was chosen in each test, and last what is kept.
    importance : mapping of str to float
        How much of the differences between trials each parameter explains on its own, 0 to 1, the most first;
        nothing where there are too few trials.
    late : bool
        Whether the time was up before all was tried.
    notes : tuple of str
        What was left out, assumed or allowed.
    """

    recipe: "Recipe"
    chosen: "Recipe"
    path: Path
    evaluation: "Evaluation"
    stamp: str
    choices: tuple[Choice, ...]
    importance: Mapping[str, float]
    late: bool
    notes: tuple[str, ...]

    @property
    def kept(self) -> Choice:
        """What the recipe that is kept was chosen from."""
        return self.choices[-1]

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark tune --json`` prints: plain JSON types."""
        return {
            "recipe": str(self.path),
            "stamp": self.stamp,
            "notes": list(self.notes),
            "late": self.late,
            "choices": [one.to_dict() for one in self.choices],
            "importance": dict(self.importance),
            "trials": [
                {
                    "number": one.number, "values": dict(one.point), "chosen_on": one.score,
                    "state": one.state, "error": one.error,
                }
                for one in self.kept.trials
            ],
            "evaluation": json.loads(self.evaluation.to_json()),
        }  # fmt: skip


def tune(
    table: Table,
    recipe: "Recipe",
    models: Path,
    *,
    split: AnyPath | None = None,
    naive: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Tuned:
    """Search for the best parameters; see :meth:`earmark.service.lab.Lab.tune`."""
    from earmark.models.search_space import axes  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.tuning.importance import importance  # noqa: PLC0415 - as above

    space = axes(recipe)
    _, task, notes = prepared(table, recipe, models, split)
    with executor_named("inline" if workers == 1 else "processes", workers) as work:
        choices = choose(task, work=work, progress=progress)
        _, evaluation = tested(task, choices, table.subsets, naive=naive, work=work, progress=None)
    assert choices.path is not None  # noqa: S101 - it was searched
    found = Tuned(
        recipe, choices.recipe, choices.path, evaluation, task.plan.split.certificate.stamp,
        choices.made, importance(choices.made[-1].trials, space), choices.late,
        (*notes, *choices.notes),
    )  # fmt: skip
    with keeping(task.folder):
        text = json.dumps(found.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        write_text(
            choices.path.with_name(choices.path.stem.replace("recipe", _RESULT) + ".json"), text + "\n"
        )
    return found


def with_search(
    recipe: "Recipe",
    *,
    method: str | None = None,
    trials: int | None = None,
    budget_s: float | None = None,
    folds: int | None = None,
    metric: str | None = None,
    prune: bool | None = None,
) -> "Recipe":
    """Return the recipe with a search: its own but for what is given, the default one if it has none.

    Raises
    ------
    RecipeError
        If that says what cannot be meant.
    """
    from earmark.models.recipe import from_dict  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.search import Search  # noqa: PLC0415 - as above

    said = {
        "method": method, "trials": trials, "budget_s": budget_s, "folds": folds, "metric": metric,
        "prune": prune,
    }  # fmt: skip
    plain = replace(recipe, search=recipe.search or Search()).to_dict()
    plain["search"] |= {key: value for key, value in said.items() if value is not None}
    return from_dict(plain, f"the recipe '{recipe.name}'")
