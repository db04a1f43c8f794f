"""The options of ``earmark run`` and ``earmark init``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file, named_folder

Workspace = Annotated[
    str,
    typer.Option(
        "--workspace", metavar="DIR", help="Where 'artifacts' and 'runs' lie, or will.", callback=named_folder
    ),
]

StepWorkers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="How much a step does at once; one per processor."),
]


def run(
    *,
    pipeline: Annotated[
        str,
        typer.Argument(
            metavar="PIPELINE",
            help="A .toml file (earmark init writes one), or the name of one that ships with Earmark.",
            show_default=False,
            callback=named_folder,
        ),
    ],
    steps: Annotated[
        str | None,
        typer.Option("--steps", metavar="A,B", help="Only these; what they read must be made already."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="STEP", help="Only this step and those below it.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Say it otherwise than the file: train.seed=3, seed=1; may be repeated.",
        ),
    ] = None,
    again: Annotated[
        list[str] | None,
        typer.Option(
            "--again", metavar="STEP", help="Download or collect anew; may be repeated.", show_default=False
        ),
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(
            "--track",
            metavar="NAME",
            help="Keep the run there as well: mlflow, mlflow=http://host:5000, wandb; may be repeated.",
        ),
    ] = None,
    mirror: Annotated[
        str,
        typer.Option(
            "--mirror",
            metavar="ADDRESS",
            help="Keep artifacts at s3://bucket/folder or the like as well, and fetch those that lie there.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what would be done, and why.")
    ] = False,
    workspace: Workspace = ".",
    workers: StepWorkers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")] = False,
) -> None:
    """Run a pipeline: steps that read and write versioned artifacts. What has not changed is not done again.

    What is done is kept: after an interruption or a kill the same command goes on from there.

    Exit code: 0 done, 1 if a step cannot be done, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.run import plan_and_print, run_and_print
    from earmark.errors import UnknownNameError

    said: dict[str, str] = {}
    for one in settings or ():
        key, equals, value = one.partition("=")
        if not (key and equals):
            raise typer.BadParameter(f"'{one}'; give KEY=VALUE", param_hint="--set")
        said[key] = value
    only = [one.strip() for one in steps.split(",") if one.strip()] if steps is not None else []
    how = {"only": only, "since": since, "settings": said, "again": again or (), "mirror": mirror}
    try:
        if dry_run:
            plan_and_print(pipeline, workspace, as_json=as_json, **how)
        else:
            run_and_print(pipeline, workspace, workers, track or (), as_json=as_json, **how)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error


def init(
    *,
    example: Annotated[
        str | None,
        typer.Argument(
            metavar="[EXAMPLE]", help="Which; without one, a short commented pipeline.", show_default=False
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The new file.", callback=named_file),
    ] = "pipeline.toml",
) -> None:
    """Write a commented pipeline to start from: a short one, or an example that ships with Earmark.

    Exit code: 0 done, 1 if the file is there already, 2 wrong usage.
    """
    from earmark.cli.run import init_and_print
    from earmark.errors import UnknownNameError

    try:
        init_and_print(example or "start", output)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error
