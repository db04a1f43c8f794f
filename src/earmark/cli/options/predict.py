"""The options of ``earmark predict``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file
from earmark.cli.options._shared import SongWorkers, TableModel


def predict(
    *,
    model: TableModel,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE|SONGS",
            help="A table of the features that the model was trained on, or songs, which are measured.",
            show_default=False,
            callback=named,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write the answers: .csv or .jsonl.", callback=named_file
        ),
    ] = None,
    workers: SongWorkers = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per song, one per line.")
    ] = False,
) -> None:
    """Say the genres of the songs of a table, by a model that was trained on one.

    Verdicts: sure, unsure (mind the whole set), foreign (too far from all that was learnt: no genre).
    Exit code: 0 done, 1 if it cannot be said, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.predict import predict_and_print
    from earmark.errors import ArgumentError

    try:
        predict_and_print(model, paths, output, as_json=as_json, workers=workers)
    except ArgumentError as error:
        raise typer.BadParameter(str(error)) from error
