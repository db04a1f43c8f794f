"""What a trained model answered in its tests, for people and programs: ``answers.csv``."""

import csv
import io
from typing import Any

import numpy as np

from earmark.models.lesson import Lesson
from earmark.models.train import Answered

_PLACES = 6


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
