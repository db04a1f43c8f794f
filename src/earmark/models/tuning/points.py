"""What a search tries next. The same seed and scores give the same points, whoever fits them."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from earmark.models.search import TRIALS
from earmark.models.search_space import Point, as_it_stands, axes
from earmark.models.space import Axis, Range
from earmark.models.tuning.trial import Trial

if TYPE_CHECKING:
    from earmark.models.recipe import Recipe

WAVE = 4
"""How many points are tried at once where the next ones depend on how they do: never on who fits them."""

_DIGITS = 4


class Points(Protocol):
    """Says what is tried next; ``number`` is how many points there are in all."""

    number: int

    def wave(self) -> list[Point]:
        """Return the next points, none at the end."""

    def tell(self, trials: Sequence[Trial]) -> None:
        """Take note of how the points of the last wave did, in their order."""


class Listed:
    """Points that are known beforehand.

    Parameters
    ----------
    points : sequence of Point
        All of them.
    wave : int
        How many at once.
    """

    def __init__(self, points: Sequence[Point], wave: int) -> None:
        self._left, self._wave, self.number = list(points), wave, len(points)

    def wave(self) -> list[Point]:
        """Return the next points, none at the end."""
        now, self._left = self._left[: self._wave], self._left[self._wave :]
        return now

    def tell(self, trials: Sequence[Trial]) -> None:
        """Do nothing: no point depends on how others did."""


def points_of(recipe: "Recipe") -> Points:
    """Return what a recipe's search tries, the recipe as it stands first.

    Raises
    ------
    RecipeError
        If the recipe has no search.
    EarmarkError
        If it is by Optuna, which is not installed.
    """
    search, space = recipe.search, axes(recipe)
    assert search is not None  # noqa: S101 - axes has seen to it
    first = as_it_stands(recipe)
    trials = search.trials or TRIALS
    if search.method == "tpe":
        from earmark.models.tuning.by_optuna import Tpe  # noqa: PLC0415 - an extra

        return Tpe(first, space, trials=trials, seed=recipe.seed, more_is_better=search.more_is_better)
    points = [
        first,
        *(grid(space, search.steps) if search.method == "grid" else drawn(space, recipe.seed, trials - 1)),
    ]
    distinct = {repr(sorted(point.items())): point for point in reversed(points)}
    listed = [point for point in points if distinct[repr(sorted(point.items()))] is point]
    # Without pruning nothing depends on anything: one wave, so that no worker ever waits.
    return Listed(listed, WAVE if search.prune else len(listed))


def grid(space: Mapping[str, Axis], steps: int) -> list[Point]:
    """Return all points of a grid, the last axis changing fastest.

    Examples
    --------
    >>> from earmark.models.space import Choices
    >>> [list(point.values()) for point in grid({"a": Choices((1, 2)), "b": Choices((3, None))}, 5)]
    [[1, 3], [1, None], [2, 3], [2, None]]
    """
    values = [[short(one, value) for value in one.grid(steps)] for one in space.values()]
    return [dict(zip(space, point, strict=True)) for point in itertools.product(*values)]


def drawn(space: Mapping[str, Axis], seed: int, number: int) -> list[Point]:
    """Return points drawn at random; those of a longer search begin with those of a shorter one.

    Examples
    --------
    >>> space = {"C": Range(0.01, 100, log=True)}
    >>> drawn(space, 0, 5)[:2] == drawn(space, 0, 2)
    True
    """
    rng = np.random.default_rng(seed)
    return [{name: short(one, one.draw(rng)) for name, one in space.items()} for _ in range(number)]


def short(one: Axis, value: Any) -> Any:
    """Return a value with as many digits as a person wants to read, still in its range.

    Examples
    --------
    >>> short(Range(0.01, 100, log=True), 0.123456789)
    0.1235
    """
    if not isinstance(one, Range) or one.whole:
        return value
    return min(max(float(f"{value:.{_DIGITS}g}"), float(one.low)), float(one.high))
