"""What is to be run: a pipeline, where its paths start, where what it makes lies, and which of its steps."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import earmark.pipeline.listed  # noqa: F401 - the kinds of steps make themselves known
from earmark.errors import PipelineError, StoreError
from earmark.pipeline.artifacts import Artifacts
from earmark.pipeline.due import Due, due
from earmark.pipeline.examples import EXAMPLES, read
from earmark.pipeline.plan import Pipeline, parse, select
from earmark.workspace import keeping, write_text

AnyPath = str | os.PathLike[str]

ARTIFACTS, RUNS = "artifacts", "runs"
"""The folders of a workspace in which they lie."""


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
    mirror : str
        An address at which artifacts are kept as well; empty for none.
    """

    pipeline: Pipeline
    base: Path
    workspace: Path
    only: tuple[str, ...] = ()
    since: str | None = None
    again: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    mirror: str = ""

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
    mirror: str = "",
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
    mirror : str
        An address that fsspec knows, ``s3://bucket/artifacts``, at which artifacts are kept as well: what
        lies there is fetched and not made. It may hold ``$VARIABLES``.

    Raises
    ------
    PipelineError, UnknownNameError
        If the file is missing, or it or the settings say what cannot be meant.
    """
    text, name, base = read(pipeline)
    made = parse(text, settings, name)
    return Order(made, base, Path(workspace), tuple(only), since, tuple(again), dict(settings or {}), mirror)


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
