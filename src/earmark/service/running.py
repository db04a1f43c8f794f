"""Pipelines run: what is due is made, what is not is left alone, and all of it is kept on record."""

import importlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import earmark.pipeline.listed  # noqa: F401 - the kinds of steps make themselves known
from earmark.errors import EarmarkError, PipelineError, StoreError
from earmark.pipeline.artifacts import Artifact, Artifacts, Facts
from earmark.pipeline.due import Due, code_digest, due, environment
from earmark.pipeline.examples import EXAMPLES, read
from earmark.pipeline.plan import Pipeline, parse, select
from earmark.service.steps.job import TRIALS, Job
from earmark.tracking.local import Local, commit, machine, new_id
from earmark.tracking.records import Done, End, Start, Trial
from earmark.tracking.runs import figure
from earmark.workspace import keeping, write_text

__all__ = ["Done", "Order", "Ran", "figure", "order", "run", "write_example"]

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, str, int, int], None]
"""Called with a step's name, what it is doing, how much of it is done, and how much there is."""

ARTIFACTS, RUNS = "artifacts", "runs"
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


@dataclass(frozen=True)
class Order:
    """What is to be run, and where.

    Attributes
    ----------
    pipeline : Pipeline
        The steps, with what was set.
    base : Path
        The folder that its paths start from.
    workspace : Path
        Where artifacts and runs lie.
    only, since
        Which steps, see :func:`earmark.pipeline.plan.select`.
    again : tuple of str
        Steps that ask anew what lies elsewhere.
    settings : mapping of str to str
        What was set on the command line.
    """

    pipeline: Pipeline
    base: Path
    workspace: Path
    only: tuple[str, ...] = ()
    since: str | None = None
    again: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> Artifacts:
        """Return what was made before."""
        return Artifacts(self.workspace / ARTIFACTS)

    def due(self) -> list[Due]:
        """Return what is to become of each step that was asked for.

        Raises
        ------
        PipelineError
            If one reads what is not there.
        """
        chosen = {step.name for step in select(self.pipeline, self.only, self.since)}
        found = list(due(self.pipeline, self.kept, self.base, self.again))
        there = {one.step.name for one in found if one.artifact is not None or one.step.name in chosen}
        for one in found:
            lacking = [name for name in self.pipeline.reads(one.step) if name not in there]
            if one.step.name in chosen and lacking:
                raise PipelineError(
                    f"step '{one.step.name}' reads '{lacking[0]}', which is not made and not to be run",
                    f"run it as well: --steps {lacking[0]},{one.step.name}, or --from {lacking[0]}",
                )
        return [one for one in found if one.step.name in chosen]


def order(
    pipeline: AnyPath,
    workspace: AnyPath = ".",
    *,
    only: Sequence[str] = (),
    since: str | None = None,
    settings: Mapping[str, str] | None = None,
    again: Sequence[str] = (),
) -> Order:
    """Read a pipeline, and what is to be run of it.

    Parameters
    ----------
    pipeline : path
        A TOML file, or the name of an example that ships with Earmark.
    workspace : path
        The folder in which ``artifacts`` and ``runs`` lie, or will.
    only : sequence of str
        Only these steps.
    since : str, optional
        This step and those below it.
    settings : mapping of str to str, optional
        What is to be other than the file says: ``{"train.seed": "3"}``.
    again : sequence of str
        Steps that ask anew what lies elsewhere: downloads, collections.

    Raises
    ------
    PipelineError, UnknownNameError
        If the file is missing, or it or the settings say what cannot be meant.
    """
    text, name, base = read(pipeline)
    made = parse(text, settings, name)
    return Order(made, base, Path(workspace), tuple(only), since, tuple(again), dict(settings or {}))


def run(
    what: Order,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    told: Callable[[Done], None] | None = None,
) -> Ran:
    """Run what is due.

    What is made is kept at once, whole: Ctrl-C, an error or a kill costs the step under way at most, and most
    steps go on within. Two runs at once make the same thing once.

    Parameters
    ----------
    what : Order
        What :func:`order` gave.
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
    """
    plan, began = what.due(), time.monotonic()
    id_ = new_id()
    folder = what.workspace / RUNS / id_
    local, steps = Local(), list[Done]()
    with local.keeping(folder), _ending(local, began) as ended:
        local.start(_start(what, plan, id_, folder))
        for one in plan:
            done = _step(one, what, workers, progress)
            local.log(done)
            steps.append(done)
            if told is not None:
                told(done)
        ended()
    return Ran(id_, folder, tuple(steps), (), time.monotonic() - began)


def write_example(name: str, output: AnyPath) -> Path:
    """Write a pipeline that ships with Earmark to a new file, and return its path.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    StoreError
        If something lies there already, or it cannot be written.
    """
    text, path = EXAMPLES[name].read_text(encoding="utf-8"), Path(output)
    if path.exists():
        raise StoreError(f"'{path}' is there already", "name another file with -o")
    with keeping(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    return path


@contextmanager
def _ending(watcher: Local, began: float) -> Iterator[Callable[[], None]]:
    """Tell how a run ends, whatever ends it."""

    def end(state: str, error: str = "") -> None:
        watcher.finish(End(state, time.monotonic() - began, error))

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
    )  # fmt: skip


def _step(one: Due, what: Order, workers: int | None, progress: Progress | None) -> Done:
    """Return what came of a step, which is done if it is due."""
    if one.artifact is not None:
        return _told(one, one.artifact, "kept", one.why)
    kept = what.kept
    with ExitStack() as stack:
        work = stack.enter_context(kept.making(one.step.name, one.made_from))
        if one.damage and (kept.folder / one.id).exists():
            kept.put_aside(one.step.name, one.version)
        if (done := work.done) is not None:
            return _told(one, done, "kept", "another run has made it meanwhile")
        job = Job(
            work.folder, kept.folder / _SHARED / one.step.name,
            {key: tuple(source.there(kept) for source in all_) for key, all_ in one.sources.items()},
            one.step.parameters, what.base, workers, _progress(one.step.name, progress),
        )  # fmt: skip
        began = time.monotonic()
        facts = _done(one, job)
        seconds = time.monotonic() - began
        parents = {
            (key if len(all_) == 1 else f"{key}.{at}"): "@".join(source.artifact)
            for key, all_ in one.sources.items()
            for at, source in enumerate(all_)
            if source.artifact is not None
        }
        return _told(one, work.keep(facts, parents, seconds), "made", one.why, seconds)


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
        (key if len(all_) == 1 else f"{key}.{at}"): (
            source.id if source.artifact is not None or source.path is None
            else f"file:{source.path}#{source.id}"
        )
        for key, all_ in one.sources.items()
        for at, source in enumerate(all_)
    }  # fmt: skip
    manifest = artifact.manifest
    return Done(
        one.step.name, one.step.kind.name, state, why, seconds, artifact, inputs,
        tuple(manifest["figures"]), _trials(artifact), str(manifest["model"]),
    )  # fmt: skip


def _trials(artifact: Artifact) -> tuple[Trial, ...]:
    """Return what a search tried."""
    if TRIALS not in artifact.manifest["files"]:
        return ()
    found = json.loads((artifact.folder / TRIALS).read_text(encoding="utf-8"))
    return tuple(Trial(one["parameters"], one["metrics"]) for one in found)
