"""Why a model answers one song as it does: what spoke for it, and what would change the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.evaluate.families import summed
from earmark.evaluate.inside import columns_inside, linear, origins
from earmark.models.learning import Fitted
from earmark.models.pipeline import handed_over
from earmark.models.probabilities import Array

if TYPE_CHECKING:
    import pandas as pd

MOST_OTHERS = 50
_STEPS = 21
_HALVINGS = 12
_REFINED = 5
_PLACES = 9  # later ones are noise of rounding

Answer = Callable[["pd.DataFrame"], Array]


@dataclass(frozen=True)
class Flip:
    """A change of one column that changes the answer.

    Attributes
    ----------
    column : str
        Which.
    before, after : float
        The song's mean value, and what would do.
    deviations : float
        How far that is, in standard deviations of the table's rows.
    genre : str
        What would be answered.
    """

    column: str
    before: float
    after: float
    deviations: float
    genre: str


def spoke(
    answer: Answer, song: "pd.DataFrame", others: "pd.DataFrame", families: Mapping[str, Sequence[str]],
    genre: int, *, seed: int = 0,
) -> list[tuple[str, float]]:  # fmt: skip
    """Return by how much a genre's probability falls when a song takes a family's columns from other songs.

    Parameters
    ----------
    answer : callable
        Takes columns, returns probabilities, shape (rows, genres).
    song, others : pandas.DataFrame
        Rows of the song, and of other songs; of more than 50 of those 50 are drawn.
    families : mapping of str to sequence of str
        The columns of each family.
    genre : int
        The genre's number.
    seed : int
        Of the drawing.

    Returns
    -------
    list of (str, float)
        What speaks for the genre first, what speaks against it last.
    """
    if len(others) > MOST_OTHERS:
        others = others.iloc[np.random.default_rng(seed).choice(len(others), MOST_OTHERS, replace=False)]
    now = float(answer(song)[:, genre].mean())
    every = song.iloc[np.tile(np.arange(len(song)), len(others))].reset_index(drop=True)
    found = []
    for name, columns in families.items():
        taken = {one: np.repeat(others[one].to_numpy(), len(song)) for one in columns}
        then = float(answer(every.assign(**taken))[:, genre].mean())
        found.append((name, round(now - then, _PLACES)))
    return sorted(found, key=lambda one: (-one[1], one[0]))


@dataclass(frozen=True)
class Terms:
    """The score that a linear model gives a genre, term by term.

    Attributes
    ----------
    start : float
        The score of a song with the mean of all columns.
    terms : tuple of (str, float)
        What each family adds, the largest first; with `start` they sum to `score`.
    score : float
        The song's, in log-odds against the mean of the genres, or the rest.
    against : str
        ``mean`` or ``rest``.
    """

    start: float
    terms: tuple[tuple[str, float], ...]
    score: float
    against: str


def terms(
    fitted: Fitted, song: "pd.DataFrame", others: "pd.DataFrame", family_of: Mapping[str, str], genre: int
) -> Terms | None:
    """Return the terms of a linear model's score before calibration; None for any other model.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    song, others : pandas.DataFrame
        Rows of the song, and the rows whose mean it is compared with.
    family_of : mapping of str to str
        The family of each column of the table.
    genre : int
        The genre's number; one that the model has seen.
    """
    found, names = linear(fitted.pipeline[-1]), columns_inside(fitted.pipeline)
    if found is None or names is None:
        return None
    weights, starts, against = found
    at = fitted.seen.index(genre)
    mine, mean = (np.asarray(handed_over(fitted.pipeline, rows)).mean(axis=0) for rows in (song, others))
    each = weights[at] * (mine - mean)
    start = float(weights[at] @ mean + starts[at])
    told = summed(origins(fitted, names, family_of), each.tolist())
    return Terms(start, tuple(told), start + float(each.sum()), against)


def flips(
    answer: Answer,
    song: "pd.DataFrame",
    others: "pd.DataFrame",
    columns: Sequence[str],
    genres: Sequence[str],
) -> list[Flip]:
    """Return the smallest changes of one column each that change the answer, the smallest first.

    All rows of a song change alike, to no value beyond those of other songs. Five columns are returned at
    most, each with the nearest value found: on 21 quantiles, then by halving.

    Parameters
    ----------
    answer : callable
        Takes columns, returns probabilities, shape (rows, genres).
    song, others : pandas.DataFrame
        Rows of the song, and of other songs.
    columns : sequence of str
        Numbers that may change.
    genres : sequence of str
        The genres' names.
    """
    now = int(answer(song).mean(axis=0).argmax())
    found = []
    for column in columns:
        known, mine = others[column].dropna().to_numpy(np.float64), float(song[column].mean())
        spread = float(known.std()) if len(known) else 0.0
        if not spread > 0 or not np.isfinite(mine):
            continue
        changes = np.unique(np.quantile(known, np.linspace(0, 1, _STEPS))) - mine
        said = _said(answer, song, column, changes)
        if len(changed := changes[said != now]):
            nearest = float(changed[np.abs(changed).argmin()])
            found.append((abs(nearest) / spread, column, nearest, mine, spread))
    made = []
    for _, column, change, mine, spread in sorted(found)[:_REFINED]:
        least, most = 0.0, change
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            if _said(answer, song, column, np.array([middle]))[0] == now:
                least = middle
            else:
                most = middle
        genre = genres[int(_said(answer, song, column, np.array([most]))[0])]
        made.append(Flip(column, mine, mine + most, abs(most) / spread, genre))
    return sorted(made, key=lambda one: one.deviations)


def _said(answer: Answer, song: "pd.DataFrame", column: str, changes: Array) -> Array:
    """Return the number of the genre that is answered after each change."""
    every = song.iloc[np.tile(np.arange(len(song)), len(changes))].reset_index(drop=True)
    moved = every[column].to_numpy(np.float64) + np.repeat(changes, len(song))
    p = answer(every.assign(**{column: moved}))
    return np.asarray(p.reshape(len(changes), len(song), -1).mean(axis=1).argmax(axis=1))
