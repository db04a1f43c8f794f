"""From answers to the figures of a reproduction."""

from collections.abc import Sequence

import numpy as np

from earmark.evaluate import Evaluation, evaluate
from earmark.models.lesson import Lesson
from earmark.models.probabilities import Array, Codes
from earmark.reproduce.bench import Folds
from earmark.reproduce.reproduction import Sheet

RESAMPLES = 1000
_OF_GENRES = ("precision", "recall", "f1")


def judged(given: Lesson, folds: Folds, found: Sequence[Array], *, resamples: int = RESAMPLES) -> Evaluation:
    """Return how good answers to folds are, per track; artists are drawn for the intervals."""
    rows = np.concatenate([asked for _, asked in folds])
    return evaluate(
        given.y[rows], np.concatenate(found), given.classes,
        given.tracks[rows].tolist(), given.groups[rows].tolist(), resamples=resamples,
    )  # fmt: skip


def by_fold(y: Codes, folds: Folds, found: Sequence[Array]) -> Array:
    """Return the accuracy of each fold, row by row."""
    return np.array(
        [(p.argmax(axis=1) == y[asked]).mean() for (_, asked), p in zip(folds, found, strict=True)]
    )


def decimal(value: float | None, places: int = 3) -> str:
    """Return a figure as it stands in a table, ``"-"`` for none."""
    return "-" if value is None or not np.isfinite(value) else f"{value:.{places}f}"


def genres_sheet(title: str, found: Evaluation, note: str = "") -> Sheet:
    """Return precision, recall and F1 of every genre."""
    rows = [
        (one.genre, str(one.actual), *(decimal(one.metrics[name].value, 2) for name in _OF_GENRES))
        for one in found.tracks.genres
    ]
    return Sheet(title, ("genre", "songs", "precision", "recall", "F1"), tuple(rows), note)


def confusion_sheet(title: str, found: Evaluation, note: str = "") -> Sheet:
    """Return how many songs of each genre (row) were answered as each (column)."""
    names = found.classes
    rows = tuple((name, *map(str, counts)) for name, counts in zip(names, found.tracks.counts, strict=True))
    return Sheet(title, ("genre", *names), rows, note)
