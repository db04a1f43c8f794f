"""Trained models told on one page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import ArgumentError
from earmark.service.exploring import see_that_it_can, see_that_it_is_free
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.report.models import Told

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Reported:
    """What was written.

    Attributes
    ----------
    page : Path
        The page.
    models : tuple of (str, float)
        Names of the models and their accuracy, the best first.
    """

    page: Path
    models: tuple[tuple[str, float], ...]


def report(folders: Sequence[AnyPath], output: AnyPath, made_by: str = "") -> Reported:
    """Write a page about models of tables.

    Parameters
    ----------
    folders : sequence of paths
        Models, as ``earmark train`` makes them.
    output : path
        The HTML file to write; a page of ours that lies there is replaced.
    made_by : str
        The command, for the page's foot.

    Raises
    ------
    ArgumentError
        If no model is named.
    BundleError
        If a model is missing, foreign, damaged or tampered with.
    EarmarkError
        If a library is missing.
    StoreError
        If the page cannot be written.
    """
    if not folders:
        raise ArgumentError("a report of no model", "name the folder of at least one")
    see_that_it_can()
    from earmark.report.models import models  # noqa: PLC0415 - matplotlib, which may be missing
    from earmark.report.page import html  # noqa: PLC0415 - as above

    page = Path(output)
    see_that_it_is_free(page)
    told = [_told(Path(folder), name) for folder, name in zip(folders, _names(folders), strict=True)]
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(models(told, made_by)))
    figures = [(one.name, one.evaluation.tracks.value("accuracy")) for one in told]
    return Reported(page, tuple(sorted(figures, key=lambda one: -one[1])))


def _names(folders: Sequence[AnyPath]) -> list[str]:
    """Return what models are called: their recipes, with the hash where one occurs twice."""
    whole = [Path(folder).resolve().name for folder in folders]
    short = [name.partition("@")[0] for name in whole]
    return [one if short.count(one) == 1 else name for one, name in zip(short, whole, strict=True)]


def _told(folder: Path, name: str) -> "Told":
    from earmark.dataset.split_file import read  # noqa: PLC0415 - pandas, which may be missing
    from earmark.evaluate import Evaluation  # noqa: PLC0415 - as above
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.models import Told  # noqa: PLC0415 - matplotlib, which may be missing

    found = load(folder)
    apart = tuple(map(str, read(folder / "split.json").certificate.apart))
    return Told(
        name, Evaluation.from_json(found.evaluation), found.made_from, apart,
        found.model.recipe.to_toml(), found.environment,
    )  # fmt: skip
