"""Pipelines run: what is due is made, what is not is left alone, and all of it is kept on record."""

import importlib
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from earmark.errors import EarmarkError, PipelineError
from earmark.pipeline.artifacts import MANIFEST, Artifact, Artifacts, Facts
from earmark.pipeline.due import Due, code_digest, environment
from earmark.pipeline.remote import Mirror, mirror_at
from earmark.pipeline.sources import Source
from earmark.service.ordering import RUNS, AnyPath, Order, order, write_example
from earmark.service.steps.job import TRIALS, Job
from earmark.tracking.local import Local, commit, machine, new_id
from earmark.tracking.records import Done, End, Start, Trial
from earmark.tracking.runs import Runs, differences, figure
from earmark.tracking.trackers import Several, trackers_of

__all__ = ["Done", "Ran", "differences", "figure", "order", "run", "runs_of", "write_example"]

Progress = Callable[[str, str, int, int], None]
"""Called with a step's name, what it is doing, how much of it is done, and how much there is."""

_SHARED = ".shared"


@dataclass(frozen=True)
class Ran:
    """A run that is done.

    Attributes
    ----------
    id : str
        Its name.
    folder : Path
        Where its record lies.
    steps : tuple of Done
        What was done, in order.
    notes : tuple of str
        What a reader must know: a tracker that failed.
    seconds : float
        How long all of it took.
    """

    id: str
    folder: Path
    steps: tuple[Done, ...]
    notes: tuple[str, ...]
    seconds: float


def runs_of(workspace: AnyPath = ".") -> Runs:
    """Return the runs that a workspace keeps."""
    return Runs(Path(workspace) / RUNS)


def run(
    what: Order,
    *,
    track: Sequence[str] = (),
    workers: int | None = None,
    progress: Progress | None = None,
    told: Callable[[Done], None] | None = None,
) -> Ran:
    """Run what is due.

    What is made is kept at once, whole: Ctrl-C, an error or a kill costs the step under way at most, and most
    steps go on within. Two runs at once make the same thing once. While a step is done, the workspace is this
    process's current folder.

    Parameters
    ----------
    what : Order
        What :func:`order` gave.
    track : sequence of str
        Who keeps the run beside the local record, see :func:`earmark.tracking.trackers.trackers_of`. One that
        fails is a note.
    workers : int, optional
        How much each step does at once; one per processor by default. The results are the same.
    progress : callable, optional
        Told how far a step is.
    told : callable, optional
        Told of each step that is done.

    Raises
    ------
    PipelineError
        If a step cannot be done; those before it are kept.
    UnknownNameError, ArgumentError
        If there is no such tracker, or one is named twice.
    """
    what, place = replace(what, workspace=Path(os.path.abspath(what.workspace))), what.workspace
    plan, began = what.due(), time.monotonic()
    store = mirror_at(what.mirror) if what.mirror else None
    id_ = new_id()
    folder = what.workspace / RUNS / id_
    local, others, steps = Local(), trackers_of(track, what.workspace), list[Done]()
    with local.keeping(folder), _ending(local, others, began) as ended:
        start = _start(what, plan, id_, folder)
        local.start(start)
        others.start(start)
        what.kept.clear_work({one.step.name: one.version for one in plan})
        for one in plan:
            done = _step(one, what, store, workers, progress)
            local.log(done)
            others.log(done)
            steps.append(done)
            if told is not None:
                told(done)
        ended()
    return Ran(id_, place / RUNS / id_, tuple(steps), tuple(others.notes), time.monotonic() - began)


@contextmanager
def _ending(local: Local, others: Several, began: float) -> Iterator[Callable[[], None]]:
    """Tell how a run ends, whatever ends it."""

    def end(state: str, error: str = "") -> None:
        how = End(state, time.monotonic() - began, error)
        others.finish(how)
        local.note(*others.notes)
        local.finish(how)

    try:
        yield lambda: end("finished")
    except KeyboardInterrupt:
        end("interrupted")
        raise
    except EarmarkError as error:
        end("failed", error.message)
        raise
    except Exception as error:
        end("failed", f"{type(error).__name__}: {error}")
        raise


