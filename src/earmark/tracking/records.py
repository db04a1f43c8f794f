"""What is known of a run, as those who keep it are told: at its start, after each step, at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from earmark.pipeline.artifacts import Artifact


@dataclass(frozen=True)
class Start:
    """A run that begins.

    Attributes
    ----------
    id : str
        Its name, ``"20261129-052233-1a2b"``: when it began (UTC), and four digits of chance.
    pipeline : str
        The name of its pipeline.
    text : str
        The pipeline as TOML, with what was set on the command line.
    settings : mapping of str to str
        What was set on the command line, ``"train.recipe": "quick"``.
    parameters : mapping of str to mapping
        Of each step by name, its parameters with their defaults, plain JSON types.
    seed : int
        Of all that is drawn.
    code : mapping of str to str
        ``earmark`` (version), ``digest`` (of its source), ``commit`` (of git, or empty).
    environment : mapping of str to str
        Versions of Python and of libraries.
    machine : mapping of str to str
        ``system``, ``processor``, ``cores``, ``memory_gb``.
    started : str
        When, ISO 8601, UTC.
    folder : Path
        ``runs/ID``: where the local record lies, and where a tracker may keep what it must keep.
    base : str
        The folder that paths in the pipeline start from.
    """

    id: str
    pipeline: str
    text: str
    settings: Mapping[str, str]
    parameters: Mapping[str, Mapping[str, Any]]
    seed: int
    code: Mapping[str, str]
    environment: Mapping[str, str]
    machine: Mapping[str, str]
    started: str
    folder: Path
    base: str = ""


class Trial(NamedTuple):
    """One point that a search tried.

    Attributes
    ----------
    parameters : mapping
        Its values, plain JSON types.
    metrics : mapping of str to float
        What it scored.
    """

    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Done:
    """A step that is done.

    Attributes
    ----------
    step, do : str
        Its name, and its kind: ``"train"``, ``"split"``, ...
    state : {"made", "kept"}
        Whether it ran, or what it makes lay there already.
    why : str
        Why it ran or not, one line.
    seconds : float
        How long it took.
    artifact : Artifact
        What it made: folder, files, tables, metrics with intervals, parents.
    inputs : mapping of str to str
        What it read: ``NAME@VERSION`` of an artifact, or ``file:PATH#sha256=HASH``.
    figures : tuple of str
        Which of its files are pictures or pages, below its folder.
    trials : tuple of Trial
        What a search tried.
    model : str
        The folder of the model that it made, below its folder; empty if none.
    """

    step: str
    do: str
    state: str
    why: str
    seconds: float
    artifact: Artifact
    inputs: Mapping[str, str]
    figures: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    model: str = ""


@dataclass(frozen=True)
class End:
    """A run that ends.

    Attributes
    ----------
    state : {"finished", "failed", "interrupted"}
        How.
    seconds : float
        How long all of it took.
    error : str
        What went wrong; empty if nothing.
    """

    state: str
    seconds: float
    error: str = ""


class Tracker(Protocol):
    """Whoever keeps runs. It may raise whatever it likes: the run goes on without it, and says so."""

    def start(self, run: Start) -> None:
        """Begin a run."""

    def log(self, done: Done) -> None:
        """Keep what a step did."""

    def finish(self, end: End) -> None:
        """End the run."""
