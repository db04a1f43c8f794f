"""The options of ``earmark compare``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_folder
from earmark.cli.options._shared import (
    Allow,
    Catalog,
    FitWorkers,
    Groups,
    Label,
    Labels,
    Naive,
    RecipeSeed,
    Subsets,
    Tables,
    TestSplit,
    Without,
)


def compare(
    *,
    paths: Tables,
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
    learning_curve: Annotated[
        bool,
        typer.Option(
            "--learning-curve",
            help="Learn from 10 % to all of the artists instead: would more songs help? The recipe's own "
            "classifier if none is named.",
        ),
    ] = False,
    workers: FitWorkers = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the leaderboard as one JSON object.")
    ] = False,
) -> None:
    """Compare classifiers on the same folds of a table, on songs of artists that they have not heard.

    What is done is kept: after an interruption the same command goes on from there.

    Exit code: 0 done, 1 if none can learn, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.compare import compare_and_print
    from earmark.cli.curve import curves_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    alone = {"naive": naive, "subsets": subsets or ()}
    if learning_curve and any(alone.values()):
        raise typer.BadParameter("--learning-curve goes without --naive and --subset")
    do, more = (curves_and_print, {}) if learning_curve else (compare_and_print, alone)
    try:
        do(
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
            workers=workers,
            **more,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
