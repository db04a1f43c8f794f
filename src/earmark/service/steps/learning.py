"""Steps that learn: a model, a search for its parameters, a test."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earmark.pipeline.artifacts import Facts
from earmark.service.lab import RECIPE, Lab
from earmark.service.steps.job import TRIALS, Job, figures_of
from earmark.workspace import write_text

_MODEL = "model"


def _how(job: Job) -> dict[str, Any]:
    """Return what training and tuning are told alike."""
    said = job.parameters
    return {
        "label": said["label"], "groups": said["groups"], "labels": job.one("labels"),
        "catalog": job.one("catalog"), "without": said["without"], "allow": said["allow"],
        "split": job.one("split"), "seed": said["seed"], "naive": said["naive"], "workers": job.workers,
    }  # fmt: skip


def _recipe(job: Job) -> str | Path | None:
    """Return a recipe's name or file; one that stands in the pipeline is written to a file."""
    inline = job.parameters.get("recipe")
    if inline is None:
        return job.one("recipe")
    from earmark.models.recipe_text import as_text  # noqa: PLC0415 - not needed to plan

    path = job.folder / "recipe.toml"
    write_text(path, as_text({"name": "inline", **inline}))
    return path


def train(job: Job) -> Facts:
    """Learn, and measure on songs that were not heard; the model lies in ``model``."""
    place, lab = job.folder / _MODEL, job.folder / "lab"
    shutil.rmtree(place, ignore_errors=True)
    # What was heard of songs in folders is kept for all versions.
    made = Lab(job.shared if Path(job.the("table")).is_dir() else lab).train(
        job.the("table"), _recipe(job), subsets=job.parameters["subsets"], progress=job.progress, **_how(job)
    )
    shutil.copytree(made.folder, place)
    shutil.rmtree(lab, ignore_errors=True)
    return Facts(
        _MODEL, metrics=figures_of(made.evaluation, made.votes), model=_MODEL,
        notes=(made.stamp, *made.notes),
    )  # fmt: skip


def tune(job: Job) -> Facts:
    """Search for parameters; ``recipe.toml`` holds what was chosen."""
    said = job.parameters
    found = Lab(job.shared).tune(
        job.the("table"), _recipe(job) or RECIPE, method=said["method"], trials=said["trials"],
        folds=said["search_folds"], metric=said["metric"],
        progress=lambda standing, _file: job.progress("searching", standing.done, standing.total),
        **_how(job),
    )  # fmt: skip
    chosen = job.folder / "recipe.toml"
    shutil.copyfile(found.path, chosen)
    plain = found.to_dict() | {"recipe": chosen.name}
    _write(job.folder / "tuning.json", plain)
    trials = [
        {"parameters": one["values"], "metrics": {"chosen_on": one["chosen_on"]}}
        for one in plain["trials"]
        if one["chosen_on"] is not None
    ]
    _write(job.folder / TRIALS, trials)
    return Facts(
        chosen.name, metrics=figures_of(found.evaluation, found.recipe.votes),
        notes=(found.stamp, *found.notes),
    )  # fmt: skip


def _write(path: Path, plain: Any) -> None:
    write_text(path, json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def evaluate(job: Job) -> Facts:
    """Put a model to the test on songs that it has not heard."""
    said: Mapping[str, Any] = job.parameters
    judged = Lab(job.shared).evaluate(
        os.fspath(job.the("model")), job.the("table"), job.folder / "evaluation.json", label=said["label"],
        groups=said["groups"], labels=job.one("labels"), catalog=job.one("catalog"), heard=said["heard"],
        subsets=said["subsets"], workers=job.workers, progress=job.progress,
    )  # fmt: skip
    return Facts(
        "evaluation.json", metrics=figures_of(judged.evaluation, judged.votes),
        notes=(judged.stamp, *judged.notes),
    )  # fmt: skip
