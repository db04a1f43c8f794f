"""Services that keep runs beside the local record, any number at once; none of them can harm a run."""

import importlib
import os
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from earmark.catalog._secrets import Secrets
from earmark.errors import ArgumentError, EarmarkError
from earmark.registry import Registry
from earmark.tracking.records import Done, End, Start, Tracker
from earmark.tracking.secrecy import plain, secrets_of_environment

LIMIT_S = 180.0
"""A tracker that takes longer over one step is left out from then on."""


@dataclass(frozen=True)
class Kind:
    """A tracker that may be asked for.

    Attributes
    ----------
    what : str
        Who keeps the runs, in a word or two.
    target : str
        ``"module:name"`` of what makes it from a workspace and an address; imported when it is wanted.
    """

    what: str
    target: str


TRACKERS: Registry[Kind] = Registry("tracker")
TRACKERS.add(
    "mlflow", Kind("MLflow: a database in the workspace, or a server", "earmark.tracking.by_mlflow:Mlflow")
)
TRACKERS.add("wandb", Kind("Weights & Biases: offline without a key", "earmark.tracking.by_wandb:Wandb"))


def trackers_of(
    names: Sequence[str], workspace: str | os.PathLike[str], limit_s: float = LIMIT_S
) -> "Several":
    """Return trackers by their names.

    Parameters
    ----------
    names : sequence of str
        ``"mlflow"``, ``"mlflow=http://host:5000"``, ``"wandb"``, ``"wandb=online"``.
    workspace : path
        Where one that needs no server keeps what it keeps.
    limit_s : float
        A tracker that takes longer over one step is left out from then on.

    Raises
    ------
    UnknownNameError
        If there is none of a name.
    ArgumentError
        If one is named twice.

    Examples
    --------
    >>> trackers_of([], folder).notes
    []
    """
    asked = [(name, address) for name, _, address in (one.partition("=") for one in names)]
    for name, address in asked:
        if asked.count((name, address)) > 1:
            raise ArgumentError(f"the tracker '{name}' is named twice", "name it once")
    secrets = secrets_of_environment()
    return Several(
        [
            Guarded(
                name,
                TRACKERS[name],
                Path(os.path.abspath(workspace)),
                address,
                secrets=secrets,
                limit_s=limit_s,
            )
            for name, address in asked
        ],
        secrets,
    )


class Guarded:
    """A tracker on a thread of its own: what it raises is a note, and so is that it hangs.

    Parameters
    ----------
    name : str
        What notes call it.
    kind : Kind
        What makes it.
    workspace : Path
        Where it may keep what it keeps.
    address : str
        Of its server; empty for none.
    secrets : Secrets
        What notes must not tell.
    limit_s : float
        How long one step may take.
    """

    def __init__(
        self, name: str, kind: Kind, workspace: Path, address: str, *, secrets: Secrets, limit_s: float
    ) -> None:
        self.name, self.note = name, ""
        self._kind, self._workspace, self._address = kind, workspace, address
        self._secrets, self._limit_s = secrets, limit_s
        self._tracker: Tracker | None = None
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def start(self, run: Start) -> None:
        """Make the tracker, and begin a run."""
        # Not a pool, whose threads Python waits for at its end: this one may hang.
        threading.Thread(target=self._work, name=f"earmark-{self.name}", daemon=True).start()
        self._do("the start", lambda: self._made().start(run))

    def log(self, done: Done) -> None:
        """Keep what a step did."""
        self._do(f"step '{done.step}'", lambda: self._made().log(done))

    def finish(self, end: End) -> None:
        """End the run, and the thread."""
        self._do("the end", lambda: self._made().finish(end))
        self._jobs.put(None)

    def _made(self) -> Tracker:
        if self._tracker is None:
            home, _, name = self._kind.target.partition(":")
            make: Callable[[Path, str], Tracker] = getattr(importlib.import_module(home), name)
            self._tracker = make(self._workspace, self._address)
        return self._tracker

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is told as a note
                self._ended.put(error)
            else:
                self._ended.put(None)

    def _do(self, what: str, job: Callable[[], None]) -> None:
        """Do a job on the thread, unless an earlier one failed."""
        if self.note:
            return
        self._jobs.put(job)
        try:
            error = self._ended.get(timeout=self._limit_s)
        except queue.Empty:
            told = f"no answer within {self._limit_s:g} s"
        else:
            if error is None:
                return
            told = str(error) if isinstance(error, EarmarkError) else f"{type(error).__name__}: {error}"
        self.note = plain(f"{self.name} left out from {what} on: {told}", self._secrets)


class Several:
    """All trackers of a run.

    Parameters
    ----------
    members : sequence of Guarded
        The trackers.
    secrets : Secrets
        What none of them is told.
    """

    def __init__(self, members: Sequence[Guarded], secrets: Secrets) -> None:
        self._members, self._secrets = list(members), secrets

    @property
    def notes(self) -> list[str]:
        """What went wrong so far, a line for each tracker that was left out."""
        return [one.note for one in self._members if one.note]

    def start(self, run: Start) -> None:
        """Begin a run."""
        clean: Any = self._secrets.redact_all
        told = replace(
            run, text=clean(run.text), settings=clean(dict(run.settings)),
            parameters=clean({step: dict(said) for step, said in run.parameters.items()}),
        )  # fmt: skip
        for one in self._members:
            one.start(told)

    def log(self, done: Done) -> None:
        """Keep what a step did."""
        told = replace(done, inputs=self._secrets.redact_all(dict(done.inputs)))
        for one in self._members:
            one.log(told)

    def finish(self, end: End) -> None:
        """End the run."""
        told = replace(end, error=plain(end.error, self._secrets))
        for one in self._members:
            one.finish(told)
