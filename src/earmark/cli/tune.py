"""``earmark tune``: the best parameters of a recipe, and how good that is on artists never searched on."""

import shlex
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.cli.scores import print_evaluation
from earmark.cli.show import clock
from earmark.service.choosing import Choice, in_words
from earmark.service.lab import Lab
from earmark.service.tuning import Tuned

if TYPE_CHECKING:
    from earmark.models.tuning.searching import Standing
    from earmark.models.tuning.trial import Trial

_TOP = 10


class _Live:
    """Shows on a terminal how far a search is, how fast it goes, and the best so far."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._began = time.monotonic()
        self.best = ""

    def __call__(self, standing: "Standing", path: Path) -> None:
        spent_s = time.monotonic() - self._began
        rate = standing.made / spent_s if spent_s > 0 else 0.0
        left_s = (standing.total - standing.done) / rate if rate > 0 else 0.0
        if standing.left_s is not None:
            left_s = min(left_s, standing.left_s)
        line = f"{standing.done} of {standing.total} fits, {rate:.1f}/s, {clock(left_s)} left"
        if standing.best is not None and standing.best.score is not None:
            line += f"; best so far, chosen on {standing.best.score:.3f}: {in_words(standing.best.point)}"
            self.best = shown(path)
        # A line that is broken cannot be written over.
        self._status.show(line[: shutil.get_terminal_size().columns - 1])


def tune_and_print(paths: list[str], output: str, *, as_json: bool, **how: Any) -> None:
    """Tune a recipe; `how` is what :meth:`Lab.tune` takes."""
    # Whoever stops a long search from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Status() as status:
        live = _Live(status)
        try:
            found = Lab(output).tune(paths, progress=live, **how)
        except KeyboardInterrupt:
            status.show("")
            kept = f"the best recipe so far: {live.best}; " if live.best else ""
            sys.stderr.write(f"{kept}what was done is kept: run the same command again to go on\n")
            raise
    if as_json:
        write(json_line(found.to_dict(), sys.stdout.encoding or "utf-8"))
    else:
        _print(found)


def _print(found: Tuned) -> None:
    scores = found.evaluation.main(found.chosen.votes)
    write(f"{found.recipe.name}, tuned, on {scores.rows} songs of {scores.groups} groups that no search saw:")
    write(found.stamp)
    print_evaluation(found.evaluation, found.chosen.votes)
    write("")
    _print_trials(found)
    if found.importance:
        told = ", ".join(f"{name} {share:.0%}" for name, share in found.importance.items())
        write(f"of the differences between trials, each explains on its own: {told}")
    _print_choices(found.choices[:-1])
    print_notes((*found.notes, *found.evaluation.notes))
    path = shown(found.path)
    write(f"recipe: {path}")
    write(f"use it: earmark train TABLE --recipe {shlex.quote(path)}")


def _print_trials(found: Tuned) -> None:
    search = found.recipe.search
    assert search is not None  # noqa: S101 - it was searched
    sign = -1 if search.more_is_better else 1
    done = [one for one in found.kept.trials if one.score is not None and one.state == "done"]
    first = [one for one in done if one.number == 0]
    best = sorted(done, key=lambda one: (sign * (one.score or 0.0), one.number))[:_TOP]
    write(f"{'trial':>5}  {'chosen on':>9}  {search.metric} of folds of the training rows: no score")
    for one in best + [one for one in first if one not in best]:
        write(_line(one))
    counts = {
        state: sum(one.state == state for one in found.kept.trials) for state in ("done", "pruned", "failed")
    }
    write("trials: " + ", ".join(f"{number} {state}" for state, number in counts.items() if number))
    if errors := [one.error for one in found.kept.trials if one.error]:
        write(f"the first that failed: {errors[0]}")


def _line(one: "Trial") -> str:
    stands = "  (the recipe as it stands)" if one.number == 0 else ""
    return f"{one.number:>5}  {one.score:>9.4f}  {in_words(one.point)}{stands}"


def _print_choices(choices: tuple[Choice, ...]) -> None:
    for one in choices:
        write(f"{one.search}: chosen on {one.trial.score:.4f}: {in_words(one.trial.point)}")
