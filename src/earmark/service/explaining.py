"""What a model leans on, on songs that it has not heard: a page to read."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import ArgumentError
from earmark.service.exploring import AnyPath, Progress, see_that_it_can, see_that_it_is_free
from earmark.service.training import Table
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    import pandas as pd

    from earmark.evaluate.shapley import Shapley, Without
    from earmark.models.lab_bundle import LabBundle
    from earmark.models.learning import Rows
    from earmark.models.probabilities import Array, Codes
    from earmark.report.explanation import Explained


@dataclass(frozen=True)
class Told:
    """What was found and written.

    Attributes
    ----------
    page : Path
        The page.
    finding : str
        The most important of it, in a line.
    plain : dict
        All of it, as plain JSON types.
    notes : tuple of str
        What was left out.
    """

    page: Path
    finding: str
    plain: dict[str, Any]
    notes: tuple[str, ...]


def explain(
    model: AnyPath,
    table: Table,
    output: AnyPath,
    *,
    heard: bool = False,
    repeats: int = 5,
    made_by: str = "",
    progress: Progress | None = None,
) -> Told:
    """Write a page on what a model of a table leans on.

    Parameters
    ----------
    model : path
        The folder of a model that ``earmark train`` made of a table.
    table : Table
        Songs with genres; those that the model has learnt from are left out, and all of their artists.
    output : path
        The HTML file to write; one that lies there is replaced.
    heard : bool
        Use what the model has learnt from as well, and stamp it.
    repeats : int
        How often songs swap columns.
    made_by : str
        The command, for the page's foot.
    progress : callable, optional
        Told what is being done.

    Raises
    ------
    ArgumentError
        If `repeats` is less than 1.
    BundleError
        If the model is missing or damaged, or hears songs itself.
    TrainingError
        If the model has learnt from all of the songs.
    EarmarkError
        If a library is missing.
    TableError, StoreError
        If the table cannot be read or lacks columns, or the page not be written.
    """
    if repeats < 1:
        raise ArgumentError(f"columns swapped {repeats} times", "swap them once at least; 5 times are usual")
    see_that_it_can()
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.explanation import explanation, finding  # noqa: PLC0415 - as above
    from earmark.report.page import html  # noqa: PLC0415 - as above

    page = Path(output)
    see_that_it_is_free(page)
    found = explained(load(Path(model)), table, heard=heard, repeats=repeats, progress=progress)
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(explanation(found, made_by)))
    line = finding(found.importances)
    return Told(page, line, _plain(found), (found.stamp, *found.notes))


def explained(
    bundle: "LabBundle", table: Table, *, heard: bool, repeats: int, progress: Progress | None
) -> "Explained":
    """Return what is known of how a model answers songs; see :func:`explain`."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.evaluate.dependence import leading  # noqa: PLC0415 - as above
    from earmark.evaluate.families import families, family_of  # noqa: PLC0415 - scikit-learn, may be missing
    from earmark.evaluate.imitation import imitation, itself  # noqa: PLC0415 - as above
    from earmark.evaluate.importance import importances  # noqa: PLC0415 - as above
    from earmark.evaluate.inside import coefficients, weighed  # noqa: PLC0415 - as above
    from earmark.evaluate.shapley import shapley  # noqa: PLC0415 - as above
    from earmark.models.heard import known  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.train import rows_of  # noqa: PLC0415 - as above
    from earmark.report.explanation import Explained  # noqa: PLC0415 - as above
    from earmark.service.asking import unheard  # noqa: PLC0415 - as above

    model, dataset = bundle.model, table.read()
    given = lesson(dataset, table.groups, model.classes)
    every = rows_of(given, model.columns)
    asked, stamp, notes = unheard(given, known(given.dataset, every.x, bundle.heard), heard=heard)
    rows, named = every.only(np.flatnonzero(asked)), families(model.columns)
    told = importances(
        answering(bundle), rows, named,
        votes=model.recipe.votes, repeats=repeats, seed=model.recipe.seed, progress=progress,
    )  # fmt: skip
    answer, numbers = answering(bundle), set(model.columns.numbers)
    x, p, y, groups = songs_of(rows, answer(rows.x), model.columns.numbers)
    columns = [column for one in told.families for column in one.columns if column in numbers]
    added = shapley(
        model.fitted, model.classes, rows.x, rows.tracks, family_of(named),
        centre=None if bundle.songs is None else bundle.songs.centre,
        seed=model.recipe.seed, progress=progress,
    )  # fmt: skip
    if progress is not None:
        progress("following columns", 0, 1)
    return Explained(
        bundle.name, given.dataset.name, stamp, (*given.notes, *notes), told,
        coefficients(model.fitted, model.classes, rows.x), weighed(model.fitted, family_of(named)), added,
        itself(model.fitted, model.classes) or imitation(x, p, groups, model.classes),
        leading(answer, rows.x, columns), model.classes, p, y,
    )  # fmt: skip


def songs_of(rows: "Rows", p: "Array", numbers: Sequence[str]) -> "tuple[pd.DataFrame, Array, Codes, Codes]":
    """Return each song's mean numbers, its mean probabilities, and the numbers of its genre and group."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    first, tracks = np.unique(rows.tracks, return_index=True, return_inverse=True)[1:]
    means = np.zeros((len(first), p.shape[1]))
    np.add.at(means, tracks, p)
    groups = np.unique(rows.groups[first], return_inverse=True)[1]
    x = rows.x[list(numbers)].groupby(tracks).mean()
    return x, means / np.bincount(tracks)[:, None], rows.y[first], groups


def answering(bundle: "LabBundle") -> Callable[["pd.DataFrame"], "Array"]:
    """Return what takes a model's columns and gives calibrated probabilities."""
    model = bundle.model

    def answer(x: "pd.DataFrame") -> "Array":
        p = model.fitted.proba(x)
        return p if model.calibration is None else model.calibration.calibration(p)

    return answer


def _plain_shapley(found: "Shapley | Without") -> dict[str, Any]:
    """Return means over songs, or why there are none."""
    from earmark.evaluate.shapley import Shapley  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.shapley import strongest  # noqa: PLC0415 - matplotlib, which may be missing

    plain = found.to_dict() if isinstance(found, Shapley) else asdict(found)
    return {"finding": strongest(found), **plain}


def _plain(found: "Explained") -> dict[str, Any]:
    plain: dict[str, Any] = {
        "model": found.model,
        "table": found.table,
        "stamp": found.stamp,
        "notes": list(found.notes),
        "importances": found.importances.to_dict(),
        "coefficients": None,
        "trees": None,
        "imitation": None if found.imitation is None else asdict(found.imitation),
        "dependence": {
            one.column: {"values": one.values.tolist(), "p": one.p.tolist()} for one in found.dependence
        },
        "genres": list(found.genres),
        "shap": _plain_shapley(found.shapley),
    }
    if (made := found.coefficients) is not None:
        plain["coefficients"] = {
            "against": made.against,
            "genres": {
                genre: dict(zip(made.columns, map(float, line), strict=True))
                for genre, line in zip(made.genres, made.values, strict=True)
            },
        }
    if found.weighed is not None:
        plain["trees"] = dict(zip(found.weighed.columns, map(float, found.weighed.values), strict=True))
    return plain
