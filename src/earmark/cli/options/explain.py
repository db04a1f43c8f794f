"""Options of ``earmark explain``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file
from earmark.cli.options._shared import AnyModel, Catalog, IntervalGroups, Label, Labels


def explain(
    *,
    model: AnyModel,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="TABLE|SONG",
            help="A table with genres and the features that the model was trained on. For a model that "
            "hears songs: a song, and behind it others to compare it with.",
            show_default=False,
            callback=named,
        ),
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The page to write.", callback=named_file),
    ] = "explain.html",
    song: Annotated[
        str | None,
        typer.Option(
            "--song",
            metavar="NAME",
            help="Explain the answer to this song of the table: the name of its track, or 'row N'.",
        ),
    ] = None,
    label: Label = None,
    groups: IntervalGroups = None,
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, help="How often songs swap the columns of a family.")
    ] = 5,
    heard: Annotated[
        bool,
        typer.Option("--heard", help="Use what the model has learnt from as well, and stamp the page."),
    ] = False,
    labels: Labels = None,
    catalog: Catalog = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as one JSON object.")] = False,
) -> None:
    """Write a page on what a model leans on: columns it cannot do without, what each adds, how it decides.

    It is asked about songs that it has not heard; what it has learnt from is left out. With --song: why it
    answers that song as it does. A model that hears songs: which seconds, octaves and tags speak for it.
    Exit code: 0 done, 1 if it cannot be explained, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.explain import explain_and_print, explain_heard_and_print, explain_song_and_print
    from earmark.errors import UnknownNameError
    from earmark.service.evaluating import is_of_songs
    from earmark.service.training import Table

    if is_of_songs(model):
        said = {"--song": song, "--label": label, "--group": groups, "--labels": labels,
                "--catalog": catalog, "--heard": heard}  # fmt: skip
        if told := [name for name, value in said.items() if value]:
            raise typer.BadParameter(f"{told[0]} for a model that hears songs; leave it out")
        explain_heard_and_print(model, paths, output, as_json=as_json)
        return
    table = Table(paths, label, labels, catalog, tuple(groups or ()))
    if song is None:
        explain_and_print(model, table, output, as_json=as_json, heard=heard, repeats=repeats)
        return
    try:
        explain_song_and_print(model, table, song, output, as_json=as_json)
    except UnknownNameError as error:
        raise typer.BadParameter(str(error)) from error
