"""``earmark evaluate``: put a trained model to the test on another table."""

import json
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, print_tests, write
from earmark.cli.scores import print_evaluation
from earmark.service.lab import Lab
from earmark.service.pairing import Pair


def evaluate_and_print(
    model: str, paths: list[str], output: str | None, *, as_json: bool, details: bool, **how: Any
) -> None:
    """Test a model; `how` is what :meth:`Lab.evaluate` takes."""
    with Status() as status:
        judged = Lab().evaluate(model, paths, output=output, progress=status, **how)
    if as_json:
        plain = {
            "model": judged.model,
            "table": judged.table,
            "stamp": judged.stamp,
            "notes": list(judged.notes),
            "against": None if judged.against is None else judged.against.to_dict(),
            "evaluation": json.loads(judged.evaluation.to_json()),
        }
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return
    scores = judged.evaluation.main(judged.votes)
    write(f"model {judged.model} on {scores.rows} songs of {scores.groups} groups; {judged.stamp}")
    print_evaluation(judged.evaluation, judged.votes, details=details)
    if judged.against is not None:
        _print_against(judged.against)
    write("")
    print_notes((*judged.notes, *judged.evaluation.notes))
    if output is not None:
        write(f"evaluation: {shown(output)}")


def _print_against(pair: Pair) -> None:
    test = pair.test
    write("")
    write(f"on {test.tracks} songs of {test.groups} groups that neither has heard, accuracy:")
    for name, accuracy in ((test.first, pair.first), (test.second, pair.second)):
        write(f"{shown(name):<28}{accuracy:.3f}")
    print_tests({"difference": test})
    better = (
        "the songs do not tell which is better" if test.better is None else f"{shown(test.better)} is better"
    )
    write(better)
