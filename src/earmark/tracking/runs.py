"""Runs that were kept: listed, found, compared."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.errors import RunError
from earmark.tracking.local import KIND, PIPELINE, RECORD
from earmark.workspace import is_held

_LOWER_IS_BETTER = ("log_loss", "ece", "brier")


@dataclass(frozen=True)
class Run:
    """A run that was kept.

    Attributes
    ----------
    folder : Path
        Where its record lies.
    said : mapping
        What ``run.json`` says.
    """

    folder: Path
    said: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return its name."""
        return str(self.said["id"])

    @property
    def state(self) -> str:
        """Return ``"finished"``, ``"failed"``, ``"interrupted"``, ``"running"`` or ``"killed"``."""
        state = str(self.said["state"])
        return "killed" if state == "running" and not is_held(self.folder) else state

    @property
    def text(self) -> str:
        """Return its pipeline as TOML."""
        return (self.folder / PIPELINE).read_text(encoding="utf-8")

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """Return what was done, step by step."""
        return list(self.said["steps"])

    @property
    def metrics(self) -> dict[str, Mapping[str, float | None]]:
        """Return all figures, ``STEP.METRIC`` to ``value``, ``low`` and ``high``."""
        return {f"{one['step']}.{name}": told for one in self.steps for name, told in one["metrics"].items()}

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what was said of all steps, ``STEP.PARAMETER`` to its value."""
        return {
            f"{step}.{name}": value
            for step, all_ in self.said["parameters"].items()
            for name, value in all_.items()
        }


class Runs:
    """The runs of a workspace.

    Parameters
    ----------
    folder : path
        Where their records lie.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def __iter__(self) -> Iterator[Run]:
        """Yield all, the first first.

        Raises
        ------
        RunError
            If a record is damaged.
        """
        found = [Run(path.parent, KIND.read(path)) for path in self.folder.glob(f"*/{RECORD}")]
        yield from sorted(found, key=lambda run: (run.said["started"], run.id))

    def named(self, text: str) -> Run:
        """Return the run that a person means: its name, the beginning or the end of it, or ``last``.

        Raises
        ------
        RunError
            If there is none, or it is of several.
        """
        every = list(self)
        if text == "last" and every:
            return every[-1]
        found = [run for run in every if run.id == text] or [
            run for run in every if text and (run.id.startswith(text) or run.id.endswith(text))
        ]
        if len(found) == 1:
            return found[0]
        newest = ", ".join(run.id for run in every[-3:]) or "none"
        if found:
            raise RunError(f"'{text}' is of {len(found)} runs", "give more of the name")
        raise RunError(
            f"there is no run '{text}' in '{self.folder}'", f"the newest are {newest}; 'last' is one"
        )

    def best(
        self, metric: str, pipeline: str | None = None
    ) -> list[tuple[Run, str, Mapping[str, float | None]]]:
        """Return finished runs by a figure of theirs, the best first.

        Parameters
        ----------
        metric : str
            ``STEP.METRIC``, or a metric's name, of the last step that has it.
        pipeline : str, optional
            Only runs of this one.

        Raises
        ------
        RunError
            If no run has it.
        """
        runs = [run for run in self if pipeline in (None, run.said["pipeline"]) and run.state == "finished"]
        found = []
        for run in runs:
            names = [name for name in run.metrics if name == metric or name.partition(".")[2] == metric]
            if names:
                found.append((run, names[-1], run.metrics[names[-1]]))
        if not found:
            known = sorted({name for run in runs for name in run.metrics})
            raise RunError(
                f"no finished run has the figure '{metric}'", f"there are {', '.join(known) or 'none'}"
            )
        sign = 1 if metric.rpartition(".")[2] in _LOWER_IS_BETTER else -1
        return sorted(found, key=lambda one: sign * float(one[2]["value"] or 0.0))


@dataclass(frozen=True)
class Difference:
    """What differs between two runs.

    Attributes
    ----------
    what : str
        ``"parameter"``, ``"code"``, ``"environment"``, ``"machine"``, ``"made"`` or ``"figure"``.
    name : str
        Which.
    first, second : str
        As it is in either; empty where it has none.
    """

    what: str
    name: str
    first: str
    second: str


def differences(first: Run, second: Run) -> list[Difference]:
    """Return what differs between two runs: what they were told, where they ran, what came out."""
    one, other = (
        {
            "parameter": {name: str(value) for name, value in run.parameters.items()},
            "code": run.said["code"],
            "environment": run.said["environment"],
            "machine": run.said["machine"],
            "made": {step["step"]: f"{step['artifact']} {step['digest']}" for step in run.steps},
            "figure": {name: figure(told) for name, told in run.metrics.items()},
        }
        for run in (first, second)
    )
    return [
        Difference(what, name, str(one[what].get(name, "")), str(other[what].get(name, "")))
        for what in one
        for name in dict.fromkeys([*one[what], *other[what]])
        if one[what].get(name) != other[what].get(name)
    ]


def figure(told: Mapping[str, float | None]) -> str:
    """Return a figure as it is printed, ``"0.812 [0.771, 0.849]"``."""
    value, low, high = told["value"], told.get("low"), told.get("high")
    if value is None:
        return "-"
    return f"{value:.4g}" if low is None or high is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"
