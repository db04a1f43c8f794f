"""The record of each run in a folder of its own, written anew after every step.

::

    runs/
        20261129-052233-1a2b/
            run.json          what was done and what came of it
            pipeline.toml     the pipeline, as it was
"""

import os
import platform
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import earmark
from earmark.errors import RunError
from earmark.pipeline.signed import Kind
from earmark.tracking.records import Done, End, Start
from earmark.workspace import held, keeping, write_text

KIND = Kind(
    "earmark run", "a run", 1,
    {
        "id": str, "pipeline": str, "state": str, "error": str, "started": str, "seconds": float, "seed": int,
        "settings": dict, "parameters": dict, "code": dict, "environment": dict, "machine": dict, "base": str,
        "steps": list, "notes": list,
    },
    RunError, "delete the folder, or get it from a copy",
)  # fmt: skip
RECORD, PIPELINE = "run.json", "pipeline.toml"
_GIB = 1 << 30


class Local:
    """Keeps the record of one run; a :class:`~earmark.tracking.records.Tracker`."""

    def __init__(self) -> None:
        self._folder = Path()
        self._said: dict[str, Any] = {}

    @contextmanager
    def keeping(self, folder: Path) -> Iterator[None]:
        """Hold the run's folder as long as it is under way: what nobody holds any more was killed."""
        with keeping(folder), held(folder):
            yield

    def start(self, run: Start) -> None:
        """Begin the record."""
        self._folder = run.folder
        self._said = {
            "id": run.id, "pipeline": run.pipeline,
            "state": "running", "error": "", "started": run.started, "seconds": 0.0, "seed": run.seed,
            "settings": dict(run.settings), "parameters": {k: dict(v) for k, v in run.parameters.items()},
            "code": dict(run.code), "environment": dict(run.environment), "machine": dict(run.machine),
            "base": run.base, "steps": [], "notes": [],
        }  # fmt: skip
        with keeping(run.folder):
            write_text(run.folder / PIPELINE, run.text)
        self._write()

    def log(self, done: Done) -> None:
        """Add a step."""
        manifest = done.artifact.manifest
        self._said["steps"].append(
            {
                "step": done.step, "do": done.do, "state": done.state, "why": done.why,
                "seconds": round(done.seconds, 3), "artifact": done.artifact.id,
                "digest": done.artifact.digest, "inputs": dict(done.inputs),
                "metrics": dict(manifest["metrics"]), "figures": list(done.figures), "model": done.model,
                "notes": list(manifest["notes"]),
            }
        )  # fmt: skip
        self._write()

    def note(self, *notes: str) -> None:
        """Add what a reader must know."""
        self._said["notes"].extend(notes)

    def finish(self, end: End) -> None:
        """End the record."""
        self._said |= {"state": end.state, "seconds": round(end.seconds, 3), "error": end.error}
        self._write()

    def _write(self) -> None:
        with keeping(self._folder):
            KIND.write(self._folder / RECORD, self._said)


def new_id() -> str:
    """Return a name for a run that begins now."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def commit() -> str:
    """Return the commit of git that the package lies in, with ``+`` if files were changed; else nothing."""
    home = Path(earmark.__file__).parent
    git = ["git", "-C", os.fspath(home)]
    try:
        head, changed = (
            subprocess.run(  # noqa: S603 - nothing of it comes from outside
                [*git, *what], capture_output=True, text=True, timeout=10, check=True
            ).stdout.strip()
            for what in (["rev-parse", "HEAD"], ["status", "--porcelain", "--", os.fspath(home)])
        )
    except (OSError, subprocess.SubprocessError):
        return ""  # no git here, or the package is installed
    return head + ("+" if changed else "")


def machine() -> dict[str, str]:
    """Return what the run is done on: ``system``, ``processor``, ``cores``, ``memory_gb``."""
    memory = ""
    if hasattr(os, "sysconf"):
        memory = str(round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB))
    return {
        "system": platform.platform(), "processor": platform.machine(), "cores": str(os.cpu_count() or ""),
        "memory_gb": memory,
    }  # fmt: skip
