"""Fitting by a recipe. Whatever is learnt, calibration included, is learnt from the rows that are given."""

import hashlib
import json
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import TrainingError
from earmark.models.crossfit import Calibrated, calibrated, means, out_of_fold
from earmark.models.lesson import inner_folds
from earmark.models.pipeline import Columns, pipeline
from earmark.models.probabilities import Array, Codes
from earmark.models.recipe import Recipe, from_dict
from earmark.models.refusal import refusal
from earmark.models.steps.routing import fitted, probabilities

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Fitted:
    """A pipeline that has learnt.

    Attributes
    ----------
    pipeline : imblearn.pipeline.Pipeline
        It knows the genres it has seen by the numbers 0, 1, ...
    seen : tuple of int
        Which genres these are.
    genres : int
        How many genres there are.
    """

    pipeline: Any
    seen: tuple[int, ...]
    genres: int

    def proba(self, x: "pd.DataFrame") -> Array:
        """Return probabilities, shape (rows, genres); a genre never seen has 0."""
        found = np.zeros((len(x), self.genres))
        if len(self.seen) == 1:
            found[:, self.seen[0]] = 1.0
        elif len(x):
            found[:, list(self.seen)] = probabilities(self.pipeline, x)
        return found


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table, as learning takes them.

    Attributes
    ----------
    x : pandas.DataFrame
        Their columns, as :func:`earmark.models.pipeline.inputs` gives them.
    y, tracks, groups : array of int, shape (rows,)
        Numbers of each row's genre, track and group.
    genres : int
        How many genres there are, in these rows or not.
    """

    x: "pd.DataFrame"
    y: Codes
    tracks: Codes
    groups: Codes
    genres: int

    @property
    def digest(self) -> str:
        """Hexadecimal digits that stand for them: columns, genres, tracks and groups."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only needed with a table

        cells: pd.Series = pd.util.hash_pandas_object(self.x, index=False)
        parts = [cells.to_numpy(np.uint64), self.y, self.tracks, self.groups]
        names = json.dumps(list(map(str, self.x.columns))).encode()
        return hashlib.sha256(names + b"".join(part.tobytes() for part in parts)).hexdigest()[:16]

    def only(self, rows: Codes) -> "Rows":
        """Return some of them, and nothing that would tell of the others."""
        return replace(
            self,
            x=self.x.iloc[rows].reset_index(drop=True),
            y=self.y[rows],
            tracks=self.tracks[rows],
            groups=self.groups[rows],
        )


def fit(recipe: Recipe, columns: Columns, rows: Rows) -> Fitted:
    """Fit a recipe's pipeline.

    Parameters
    ----------
    recipe : Recipe
        How to learn.
    columns : Columns
        What :func:`earmark.models.pipeline.columns_of` gave.
    rows : Rows
        Training rows.

    Raises
    ------
    TrainingError
        If a step or the classifier cannot learn from such rows.
    """
    seen, codes = np.unique(rows.y, return_inverse=True)
    made = pipeline(recipe, columns)
    if len(seen) > 1:
        try:
            with warnings.catch_warnings():
                # What scikit-learn remarks on (no convergence, a constant column) shows in the score.
                warnings.simplefilter("ignore")
                fitted(
                    made, rows.x, np.asarray(codes), track=rows.tracks.tolist(), groups=rows.groups.tolist()
                )
                # Some classifiers find out only now what they cannot.
                if not np.isfinite(made.predict_proba(rows.x.iloc[:1])).all():
                    raise ValueError("it answers a row that it has learnt from with no numbers")
        except (ValueError, ArithmeticError) as error:
            raise TrainingError(
                f"'{recipe.classifier.name}' cannot learn from {len(codes)} rows of {len(seen)} genres: "
                f"{(str(error).splitlines() or [type(error).__name__])[0]}",
                "give more songs, or another recipe",
            ) from error
    return Fitted(made, tuple(map(int, seen)), rows.genres)


