"""The options of ``earmark evaluate``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file, named_model
from earmark.cli.options._shared import (
    AnyModel,
    Catalog,
    Details,
    IntervalGroups,
    Label,
    Labels,
    SongWorkers,
    Subsets,
)


def evaluate(
    *,
    model: AnyModel,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE|FOLDER",
            help="A table with genres, of the features that the model was trained on. Or songs: a folder "
            "with a folder for each genre, or a table of paths and genres.",
            show_default=False,
            callback=named,
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write the evaluation as JSON.", callback=named_file
        ),
    ] = None,
    label: Label = None,
    groups: IntervalGroups = None,
    labels: Labels = None,
    catalog: Catalog = None,
    heard: Annotated[
        bool,
        typer.Option("--heard", help="Score what the model has learnt from as well, and stamp the score."),
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="MODEL",
            help="Compare with this model, on songs that neither has heard.",
            callback=named_model,
        ),
    ] = None,
    subsets: Subsets = None,
    workers: SongWorkers = None,
    details: Details = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Put a trained model to the test on a table or on songs; what it has learnt from is left out.

    Exit code: 0 done, 1 if it cannot be tested, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.evaluate import evaluate_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        evaluate_and_print(
            model,
            paths,
            output,
            as_json=as_json,
            label=label,
            groups=groups or (),
            labels=labels,
            catalog=catalog,
            heard=heard,
            against=against,
            subsets=subsets or (),
            workers=workers,
            details=details,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
