"""Options of ``earmark report``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file


def report(
    *,
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Folders of models that 'earmark train' made from tables.",
            show_default=False,
            callback=named,
        ),
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The page to write.", callback=named_file),
    ] = "report.html",
) -> None:
    """Write a page on one model or several: one to hand to a colleague.

    Figures with intervals, genres, confusion, calibration, what was tested on what, and how to do it again.
    The page is one file that needs no network.
    Exit code: 0 done, 1 if a model cannot be read or the page not be written, 2 wrong usage.
    """
    from earmark.cli.report import report_and_print

    report_and_print(models, output)