def learn(recipe: Recipe, columns: Columns, rows: Rows) -> tuple[Fitted, Calibrated | None]:
    """Fit a recipe's pipeline, and calibrate it on folds of the same rows.

    Nothing is calibrated if the recipe does not ask for it, or where the rows are of too few groups to hold
    any back.
    """
    made = fit(recipe, columns, rows)
    if recipe.calibration is None:
        return made, None
    folds = inner_folds(rows.groups, rows.y, recipe.calibration.folds, recipe.seed)
    if not folds:
        return made, None
    p, answered = out_of_fold(
        lambda train, asked: fit(recipe, columns, rows.only(train)).proba(rows.x.iloc[asked]),
        folds, rows.groups.tolist(), rows.genres,
    )  # fmt: skip
    names = [str(genre) for genre in range(rows.genres)]
    found = calibrated(
        rows.y[answered].tolist(), p[answered], names, rows.groups[answered].tolist(),
        kind=recipe.calibration.method, seed=recipe.seed, tracks=rows.tracks[answered].tolist(),
    )  # fmt: skip
    far = refusal(rows.x, columns.numbers, rows.y, rows.tracks, rows.groups, seed=recipe.seed)
    return made, replace(found, refusal=far)


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model of some rows answers to others.

    Attributes
    ----------
    p : array of float, shape (rows, genres)
        Calibrated probabilities.
    sets : array of bool, shape (rows, genres)
        Which genres are in the prediction set of each row's track, of the mean over its rows; only the most
        probable where nothing was calibrated.
    sure : array of bool, shape (rows,)
        Whether the answer to its track is sure; never where nothing was calibrated.
    foreign : array of bool, shape (rows,)
        Whether its track is refused; never where nothing was calibrated.
    learning_s, answering_s : float
        How long it took, in seconds.
    """

    p: Array
    sets: NDArray[np.bool_]
    sure: NDArray[np.bool_]
    foreign: NDArray[np.bool_]
    learning_s: float = 0.0
    answering_s: float = 0.0


def verdicts(p: Array, calibration: Calibrated | None, x: "pd.DataFrame", tracks: Codes) -> Answers:
    """Return answers of probabilities as they come from a pipeline.

    Parameters
    ----------
    p : array of float, shape (rows, genres)
        Of each row.
    calibration : Calibrated or None
        What makes verdicts of them.
    x : pandas.DataFrame
        The rows' columns.
    tracks : array of int, shape (rows,)
        Which track each row is of.
    """
    never = np.zeros(len(p), bool)
    if not len(p) or calibration is None:
        best = np.zeros(p.shape, bool)
        best[np.arange(len(p)), p.argmax(axis=1)] = True
        return Answers(p, best, never, never)
    numbers = np.unique(tracks, return_inverse=True)[1]
    rows = calibration.calibration(p)
    sets, sure = calibration.judged(means(rows, numbers))
    far = never if calibration.refusal is None else calibration.refusal.refused(x, numbers)
    return Answers(rows, sets[numbers], sure[numbers], far)


def answer(
    _number: int,
    recipe: Mapping[str, Any],
    columns: Mapping[str, Any],
    train: Rows,
    x: "pd.DataFrame",
    tracks: Codes,
) -> Answers:
    """Learn from some rows and answer others: one fold of an evaluation, as a task for any worker.

    Parameters
    ----------
    _number : int
        Which fold it is, for whoever asked.
    recipe, columns : mapping
        As plain types.
    train : Rows
        What to learn from.
    x : pandas.DataFrame
        The columns of the rows to answer; their genres stay at home.
    tracks : array of int, shape (rows,)
        Which track each of them is of.
    """
    started = time.perf_counter()
    made, calibration = learn(from_dict(recipe), Columns.from_dict(columns), train)
    learnt = time.perf_counter()
    found = verdicts(made.proba(x), calibration, x, tracks)
    return replace(found, learning_s=learnt - started, answering_s=time.perf_counter() - learnt)
