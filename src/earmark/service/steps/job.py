"""What a step is given to work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.service.training import Table

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

TABLE, TRIALS = "table.parquet", "trials.json"


@dataclass(frozen=True)
class Job:
    """A step that is to be done.

    Attributes
    ----------
    folder : Path
        Where its files go; what a kill left there is there still.
    shared : Path
        A folder that all versions of the step share: what was measured or tried once need not be again.
    inputs : mapping of str to tuple
        What it reads: paths, and texts for names and addresses.
    parameters : mapping
        What is said of it.
    workers : int or None
        How much is done at once; the result is the same.
    progress : callable
        Told how far it is.
    """

    folder: Path
    shared: Path
    inputs: Mapping[str, tuple[str | Path, ...]]
    parameters: Mapping[str, Any]
    workers: int | None
    progress: Progress

    def one(self, key: str) -> str | Path | None:
        """Return an input, None if it was left out."""
        return next(iter(self.inputs.get(key, ())), None)

    def the(self, key: str) -> str | Path:
        """Return an input that every such step has."""
        return self.inputs[key][0]

    @property
    def table(self) -> Table:
        """The table that it reads, and how."""
        said = self.parameters
        return Table(
            self.the("table"), said.get("label"), self.one("labels"), self.one("catalog"),
            tuple(said.get("groups", ())), tuple(said.get("subsets", ())),
        )  # fmt: skip


def figures_of(evaluation: "Evaluation", votes: str) -> dict[str, dict[str, float | None]]:
    """Return the figures that count, with their intervals, as a manifest keeps them."""
    found = evaluation.main(votes).metrics
    plain = {name: {"value": one.value, "low": one.low, "high": one.high} for name, one in found.items()}
    return {name: one for name, one in plain.items() if one["value"] is not None}
