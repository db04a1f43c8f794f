"""Training, step by step: read, look for giveaways, test on folds, learn, write."""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.executors import executor as executor_named
from earmark.service import checking
from earmark.service.choosing import Choices, Task, choose, choose_naively
from earmark.service.worth import worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.dataset.certificate import Certificate
    from earmark.dataset.split import Split
    from earmark.dataset.table import Dataset
    from earmark.evaluate import Evaluation
    from earmark.executors import Executor
    from earmark.models.lesson import Lesson
    from earmark.models.recipe import Recipe
    from earmark.models.train import Answered, Plan

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many fits of it are done, and how many there are."""


@dataclass(frozen=True)
class Trained:
    """A model that was trained.

    Attributes
    ----------
    folder : Path
        Where it lies.
    recipe : str
        The name of its recipe.
    evaluation : Evaluation
        How good it is on songs of groups it has not heard.
    stamp : str
        What the test kept apart, one line.
    notes : tuple of str
        What was left out, assumed or allowed.
    learnt_from : int
        How many rows the model that is kept learnt from.
    votes : str
        How segments answer for their track.
    unchanged : bool
        Whether it lay there already, made from the very same.
    """

    folder: Path
    recipe: str
    evaluation: "Evaluation"
    stamp: str
    notes: tuple[str, ...]
    learnt_from: int
    votes: str
    unchanged: bool = False


@dataclass(frozen=True)
class Table:
    """A table, and how it is read.

    Attributes
    ----------
    paths : path or sequence of paths
        As :func:`earmark.service.checking.read` takes them; `label`, `labels` and `catalog` likewise.
    label, labels, catalog
        Where the genres and the artists are.
    groups : tuple of str
        Columns whose equal values belong together; the artist's, album's or track's if empty.
    subsets : tuple of str
        Columns by whose values songs are measured apart as well.
    """

    paths: AnyPath | Sequence[AnyPath]
    label: str | None = None
    labels: AnyPath | None = None
    catalog: AnyPath | None = None
    groups: tuple[str, ...] = ()
    subsets: tuple[str, ...] = ()

    def read(self) -> "Dataset":
        """Return what it holds."""
        return checking.read(self.paths, label=self.label, labels=self.labels, catalog=self.catalog)

    @property
    def window(self) -> str:
        """How its songs were cut, if it is a folder of ``earmark extract``; else nothing."""
        from earmark.dataset.join import is_features, window_of  # noqa: PLC0415 - pandas, may be missing

        paths = [self.paths] if isinstance(self.paths, str | os.PathLike) else list(self.paths)
        return window_of(Path(paths[0])) if len(paths) == 1 and is_features(Path(paths[0])) else ""


def train(
    table: Table,
    chosen: "Recipe",
    models: Path,
    *,
    split: AnyPath | None = None,
    naive: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> Trained:
    """Train a model; see :meth:`earmark.service.lab.Lab.train`."""
    from earmark.dataset.cutting import window_in  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset.kinship import row_names  # noqa: PLC0415 - as above
    from earmark.models import lab_bundle as bundles  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models import train as training  # noqa: PLC0415 - as above

    dataset, task, notes = prepared(table, chosen, models, split)
    given, planned = task.lesson, task.plan
    facts = made_from(
        chosen, dataset, given, planned, notes, naive=naive, subsets=table.subsets,
        window=table.window or window_in(dataset.frame),
    )  # fmt: skip
    folder = models / bundles.folder_of(chosen.name, facts)
    if (folder / "bundle.json").exists():
        return _again(folder)
    told = said(progress, "searching")
    with executor_named("inline" if workers == 1 else "processes", workers) as work:
        choices = choose(
            task, work=work, progress=told and (lambda standing, _file: told(standing.done, standing.total))
        )
        found, evaluation = tested(task, choices, table.subsets, naive=naive, work=work, progress=progress)
    notes = (*notes, *choices.notes)
    facts |= {"notes": list(notes), **choices.record, **beside(table, dataset, split, naive=naive)}
    model = training.learnt(choices.recipe, given, task.columns, task.rows, planned.train)
    bundle = bundles.LabBundle(
        chosen.name, model, evaluation.to_json(), facts, bundles.environment(),
        training.heard(given, task.rows, planned.train),
        training.remembered(
            model, task.rows, planned.train, list(compress(row_names(dataset), given.kept.tolist()))
        ),
    )  # fmt: skip
    texts = files_of(
        choices.recipe, given=given, split=planned.split, found=found, evaluation=evaluation, facts=facts
    )
    bundles.save(bundle, texts, folder)
    stamp = planned.split.certificate.stamp
    return Trained(folder, chosen.name, evaluation, stamp, notes, len(planned.train), chosen.votes)


def prepared(
    table: Table, chosen: "Recipe", models: Path, split: AnyPath | None
) -> tuple["Dataset", Task, tuple[str, ...]]:
    """Return a table, what is learnt from it and how that is tested, and what a reader must know."""
    from earmark.dataset.certificate import table_hash  # noqa: PLC0415 - pandas, which may be missing
    from earmark.models import train as training  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson, see_that_it_tells_nothing  # noqa: PLC0415 - as above
    from earmark.models.pipeline import columns_of  # noqa: PLC0415 - as above

    dataset = table.read()
    given = lesson(dataset, table.groups)
    columns = columns_of(given.dataset.schema, chosen)
    told = see_that_it_tells_nothing(given.dataset, columns, chosen.allow)
    planned = training.plan(given, chosen, read_split(split, dataset))
    notes = (*given.notes, *told, *planned.notes, *never_tested(planned.split.certificate))
    rows = training.rows_of(given, columns)
    return dataset, Task(chosen, given, columns, rows, planned, table_hash(dataset), models), notes


def tested(
    task: Task,
    choices: Choices,
    subsets: Sequence[str],
    *,
    naive: bool,
    work: "Executor",
    progress: Progress | None,
) -> tuple["Answered", "Evaluation"]:
    """Return honest answers, each fold's by the recipe chosen in it, and how good they are."""
    from earmark.models import train as training  # noqa: PLC0415 - scikit-learn, which may be missing

    found = training.answers(
        choices.recipes, task.columns, task.rows, task.plan.folds,
        work=work, progress=said(progress, "testing"),
    )  # fmt: skip
    evaluation = evaluated(task.lesson, found, task.recipe.seed, subsets)
    if not naive:
        return found, evaluation
    drawn = training.naive_folds(task.lesson, task.recipe)
    alone = replace(task, rows=training.single(task.rows))
    at_random = training.answers(
        choose_naively(alone, drawn, work=work).recipes, task.columns, alone.rows, drawn,
        work=work, progress=said(progress, "testing naively"),
    )  # fmt: skip
    return found, evaluation.beside(naively_evaluated(task.lesson, at_random, task.recipe.seed))


