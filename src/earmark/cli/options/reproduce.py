"""The options of ``earmark reproduce``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file, named_folder


def reproduce(
    *,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="Which study; without a name all are listed.", show_default=False
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Where the public files lie that it needs; if left out, the folder in EARMARK_DATA.",
            show_default=False,
            callback=named_file,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Where what is done and the result are kept.",
            callback=named_folder,
        ),
    ] = "reproductions",
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Only the figures, without grids, learning curves and other models beside them."
        ),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Fits at once; one per processor if left out."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all figures and tables as one JSON object.")
    ] = False,
) -> None:
    """Run a published study again: what it claims, what its way gives here, what an honest test gives.

    What is done is kept: after an interruption the same command goes on from there.

    Exit code: 0 done, 1 if data is missing, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.reproduce import list_studies, reproduce_and_print
    from earmark.errors import UnknownNameError

    if name is None:
        list_studies(as_json=as_json)
        return
    try:
        reproduce_and_print(name, data, output, workers, quick=quick, as_json=as_json)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error
