"""Why a model answers one song as it does: what spoke for it, and what would change the answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.evaluate.families import summed
from earmark.evaluate.shapley import PROBABILITY, Without, shapley
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
    """The score that a model gives a genre, term by term: its SHAP values.

    Attributes
    ----------
    start : float
        The mean score of what the song is compared with.
    terms : tuple of (str, float)
        What each family adds, the largest first; with `start` they sum to `score`.
    score : float
        The song's, before calibration.
    columns : tuple of (str, str, float)
        Each column as the steps hand it over, its family, and what it adds; the largest first.
    unit, beside : str
        What scores are, and what the song is compared with.
    """

    start: float
    terms: tuple[tuple[str, float], ...]
    score: float
    columns: tuple[tuple[str, str, float], ...]
    unit: str
    beside: str

    @property
    def probability(self) -> bool:
        """Whether scores are probabilities, and no log-odds."""
        return self.unit == PROBABILITY


def terms(
    fitted: Fitted,
    song: "pd.DataFrame",
    others: "pd.DataFrame",
    family_of: Mapping[str, str],
    genre: int,
) -> Terms | Without:
    """Return the terms of a genre's score, of a linear model or one of trees; or why there are none.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    song, others : pandas.DataFrame
        Rows of the song, and the rows whose mean it is compared with by a linear model.
    family_of : mapping of str to str
        The family of each column of the table.
    genre : int
        The genre's number; one that the model has seen.
    """
    one, numbers = np.zeros(len(song), np.int64), [str(code) for code in range(fitted.genres)]
    centre = np.asarray(handed_over(fitted.pipeline, others), np.float64).mean(axis=0)
    found = shapley(
        fitted, numbers, song, one, family_of, centre=centre, beside="the other songs"
    )  # fmt: skip
    if isinstance(found, Without):
        return found
    at = fitted.seen.index(genre)
    each, start = found.values[0, at], float(found.base[at])
    columns = sorted(
        zip(found.columns, found.families, each.tolist(), strict=True), key=lambda one: (-one[2], one[0])
    )
    told = summed(found.families, each.tolist())
    return Terms(start, tuple(told), start + float(each.sum()), tuple(columns), found.unit, found.beside)


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
