"""The fits of searches, wave by wave. What is found depends on scores, never on who fits or how fast."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.errors import EarmarkError, ExecutorError, TrainingError
from earmark.executors import Executor, as_finished
from earmark.models.learning import Answers, Rows
from earmark.models.pipeline import Columns
from earmark.models.probabilities import Array, Codes
from earmark.models.search_space import Point, at
from earmark.models.tuning.points import WAVE, Points, points_of
from earmark.models.tuning.study import Fit, Place, Study, key_of
from earmark.models.tuning.trial import State, Trial, best, mean_score

if TYPE_CHECKING:
    from earmark.models.recipe import Recipe

_TASK = "earmark.models.learning:answer"

Score = Callable[[Codes, Array, Codes], float | None]
"""Given genres, probabilities and tracks of rows, says how good the answers are; None if none can say."""


@dataclass(frozen=True, eq=False)
class Inner:
    """What one search chooses on.

    Attributes
    ----------
    name : str
        What it is called: ``"fold 1"``, ``"all rows"``.
    folds : list of (rows, rows)
        Rows to fit and rows to score.
    """

    name: str
    folds: list[tuple[Codes, Codes]]


@dataclass(frozen=True)
class Standing:
    """How far searches are.

    Attributes
    ----------
    done, total : int
        Fits that are done, and that there will be at most.
    made : int
        How many of them were made in this run.
    best : Trial or None
        The best so far of the last search, whose choice is kept.
    trials : int
        How many trials that search has begun.
    left_s : float or None
        What is left of the time budget, in seconds; None without one.
    """

    done: int
    total: int
    made: int
    best: Trial | None
    trials: int
    left_s: float | None


Progress = Callable[[Standing], None]


class Searching:
    """Several searches by one recipe, in step.

    Trials come in waves: all points of a wave are known before any of them is fitted, and what is pruned is
    decided when all of a wave are as far. So the same scores lead to the same points.

    Parameters
    ----------
    recipe : Recipe
        With a search. Its calibration is left out: it costs several fits, and changes no answer.
    columns : Columns
        What :func:`earmark.models.pipeline.columns_of` gave.
    rows : Rows
        All rows.
    inner : sequence of Inner
        A search for each.
    score : callable
        How good answers are.
    study : Study
        What is known already, and where every fit is kept.
    work : Executor
        Who does it, a fit a job.
    progress : callable, optional
        Told of every fit.
    """

    def __init__(
        self,
        recipe: "Recipe",
        columns: Columns,
        rows: Rows,
        inner: Sequence[Inner],
        *,
        score: Score,
        study: Study,
        work: Executor,
        progress: Progress | None = None,
    ) -> None:
        assert recipe.search is not None  # noqa: S101 - whoever searches has looked
        self._recipe, self._search, self._columns, self._rows = recipe, recipe.search, columns, rows
        self._inner = list(inner)
        self._score, self._study, self._work, self._progress = score, study, work, progress
        self._points: list[Points] = [points_of(recipe) for _ in self._inner]
        self._tried: list[list[Point]] = [[] for _ in self._inner]
        self._keys: list[list[str]] = [[] for _ in self._inner]
        self._pruned: list[dict[int, int]] = [{} for _ in self._inner]  # number of the trial: of its folds
        self._known = study.fits()
        self._made = self._done = 0
        self._best: Trial | None = None
        self._beat = time.monotonic()
        budget = self._search.budget_s
        self._deadline = None if budget is None else self._beat + budget - study.spent_s
        self.late = False

    def run(self) -> None:
        """Search until all is tried, or the time is up, which :attr:`late` says."""
        while not self.late:
            wave = self._next()
            if not wave:
                return
            self._fit(wave)
            if not self.late:
                self._tell(wave)

    def trials(self, name: str) -> list[Trial]:
        """Return what was tried by a search, in order, whether it has ended or not."""
        at_ = [one.name for one in self._inner].index(name)
        return [self._trial(at_, number) for number in range(len(self._tried[at_]))]

    def chosen(self, name: str) -> Trial:
        """Return the best trial of a search.

        Raises
        ------
        TrainingError
            If none is done.
        """
        trials = self.trials(name)
        found = best(trials, more_is_better=self._search.more_is_better)
        if found is not None:
            return found
        if errors := [one.error for one in trials if one.error]:
            raise TrainingError(f"no trial could learn: {errors[0]}", "give another space, or more songs")
        if any(one.state == "done" for one in trials):
            raise TrainingError(
                f"{self._search.metric} cannot be had: no fold of the training rows has all it takes",
                "search for the best accuracy, or with fewer folds",
            )
        raise TrainingError("the search ended before one trial was done", "give it more time, or fewer folds")

    def _next(self) -> list[tuple[int, int]]:
        """Return the next trials as (search, number), the searches taking turns."""
        found = []
        for at_, points in enumerate(self._points):
            wave = points.wave()
            start = len(self._tried[at_])
            self._tried[at_] += wave
            self._keys[at_] += map(key_of, wave)
            found += [(at_, start + more) for more in range(len(wave))]
        return sorted(found, key=lambda one: (one[1], one[0]))

    def _fit(self, wave: list[tuple[int, int]]) -> None:
        before = self._done
        most = max(len(one.folds) for one in self._inner)
        for rung in [[fold] for fold in range(most)] if self._search.prune else [list(range(most))]:
            fits = [
                (at_, number, fold)
                for at_, number in wave
                for fold in rung
                if fold < len(self._inner[at_].folds) and number not in self._pruned[at_]
            ]
            self._done = before + sum(self._place(*fit) in self._known for fit in fits)
            for _, number, _ in fits if self._progress is not None else ():
                self._see_best(number)
            self._make(fits)
            if self.late:
                return
            before += sum(fold < len(self._inner[at_].folds) for at_, _ in wave for fold in rung)
            if self._search.prune:
                self._prune(wave, rung[0] + 1)

    def _prune(self, wave: list[tuple[int, int]], folds: int) -> None:
        """Give up what is worse after so many folds than half of the trials of earlier waves were."""
        sign = 1 if self._search.more_is_better else -1
        for at_, number in wave:
            first = min(other for search, other in wave if search == at_)
            told = [score for one in range(first) if (score := self._after(at_, one, folds)) is not None]
            mine = self._after(at_, number, folds)
            open_ = number not in self._pruned[at_] and folds < len(self._inner[at_].folds)
            if (
                open_
                and mine is not None
                and len(told) >= WAVE
                and sign * mine < sign * statistics.median(told)
            ):
                self._pruned[at_][number] = folds

    def _after(self, at_: int, number: int, folds: int) -> float | None:
        """Return the score of a trial on its first folds; None if it has not got so far."""
        fits = self._fits(at_, number)[:folds]
        if len(fits) < folds or any(one.error for one in fits):
            return None
        return mean_score([one.score for one in fits], [one.songs for one in fits])

    def _tell(self, wave: list[tuple[int, int]]) -> None:
        for at_, points in enumerate(self._points):
            trials = [self._trial(at_, number) for search, number in wave if search == at_]
            points.tell(trials)
            self._study.note(self._inner[at_].name, trials)

    def _place(self, at_: int, number: int, fold: int) -> Place:
        return self._inner[at_].name, self._keys[at_][number], fold

    def _fits(self, at_: int, number: int) -> list[Fit]:
        """Return the fits of a trial up to the first that is missing, or that it was given up after."""
        folds = self._pruned[at_].get(number, len(self._inner[at_].folds))
        known = (self._known.get(self._place(at_, number, fold)) for fold in range(folds))
        return [fit for fit in itertools.takewhile(lambda fit: fit is not None, known) if fit is not None]

    def _trial(self, at_: int, number: int) -> Trial:
        fits = self._fits(at_, number)
        error = next((one.error for one in fits if one.error), "")
        state: State = "open"
        if error:
            state = "failed"
        elif number in self._pruned[at_]:
            state = "pruned"
        elif len(fits) == len(self._inner[at_].folds):
            state = "done"
        return Trial(
            number, self._tried[at_][number],
            tuple(one.score for one in fits), tuple(one.songs for one in fits),
            state, error, sum(one.seconds for one in fits),
        )  # fmt: skip

    def _make(self, fits: Iterable[tuple[int, int, int]]) -> None:
        """Make those fits that are not known."""
        missing: dict[Place, tuple[int, int, int]] = {}
        for fit in fits:
            if (place := self._place(*fit)) not in self._known:
                missing.setdefault(place, fit)
        places = list(missing)
        for job, future in as_finished(self._work, _TASK, self._jobs(list(missing.values()))):
            at_, number, fold = missing[places[job[0]]]
            held = self._inner[at_].folds[fold][1]
            self._keep(places[job[0]], self._scored(held, future.result))
            if self._progress is not None:
                self._see_best(number)
                self._progress(self._standing())

    def _jobs(self, fits: Sequence[tuple[int, int, int]]) -> Iterator[tuple[Any, ...]]:
        """Yield what travels, made only when it is its turn; nothing more once the time is up."""
        plain = self._columns.to_dict()
        for job, (at_, number, fold) in enumerate(fits):
            if self._deadline is not None and time.monotonic() >= self._deadline:
                self.late = True
                return
            fit, held = self._inner[at_].folds[fold]
            recipe = at(self._recipe, self._tried[at_][number]).to_dict()
            recipe.pop("calibration", None)
            x = self._rows.x.iloc[held].reset_index(drop=True)
            yield job, recipe, plain, self._rows.only(fit), x, self._rows.tracks[held]

    def _scored(self, held: Codes, result: Callable[[], Answers]) -> Fit:
        songs = len(np.unique(self._rows.tracks[held]))
        try:
            found = result()
        except ExecutorError:
            raise  # no fault of the point
        except EarmarkError as error:
            return Fit(None, songs, 0.0, str(error))
        score = self._score(self._rows.y[held], found.p, self._rows.tracks[held])
        return Fit(score, songs, found.learning_s + found.answering_s)

    def _keep(self, place: Place, fit: Fit) -> None:
        now = time.monotonic()
        self._study.add(place, fit, now - self._beat)
        self._known[place], self._beat = fit, now
        self._made += 1
        self._done += 1

    def _see_best(self, number: int) -> None:
        """Take note of a trial of the last search, if it has it."""
        if number < len(self._tried[-1]):
            told = [self._trial(len(self._inner) - 1, number), *([self._best] if self._best else [])]
            self._best = best(told, more_is_better=self._search.more_is_better)

    def _standing(self) -> Standing:
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        total = sum(len(one.folds) * some.number for one, some in zip(self._inner, self._points, strict=True))
        return Standing(self._done, total, self._made, self._best, len(self._tried[-1]), left)
