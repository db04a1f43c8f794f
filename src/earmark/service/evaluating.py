"""Models that were trained before, put to the test on another table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import TrainingError
from earmark.service.training import AnyPath, Table, subsets_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.evaluate import Evaluation
    from earmark.models.lesson import Lesson


@dataclass(frozen=True)
class Judged:
    """What a model is worth on a table.

    Attributes
    ----------
    model : str
        Its name.
    table : str
        The table's name.
    evaluation : Evaluation
        How good it is there.
    votes : str
        How segments answer for their track.
    stamp : str
        Whether the model had heard any of it.
    notes : tuple of str
        What was left out.
    """

    model: str
    table: str
    evaluation: "Evaluation"
    votes: str
    stamp: str
    notes: tuple[str, ...]


def evaluate(model: AnyPath, table: Table, *, heard: bool = False) -> Judged:
    """Put a model to the test; see :meth:`earmark.service.lab.Lab.evaluate`."""
    from earmark.evaluate import evaluate as measured  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.heard import known  # noqa: PLC0415 - as above
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.pipeline import inputs  # noqa: PLC0415 - as above

    bundle = load(Path(model))
    given = lesson(table.read(), table.groups, bundle.model.classes)
    name = f"'{given.dataset.name}'"
    x = inputs(given.dataset.frame, bundle.model.columns, name)
    rows, stamp, notes = _unheard(given, known(given.dataset, x, bundle.heard), heard=heard)
    found = bundle.model.answer(given.dataset.frame[rows].reset_index(drop=True), name)
    evaluation = measured(
        given.y[rows], found.p, given.classes,
        given.tracks[rows].tolist(), given.groups[rows].tolist(),
        subsets=subsets_of(given, table.subsets, rows), seed=bundle.model.recipe.seed,
    )  # fmt: skip
    return Judged(
        bundle.name, given.dataset.name, evaluation, bundle.model.recipe.votes, stamp, (*given.notes, *notes)
    )


def _unheard(
    given: "Lesson", known: Mapping[str, "NDArray[Any]"], *, heard: bool
) -> tuple["NDArray[Any]", str, tuple[str, ...]]:
    """Return which rows to test, a stamp, and what is said of those that are left out."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    every = np.ones(len(given.y), bool)
    learnt = np.zeros(len(given.y), bool)
    for rows in known.values():
        learnt |= rows
    # Whatever belongs to a row that was learnt from has been heard as well.
    learnt |= np.isin(given.groups, np.unique(given.groups[learnt]))
    told = ", ".join(f"{int(rows.sum())} by their {kind}" for kind, rows in known.items() if rows.any())
    if not learnt.any():
        told_by = " and ".join(known) or "nothing"
        return every, f"unheard: no row was learnt from, as far as {told_by} tells", ()
    if heard:
        share = f"{int(learnt.sum())} of {len(learnt)} rows"
        return every, f"HEARD: {share} were learnt from, or their artists: not to be believed", ()
    if learnt.all():
        raise TrainingError(
            f"the model has learnt from all {len(learnt)} rows of '{given.dataset.name}', or from their "
            f"artists ({told})",
            "its honest score is in its evaluation.json; --heard scores them all the same, and stamps it",
        )
    note = f"{int(learnt.sum())} of {len(learnt)} rows left out that the model has heard ({told})"
    return ~learnt, "unheard: rows, tracks and artists that were learnt from are left out", (note,)
