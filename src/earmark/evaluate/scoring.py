"""From answers to an evaluation."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError
from earmark.evaluate.abstaining import risk_coverage
from earmark.evaluate.answers import Answers, answers
from earmark.evaluate.evaluation import Bin, Evaluation, Genre, Score, Scores, Subset
from earmark.evaluate.intervals import FEWEST_GROUPS, at_the_edge, bounds, drawn
from earmark.evaluate.metrics import (
    BINS,
    HIGHEST,
    MOST_GENRES,
    Measures,
    bins,
    confusion,
    ece_by_chance,
    measured,
)
from earmark.models.probabilities import Array, Codes

MOST_AREAS = 50
"""With more genres than this areas under curves have no intervals: they take too long."""

MOST_SUBSETS = 50
"""Of each kind the largest so many subsets are measured."""

# Figures are kept to so many places: the order of summation, which workers may change, moves later ones only.
_PLACES = 6
_SHARES = frozenset({"accuracy", "precision_micro", "recall_micro", "f1_micro", "surest_half"})


def evaluate(
    y: Iterable[Any],
    p: ArrayLike,
    classes: Sequence[str],
    track_ids: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    *,
    subsets: Mapping[str, Sequence[Any]] | None = None,
    top: int = 3,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Evaluation:
    """Return how good the answers to songs are, per track and, where there are segments, per segment.

    The same input gives the same evaluation to the last byte.

    Parameters
    ----------
    y, p, classes, track_ids, groups, subsets
        As for :func:`earmark.evaluate.answers.answers`.
    top : int
        For top-k accuracy.
    resamples : int
        How often groups are drawn for the intervals.
    level : float
        Of confidence of the intervals, above 0 and below 1.
    seed : int
        Of the drawing.

    Raises
    ------
    ArgumentError
        If the input is no answers, or an option is out of its range.

    Examples
    --------
    >>> p = [[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.6, 0.4]]
    >>> found = evaluate(["jazz", "jazz", "rock", "rock"], p, ["jazz", "rock"], ["a", "a", "b", "c"])
    >>> found.tracks.rows, round(found.tracks.value("accuracy"), 3), found.segments.value("accuracy")
    (3, 0.667, 0.75)
    """
    if not 0 < level < 1:
        raise ArgumentError(f"a confidence level of {level:g}", "give a share between 0 and 1, 0.95 is usual")
    if top < 1:
        raise ArgumentError(f"top-{top} accuracy", "give 1 or more")
    found = answers(y, p, classes, track_ids, groups, subsets=subsets)
    options: dict[str, Any] = {"top": top, "resamples": resamples, "level": level, "seed": seed}
    tracks = found.by_mean()
    return Evaluation(
        classes=found.classes,
        tracks=scores(tracks, **options),
        votes=scores(found.by_vote(), probabilistic=False, **options) if found.segmented else None,
        segments=scores(found, areas=False, **options) if found.segmented else None,
        subsets={kind: _subsets(tracks, kind, **options) for kind in found.subsets},
        level=level,
        resamples=resamples,
        seed=seed,
        notes=tuple(_notes(tracks)),
    )


def scores(
    answers: Answers,
    *,
    top: int = 3,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    areas: bool = True,
    probabilistic: bool = True,
) -> Scores:
    """Return all figures of answers.

    Parameters
    ----------
    answers : Answers
        One row per song or per segment.
    top, resamples, level, seed
        As for :func:`evaluate`.
    areas : bool
        Whether areas under curves get intervals: they cost most of the time.
    probabilistic : bool
        Whether `answers.p` are probabilities, not shares of votes.
    """
    figures = measured(answers, _once(answers), top=top, probabilistic=probabilistic)
    genres = answers.p.shape[1]
    options: dict[str, Any] = {"areas": areas and genres <= MOST_AREAS, "probabilistic": probabilistic}
    draws = _resampled(answers, resamples, seed, top=top, **options)
    curve = risk_coverage(answers)
    return Scores(
        rows=len(answers),
        groups=_number_of_groups(answers),
        metrics=_metrics(answers, figures, draws, level),
        genres=_genres(answers, figures, draws, level),
        counts=tuple(tuple(row) for row in confusion(answers).tolist()) if genres <= MOST_GENRES else (),
        reliability=_reliability(answers),
        coverage=tuple(round(curve.at(i / 10), _PLACES) for i in range(1, 11)),
        ece_by_chance=round(ece_by_chance(answers), _PLACES),
    )


def _once(answers: Answers) -> Codes:
    return np.ones((1, _number_of_groups(answers)), np.int64)


def _number_of_groups(answers: Answers) -> int:
    return int(answers.groups.max()) + 1


def _resampled(answers: Answers, resamples: int, seed: int, **options: Any) -> Measures | None:
    number = _number_of_groups(answers)
    if number < FEWEST_GROUPS:
        return None
    return measured(answers, drawn(number, resamples, seed), **options)


def _metrics(answers: Answers, figures: Measures, draws: Measures | None, level: float) -> dict[str, Score]:
    groups = _number_of_groups(answers)
    return {
        name: _score(
            float(values[0]),
            draws.metrics.get(name) if draws else None,
            groups,
            level,
            highest=HIGHEST.get(name, 1.0),
            share=name in _SHARES or name.startswith("top_"),
        )
        for name, values in sorted(figures.metrics.items())
    }


def _score(
    value: float, draws: Array | None, groups: int, level: float, *, highest: float = 1.0, share: bool = False
) -> Score:
    if not math.isfinite(value):
        return Score(None)
    interval = None
    if draws is not None:
        edge = share and value in (0.0, 1.0)
        interval = (
            at_the_edge(value, groups, level)
            if edge
            else bounds(value, draws, groups, level=level, highest=highest)
        )
    low, high = interval or (None, None)
    return Score(round(value, _PLACES), _rounded(low), _rounded(high))


def _rounded(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), _PLACES)


def _genres(answers: Answers, figures: Measures, draws: Measures | None, level: float) -> tuple[Genre, ...]:
    number = len(answers.classes)
    actual = np.bincount(answers.y, minlength=number)
    said = np.bincount(answers.said, minlength=number)
    true_groups, all_groups = _groups_of(answers, answers.y), _groups_of(answers, answers.said, answers.y)
    found = []
    for k, name in enumerate(answers.classes):
        metrics = {}
        for metric, values in figures.genres.items():
            # Recall and area are of the genre's own songs; precision and F1 of those called so as well.
            groups = true_groups[k] if metric in ("recall", "auc") else all_groups[k]
            drawn_values = draws.genres[metric][:, k] if draws and metric in draws.genres else None
            share = metric in ("recall", "precision")
            metrics[metric] = _score(float(values[0, k]), drawn_values, int(groups), level, share=share)
        found.append(Genre(name, int(actual[k]), int(said[k]), int(true_groups[k]), metrics))
    return tuple(found)


def _groups_of(answers: Answers, *codes: Codes) -> Codes:
    """Return in how many groups each genre occurs in any of `codes`."""
    number = len(answers.classes)
    cells = np.unique(np.concatenate([answers.groups * number + one for one in codes]))
    return np.bincount(cells % number, minlength=number)


def _reliability(answers: Answers) -> tuple[Bin, ...]:
    binned = bins(answers)
    found = []
    for i in range(BINS):
        rows = binned == i
        some = bool(rows.any())
        found.append(
            Bin(
                i / BINS,
                (i + 1) / BINS,
                int(rows.sum()),
                round(float(answers.confidence[rows].mean()), _PLACES) if some else None,
                round(float(answers.right[rows].mean()), _PLACES) if some else None,
            )
        )
    return tuple(found)


def _subsets(tracks: Answers, kind: str, **options: Any) -> tuple[Subset, ...]:
    names, counts = np.unique(tracks.subsets[kind], return_counts=True)
    largest = names[np.argsort(-counts, kind="stable")][:MOST_SUBSETS]
    found = []
    for name in largest:
        part = tracks.only(tracks.subsets[kind] == name)
        figures = measured(part, _once(part), top=options["top"], areas=False)
        draws = _resampled(part, options["resamples"], options["seed"], top=options["top"], areas=False)
        metrics = _metrics(part, figures, draws, options["level"])
        found.append(Subset(str(name), len(part), _number_of_groups(part), metrics))
    return tuple(found)


def _notes(tracks: Answers) -> list[str]:
    """Return what could not be measured, in the reader's words."""
    notes = []
    counts = np.bincount(tracks.y, minlength=len(tracks.classes))
    if absent := [name for name, count in zip(tracks.classes, counts, strict=True) if not count]:
        some = ", ".join(absent[:10]) + (", ..." if len(absent) > 10 else "")
        notes.append(
            f"no song is of {some}: balanced accuracy and areas leave it out, macro precision, recall and F1 "
            "count it as 0 where it is answered"
        )
    if (counts > 0).sum() < 2:
        notes.append("all songs are of one genre: there is no area under the curve")
    if _number_of_groups(tracks) < FEWEST_GROUPS:
        notes.append(f"fewer than {FEWEST_GROUPS} groups (artists): no intervals")
    if len(tracks.classes) > MOST_GENRES:
        notes.append(f"more than {MOST_GENRES} genres: no areas, no intervals of single genres, no matrix")
    elif len(tracks.classes) > MOST_AREAS:
        notes.append(f"more than {MOST_AREAS} genres: areas have no intervals")
    for kind, values in tracks.subsets.items():
        if (number := len(np.unique(values))) > MOST_SUBSETS:
            notes.append(f"{number} subsets by {kind}: the largest {MOST_SUBSETS} are shown")
    return notes
