"""``earmark run`` and ``earmark init``: a line for each step, what became of it and why."""

import sys
from collections.abc import Sequence
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import print_notes, stopped_kindly, write
from earmark.cli.reproduce import Pace
from earmark.cli.show import clock
from earmark.service import running
from earmark.service.running import Done, figure

_SHORT = 8


class Steps(Pace):
    """Shows which step is under way, how much of it is done, and the time left."""

    def tell(self, step: str, what: str, done: int, total: int) -> None:
        """Take note of what is done."""
        if total:
            self(f"{step}: {what}", done, total)
        else:
            self.show(f"{step}: {what}")


def plan_and_print(pipeline: str, workspace: str, *, as_json: bool, **how: Any) -> None:
    """Print what would become of each step, and why."""
    found = running.order(pipeline, workspace, **how).due()
    if as_json:
        plain = [
            {
                "step": one.step.name, "do": one.step.kind.name, "artifact": one.id,
                "due": one.artifact is None, "why": one.why,
            }
            for one in found
        ]  # fmt: skip
        write(json_line({"steps": plain}, sys.stdout.encoding or "utf-8"))
        return
    for one in found:
        state = "would run" if one.artifact is None else "unchanged"
        write(f"{one.step.name:<14}{one.step.kind.name:<12}{state:<11}{one.why}")


def run_and_print(
    pipeline: str, workspace: str, workers: int | None, track: Sequence[str], *, as_json: bool, **how: Any
) -> None:
    """Run, a line for each step as it is done."""
    what = running.order(pipeline, workspace, **how)

    def line(done: Done) -> None:
        status.show("")
        if not as_json:
            _print(done)

    with Steps() as status, stopped_kindly(status):
        ran = running.run(what, track=track, workers=workers, progress=status.tell, told=line)
    if as_json:
        write(json_line(_plain(ran), sys.stdout.encoding or "utf-8"))
        return
    print_notes(ran.notes)
    write(f"run {ran.id} in {clock(ran.seconds)}: {shown(ran.folder)}")


def _print(done: Done) -> None:
    name, _, version = done.artifact.id.rpartition("@")
    state = f"made in {clock(done.seconds)}" if done.state == "made" else "unchanged"
    write(f"{done.step:<14}{done.do:<12}{state:<17}{name}@{version[:_SHORT]}  {_main(done)}".rstrip())


def _main(done: Done) -> str:
    """Return the figure by which a step is told, if it has one."""
    metrics = done.artifact.manifest["metrics"]
    if "accuracy" in metrics:
        return f"accuracy {figure(metrics['accuracy'])}"
    tables = done.artifact.manifest["tables"]
    return ", ".join(f"{path.partition('.')[0]} {told['rows']} rows" for path, told in tables.items())


def _plain(ran: running.Ran) -> dict[str, Any]:
    return {
        "run": ran.id,
        "folder": str(ran.folder),
        "seconds": round(ran.seconds, 3),
        "notes": list(ran.notes),
        "steps": [
            {
                "step": one.step, "do": one.do, "state": one.state, "why": one.why,
                "seconds": round(one.seconds, 3), "artifact": one.artifact.id,
                "folder": str(one.artifact.folder), "metrics": one.artifact.manifest["metrics"],
            }
            for one in ran.steps
        ],
    }  # fmt: skip


def init_and_print(example: str, output: str) -> None:
    """Write an example to a new file."""
    path = running.write_example(example, output)
    write(f"wrote {shown(path)}; run it with 'earmark run {shown(path)}'")
