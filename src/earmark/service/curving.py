"""Would more songs help: classifiers that learnt from ever more artists of a table."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import TrainingError
from earmark.executors import executor as executor_named
from earmark.service.comparing import Progress, facts_of, recipes_of
from earmark.service.training import AnyPath, Table, read_split, recipe_of
from earmark.workspace import content_hash, keeping, write_text

if TYPE_CHECKING:
    from earmark.evaluate.learning import Point
    from earmark.models.contest import Entry
    from earmark.models.lesson import Lesson
    from earmark.models.probabilities import Codes
    from earmark.models.recipe import Recipe

RECIPE = "quick"
_CURVE = "curve.json"


@dataclass(frozen=True)
class Curves:
    """Learning curves of some classifiers.

    Attributes
    ----------
    table : str
        The table's name.
    stamp : str
        What the folds keep apart.
    points : mapping of str to tuple of Point
        By classifier, from few artists to all.
    missing : mapping of str to str
        Which points of them are missing, and why.
    failed : mapping of str to str
        Why others have none.
    notes : tuple of str
        What was left out, assumed or allowed.
    folder : Path
        Where it is kept.
    """

    table: str
    stamp: str
    points: "Mapping[str, tuple[Point, ...]]"
    missing: Mapping[str, str]
    failed: Mapping[str, str]
    notes: tuple[str, ...]
    folder: Path

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "table": self.table,
            "stamp": self.stamp,
            "notes": list(self.notes),
            "missing": dict(self.missing),
            "failed": dict(self.failed),
            "curves": {
                name: [{**vars(one), "test": dict(vars(one.test))} for one in points]
                for name, points in self.points.items()
            },
        }


def learning_curve(
    table: Table,
    classifiers: Sequence[str] = (),
    recipe: "AnyPath | Recipe" = RECIPE,
    folder: AnyPath = "models",
    *,
    without: Sequence[str] = (),
    allow: Sequence[str] = (),
    split: AnyPath | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Curves:
    """Measure how accuracy grows with the number of artists that are learnt from, on other artists.

    Models learn from 10, 20, 40, 60, 80 and 100 % of the artists of each fold's training part; each share
    holds the smaller ones, and every genre from the first on. Every fit that is done is kept in a folder
    ``curve@HASH``: after an interruption the same call goes on from there. Where a fit fails, as one
    of too few songs may, its point is missing.

    Parameters
    ----------
    table : Table
        What to learn from.
    classifiers : sequence of str
        Names of classifiers; the recipe's own if empty.
    recipe, without, allow, split, seed
        As for :meth:`earmark.service.lab.Lab.train`.
    folder : path
        Where what is done is kept.
    workers : int, optional
        Fits at once; one per processor by default.
    progress : callable, optional
        Told of every fit that is done.

    Raises
    ------
    TrainingError, RecipeError, UnknownNameError, SplitError, TableError, StoreError
        As :meth:`earmark.service.lab.Lab.train`.
    """
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.evaluate.learning import SHARES, nested  # noqa: PLC0415 - pandas, may be missing
    from earmark.models import contest, train  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.lesson import lesson, see_that_it_tells_nothing  # noqa: PLC0415 - as above
    from earmark.models.pipeline import columns_of  # noqa: PLC0415 - as above

    base = recipe_of(recipe, without=without, allow=allow, seed=seed)
    dataset = table.read()
    given = lesson(dataset, table.groups)
    columns = columns_of(given.dataset.schema, base)
    told = see_that_it_tells_nothing(given.dataset, columns, base.allow)
    planned = train.plan(given, base, read_split(split, dataset))
    recipes, failed = recipes_of(base, classifiers)
    if not classifiers:
        recipes, failed = {base.classifier.name: replace(base, calibration=None)}, []
    sizes = nested(given.y, given.groups, planned.folds, SHARES, seed=base.seed)
    folds = [
        (rows, np.concatenate([rows, test]))
        for chosen in sizes.values()
        for rows, (_, test) in zip(chosen, planned.folds, strict=True)
    ]
    rows = train.rows_of(given, columns)
    kept = Path(folder) / f"curve@{content_hash(facts_of(rows, folds, columns))}"
    with keeping(kept), executor_named("inline" if workers == 1 else "processes", workers) as work:
        tried = contest.contest(
            recipes, columns, rows, folds,
            work=work, journals=kept / "journal", progress=progress,
        )  # fmt: skip
    learnt, missing, errors = {}, {}, {one.name: one.error for one in failed}
    for name, entry in tried.items():
        some, without_point = _points(entry, sizes, [test for _, test in planned.folds], given, base.seed)
        if some:
            learnt[name] = some
        else:
            errors[name] = str(entry.error)
        if some and without_point:
            told_of = ", ".join(f"{100 * share:.0f} %" for share in without_point)
            missing[name] = f"at {told_of} of the groups: {entry.error}"
    if not learnt:
        told_of_all = "; ".join(f"{name}: {why}" for name, why in errors.items())
        raise TrainingError(f"no classifier could learn: {told_of_all}", "name others with --classifier")
    notes = (*given.notes, *told, *planned.notes)
    found = Curves(dataset.name, planned.split.certificate.stamp, learnt, missing, errors, notes, kept)
    with keeping(kept):
        write_text(kept / _CURVE, json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n")
    return found


def _points(
    entry: "Entry", sizes: "Mapping[float, list[Codes]]", tests: "list[Codes]", given: "Lesson", seed: int
) -> tuple[tuple["Point", ...], list[float]]:
    """Return the points of which all fits were done, and the shares of the others."""
    from earmark.evaluate.learning import point  # noqa: PLC0415 - pandas, which may be missing

    some, missing = [], []
    for at, (share, chosen) in enumerate(sizes.items()):
        done = [entry.done.get(at * len(tests) + fold) for fold in range(len(tests))]
        said = [one.p for one in done if one is not None]
        if len(said) < len(tests):
            missing.append(share)
            continue
        made = point(
            share, chosen, tests, said,
            codes=given.y, classes=given.classes, parties=given.groups, tracks=given.tracks, seed=seed,
        )  # fmt: skip
        some.append(made)
    return tuple(some), missing
