"""Classifiers compared on the same folds of a table."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import EarmarkError, TrainingError
from earmark.executors import executor as executor_named
from earmark.service.pairing import plain
from earmark.service.standing import Watch, watched
from earmark.service.training import AnyPath, Table, evaluated, naively_evaluated, read_split
from earmark.workspace import content_hash, keeping, write_text

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation
    from earmark.evaluate.answers import Answers
    from earmark.evaluate.compare import Comparison
    from earmark.models.contest import Entry
    from earmark.models.learning import Rows
    from earmark.models.lesson import Lesson
    from earmark.models.pipeline import Columns
    from earmark.models.probabilities import Codes
    from earmark.models.recipe import Recipe
    from earmark.models.train import Answered

Progress = Callable[[str, int, int], None]
"""Called with the name of the classifier of which a fold is done, how many are done, and of how many."""

Folds = Sequence[tuple["Codes", "Codes"]]
"""Rows to learn from and rows to answer, fold by fold."""

_LEADERBOARD = "leaderboard.json"


@dataclass(frozen=True)
class Standing:
    """How one classifier fared.

    Attributes
    ----------
    name : str
        Its name.
    evaluation : Evaluation or None
        How good it is on songs of groups it has not heard, with the naive score beside it if asked for; None
        if it failed.
    learning_s : float
        How long one fit takes, in seconds on one core, mean over folds.
    latency_ms : float
        How long an answer takes, in milliseconds a row.
    model_bytes : int
        How large a model is on disk, mean over folds.
    against_best : Comparison or None
        It against the best; None for the best itself.
    error : str
        Why it failed; empty otherwise.
    """

    name: str
    evaluation: "Evaluation | None"
    learning_s: float = 0.0
    latency_ms: float = 0.0
    model_bytes: int = 0
    against_best: "Comparison | None" = None
    error: str = ""

    @property
    def ties(self) -> bool:
        """Whether the data cannot tell it from the best."""
        return self.against_best is not None and self.against_best.better is None


@dataclass(frozen=True)
class Leaderboard:
    """Classifiers on the same folds, the best first.

    Attributes
    ----------
    table : str
        The table's name.
    stamp : str
        What the folds keep apart.
    standings : tuple of Standing
        The best first, failures last.
    notes : tuple of str
        What was left out, assumed or allowed.
    folder : Path
        Where it is kept.
    """

    table: str
    stamp: str
    standings: tuple[Standing, ...]
    notes: tuple[str, ...]
    folder: Path

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark compare --json`` prints: plain JSON types."""
        return {
            "table": self.table,
            "stamp": self.stamp,
            "notes": list(self.notes),
            "standings": [_plain(one) for one in self.standings],
        }


def _plain(one: Standing) -> dict[str, Any]:
    against = one.against_best
    return {
        "name": one.name,
        "error": one.error,
        "learning_s": round(one.learning_s, 4),
        "latency_ms": round(one.latency_ms, 4),
        "model_bytes": one.model_bytes,
        "evaluation": None if one.evaluation is None else json.loads(one.evaluation.to_json()),
        "against_best": None if against is None else plain(against),
    }


