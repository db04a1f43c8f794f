"""The options of ``earmark compare``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file, named_folder


def compare(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE",
            help="A table: CSV, Parquet or JSON, or a folder of 'earmark extract'. Several files, or a "
            "folder of them, are one table.",
            show_default=False,
            callback=named,
        ),
    ],
    classifiers: Annotated[
        list[str] | None,
        typer.Option("--classifier", metavar="NAME", help="Try this one; may be repeated. All if left out."),
    ] = None,
    recipe: Annotated[
        str,
        typer.Option(
            "--recipe", metavar="NAME|FILE", help="A recipe whose steps come before each classifier."
        ),
    ] = "quick",
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Where what is done is kept.", callback=named_folder
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
        typer.Option("--workers", min=1, metavar="N", help="Fits at once; one per processor if left out."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the leaderboard as one JSON object.")
    ] = False,
) -> None:
    """Compare classifiers on the same folds of a table, on songs of artists that they have not heard.

    What is done is kept: after an interruption the same command goes on from there.

    Exit code: 0 done, 1 if none can learn, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.compare import compare_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        compare_and_print(
            paths,
            output,
            as_json=as_json,
            classifiers=classifiers or (),
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
