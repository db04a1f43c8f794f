"""Trained models told on one page."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.audio import shown
from earmark.errors import ArgumentError, BundleError, TrainingError
from earmark.models.bundle import BUILT_IN
from earmark.service import checking, curving
from earmark.service.evaluating import is_of_songs
from earmark.service.exploring import see_that_it_can, see_that_it_is_free
from earmark.service.training import AnyPath, Progress, Table
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.report.models import Carded
    from earmark.report.told import Told


@dataclass(frozen=True)
class Reported:
    """What was written.

    Attributes
    ----------
    page : Path
        The page.
    models : tuple of (str, float)
        Names of the models and their accuracy, the best first; NaN for one that holds no evaluation.
    """

    page: Path
    models: tuple[tuple[str, float], ...]


def report(
    models: Sequence[AnyPath],
    output: AnyPath,
    *,
    table: Table | None = None,
    curve: bool = False,
    workers: int | None = None,
    made_by: str = "",
    progress: Progress | None = None,
) -> Reported:
    """Write a page about models.

    Parameters
    ----------
    models : sequence of paths
        Folders of models, as ``earmark train`` makes them, or ``"gtzan10"`` for the built-in one.
    output : path
        The HTML file to write; a page of ours that lies there is replaced.
    table : Table, optional
        The table that they learnt from: what ``earmark check`` finds in it is told as well.
    curve : bool
        Whether to measure how accuracy grows with the artists learnt from, which takes many fits of each
        model's recipe; what is done is kept beside the model.
    workers : int, optional
        Fits at once; one per processor by default.
    made_by : str
        The command, for the page's foot.
    progress : callable, optional
        Told of every check and every fit that is done.

    Raises
    ------
    ArgumentError
        If no model is named, a curve is asked for without a table, or the table is another one.
    BundleError
        If a model is missing, foreign, damaged or tampered with.
    EarmarkError
        If a library is missing.
    StoreError
        If the page cannot be written.
    """
    if not models:
        raise ArgumentError("a report of no model", "name the folder of at least one")
    if curve and table is None:
        raise ArgumentError("a learning curve without a table", "name the table that the model learnt from")
    see_that_it_can()
    from earmark.report.models import models as page_of  # noqa: PLC0415 - matplotlib, which may be missing
    from earmark.report.page import html  # noqa: PLC0415 - as above
    from earmark.report.told import Told  # noqa: PLC0415 - pandas, which may be missing

    page = Path(output)
    see_that_it_is_free(page)
    every = [_known(model, name) for model, name in zip(models, _names(models), strict=True)]
    told = [one for one in every if isinstance(one, Told)]
    carded = [one for one in every if not isinstance(one, Told)]
    if table is not None:
        told = _with_findings(told, table, progress)
    if curve and table is not None:
        folders = [Path(model) for model, one in zip(models, every, strict=True) if isinstance(one, Told)]
        told = [
            _with_curve(one, folder, table, workers, progress)
            for one, folder in zip(told, folders, strict=True)
        ]
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(page_of(told, carded, made_by)))
    figures = sorted(((one.name, one.scores.value("accuracy")) for one in told), key=lambda one: -one[1])
    return Reported(page, (*figures, *((one.name, float("nan")) for one in carded)))


def _names(models: Sequence[AnyPath]) -> list[str]:
    """Return what models are called: their recipes, with hash and folder above where one occurs twice.

    Examples
    --------
    >>> _names(["forest@1f", "quick@2e", "quick@3d", "train@4c/model", "train@5b/model"])
    ['forest', 'quick@2e', 'quick@3d', 'train@4c/model', 'train@5b/model']
    """
    places = [Path(model).resolve() for model in models]
    ways = [
        [place.name.partition("@")[0] for place in places],
        [place.name for place in places],
        [f"{place.parent.name}/{place.name}" for place in places],
    ]
    return [
        next((way[at] for way in ways if way.count(way[at]) == 1), ways[-1][at]) for at in range(len(places))
    ]


def _known(model: AnyPath, name: str) -> "Told | Carded":
    if is_of_songs(model):
        return _of_songs(model, name)
    from earmark.dataset.split_file import read  # noqa: PLC0415 - pandas, which may be missing
    from earmark.evaluate import Evaluation  # noqa: PLC0415 - as above
    from earmark.models.lab_bundle import beside, load  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.told import Told  # noqa: PLC0415 - pandas, which may be missing

    found = load(Path(model))
    certificate = read(Path(model) / "split.json", beside(model, "split.json")).certificate
    recipe = found.model.recipe
    return Told(
        name, Evaluation.from_json(found.evaluation), found.made_from, certificate, recipe.to_toml(),
        recipe.votes, found.environment, about=recipe.about,
    )  # fmt: skip


def _of_songs(model: AnyPath, name: str) -> "Told | Carded":
    """Return what is known of a model that hears songs: its evaluation, or its card where it has none."""
    from earmark.dataset.split_file import read  # noqa: PLC0415 - pandas, which may be missing
    from earmark.evaluate import Evaluation  # noqa: PLC0415 - as above
    from earmark.models.bundle import beside, load  # noqa: PLC0415 - the command line loads this file
    from earmark.models.recipe import from_dict  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.markdown import sections  # noqa: PLC0415 - pandas, which may be missing
    from earmark.report.models import Carded  # noqa: PLC0415 - matplotlib, which may be missing
    from earmark.report.told import Told  # noqa: PLC0415 - pandas, which may be missing

    built_in = os.fspath(model) == BUILT_IN.name and not Path(model).exists()
    folder = BUILT_IN if built_in else Path(model)
    facts: Mapping[str, Any] = load(folder).made_from
    with keeping(folder):
        if not (folder / "evaluation.json").is_file():
            return Carded(name, sections((folder / "card.md").read_text(encoding="utf-8")))
    text = beside(folder, "evaluation.json").decode()
    certificate = read(folder / "split.json", beside(folder, "split.json")).certificate
    try:
        recipe = from_dict(facts["recipe"])
        environment = dict(facts["environment"])
    except (KeyError, TypeError) as error:
        raise BundleError(
            f"'{shown(folder)}' does not say what it was made from", "get the bundle again, or train anew"
        ) from error
    return Told(
        name, Evaluation.from_json(text), facts, certificate, recipe.to_toml(), recipe.votes, environment,
        about=recipe.about, hears=True,
    )  # fmt: skip


def _with_findings(told: "Sequence[Told]", table: Table, progress: Progress | None) -> "list[Told]":
    """Return what is known of models and their table once it is seen to be theirs."""
    from earmark.dataset.certificate import table_hash  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset.facts import facts  # noqa: PLC0415 - as above

    dataset = table.read()
    found = table_hash(dataset)
    for one in told:
        if one.hears:
            raise ArgumentError(
                f"'{one.name}' learnt from songs, and a table of features is none", "leave --table out"
            )
        if one.facts["table_hash"] != found:
            raise ArgumentError(
                f"'{one.name}' learnt from another table than '{dataset.name}': the hash of its own is "
                f"{one.facts['table_hash']}, not {found}",
                "name the very table, with the --label, --labels and --catalog that it was trained with",
            )
    findings = checking.check(dataset, progress=progress).findings
    data = facts(dataset, checking.providers_of(table.catalog)).to_dict()
    return [replace(one, findings=findings, facts={**one.facts, "data": data}) for one in told]


def _with_curve(
    one: "Told", folder: Path, table: Table, workers: int | None, progress: Progress | None
) -> "Told":
    """Return what is known of a model with its recipe's learning curve, on the very folds of its test."""
    from earmark.dataset.split import RULES  # noqa: PLC0415 - pandas, which may be missing
    from earmark.models.recipe import from_dict  # noqa: PLC0415 - scikit-learn, which may be missing

    by = tuple(one.facts["grouped_by"])
    given_split = one.facts["split"] == "parts" or "split" in one.facts.get("asked", {})
    try:
        found = curving.learning_curve(
            replace(table, groups=() if by[0] in RULES else by),
            recipe=from_dict(tomllib.loads(one.recipe)),  # what its search chose, if it searched
            folder=folder.resolve().parent,
            split=folder / "split.json" if given_split else None,
            workers=workers,
            progress=progress,
        )
    except TrainingError as error:  # no point could be had; the rest of the page can
        return replace(one, curveless=error.message)
    (points,) = found.points.values()
    return replace(one, curve=points, curveless="".join(found.missing.values()))
