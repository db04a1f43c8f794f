"""What sets, sure answers and refusals of a model are worth, measured and in words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earmark.evaluate.evaluation import Verdicts
    from earmark.models.lesson import Lesson
    from earmark.models.train import Answered


def worth(given: "Lesson", found: "Answered", seed: int, *, refusing: bool) -> "Verdicts | None":
    """Return what sets, sure answers and refusals are worth, per track; None if nothing was calibrated."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.evaluate.answers import answers  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.evaluate.verdicts import verdicts  # noqa: PLC0415 - as above

    rows = np.flatnonzero(found.answered)
    if not (found.sets[rows].sum(axis=1).max(initial=0) > 1 or found.sure.any() or found.foreign.any()):
        return None
    asked = answers(
        given.y[rows], found.p[rows], given.classes, given.tracks[rows].tolist(), given.groups[rows].tolist()
    )
    one = rows[np.unique(asked.tracks, return_index=True)[1]]
    foreign = found.foreign[one] if refusing else None
    return verdicts(asked.by_mean(), found.sets[one], found.sure[one], foreign, seed=seed)


def in_words(verdicts: "Verdicts") -> dict[str, str]:
    """Return what sets, sure answers and refusals are worth, by what it is of."""
    found = {
        f"right in sets of {verdicts.level:.0%}": f"{verdicts.covered}  {verdicts.size:.2f} genres a set",
        "sure": f"{verdicts.sure}",
        "right where sure": f"{verdicts.sure_right}",
    }
    if verdicts.refused.value is not None:
        found["wrongly refused as foreign"] = f"{verdicts.refused}"
    return found
