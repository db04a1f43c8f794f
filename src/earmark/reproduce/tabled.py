"""A table as a study took it, and as an honest test takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from earmark.models.learning import Rows
from earmark.models.lesson import Lesson
from earmark.models.pipeline import Columns, columns_of
from earmark.models.probabilities import Array
from earmark.models.recipe import Choice, Recipe
from earmark.models.train import rows_of, single
from earmark.reproduce import perceptron
from earmark.reproduce.bench import Bench, Folds

PERCEPTRON = "perceptron"
"""The name of :mod:`earmark.reproduce.perceptron` among classifiers."""

_MIN_MAX = Choice("min-max")


class Tabled:
    """A table of numbers to learn from, in both ways.

    Parameters
    ----------
    bench : Bench
        Where it is done and kept.
    given : Lesson
        The table.
    without : sequence of str
        Columns that give the genre away: only the study takes them.

    Attributes
    ----------
    lesson : Lesson
        The table.
    """

    def __init__(self, bench: Bench, given: Lesson, without: Sequence[str] = ()) -> None:
        self._bench = bench
        self.lesson = given
        self._all = columns_of(given.dataset.schema, Recipe(Choice("dummy")))
        self._plain = columns_of(given.dataset.schema, Recipe(Choice("dummy"), without=tuple(without)))
        self._scaled = scaled_over_everything(single(rows_of(given, self._all)))
        self._rows = rows_of(given, self._plain)

    def naive(self, stage: str, choices: Mapping[str, Choice], folds: Folds) -> dict[str, list[Array]]:
        """Return what models answer to folds, all columns scaled over all rows, test rows included."""
        return self._asked(stage, choices, self._all, self._scaled, folds, steps=())

    def honest(self, stage: str, choices: Mapping[str, Choice], folds: Folds) -> dict[str, list[Array]]:
        """Return what models answer to folds, columns scaled over the training rows."""
        return self._asked(stage, choices, self._plain, self._rows, folds, steps=(_MIN_MAX,))

    def _asked(
        self,
        stage: str,
        choices: Mapping[str, Choice],
        columns: Columns,
        rows: Rows,
        folds: Folds,
        *,
        steps: tuple[Choice, ...],
    ) -> dict[str, list[Array]]:
        nets = {name: one.parameters for name, one in choices.items() if one.name == PERCEPTRON}
        recipes = {name: Recipe(one, steps) for name, one in choices.items() if name not in nets}
        found = self._bench.answers(stage, recipes, columns, rows, folds) if recipes else {}
        if nets:
            # As a step of a recipe would: the columns of training, cut where its ends are.
            scaled = bool(steps)
            found |= perceptron.answers(self._bench, f"{stage}: MLP", nets, rows, folds, scaled=scaled)
        return {name: found[name] for name in choices}


def scaled_over_everything(rows: Rows) -> Rows:
    """Return rows with every column scaled to 0..1 over all of them, as no test may."""
    low, high = rows.x.min(), rows.x.max()
    return replace(rows, x=(rows.x - low) / (high - low).replace(0.0, 1.0))
