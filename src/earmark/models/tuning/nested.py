"""Which rows a search may see: training rows only, in each test anew, so that no score was chosen on."""

import numpy as np

from earmark.dataset.findings import counted
from earmark.errors import TrainingError
from earmark.models.learning import Rows
from earmark.models.lesson import inner_folds
from earmark.models.probabilities import Codes
from earmark.models.train import Plan
from earmark.models.tuning.searching import Inner

ALL = "all rows"
PART = "the part train"


def nested(plan: Plan, rows: Rows, folds: int, seed: int) -> tuple[list[Inner], tuple[str, ...]]:
    """Return a search for each test, and last the one whose choice is kept; and what a reader must know.

    With folds, each one's training rows are searched, and all rows for the model that is kept. With a split
    into parts there is one search: on folds of ``train``, or fitted there and scored on the part ``valid``
    if there is one.

    Parameters
    ----------
    plan : Plan
        What is tested.
    rows : Rows
        All rows.
    folds : int
        How many folds a search has.
    seed : int
        Of the folds.

    Raises
    ------
    TrainingError
        If training rows have too few groups to choose on.
    """
    if plan.split.kind == "parts":
        if len(plan.valid):
            return _on_valid(plan, rows)
        return [_of(PART, plan.train, rows, folds, seed)], ()
    made = [_of(f"fold {i}", train, rows, folds, seed) for i, (train, _) in enumerate(plan.folds, 1)]
    return [*made, _of(ALL, plan.train, rows, folds, seed)], ()


def drawn(tests: list[tuple[Codes, Codes]], rows: Rows, folds: int, seed: int) -> list[Inner]:
    """Return searches for tests of rows drawn one by one, which say how much better that looks.

    Parameters
    ----------
    tests : list of (rows, rows)
        As :func:`earmark.models.train.naive_folds` draws them.
    rows : Rows
        All rows, none of which is said to belong with another.
    folds, seed : int
        As for :func:`nested`.
    """
    every = np.arange(len(rows.y))
    made = [_of(f"random fold {i}", train, rows, folds, seed) for i, (train, _) in enumerate(tests, 1)]
    return [*made, _of("random rows", every, rows, folds, seed)]


def _of(name: str, train: Codes, rows: Rows, folds: int, seed: int) -> Inner:
    made = inner_folds(rows.groups[train], rows.y[train], folds, seed)
    if not made:
        raise TrainingError(
            f"the training rows of {name} have too few groups to choose on",
            "give songs of more artists, or train without a search",
        )
    return Inner(name, [(train[fit], train[held]) for fit, held in made])


def _on_valid(plan: Plan, rows: Rows) -> tuple[list[Inner], tuple[str, ...]]:
    """Return a search that fits on ``train`` and scores on ``valid``, kin of other parts left out."""
    others = np.concatenate([plan.train, *(asked for _, asked in plan.folds)])
    free = ~np.isin(rows.groups[plan.valid], rows.groups[others])
    if not free.any():
        raise TrainingError(
            "every row of the part valid belongs with rows of train or test",
            "make the split anew, group by group (earmark split), or one without a part valid",
        )
    left_out = len(plan.valid) - int(free.sum())
    told = f"{counted(left_out, 'row')} of the part valid not chosen on: their artists are in other parts"
    return [Inner(PART, [(plan.train, plan.valid[free])])], (told,) if left_out else ()
