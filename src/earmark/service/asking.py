"""What a model answers to songs that it has not heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earmark.errors import TrainingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from earmark.dataset.table import Dataset
    from earmark.models.lab_bundle import LabBundle
    from earmark.models.lesson import Lesson
    from earmark.models.train import Answered


@dataclass(frozen=True, eq=False)
class Asked:
    """What a model answered to the songs of a table that it has not heard.

    Attributes
    ----------
    given : Lesson
        The songs of genres that it knows.
    found : Answered
        What it answered.
    stamp : str
        Whether it had heard any of them.
    notes : tuple of str
        What was left out.
    """

    given: "Lesson"
    found: "Answered"
    stamp: str
    notes: tuple[str, ...]


def ask(bundle: "LabBundle", dataset: "Dataset", groups: Sequence[str], *, heard: bool = False) -> Asked:
    """Return a model's answers to the rows of a table that it has not heard."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.models.heard import known  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.pipeline import inputs  # noqa: PLC0415 - as above
    from earmark.models.train import gathered  # noqa: PLC0415 - as above

    given = lesson(dataset, groups, bundle.model.classes)
    name = f"'{given.dataset.name}'"
    x = inputs(given.dataset.frame, bundle.model.columns, name)
    rows, stamp, notes = unheard(given, known(given.dataset, x, bundle.heard), heard=heard)
    asked = np.flatnonzero(rows)
    frame = given.dataset.frame.iloc[asked].reset_index(drop=True)
    found = gathered([(asked, bundle.model.answer(frame, name, given.tracks[asked]))], len(given.y))
    return Asked(given, found, stamp, (*given.notes, *notes))


def unheard(
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
