"""``earmark evaluate``: put a trained model to the test on another table."""

import json
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import print_notes, write
from earmark.cli.scores import print_evaluation
from earmark.service.lab import Lab
from earmark.service.training import main_scores


def evaluate_and_print(
    model: str, paths: list[str], output: str | None, *, as_json: bool, details: bool, **how: Any
) -> None:
    """Test a model; `how` is what :meth:`Lab.evaluate` takes."""
    judged = Lab().evaluate(model, paths, output=output, **how)
    if as_json:
        plain = {
            "model": judged.model,
            "table": judged.table,
            "stamp": judged.stamp,
            "notes": list(judged.notes),
            "evaluation": json.loads(judged.evaluation.to_json()),
        }
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return
    scores = main_scores(judged.evaluation, judged.votes)
    write(f"model {judged.model} on {scores.rows} songs of {scores.groups} groups; {judged.stamp}")
    print_evaluation(judged.evaluation, judged.votes, details=details)
    write("")
    print_notes((*judged.notes, *judged.evaluation.notes))
    if output is not None:
        write(f"evaluation: {shown(output)}")
