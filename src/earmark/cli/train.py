"""``earmark train``: train a model, and print how good it is on songs of artists that it has not heard."""

import json
import os
import shlex
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.cli.scores import print_evaluation
from earmark.service.lab import Lab
from earmark.service.own_genres import RECIPE as OWN_GENRES


def train_and_print(paths: list[str], output: str, *, as_json: bool, details: bool, **how: Any) -> None:
    """Train on a table; `how` is what :meth:`Lab.train` takes."""
    with Status() as status:
        made = Lab(output).train(paths, progress=status, **how)
    if as_json:
        plain = {
            "model": os.fspath(made.folder),
            "recipe": made.recipe,
            "stamp": made.stamp,
            "notes": list(made.notes),
            "unchanged": made.unchanged,
            "evaluation": json.loads(made.evaluation.to_json()),
        }
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return
    scores = made.evaluation.main(made.votes)
    write(f"recipe {made.recipe}, tested on {scores.rows} songs of {scores.groups} groups: {made.stamp}")
    print_evaluation(made.evaluation, made.votes, details=details)
    write("")
    print_notes((*made.notes, *made.evaluation.notes))
    already = ", which lay there already, made from the very same" if made.unchanged else ""
    write(f"model: {shown(made.folder)}, learnt from {made.learnt_from} rows{already}")
    if made.recipe == OWN_GENRES:
        write(f"try it: earmark classify --model {shlex.quote(shown(made.folder))} SONG")
