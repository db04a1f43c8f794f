"""The commands, in the order in which the help lists them."""

from typing import Annotated

import typer

from earmark.cli.options.card import card
from earmark.cli.options.check import check
from earmark.cli.options.classify import classify
from earmark.cli.options.cluster import cluster
from earmark.cli.options.collect import collect
from earmark.cli.options.compare import compare
from earmark.cli.options.doctor import doctor
from earmark.cli.options.duplicates import duplicates
from earmark.cli.options.evaluate import evaluate
from earmark.cli.options.explain import explain
from earmark.cli.options.explore import explore
from earmark.cli.options.export import export
from earmark.cli.options.extract import extract
from earmark.cli.options.label import label
from earmark.cli.options.picture import picture
from earmark.cli.options.predict import predict
from earmark.cli.options.report import report
from earmark.cli.options.reproduce import reproduce
from earmark.cli.options.run import init, run
from earmark.cli.options.runs import data, replay, runs
from earmark.cli.options.split import split
from earmark.cli.options.taxonomy import taxonomy
from earmark.cli.options.train import train
from earmark.cli.options.tune import tune

app = typer.Typer(
    help="Hears a song and says its genre, with honest numbers.",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from earmark import __version__

        typer.echo(f"earmark {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


for _command in (
    classify,
    picture,
    extract,
    collect,
    label,
    check,
    card,
    explore,
    cluster,
    split,
    duplicates,
    train,
    evaluate,
    explain,
    predict,
    compare,
    report,
    tune,
    export,
    reproduce,
    init,
    run,
    replay,
    doctor,
):
    app.command()(_command)
app.add_typer(taxonomy, name="taxonomy")
app.add_typer(runs, name="runs")
app.add_typer(data, name="data")
