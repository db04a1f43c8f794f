"""From answers to the figures of a reproduction."""

from collections.abc import Sequence

import numpy as np

from earmark.evaluate import Evaluation
from earmark.evaluate.answers import answers
from earmark.evaluate.metrics import measured
from earmark.evaluate.scoring import scores
from earmark.models.lesson import Lesson
from earmark.models.probabilities import Array, Codes
from earmark.reproduce.bench import Folds
from earmark.reproduce.reproduction import Sheet

RESAMPLES = 1000
"""How often artists are drawn for the intervals."""

_OF_GENRES = ("precision", "recall", "f1")


def judged(given: Lesson, folds: Folds, found: Sequence[Array], *, areas: bool = False) -> Evaluation:
    """Return how good answers to folds are, per track and by vote; artists are drawn for the intervals.

    Parameters
    ----------
    given : Lesson
        The rows.
    folds : sequence of (rows, rows)
        Which rows were learnt from and asked.
    found : sequence of array, shape (rows asked, genres)
        Probabilities, fold by fold.
    areas : bool
        Whether areas under curves get intervals, which takes longest.
    """
    rows = np.concatenate([asked for _, asked in folds])
    every = answers(
        given.y[rows], np.concatenate(found), given.classes,
        given.tracks[rows].tolist(), given.groups[rows].tolist(),
    )  # fmt: skip
    votes = scores(every.by_vote(), resamples=RESAMPLES, areas=False, probabilistic=False)
    return Evaluation(
        every.classes,
        scores(every.by_mean(), resamples=RESAMPLES, areas=areas),
        votes if every.segmented else None,
        resamples=RESAMPLES,
    )


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


def area(y: Codes, p: Array, classes: Sequence[str]) -> float:
    """Return the area under the ROC curve, the mean of all pairs of genres, every row counted as a song.

    Examples
    --------
    >>> area(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]]), ["a", "b"])
    1.0
    """
    found = answers(y, p, classes)
    return float(measured(found, np.ones((1, len(found)), np.int64)).metrics["auc_ovo"][0])
