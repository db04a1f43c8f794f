"""The options of ``earmark classify``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_model


def classify(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Songs, or folders of songs.", show_default=False, callback=named
        ),
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per song, one per line.")
    ] = False,
    timeline: Annotated[
        bool, typer.Option("--timeline", help="Draw the genre along each song; not with --json.")
    ] = False,
    top: Annotated[
        int | None,
        typer.Option(
            "--top",
            min=1,
            metavar="N",
            help="Show the N most probable genres, 1 if left out; not with --json.",
        ),
    ] = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Hear all of each song, not up to 20 stretches of it.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="DIR",
            help="A model's folder or its name (models:/NAME/VERSION), not the built-in.",
            callback=named_model,
        ),
    ] = None,
) -> None:
    """Say the genre of songs and of folders of songs.

    Verdicts: sure, unsure (mind the whole set), not music, silent, failed.
    Exit code: 0 done, 1 if any song failed, 2 wrong usage, 130 interrupted.
    """
    for option, given in (("--top", top is not None), ("--timeline", timeline)):
        if json and given:
            raise typer.BadParameter(
                f"--json tells every genre and the whole timeline; leave out {option}",
                param_hint=f"'{option}'",
            )
    from earmark.cli.classify import classify_songs

    any_failed = classify_songs(
        paths, as_json=json, timeline=timeline, top=top or 1, thorough=thorough, model=model
    )
    raise typer.Exit(int(any_failed))
