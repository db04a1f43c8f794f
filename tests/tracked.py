"""A run as trackers are told of it: a small pipeline, run once for real."""

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from earmark.pipeline.artifacts import Artifacts
from earmark.tracking.records import Done, End, Start, Trial
from earmark.tracking.runs import Runs
from earmark.tracking.trackers import trackers_of

TOKEN = "tok-3n-0f-s0me0ne"  # noqa: S105 - planted
_STARTS = (
    "id", "pipeline", "settings", "parameters", "seed", "code", "environment", "machine", "started", "base",
)  # fmt: skip
_STEPS = ("step", "do", "state", "why", "seconds", "inputs", "model")

BY_MLFLOW = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("mlflow") is None, reason="MLflow is not installed"),
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::FutureWarning",
        "ignore::UserWarning",
        "ignore::ResourceWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]  # fmt: skip - what MLflow does is not ours to mend

Told = tuple[Start, list[Done], End]


def run(folder: Path) -> Told:
    """Run the small pipeline in a folder, and return what trackers are told."""
    import pipelines  # pandas, which programs that only read have no need of
    from earmark.service import running

    running.run(running.order(pipelines.lay_out(folder), folder), workers=1)
    return told(folder)


def told(folder: Path) -> Told:
    """Return what trackers are told of the run that a folder keeps; one step has trials and a page."""
    (record,) = Runs(folder / "runs")
    kept = Artifacts(folder / "artifacts")
    start = Start(
        **{key: record.said[key] for key in _STARTS}, text=record.text, folder=folder / "runs" / record.id
    )
    steps = []
    for one in record.steps:
        done = Done(**{key: one[key] for key in _STEPS}, artifact=kept.find(*one["artifact"].split("@")))
        steps.append(_with_trials(done) if done.do == "train" else done)
    return start, steps, End(record.state, record.said["seconds"])


def _with_trials(done: Done) -> Done:
    trials = tuple(Trial({"shrinkage": at / 2}, {"accuracy": 0.8 + at / 100}) for at in range(3))
    return Done(**{**vars(done), "trials": trials, "figures": ("model/card.md",)})


def watch(watchers, told: Told) -> None:
    """Tell trackers of a run."""
    start, steps, end = told
    watchers.start(start)
    for one in steps:
        watchers.log(one)
    watchers.finish(end)


def keep_in_mlflow(told: Told, workspace: Path) -> Path:
    """Keep a run in a new database, with a token about, and return the workspace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("PLANTED_TOKEN", TOKEN)
        watchers = trackers_of(["mlflow"], workspace)
        start, steps, end = told
        watch(watchers, (replace(start, text=start.text + f"# {TOKEN}\n"), steps, end))
    assert watchers.notes == []
    return workspace
