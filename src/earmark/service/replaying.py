"""A run done once more from its record, and whether the same comes out."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.errors import PipelineError, RunError
from earmark.pipeline.artifacts import Artifact, Artifacts
from earmark.pipeline.due import changes, environment
from earmark.pipeline.plan import parse
from earmark.service.ordering import ARTIFACTS, RUNS, AnyPath, Order
from earmark.service.running import Progress, run
from earmark.tracking.runs import Run, Runs

_SCRATCH = ".replays"


@dataclass(frozen=True)
class Repeated:
    """A step that was done once more.

    Attributes
    ----------
    step : str
        Its name.
    same : bool
        Whether every file came out byte by byte as before.
    files : tuple of str
        Those that did not, or are of one of the two only.
    why : str
        What it was made from differently, if anything.
    """

    step: str
    same: bool
    files: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Replayed:
    """A run that was done once more.

    Attributes
    ----------
    run : str
        Its name.
    steps : tuple of Repeated
        Step by step.
    environment : tuple of (str, str, str)
        Libraries that have another version: which, then and now.
    folder : Path or None
        Where what came out lies, if it differs.
    """

    run: str
    steps: tuple[Repeated, ...]
    environment: tuple[tuple[str, str, str], ...]
    folder: Path | None

    @property
    def same(self) -> bool:
        """Return whether all came out as before."""
        return all(one.same for one in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "run": self.run,
            "same": self.same,
            "folder": None if self.folder is None else str(self.folder),
            "environment": [{"what": what, "then": then, "now": now} for what, then, now in self.environment],
            "steps": [
                {"step": one.step, "same": one.same, "files": list(one.files), "why": one.why}
                for one in self.steps
            ],
        }


def replay(
    name: str, workspace: AnyPath = ".", *, workers: int | None = None, progress: Progress | None = None
) -> Replayed:
    """Do a run once more, apart from all that was kept, and compare every file.

    What was downloaded or collected is taken as it was kept: it may have changed where it lies.

    Parameters
    ----------
    name : str
        The run: its name, a beginning of it, or ``last``.
    workspace : path
        Where ``artifacts`` and ``runs`` lie.
    workers : int, optional
        How much each step does at once; one per processor by default.
    progress : callable, optional
        Told how far a step is.

    Raises
    ------
    RunError
        If there is no such run, it did nothing, or what it made is gone or damaged.
    PipelineError
        If a step cannot be done.
    """
    root = Path(workspace)
    record = Runs(root / RUNS).named(name)
    before = _made_then(record, Artifacts(root / ARTIFACTS))
    scratch = root / _SCRATCH / f"{record.id}-{os.urandom(2).hex()}"
    pipeline = parse(record.text, record.said["settings"], record.said["pipeline"])
    for step in pipeline.steps:
        if step.kind.elsewhere and step.name in before:
            one = before[step.name]
            shutil.copytree(one.folder, scratch / ARTIFACTS / one.id)
    what = Order(pipeline, Path(record.said["base"]), scratch, tuple(before))
    try:
        ran = run(what, workers=workers, progress=progress)
    except PipelineError as error:
        raise RunError(f"run {record.id} cannot be repeated: {error.message}", error.hint) from error
    steps = tuple(_repeated(before[one.step], one.artifact) for one in ran.steps)
    same = all(one.same for one in steps)
    if same:
        shutil.rmtree(scratch)
    return Replayed(record.id, steps, _elsewhere(record), None if same else scratch)


def _made_then(record: Run, kept: Artifacts) -> dict[str, Artifact]:
    """Return what a run made or found, by step, once it is seen to be as it was."""
    found = {}
    for one in record.steps:
        artifact = kept.find(*one["artifact"].split("@"))
        if artifact is None:
            raise RunError(
                f"what step '{one['step']}' made is gone: {one['artifact']}",
                "get it back into 'artifacts', or run the pipeline anew",
            )
        if damage := artifact.damage():
            raise RunError(f"{one['artifact']} is damaged: {damage}", "run the pipeline, which makes it anew")
        found[one["step"]] = artifact
    if not found:
        raise RunError(f"run {record.id} has done no step", "name another run")
    return found


def _repeated(before: Artifact, now: Artifact) -> Repeated:
    then_, now_ = before.manifest["files"], now.manifest["files"]
    files = tuple(
        path
        for path in sorted({*then_, *now_})
        if then_.get(path, {}).get("sha256") != now_.get(path, {}).get("sha256")
    )
    made_from = [one.manifest["made_from"] for one in (before, now)]
    return Repeated(now.name, not files, files, "" if made_from[0] == made_from[1] else changes(*made_from))


def _elsewhere(record: Run) -> tuple[tuple[str, str, str], ...]:
    then, now = record.said["environment"], environment()
    names: Sequence[str] = list(dict.fromkeys([*then, *now]))
    return tuple(
        (name, then.get(name, "none"), now.get(name, "none"))
        for name in names
        if then.get(name) != now.get(name)
    )
