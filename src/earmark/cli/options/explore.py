"""Options of ``earmark explore``."""

from typing import Annotated, Literal

import typer

from earmark.cli.options._paths import named_file
from earmark.cli.options._shared import Catalog, Label, Labels, Tables
from earmark.errors import ArgumentError


def explore(
    *,
    paths: Tables,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The page to write.", callback=named_file),
    ] = "explore.html",
    label: Label = None,
    unit: Annotated[
        Literal["artist", "album", "track", "row"] | None,
        typer.Option(
            "--unit",
            help="What counts as independent in tests; if left out, the widest that the table tells of.",
            show_default=False,
        ),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(
            "--pair",
            metavar="COLUMN,COLUMN",
            help="Draw these two against each other; may be repeated. If left out, pairs that tell much.",
        ),
    ] = None,
    tables: Annotated[
        str | None,
        typer.Option(
            "--tables", metavar="DIR", help="Write all numbers as CSV files as well.", callback=named_file
        ),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option(
            "--figures",
            metavar="DIR",
            help="Write every picture as a file as well, light and dark.",
            callback=named_file,
        ),
    ] = None,
    kind: Annotated[
        Literal["png", "svg", "pdf"], typer.Option("--format", help="What the pictures' files are.")
    ] = "png",
    labels: Labels = None,
    catalog: Catalog = None,
) -> None:
    """Write a page on what a table holds: genres, gaps, every column by genre, outliers.

    Tests count artists or songs, never segments. The page is one file that needs no network.
    Exit code: 0 done, 1 if the table cannot be read or the page not be written, 2 wrong usage.
    """
    from earmark.cli.explore import explore_and_print
    from earmark.service import exploring

    try:
        pairs = [exploring.pair(one) for one in pair or ()]
    except ArgumentError as error:
        raise typer.BadParameter(str(error)) from error
    explore_and_print(
        paths,
        output,
        label=label,
        labels=labels,
        catalog=catalog,
        unit=unit,
        pairs=pairs,
        tables=tables,
        figures=figures,
        kind=kind,
    )
