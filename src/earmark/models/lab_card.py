"""What a trained model says of itself to people: ``card.md`` and ``answers.csv``."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np

from earmark.dataset.certificate import Certificate
from earmark.models.lesson import Lesson
from earmark.models.recipe import Recipe
from earmark.models.train import Answered

_PLACES = 6


def card(
    recipe: Recipe,
    lesson: Lesson,
    *,
    certificate: Certificate,
    figures: Mapping[str, str],
    notes: tuple[str, ...],
    environment: Mapping[str, str],
) -> str:
    """Return the text of ``card.md``.

    Parameters
    ----------
    recipe : Recipe
        How it was learnt.
    lesson : Lesson
        What from.
    certificate : Certificate
        What the test kept apart.
    figures : mapping of str to str
        What was measured, in words by name.
    notes : tuple of str
        What a reader must know.
    environment : mapping of str to str
        Versions.
    """
    counts = np.bincount(lesson.y, minlength=len(lesson.classes))
    lines = [
        f"# {_plain(recipe.name)}",
        "",
        f"{recipe.about or 'A model trained by Earmark.'}",
        "",
        "## How good it is",
        "",
        *(f"* {name}: {value}" for name, value in figures.items()),
        "",
        f"The test was {certificate.stamp}.",
        *(f"{one}." for one in map(str, certificate.apart)),
        "",
        "## What it learnt from",
        "",
        f"{_plain(lesson.dataset.name)}: {len(lesson.y)} rows, {lesson.number} groups by "
        f"{', '.join(map(_plain, lesson.grouped_by))}.",
        "",
        "| genre | rows |",
        "|---|---|",
        *(f"| {_plain(genre)} | {count} |" for genre, count in zip(lesson.classes, counts, strict=True)),
        "",
        *([] if not notes else ["## To be known", "", *(f"* {_plain(note)}" for note in notes), ""]),
        "## Recipe",
        "",
        "```toml",
        recipe.to_toml().rstrip(),
        "```",
        "",
        "Made with " + ", ".join(f"{name} {version}" for name, version in environment.items()) + ".",
    ]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text that stays one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def answers_csv(lesson: Lesson, found: Answered) -> str:
    """Return the text of ``answers.csv``: a line per row that was tested."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["row", "genre", "said", "confidence", *(f"p.{genre}" for genre in lesson.classes)])
    places = np.flatnonzero(lesson.kept)
    for row in np.flatnonzero(found.answered):
        p = found.p[row]
        line: list[Any] = [int(places[row]), lesson.classes[lesson.y[row]], lesson.classes[int(p.argmax())]]
        writer.writerow([*line, *(f"{value:.{_PLACES}f}" for value in (p.max(), *p))])
    return written.getvalue()
