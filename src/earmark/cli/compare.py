"""``earmark compare``: classifiers on the same folds, the best first."""

import signal
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.service.comparing import Leaderboard, Standing
from earmark.service.lab import Lab

_NAME = 22


def compare_and_print(paths: list[str], output: str, *, as_json: bool, **how: Any) -> None:
    """Compare classifiers; `how` is what :meth:`Lab.compare` takes."""
    # Whoever stops a long comparison from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Status() as status:
        try:
            found = Lab(output).compare(paths, progress=status, **how)
        except KeyboardInterrupt:
            status.show("")
            sys.stderr.write("what was done so far is kept: run the same command again to go on\n")
            raise
    if as_json:
        write(json_line(found.to_dict(), sys.stdout.encoding or "utf-8"))
    else:
        _print(found)


def _print(found: Leaderboard) -> None:
    write(f"{shown(found.table)}: {found.stamp}")
    naive = any(one.evaluation is not None and one.evaluation.naive is not None for one in found.standings)
    write(
        f"{'':<4}{'classifier':<{_NAME}}{'accuracy':<24}{'macro F1':>9}{'AUC':>7}{'log loss':>10}"
        f"{'fit s':>9}{'ms/row':>9}{'KB':>9}" + ("  NAIVE" if naive else "")
    )
    for place, one in enumerate(found.standings, 1):
        write(_line(place, one))
    ties = [one.name for one in found.standings if one.ties]
    best = found.standings[0]
    if ties:
        write(f"not to be told from {best.name} by these songs: {', '.join(ties)}")
    least = [one.against_best.detectable for one in found.standings if one.against_best is not None]
    if told := [value for value in least if value is not None]:
        write(f"differences of less than about {sorted(told)[len(told) // 2]:.3f} would not show")
    if naive:
        write("NAIVE: accuracy on rows drawn one by one, whosever they are: not to be believed")
    print_notes(found.notes)
    write(f"kept: {shown(found.folder)}")


def _line(place: int, one: Standing) -> str:
    if one.evaluation is None:
        return f"{'-':<4}{one.name:<{_NAME}}{one.error}"
    scores = one.evaluation.tracks
    figures = [scores.value(name) for name in ("f1_macro", "auc_ovr", "log_loss")]
    beside = one.evaluation.naive
    naive = "" if beside is None else f"  {beside.tracks.value('accuracy'):.3f}"
    tie = "=" if one.ties else " "
    cost = f"{one.learning_s:>9.2f}{one.latency_ms:>9.3f}{one.model_bytes / 1024:>9.0f}"
    return (
        f"{place:<3}{tie}{one.name:<{_NAME}}{scores.metrics['accuracy']!s:<24}{figures[0]:>9.3f}"
        f"{figures[1]:>7.3f}{figures[2]:>10.3f}{cost}{naive}"
    )