def recipe_of(
    name: "AnyPath | Recipe",
    *,
    without: Sequence[str] = (),
    allow: Sequence[str] = (),
    seed: int | None = None,
) -> "Recipe":
    """Return a recipe, by its name or file if need be, with what is to differ."""
    from earmark.models.recipe import Recipe, recipe  # noqa: PLC0415 - scikit-learn, which may be missing

    found = name if isinstance(name, Recipe) else recipe(name)
    changed = replace(found, without=(*found.without, *without), allow=(*found.allow, *allow))
    return changed if seed is None else replace(changed, seed=seed)


def read_split(path: AnyPath | None, dataset: "Dataset") -> "Split | None":
    """Return the split in a file once it is seen to be of this table, None for no file."""
    if path is None:
        return None
    from earmark.dataset.split_file import read  # noqa: PLC0415 - pandas, which may be missing

    found = read(Path(path))
    found.see_that_it_is_of(dataset)
    return found


def said(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    """Return what tells of one kind of work."""
    return None if progress is None else lambda done, all_: progress(what, done, all_)


def never_tested(certificate: "Certificate") -> tuple[str, ...]:
    """Return a note on the genres that no test could be made of."""
    if not certificate.never_tested:
        return ()
    names = ", ".join(certificate.never_tested[:10]) + (", ..." if len(certificate.never_tested) > 10 else "")
    return (f"learnt and never tested, for all its songs are of one group: {names}",)


def made_from(
    chosen: "Recipe",
    dataset: "Dataset",
    given: "Lesson",
    planned: "Plan",
    notes: tuple[str, ...],
    *,
    naive: bool,
    subsets: tuple[str, ...] = (),
    window: str = "",
) -> dict[str, Any]:
    """Return everything that a model is made from, as plain types."""
    from earmark.dataset.certificate import table_hash  # noqa: PLC0415 - pandas, which may be missing

    return {
        "recipe": chosen.to_dict(),
        "table": dataset.name,
        "table_hash": table_hash(dataset),
        "label": dataset.label,
        "rows": len(given.y),
        "groups": given.number,
        "grouped_by": list(given.grouped_by),
        "learnt_from": len(planned.train),
        "split": planned.split.kind,
        "stamp": planned.split.certificate.stamp,
        "assignments": [_hashed(parts) for parts in planned.split.assignments],
        "naive_beside": naive,
        "subsets": list(subsets),
        "window": window,
        "notes": list(notes),
    }


def _hashed(parts: Any) -> str:
    return hashlib.sha256(parts.astype("<i8").tobytes()).hexdigest()[:16]


def evaluated(
    given: "Lesson", found: "Answered", seed: int, subsets: Sequence[str] = (), *, refusing: bool = True
) -> "Evaluation":
    """Return how good honest answers are, per track, groups drawn for the intervals.

    Parameters
    ----------
    given, found
        The songs, and what was answered to them.
    seed : int
        Of the intervals.
    subsets : sequence of str
        Columns by whose values songs are measured apart as well.
    refusing : bool
        Whether the model that is kept refuses what is foreign.
    """
    from earmark.evaluate import evaluate  # noqa: PLC0415 - scikit-learn, which may be missing

    rows = found.answered
    return evaluate(
        given.y[rows], found.p[rows], given.classes,
        given.tracks[rows].tolist(), given.groups[rows].tolist(),
        subsets=subsets_of(given, subsets, rows), seed=seed,
    ).judged(worth(given, found, seed, refusing=refusing))  # fmt: skip


def subsets_of(given: "Lesson", columns: Sequence[str], rows: "NDArray[Any]") -> dict[str, list[str | None]]:
    """Return which subset each of some rows is in, by column."""
    from earmark.dataset.subsets import subsets  # noqa: PLC0415 - pandas, which may be missing

    every = subsets(given.dataset, columns)
    return {
        name: [value for value, taken in zip(values, rows, strict=True) if taken]
        for name, values in every.items()
    }


def naively_evaluated(given: "Lesson", found: "Answered", seed: int) -> "Evaluation":
    """Return how good answers look row by row, as if no two rows had anything in common."""
    from earmark.evaluate import evaluate  # noqa: PLC0415 - as above

    return evaluate(given.y[found.answered], found.p[found.answered], given.classes, seed=seed)


def beside(
    table: Table, dataset: "Dataset", split: AnyPath | None = None, *, naive: bool = False
) -> dict[str, Any]:
    """Return what is kept of a model's making beside :func:`made_from`: how it was asked for, what there was.

    It names no model: wherever a table lies, the same model comes of it.
    """
    from earmark.dataset.facts import facts  # noqa: PLC0415 - pandas, which may be missing

    paths = [table.paths] if isinstance(table.paths, str | os.PathLike) else table.paths
    named = {"label": table.label, "labels": table.labels, "catalog": table.catalog, "split": split}
    asked = {
        "paths": [os.fspath(one) for one in paths],
        **{option: os.fspath(value) for option, value in named.items() if value is not None},
        "group": list(table.groups),
        "subset": list(table.subsets),
        "naive": naive,
    }
    return {"asked": asked, "data": facts(dataset, checking.providers_of(table.catalog)).to_dict()}


def files_of(
    chosen: "Recipe",
    *,
    given: "Lesson",
    split: "Split",
    found: "Answered",
    evaluation: "Evaluation",
    facts: Mapping[str, Any],
    hears: bool = False,
) -> dict[str, str]:
    """Return the texts that lie beside a model."""
    from earmark.dataset.split_file import text_of  # noqa: PLC0415 - pandas, which may be missing
    from earmark.models.lab_answers import answers_csv  # noqa: PLC0415 - as above
    from earmark.models.lab_bundle import environment  # noqa: PLC0415 - as above
    from earmark.report.markdown import markdown  # noqa: PLC0415 - as above
    from earmark.report.told import Told, card  # noqa: PLC0415 - as above

    told = Told(
        chosen.name, evaluation, facts, split.certificate, chosen.to_toml(), chosen.votes, environment(),
        about=chosen.about, hears=hears,
    )  # fmt: skip
    return {
        "split.json": text_of(split),
        "answers.csv": answers_csv(given, found),
        "card.md": markdown(card(told)),
    }


FIGURES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1_macro": "macro F1",
    "auc_ovr": "AUC, one against the rest",
    "top_3": "top 3",
    "ece": "calibration error",
}
"""The figures that the command line shows first, in words."""


def _again(folder: Path) -> Trained:
    """Return what was trained before from the very same."""
    from earmark.evaluate import Evaluation  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - as above

    found = load(folder)
    return Trained(
        folder, found.name, Evaluation.from_json(found.evaluation), found.made_from["stamp"],
        tuple(found.made_from["notes"]), found.made_from["learnt_from"], found.model.recipe.votes,
        unchanged=True,
    )  # fmt: skip
