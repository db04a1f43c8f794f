"""The options of ``earmark collect``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_folder


def _print_providers(wanted: bool) -> None:
    if wanted:
        from earmark.cli.collect import print_providers

        print_providers()
        raise typer.Exit


def collect(
    *,
    provider: Annotated[
        str,
        typer.Argument(
            metavar="PROVIDER",
            help="Whom to ask: deezer, itunes, musicbrainz, lastfm, spotify, yandex, folder or table.",
            show_default=False,
        ),
    ],
    queries: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY",
            help="What for: genre:rock, artist:NAME, playlist:ID, search:WORDS, or for folder and table "
            "a path; @FILE and artist:@FILE stand for the lines of a file.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="DIR", help="The catalogue to add to.", callback=named_folder),
    ] = "catalog",
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=VALUE",
            help="For table: which column is what (title=Song), encoding=cp1251, delimiter=tab, separator=,. "
            "For folder: genres=nearest or genres=top takes names of folders as genres.",
            show_default=False,
        ),
    ] = None,
    previews: Annotated[
        bool, typer.Option("--previews", help="Download the excerpts too; mind the provider's terms.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Ask anew what has been answered before.")] = False,
    providers: Annotated[
        bool,
        typer.Option(
            "--providers",
            callback=_print_providers,
            is_eager=True,
            help="Print what each provider can be asked, its limit, its keys and its terms.",
        ),
    ] = False,
) -> None:
    """Ask services, music folders and tables for songs and their tags, and keep them in one catalogue.

    What has come is safe at once: the same command goes on after Ctrl-C or a crash, and tries again what
    failed.
    Exit code: 0 done, 1 if anything failed, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.collect import collect_songs
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        well = collect_songs(provider, queries, output, mapped=mapped or [], previews=previews, again=again)
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(int(not well))
