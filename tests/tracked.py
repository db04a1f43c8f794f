"""A run as trackers are told of it: a small pipeline, run once for real."""

from pathlib import Path

import pipelines
from earmark.service import running
from earmark.tracking.local import Local
from earmark.tracking.records import Done, End, Start, Trial

TOKEN = "tok-3n-0f-s0me0ne"  # noqa: S105 - planted


class Heard(Local):
    """Keeps what it is told, beside the record."""

    def __init__(self):
        super().__init__()
        self.told = []

    def start(self, run):
        super().start(run)
        self.told.append(run)

    def log(self, done):
        super().log(done)
        self.told.append(done)

    def finish(self, end):
        super().finish(end)
        self.told.append(end)


def run(folder: Path) -> tuple[Start, list[Done], End]:
    """Run the small pipeline in a folder, and return what trackers are told; one step has trials."""
    heard, real = Heard(), running.Local
    running.Local = lambda: heard
    try:
        running.run(running.order(pipelines.lay_out(folder), folder))
    finally:
        running.Local = real
    start, *steps, end = heard.told
    return start, [_with_trials(one) if one.do == "train" else one for one in steps], end


def _with_trials(done: Done) -> Done:
    trials = tuple(Trial({"shrinkage": at / 2}, {"accuracy": 0.8 + at / 100}) for at in range(3))
    return Done(**{**vars(done), "trials": trials, "figures": ("model/card.md",)})


def watch(watchers, told) -> None:
    """Tell trackers of a run."""
    start, steps, end = told
    watchers.start(start)
    for one in steps:
        watchers.log(one)
    watchers.finish(end)
