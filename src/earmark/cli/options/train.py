"""The options of ``earmark train``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file, named_folder


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
    label: Annotated[
        str | None,
        typer.Option(
            "--label", metavar="COLUMN", help="The column that holds the genre; if left out, it is guessed."
        ),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option(
            "--group",
            metavar="COLUMN",
            help="Rows equal in it are never on two sides of a test; may be repeated. If left out: artist, "
            "else album, else track.",
        ),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels", metavar="TABLE", help="Genres for a table of features.", callback=named_file
        ),
    ] = None,
    catalog: Annotated[
        str | None,
        typer.Option(
            "--catalog",
            metavar="DIR",
            help="A catalogue, which tells artist and album of each song.",
            callback=named_file,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="COLUMN", help="Leave a column out, or all like 'mfcc*'."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option("--allow", metavar="COLUMN", help="Take a column though it gives the genre away."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="FILE",
            help="Test as this split of 'earmark split' says, in place of folds.",
            callback=named_file,
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="In place of the recipe's.")
    ] = None,
    naive: Annotated[
        bool,
        typer.Option(
            "--naive", help="Show beside the honest score what random rows would have told; it is stamped."
        ),
    ] = False,
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
            workers=workers,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
