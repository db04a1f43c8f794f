"""The options of ``earmark runs``, ``earmark replay`` and ``earmark data``."""

from typing import Annotated

import typer

from earmark.cli.options._shared import Label
from earmark.cli.options.run import StepWorkers, Workspace

runs = typer.Typer(
    help="What was run: list it, show one, compare two, find the best.",
    invoke_without_command=True,
    rich_markup_mode=None,
)
data = typer.Typer(
    help="Versions of data: list what steps made, show one, compare two tables.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

_Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="A run: its name, a beginning or the end of it, or 'last'.", show_default=False
    ),
]
_Artifact = Annotated[
    str,
    typer.Argument(
        metavar="NAME[@VERSION]",
        help="An artifact; the newest of a name without a version.",
        show_default=False,
    ),
]
_Version = Annotated[
    str,
    typer.Argument(
        metavar="VERSION",
        help="NAME@VERSION of an artifact with a table, a file of it (split@12ab/test.parquet), or a path.",
        show_default=False,
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")]


@runs.callback()
def _runs(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_runs()


@runs.command("list")
def list_runs(*, workspace: Workspace = ".", as_json: _Json = False) -> None:
    """List all runs, the newest last."""
    from earmark.cli.runs import print_runs

    print_runs(workspace, as_json=as_json)


@runs.command("show")
def show_run(*, run: _Run = "last", workspace: Workspace = ".", as_json: _Json = False) -> None:
    """Show one: what was done, what it was made from, what came out."""
    from earmark.cli.runs import print_run

    print_run(run, workspace, as_json=as_json)


@runs.command("diff")
def diff_runs(*, first: _Run, second: _Run, workspace: Workspace = ".", as_json: _Json = False) -> None:
    """Show what differs between two: what they were told, where they ran, what came out."""
    from earmark.cli.runs import print_differences

    print_differences(first, second, workspace, as_json=as_json)


@runs.command("best")
def best_runs(
    *,
    metric: Annotated[
        str,
        typer.Argument(metavar="METRIC", help="STEP.METRIC, or a metric's name: accuracy, f1_macro, ece."),
    ] = "accuracy",
    pipeline: Annotated[
        str | None, typer.Option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
    ] = None,
    workspace: Workspace = ".",
    as_json: _Json = False,
) -> None:
    """List finished runs by a figure, the best first. Choosing by the figure of a test uses up the test."""
    from earmark.cli.runs import print_best

    print_best(metric, pipeline, workspace, as_json=as_json)


def replay(
    *,
    run: _Run = "last",
    workspace: Workspace = ".",
    workers: StepWorkers = None,
    as_json: _Json = False,
) -> None:
    """Do a run once more, apart from all that was kept, and tell whether every file came out the same.

    Exit code: 0 if all is the same, 1 if something differs or it cannot be repeated, 2 wrong usage.
    """
    from earmark.cli.runs import replay_and_print

    raise typer.Exit(int(not replay_and_print(run, workspace, workers, as_json=as_json)))


@data.callback()
def _data(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_data()


@data.command("list")
def list_data(*, workspace: Workspace = ".", as_json: _Json = False) -> None:
    """List what steps made, the newest last."""
    from earmark.cli.data import print_artifacts

    print_artifacts(workspace, as_json=as_json)


@data.command("show")
def show_data(*, artifact: _Artifact, workspace: Workspace = ".", as_json: _Json = False) -> None:
    """Show one: its files, its tables, what it was made from, and whether it is as it was written.

    Exit code: 0 if it is whole, 1 if it is damaged or missing.
    """
    from earmark.cli.data import print_artifact

    raise typer.Exit(int(not print_artifact(artifact, workspace, as_json=as_json)))


@data.command("diff")
def diff_data(
    *,
    first: _Version,
    second: _Version,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="COLUMN", help="What tells which row is which; may be repeated."),
    ] = None,
    label: Label = None,
    workspace: Workspace = ".",
    as_json: _Json = False,
) -> None:
    """Show what has changed from one version of a table to another: rows, columns, and where values lie."""
    from earmark.cli.data import print_changes

    print_changes(first, second, workspace, key or (), label, as_json=as_json)