def compare(
    table: Table,
    base: "Recipe",
    names: Sequence[str],
    folder: Path,
    *,
    split: AnyPath | None = None,
    naive: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Leaderboard:
    """Compare classifiers; see :meth:`earmark.service.lab.Lab.compare`."""
    from earmark.models import contest, train  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.lesson import lesson, see_that_it_tells_nothing  # noqa: PLC0415 - as above
    from earmark.models.pipeline import columns_of  # noqa: PLC0415 - as above

    dataset = table.read()
    given = lesson(dataset, table.groups)
    columns = columns_of(given.dataset.schema, base)
    told = see_that_it_tells_nothing(given.dataset, columns, base.allow)
    planned = train.plan(given, base, read_split(split, dataset))
    recipes, failed = recipes_of(base, names)
    rows = train.rows_of(given, columns)
    certificate = planned.split.certificate
    kept = folder / f"compare@{content_hash(facts_of(rows, planned.folds, columns))}"
    drawn = train.naive_folds(given, base) if naive else []
    with (
        keeping(kept),
        executor_named("inline" if workers == 1 else "processes", workers) as work,
    ):
        tried = contest.contest(
            recipes, columns, rows, planned.folds,
            work=work, journals=kept / "journal", progress=progress,
            watch=None if watch is None else watched(watch, given, planned.folds, len(recipes)),
        )  # fmt: skip
        at_random = {}
        if naive:
            at_random = contest.contest(
                recipes, columns, train.single(rows), drawn,
                work=work, journals=kept / "naive", progress=progress,
            )  # fmt: skip
    standings = _standings(
        given, base, tried, planned.folds, at_random=at_random, drawn=drawn, subsets=table.subsets
    )
    unsearched = () if base.search is None else (f"the search of '{base.name}' is left out: earmark tune",)
    notes = (*given.notes, *told, *planned.notes, *unsearched)
    found = Leaderboard(dataset.name, certificate.stamp, (*standings, *failed), notes, kept)
    with keeping(kept):
        write_text(kept / _LEADERBOARD, json.dumps(found.to_dict(), indent=1, ensure_ascii=False) + "\n")
    return found


def facts_of(rows: "Rows", folds: Folds, columns: "Columns") -> dict[str, Any]:
    """Return all that an answer kept for later depends on, but the recipe."""
    from earmark.models.lab_bundle import environment  # noqa: PLC0415 - scikit-learn, which may be missing

    return {
        "rows": rows.digest,
        "folds": [[part.tolist() for part in fold] for fold in folds],
        "columns": columns.to_dict(),
        "environment": environment(),
        "version": 2,
    }


def recipes_of(base: "Recipe", names: Sequence[str]) -> tuple[dict[str, "Recipe"], list[Standing]]:
    """Return a recipe for each classifier, and those that cannot be had here."""
    from earmark.models.classifiers import CLASSIFIERS  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.recipe import Choice  # noqa: PLC0415 - as above

    found, failed = {}, []
    for name in dict.fromkeys(names or CLASSIFIERS):
        part = CLASSIFIERS[name]  # an unknown name is the caller's fault
        try:
            part.make()
        except EarmarkError as error:
            failed.append(Standing(name, None, error=str(error)))
        else:
            found[name] = replace(base, classifier=Choice(name), calibration=None, search=None, name=name)
    return found, failed


def _standings(
    given: "Lesson",
    base: "Recipe",
    tried: Mapping[str, "Entry"],
    folds: "Folds",
    *,
    at_random: Mapping[str, "Entry"],
    drawn: "Folds",
    subsets: Sequence[str],
) -> list[Standing]:
    answered = {name: _answered(given, entry, folds) for name, entry in tried.items() if entry.trials}
    if not answered:
        errors = "; ".join(f"{name}: {entry.error}" for name, entry in tried.items())
        raise TrainingError(f"no classifier could learn: {errors}", "name others with --classifier")
    evaluations = {name: evaluated(given, one, base.seed, subsets) for name, one in answered.items()}
    for name, evaluation in evaluations.items():
        if name in at_random and at_random[name].trials:
            one = _answered(given, at_random[name], drawn)
            evaluations[name] = evaluation.beside(naively_evaluated(given, one, base.seed))
    order = sorted(evaluations, key=lambda name: -evaluations[name].tracks.value("accuracy"))
    against = _against(given, answered, order, base.seed)
    found = []
    for name in order:
        trials = tried[name].trials
        rows = sum(len(one.p) for one in trials)
        found.append(
            Standing(
                name,
                evaluations[name],
                sum(one.learning_s for one in trials) / len(trials),
                1000 * sum(one.answering_s for one in trials) / rows,
                round(sum(one.model_bytes for one in trials) / len(trials)),
                against.get(name),
            )
        )
    return found + [
        Standing(name, None, error=str(entry.error)) for name, entry in tried.items() if not entry.trials
    ]


def _answered(given: "Lesson", entry: "Entry", folds: "Folds") -> "Answered":
    from earmark.models.learning import verdicts  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.train import gathered  # noqa: PLC0415 - as above

    x, tracks = given.dataset.frame, given.tracks
    parts = [
        (asked, verdicts(one.p, None, x, tracks[asked]))
        for (_, asked), one in zip(folds, entry.trials, strict=True)
    ]
    return gathered(parts, len(given.y))


def _against(
    given: "Lesson", answered: Mapping[str, "Answered"], order: Sequence[str], seed: int
) -> dict[str, "Comparison"]:
    from earmark.evaluate.answers import answers  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.evaluate.compare import compare as compared  # noqa: PLC0415 - as above

    if len(order) < 2:
        return {}
    models: dict[str, Answers] = {}
    for name in order:
        rows = answered[name].answered
        models[name] = answers(
            given.y[rows], answered[name].p[rows], given.classes,
            given.tracks[rows].tolist(), given.groups[rows].tolist(),
        ).by_mean()  # fmt: skip
    found = compared(models, against=order[0], seed=seed)
    return {one.first if one.second == order[0] else one.second: one for one in found}
