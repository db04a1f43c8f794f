"""The options of ``earmark check``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file
from earmark.cli.options._shared import Catalog, Label, Labels, Tables


def check(
    *,
    paths: Tables,
    label: Label = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="TABLE",
            help="A table that this one should resemble, say the one that a model was trained on.",
            callback=named_file,
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema",
            metavar="FILE",
            help="What the columns should be: a TOML file, or the name of a known table, say spotify15.",
            callback=named_file,
        ),
    ] = None,
    show_schema: Annotated[
        bool, typer.Option("--show-schema", help="Print what the columns are as TOML, and check nothing.")
    ] = False,
    save_schema: Annotated[
        str | None,
        typer.Option(
            "--save-schema",
            metavar="FILE",
            help="Write what the columns are to a TOML file too.",
            callback=named_file,
        ),
    ] = None,
    labels: Labels = None,
    catalog: Catalog = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="FILE",
            help="A split, whose sides should have no song, artist or album in common.",
            callback=named_file,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if there are errors or warnings.")] = False,
) -> None:
    """Say what is wrong with a table of songs before a model is trained on it, and how to mend it.

    Columns, types, ranges, missing values, rare genres, what betrays the genre, songs that are there twice.
    Exit code: 0 done, 1 if it cannot be read, or with --strict if it is not clean, 2 wrong usage.
    """
    from earmark.cli.check import check_table
    from earmark.errors import UnknownNameError

    try:
        clean = check_table(
            paths,
            label=label,
            reference=reference,
            schema=schema,
            show_schema=show_schema,
            save_schema=save_schema,
            labels=labels,
            catalog=catalog,
            split=split,
            as_json=as_json,
        )
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(int(strict and not clean))
