"""The options of ``earmark export``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file
from earmark.cli.options._shared import TableModel


def export(
    *,
    model: TableModel,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TABLE]",
            help="A table of the model's features: answers are compared on its rows as well.",
            show_default=False,
            callback=lambda paths: named(paths or []),
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The new file, NAME.onnx.", callback=named_file),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Write a model as ONNX: steps, classifier and calibration in one file, compared with the model.

    Exit code: 0 done, 1 if it cannot be written or answers differently, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.export import export_and_print
    from earmark.errors import ArgumentError

    try:
        export_and_print(model, output, paths or [], as_json=as_json)
    except ArgumentError as error:
        raise typer.BadParameter(str(error)) from error
