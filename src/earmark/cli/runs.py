"""``earmark runs`` and ``earmark replay``: runs as lines and tables."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import print_notes, stopped_kindly, write
from earmark.cli.run import Steps
from earmark.cli.show import clock
from earmark.service import replaying
from earmark.service.running import differences, figure, runs_of

if TYPE_CHECKING:
    from earmark.tracking.runs import Run

_METRICS = ("accuracy", "f1_macro", "log_loss")


def print_runs(workspace: str, *, as_json: bool) -> None:
    """Print a line for each run."""
    found = list(runs_of(workspace))
    if as_json:
        _json({"runs": [_brief(run) for run in found]})
        return
    if not found:
        write("no runs yet: 'earmark run PIPELINE' makes one")
    for run in found:
        made = sum(one["state"] == "made" for one in run.steps)
        told = f"{made} made, {len(run.steps) - made} unchanged"
        took = clock(float(run.said["seconds"]))
        write(
            f"{run.id}  {run.said['pipeline']:<16}{run.state:<12}{told:<22}{took:>6}  {_main(run)}".rstrip()
        )


def _brief(run: "Run") -> dict[str, Any]:
    return {
        "run": run.id, "pipeline": run.said["pipeline"], "state": run.state,
        "started": run.said["started"], "seconds": run.said["seconds"], "metrics": run.metrics,
    }  # fmt: skip


def _main(run: "Run") -> str:
    """Return the last figure by which a run is told."""
    for name in _METRICS:
        found = [one for key, one in run.metrics.items() if key.partition(".")[2] == name]
        if found:
            return f"{name} {figure(found[-1])}"
    return ""


def print_run(name: str, workspace: str, *, as_json: bool) -> None:
    """Print all of one run."""
    run = runs_of(workspace).named(name)
    said = run.said
    if as_json:
        _json({**said, "state": run.state, "folder": str(run.folder)})
        return
    code = said["code"]
    facts = {
        "run": run.id, "pipeline": said["pipeline"],
        "state": run.state + (f": {said['error']}" if said["error"] else ""),
        "started": said["started"], "took": clock(float(said["seconds"])), "seed": said["seed"],
        "set": ", ".join(f"{key}={value}" for key, value in said["settings"].items()) or "nothing",
        "code": f"earmark {code['earmark']}, {code['digest']}, commit {code['commit'] or 'unknown'}",
        "on": ", ".join(f"{name} {value}" for name, value in said["machine"].items() if value),
    }  # fmt: skip
    for what, told in facts.items():
        write(f"{what:<10}{told}")
    for one in run.steps:
        write("")
        took = f"made in {clock(float(one['seconds']))}" if one["state"] == "made" else "unchanged"
        write(f"{one['step']} ({one['do']}), {took}: {one['artifact']}")
        write(f"  why: {one['why']}")
        for key, value in one["inputs"].items():
            write(f"  reads {key}: {value}")
        for key, value in one["metrics"].items():
            write(f"  {key}: {figure(value)}")
    print_notes(tuple(said["notes"]))


def print_differences(first: str, second: str, workspace: str, *, as_json: bool) -> None:
    """Print what differs between two runs."""
    runs = runs_of(workspace)
    one, other = runs.named(first), runs.named(second)
    found = differences(one, other)
    if as_json:
        plain = [
            {"what": each.what, "name": each.name, "first": each.first, "second": each.second}
            for each in found
        ]
        _json({"first": one.id, "second": other.id, "differences": plain})
        return
    if not found:
        write(f"nothing differs between {one.id} and {other.id}")
    what = ""
    for each in found:
        if each.what != what:
            what = each.what
            write({"made": "what was made", "figure": "figures"}.get(what, what))
        write(f"  {each.name}: {each.first or 'none'} -> {each.second or 'none'}")


def print_best(metric: str, pipeline: str | None, workspace: str, *, as_json: bool) -> None:
    """Print finished runs by a figure, the best first."""
    found = runs_of(workspace).best(metric, pipeline)
    if as_json:
        _json({"runs": [{**_brief(run), "metric": name, "told": dict(told)} for run, name, told in found]})
        return
    for run, name, told in found:
        write(f"{run.id}  {run.said['pipeline']:<16}{name} {figure(told)}")


def replay_and_print(name: str, workspace: str, workers: int | None, *, as_json: bool) -> bool:
    """Repeat a run, print what came out, and tell whether it is the same."""
    with Steps() as status, stopped_kindly(status):
        found = replaying.replay(name, workspace, workers=workers, progress=status.tell)
    if as_json:
        _json(found.to_dict())
        return found.same
    for what, then, now in found.environment:
        write(f"{what} was {then}, is {now}")
    for one in found.steps:
        told = "the same, every file" if one.same else f"differs: {', '.join(one.files)}"
        write(f"{one.step:<14}{told}" + (f" ({one.why})" if one.why else ""))
    write(
        f"run {found.run} came out the same" if found.same
        else f"run {found.run} came out differently; what came out lies in {shown(found.folder or '')}"
    )  # fmt: skip
    return found.same


def _json(plain: Mapping[str, Any]) -> None:
    write(json_line(dict(plain), sys.stdout.encoding or "utf-8"))
