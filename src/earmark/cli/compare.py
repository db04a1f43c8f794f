"""``earmark compare``: classifiers on the same folds, the best first."""

import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import print_notes, print_tests, stopped_kindly, write
from earmark.cli.leaderboard import LiveBoard
from earmark.service.comparing import Leaderboard, Standing
from earmark.service.lab import Lab

_NAME = 22
_MOST_SUBSETS = 8


def compare_and_print(paths: list[str], output: str, *, as_json: bool, **how: Any) -> None:
    """Compare classifiers; `how` is what :meth:`Lab.compare` takes."""
    with LiveBoard() as board, stopped_kindly(board):
        found = Lab(output).compare(paths, progress=board, watch=board.watch, **how)
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
    _print_subsets(found)
    _print_tests(found)
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


def _print_tests(found: Leaderboard) -> None:
    """Print each against the best; positive is better than it."""
    tests = {one.name: one.against_best for one in found.standings if one.against_best is not None}
    if tests:
        write("")
        write(f"against {found.standings[0].name}, on the same songs, artists drawn together")
        print_tests(tests, _NAME + 4)
        write("")


def _print_subsets(found: Leaderboard) -> None:
    """Print accuracy in each subset, a line for each classifier."""
    shown_ones = [(one.name, one.evaluation) for one in found.standings if one.evaluation is not None]
    for kind, subsets in shown_ones[0][1].subsets.items() if shown_ones else ():
        write("")
        names = [one.name for one in subsets[:_MOST_SUBSETS]]
        write(
            f"{'accuracy by ' + shown(kind):<{_NAME + 4}}"
            + "".join(f"{shown(name)[:10]:>12}" for name in names)
        )
        write(f"{'songs':<{_NAME + 4}}" + "".join(f"{one.rows:>12}" for one in subsets[:_MOST_SUBSETS]))
        for name, evaluation in shown_ones:
            told = {one.name: one.metrics["accuracy"].value for one in evaluation.subsets[kind]}
            write(f"{name:<{_NAME + 4}}" + "".join(f"{told[one]:>12.3f}" for one in names))


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
