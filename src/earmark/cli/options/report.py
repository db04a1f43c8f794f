"""Options of ``earmark report``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import given_models, named_file
from earmark.cli.options._shared import Catalog, FitWorkers, Label, Labels


def report(
    *,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Folders of models that 'earmark train' made, names (models:/NAME/VERSION), or gtzan10 "
            "for the built-in one.",
            show_default=False,
            callback=given_models,
        ),
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The page to write.", callback=named_file),
    ] = "report.html",
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="TABLE",
            help="The table that they learnt from: tell what 'earmark check' finds in it as well.",
            callback=named_file,
        ),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option(
            "--curve",
            help="Show how accuracy grows with the artists learnt from: many fits, on the table of --table.",
        ),
    ] = False,
    label: Label = None,
    labels: Labels = None,
    catalog: Catalog = None,
    workers: FitWorkers = None,
) -> None:
    """Write a page on one model or several: one to hand to a colleague.

    Figures with intervals, genres, confusion, calibration, what was tested on what, and how to do it again.
    The page is one file that needs no network.
    Exit code: 0 done, 1 if a model cannot be read or the page not be written, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.report import report_and_print

    if curve and table is None:
        raise typer.BadParameter("--curve needs the table that they learnt from: --table")
    report_and_print(
        models,
        output,
        table=table,
        curve=curve,
        label=label,
        labels=labels,
        catalog=catalog,
        workers=workers,
    )
