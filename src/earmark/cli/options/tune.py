"""The options of ``earmark tune``."""

import re
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
    Tables,
    TestSplit,
    Without,
)

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(budget: str | None) -> float | None:
    """Return a time in seconds.

    Examples
    --------
    >>> seconds("90"), seconds("1.5h"), seconds(None)
    (90.0, 5400.0, None)
    """
    if budget is None:
        return None
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*([smh]?)", budget.strip())
    if found is None or not (time_s := float(found[1]) * _UNITS[found[2]]):
        raise typer.BadParameter(f"{budget!r} is no time; give it as 90s, 10m or 1.5h")
    return time_s


def tune(
    *,
    paths: Tables,
    recipe: Annotated[
        str,
        typer.Option(
            "--recipe",
            metavar="NAME|FILE",
            help="What to tune. Its [search] says where; else the space of its classifier is searched.",
        ),
    ] = "quick",
    method: Annotated[
        str | None,
        typer.Option(
            "--method", metavar="NAME", help="grid, random or tpe (Optuna); the recipe's, or random."
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            "--trials", min=1, metavar="N", help="Points to try; the recipe's, or 30, or all of a grid."
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="TIME",
            help="Try nothing new after 90s, 10m or 2h, of all runs together. What is found then depends on "
            "how fast the machine is.",
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="NAME",
            help="What to choose on: accuracy, balanced_accuracy, f1_macro, f1_weighted, auc_ovr, auc_ovo, "
            "log_loss or brier; the recipe's, or accuracy.",
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option("--folds", min=2, metavar="N", help="Folds of the training rows; the recipe's, or 3."),
    ] = None,
    prune: Annotated[
        bool | None,
        typer.Option(
            "--prune/--no-prune",
            help="Give up points that begin worse than half of those before.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Where the study and the recipe lie.", callback=named_folder
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
    workers: FitWorkers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Search for the best parameters of a recipe, and measure that on artists the search has not heard.

    What is done is kept: after an interruption, or with more trials, the same command goes on from there.

    Exit code: 0 done, 1 if nothing can be learnt, 2 wrong usage, 130 interrupted; the best so far is kept.
    """
    from earmark.cli.tune import tune_and_print
    from earmark.errors import ArgumentError, UnknownNameError

    budget_s = seconds(budget)
    try:
        tune_and_print(
            paths,
            output,
            as_json=as_json,
            recipe=recipe,
            method=method,
            trials=trials,
            budget_s=budget_s,
            metric=metric,
            folds=folds,
            prune=prune,
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
