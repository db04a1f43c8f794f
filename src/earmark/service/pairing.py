"""Two models that were trained before, on the same songs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import ArgumentError, TrainingError
from earmark.service.asking import unheard
from earmark.service.training import AnyPath

if TYPE_CHECKING:
    from earmark.dataset.table import Dataset
    from earmark.evaluate.compare import Comparison


@dataclass(frozen=True)
class Pair:
    """One model against another.

    Attributes
    ----------
    first, second : float
        Their accuracies, per track, on songs that neither has heard.
    test : Comparison
        How far their difference can be believed.
    """

    first: float
    second: float
    test: "Comparison"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"accuracies": [self.first, self.second], **plain(self.test)}


def plain(test: "Comparison") -> dict[str, Any]:
    """Return a comparison as plain JSON types."""
    return {
        "first": test.first,
        "second": test.second,
        "metric": test.metric,
        "tracks": test.tracks,
        "groups": test.groups,
        "difference": test.difference,
        "low": test.low,
        "high": test.high,
        "p": test.p,
        "p_holm": test.p_holm,
        "detectable": test.detectable,
        "better": test.better,
        "mcnemar": dict(vars(test.mcnemar)),
    }


def pair(
    models: tuple[AnyPath, AnyPath], dataset: "Dataset", groups: Sequence[str], *, heard: bool = False
) -> Pair:
    """Compare two models on the songs of a table that neither has heard, of genres that both know.

    Raises
    ------
    BundleError
        If one cannot be opened.
    ArgumentError
        If they are one.
    TrainingError
        If they have no genre in common, or have heard all songs.
    """
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.evaluate.answers import answers  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.evaluate.compare import compare  # noqa: PLC0415 - as above
    from earmark.models.heard import known  # noqa: PLC0415 - as above
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.pipeline import inputs  # noqa: PLC0415 - as above

    names = [Path(model).name for model in models]
    if names[0] == names[1]:
        raise ArgumentError(f"'{names[0]}' against itself", "name another model")
    bundles = [load(Path(model)) for model in models]
    one, other = (bundle.model.classes for bundle in bundles)
    if not (common := [genre for genre in one if genre in other]):
        raise TrainingError("the two models have no genre in common", "compare models of the same genres")
    given = lesson(dataset, groups, common)
    frame, every = given.dataset.frame, sorted({*one, *other})
    rows = np.ones(len(given.y), bool)
    for bundle in bundles:
        x = inputs(frame, bundle.model.columns, f"'{given.dataset.name}'")
        rows &= unheard(given, known(given.dataset, x, bundle.heard), heard=heard)[0]
    if not rows.any():
        raise TrainingError("of each song one of the two models has heard", "give songs that neither has")
    asked = np.flatnonzero(rows)
    found = {}
    for name, bundle in zip(names, bundles, strict=True):
        said = bundle.model.answer(frame.iloc[asked].reset_index(drop=True), tracks=given.tracks[asked]).p
        p = np.zeros((len(asked), len(every)))
        p[:, [every.index(genre) for genre in bundle.model.classes]] = said
        truth = [given.classes[code] for code in given.y[asked]]
        of, by = given.tracks[asked].tolist(), given.groups[asked].tolist()
        found[name] = answers(truth, p, every, of, by).by_mean()
    (test,) = compare(found, seed=bundles[0].model.recipe.seed)
    first, second = (float(one.right.mean()) for one in found.values())
    return Pair(first, second, test)
