"""The options of ``earmark split``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file
from earmark.cli.options._shared import Catalog, Label, Labels, Tables


def split(
    *,
    paths: Tables,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The JSON file to write.", callback=named_file),
    ] = "split.json",
    label: Label = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="Keep together: artist, album, track or duplicates; if left out, the first that the table "
            "tells.",
        ),
    ] = None,
    parts: Annotated[
        str | None,
        typer.Option(
            "--parts",
            metavar="NAME=SHARE,...",
            help="The parts and their shares of the rows; train=0.7,valid=0.15,test=0.15 if left out.",
        ),
    ] = None,
    folds: Annotated[
        int | None, typer.Option("--folds", min=2, metavar="N", help="Make N folds in place of parts.")
    ] = None,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, metavar="N", help="Draw the folds N times anew.")
    ] = 1,
    published: Annotated[
        str | None,
        typer.Option(
            "--published", metavar="NAME", help="Split as a published list does: gtzan-fault-filtered."
        ),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list", metavar="PART=FILE", help="A file that lists the clips of a part; once for each part."
        ),
    ] = None,
    labels: Labels = None,
    catalog: Catalog = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="What is drawn with.")] = 0,
    naive: Annotated[
        bool,
        typer.Option(
            "--naive", help="Draw rows one by one, whosever they are; the split is stamped with it."
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the certificate as one JSON object.")
    ] = False,
) -> None:
    """Split a table so that no artist, track or copy is on two sides, and say what could not be known.

    Exit code: 0 done, 1 if it cannot be split so, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.split import split_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        split_and_print(
            paths,
            output,
            parts=parts,
            folds=folds,
            repeats=repeats,
            lists=lists,
            as_json=as_json,
            published=published,
            by=by,
            label=label,
            labels=labels,
            catalog=catalog,
            seed=seed,
            naive=naive,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