def _start(what: Order, plan: Sequence[Due], id_: str, folder: Path) -> Start:
    return Start(
        id_, what.pipeline.name, what.pipeline.text, what.settings,
        {one.step.name: one.step.parameters for one in plan}, what.pipeline.seed,
        {"earmark": environment()["earmark"], "digest": code_digest(), "commit": commit()},
        environment(), machine(), datetime.now(UTC).isoformat(timespec="milliseconds"), folder,
        os.path.abspath(what.base),
    )  # fmt: skip


def _step(
    one: Due, what: Order, store: Mirror | None, workers: int | None, progress: Progress | None
) -> Done:
    """Return what came of a step, which is done if it is due."""
    kept, artifact, why = what.kept, one.artifact, one.why
    if artifact is None and store is not None and (artifact := _fetched(one, kept, store)) is not None:
        why = "it lay at the mirror"
    done = _made(one, what, workers, progress) if artifact is None else _told(one, artifact, "kept", why)
    if store is not None:
        store.put(done.artifact.id, done.artifact.folder, MANIFEST)
    return done


def _fetched(one: Due, kept: Artifacts, store: Mirror) -> Artifact | None:
    """Return what lies at the mirror, once it is seen to be whole."""
    with kept.making(one.step.name, one.made_from) as work:
        kept.clear(one.step.name, one.version)
        if work.done is not None or not store.get(one.id, kept.folder / one.id, MANIFEST):
            return work.done
        kept.clear(one.step.name, one.version)
        return work.done


def _made(one: Due, what: Order, workers: int | None, progress: Progress | None) -> Done:
    kept = what.kept
    with kept.making(one.step.name, one.made_from) as work:
        kept.clear(one.step.name, one.version)
        if (done := work.done) is not None:
            return _told(one, done, "kept", "another run has made it meanwhile")
        near = _near(what.workspace)
        job = Job(
            near(work.folder), near(kept.folder / _SHARED / one.step.name),
            {key: tuple(near(source.there(kept)) for source in all_) for key, all_ in one.sources.items()},
            one.step.parameters, workers, _progress(one.step.name, progress),
        )  # fmt: skip
        began = time.monotonic()
        # What a step writes tells its paths: so they are the same in every workspace.
        with chdir(what.workspace):
            facts = _done(one, job)
        seconds = time.monotonic() - began
        parents = {
            key: "@".join(source.artifact) for key, source in _each(one) if source.artifact is not None
        }
        return _told(one, work.keep(facts, parents, seconds), "made", one.why, seconds)


def _near(root: Path) -> Callable[[Any], Any]:
    """Return what makes a path in the workspace start there; any other is whole, and a name stays a name."""

    def near(path: Any) -> Any:
        if not isinstance(path, Path):
            return path
        whole = Path(os.path.abspath(path))
        return whole.relative_to(root) if whole.is_relative_to(root) else whole

    return near


def _done(one: Due, job: Job) -> Facts:
    home, _, name = one.step.kind.target.partition(":")
    does: Callable[[Job], Facts] = getattr(importlib.import_module(home), name)
    try:
        return does(job)
    except EarmarkError as error:
        raise PipelineError(f"step '{one.step.name}': {error.message}", error.hint) from error


def _progress(step: str, progress: Progress | None) -> Callable[[str, int, int], None]:
    def tell(what: str, done: int, total: int) -> None:
        if progress is not None:
            progress(step, what, done, total)

    return tell


def _told(one: Due, artifact: Artifact, state: str, why: str, seconds: float = 0.0) -> Done:
    inputs = {
        key: source.id if source.path is None else f"file:{source.path}#{source.id}"
        for key, source in _each(one)
    }
    manifest = artifact.manifest
    return Done(
        one.step.name, one.step.kind.name, state, why, seconds, artifact, inputs,
        tuple(manifest["figures"]), _trials(artifact), str(manifest["model"]),
    )  # fmt: skip


def _each(one: Due) -> Iterator[tuple[str, Source]]:
    """Yield what a step reads, numbered where an input is several."""
    for key, all_ in one.sources.items():
        for at, source in enumerate(all_):
            yield key if len(all_) == 1 else f"{key}.{at}", source


def _trials(artifact: Artifact) -> tuple[Trial, ...]:
    """Return what a search tried."""
    if TRIALS not in artifact.manifest["files"]:
        return ()
    found = json.loads((artifact.folder / TRIALS).read_text(encoding="utf-8"))
    return tuple(Trial(one["parameters"], one["metrics"]) for one in found)
