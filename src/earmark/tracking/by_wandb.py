"""Runs in Weights & Biases, offline where there is no key. The only file that knows W&B.

::

    wandb/
        offline-run-*/    one folder for each run; ``wandb sync`` sends it
        data/             files of what steps made, until they are sent
"""

import json
import os
import re
from pathlib import Path
from typing import Any, Literal, cast

from earmark.errors import ArgumentError, TrackerError
from earmark.tracking import flat
from earmark.tracking.records import Done, End, Start

os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # W&B would tell its makers of every failure

try:
    import wandb
except ImportError as _error:
    raise TrackerError(
        "this needs Weights & Biases, which is not installed", "pip install 'earmark[wandb]'"
    ) from _error

_ODD = re.compile(r"[^A-Za-z0-9_.\-]")
_KEY, _MODE = "WANDB_API_KEY", "WANDB_MODE"
_PICTURES = (".png", ".jpg", ".jpeg")


def mode_of(said: str) -> Literal["online", "offline"]:
    """Return ``"online"`` or ``"offline"``: as it is said, else as ``WANDB_MODE`` says, else by the key.

    Raises
    ------
    ArgumentError
        If it is said otherwise.
    """
    if said not in ("", "online", "offline"):
        raise ArgumentError(f"wandb={said}", "say wandb, wandb=offline or wandb=online")
    asked = said or os.environ.get(_MODE, "")
    if asked in ("online", "offline"):
        return cast(Literal["online", "offline"], asked)
    return "online" if os.environ.get(_KEY) else "offline"


class Wandb:
    """Keeps one run in Weights & Biases; a :class:`~earmark.tracking.records.Tracker`.

    What a run read is in its config with digests: ``use_artifact`` needs the network.

    Parameters
    ----------
    workspace : Path
        Where its folder ``wandb`` lies.
    mode : str
        ``"online"``, ``"offline"``, or empty for what the environment says.
    """

    def __init__(self, workspace: Path, mode: str = "") -> None:
        self._workspace, self._mode = workspace, mode_of(mode)
        self._told: list[list[Any]] = []

    def start(self, run: Start) -> None:
        """Begin a run: parameters, and what is known of code, environment and machine."""
        settings = wandb.Settings(
            silent=True, console="off", disable_git=True, disable_code=True, save_code=False,
            x_disable_stats=True, x_disable_machine_info=True, init_timeout=30,
        )  # fmt: skip
        said = {"parameters": flat.parameters(run), "facts": flat.facts(run), "pipeline": run.text}
        # Files wait there for 'wandb sync'; W&B would put them into the home folder.
        os.environ.setdefault("WANDB_DATA_DIR", os.fspath(self._workspace.resolve() / "wandb" / "data"))
        os.environ.setdefault("WANDB_CACHE_DIR", os.fspath(self._workspace.resolve() / "wandb" / "cache"))
        self._run = wandb.init(
            project=_plain(run.pipeline), name=run.id, id=_plain(run.id), dir=os.fspath(self._workspace),
            mode=self._mode, config=said, settings=settings, reinit="create_new",
        )  # fmt: skip

    def log(self, done: Done) -> None:
        """Keep what a step did: figures with intervals, pages, trials, and what it made with its digests."""
        for name, value in flat.metrics(done):
            self._run.summary[name] = value
        for name, told in done.artifact.manifest["metrics"].items():
            self._told.append([done.step, name, told["value"], told.get("low"), told.get("high")])
        for path in done.figures:
            file = done.artifact.folder / path
            if file.suffix.lower() in _PICTURES:
                self._run.log({f"{done.step}/{path}": wandb.Image(os.fspath(file))})
        if done.state == "made" and done.trials:
            self._run.log({f"{done.step}/trials": _trials(done)})
        self._run.log_artifact(_artifact(done))
        self._run.config[f"lineage.{done.step}"] = flat.lineage(done)

    def finish(self, end: End) -> None:
        """End the run."""
        if self._told:
            columns: list[str | int] = ["step", "metric", "value", "low", "high"]
            self._run.log({"metrics": wandb.Table(columns=columns, data=self._told)})
        self._run.summary["state"] = end.state
        if end.error:
            self._run.summary["error"] = end.error
        self._run.finish(exit_code=0 if end.state == "finished" else 1)


def _artifact(done: Done) -> "wandb.Artifact":
    """Return what a step made: its manifest with all digests, its pages, and the model if it is one."""
    manifest = done.artifact.manifest
    facts = {"version": done.artifact.version, "digest": done.artifact.digest, **flat.lineage(done)}
    rows = {path: table["rows"] for path, table in flat.tables(done.artifact)}
    made = wandb.Artifact(
        _plain(done.step), type="model" if done.model else done.do, metadata={**facts, "rows": rows}
    )
    with made.new_file("manifest.json", encoding="utf-8") as file:
        json.dump(dict(manifest), file, indent=1, ensure_ascii=False)
    for path in done.figures:
        made.add_file(os.fspath(done.artifact.folder / path), name=path)
    if done.model:
        for path in manifest["files"]:
            if path.startswith(f"{done.model}/"):
                made.add_file(os.fspath(done.artifact.folder / path), name=path)
    return made


def _trials(done: Done) -> "wandb.Table":
    keys = sorted({key for one in done.trials for key in one.parameters})
    scores = sorted({key for one in done.trials for key in one.metrics})
    rows = [
        [*(str(one.parameters.get(key, "")) for key in keys), *(one.metrics.get(key) for key in scores)]
        for one in done.trials
    ]
    return wandb.Table(columns=[*keys, *scores], data=rows)


def _plain(name: str) -> str:
    """Return a name that W&B takes."""
    return _ODD.sub("-", name) or "run"
