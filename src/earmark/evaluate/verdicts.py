"""What sets, sure answers and refusals are worth, song by song."""

import numpy as np
from numpy.typing import ArrayLike

from earmark.evaluate.answers import Answers
from earmark.evaluate.coverage import share
from earmark.evaluate.evaluation import Score, Verdicts
from earmark.models.probabilities import see_that_lengths_agree


def verdicts(
    answers: Answers,
    sets: ArrayLike,
    sure: ArrayLike,
    foreign: ArrayLike | None = None,
    *,
    level: float = 0.9,
    resamples: int = 1000,
    seed: int = 0,
) -> Verdicts:
    """Measure verdicts on songs whose genre is known, all of them of the model's own genres.

    Parameters
    ----------
    answers : Answers
        One row per song.
    sets : array-like of bool, shape (songs, genres)
        Which genres are in each set.
    sure, foreign : array-like of bool, shape (songs,)
        Which answers are sure, and which songs are refused; None for a model that refuses none.
    level : float
        What the sets promise.
    resamples, seed : int
        For the intervals.

    Examples
    --------
    >>> from earmark.evaluate.answers import answers
    >>> asked = answers([0, 1], [[0.9, 0.1], [0.6, 0.4]], ["jazz", "rock"])
    >>> found = verdicts(asked, [[True, False], [True, True]], [True, False], [False, False])
    >>> found.covered.value, found.size, found.sure.value, found.sure_right.value, found.refused.value
    (1.0, 1.5, 0.5, 1.0, 0.0)
    """
    members, surely = np.asarray(sets, np.bool_), np.asarray(sure, np.bool_)
    refused = np.zeros(len(answers), bool) if foreign is None else np.asarray(foreign, np.bool_)
    see_that_lengths_agree(
        len(answers), "answers", sets=len(members), verdicts=len(surely), refusals=len(refused)
    )
    every, parties = np.ones(len(answers)), answers.groups
    drawing: dict[str, int] = {"resamples": resamples, "seed": seed}
    return Verdicts(
        level,
        share(members[np.arange(len(answers)), answers.y], every, parties, **drawing),
        round(float(members.sum(axis=1).mean()), 6),
        share(surely, every, parties, **drawing),
        share(surely & answers.right, surely, parties, **drawing),
        Score(None) if foreign is None else share(refused, every, parties, **drawing),
    )
