"""The options of ``earmark train``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_folder
from earmark.cli.options._shared import (
    Allow,
    Catalog,
    Details,
    Groups,
    Label,
    Labels,
    Naive,
    RecipeSeed,
    Subsets,
    TestSplit,
    Without,
)


def train(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE|FOLDER",
            help="A table: CSV, Parquet or JSON, or a folder of 'earmark extract'; several files, or a "
            "folder of them, are one table. Or a folder with a folder of songs for each genre.",
            show_default=False,
            callback=named,
        ),
    ],
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            metavar="NAME|FILE",
            help="How to learn: a recipe by name, or a TOML file; quick if left out, own-genres for songs.",
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Where models lie; each is a folder.", callback=named_folder
        ),
    ] = "models",
    label: Label = None,
    groups: Groups = None,
    labels: Labels = None,
    catalog: Catalog = None,
    without: Without = None,
    allow: Allow = None,
    split: TestSplit = None,
    seed: RecipeSeed = None,
    naive: Naive = False,
    subsets: Subsets = None,
    details: Details = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Folds learnt at once, or songs heard at once."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Train a model on a table or on folders of songs, and measure it on artists that it has not heard.

    Exit code: 0 done, 1 if nothing can be learnt, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.train import train_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        train_and_print(
            paths,
            output,
            as_json=as_json,
            recipe=recipe,
            label=label,
            groups=groups or (),
            labels=labels,
            catalog=catalog,
            without=without or (),
            allow=allow or (),
            split=split,
            seed=seed,
            naive=naive,
            subsets=subsets or (),
            details=details,
            workers=workers,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
