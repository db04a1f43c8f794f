"""The options of ``earmark label``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file, named_folder


def label(
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="CATALOG|TABLE",
            help="A catalogue's folder, or a table (.csv, .tsv, .json, .jsonl, .parquet), or a folder of "
            "tables.",
            show_default=False,
            callback=named_folder,
        ),
    ],
    taxonomy: Annotated[
        str,
        typer.Option(
            "--taxonomy",
            metavar="NAME|FILE",
            help="One of broad12, broad12-fixed, club9, gtzan10, spotify15; or a .toml file.",
            callback=named_folder,
        ),
    ] = "broad12-fixed",
    tags_column: Annotated[
        str | None,
        typer.Option(
            "--tags-column",
            metavar="COLUMN",
            help="The column with the raw tags; tags, genres, genre or tag if left out.",
        ),
    ] = None,
    id_column: Annotated[
        str | None,
        typer.Option(
            "--id-column",
            metavar="COLUMN",
            help="The column that names the songs; track_id, id, path or filename if left out.",
        ),
    ] = None,
    separator: Annotated[
        str | None,
        typer.Option(
            "--separator", metavar="TEXT", help="What stands between tags; ';', '|' or ',' if left out."
        ),
    ] = None,
    distinct: Annotated[
        bool, typer.Option("--distinct", help="Of rows that are equal in all named columns, take one.")
    ] = False,
    vote: Annotated[
        str | None,
        typer.Option(
            "--vote",
            metavar="HOW",
            help="How tags come to one genre: first (in the taxonomy), majority or weighted (by rule); the "
            "taxonomy's own way if left out.",
            show_default=False,
        ),
    ] = None,
    min_count: Annotated[
        int,
        typer.Option(
            "--min-count",
            min=1,
            metavar="N",
            help="Fold genres of fewer songs into their parents; without a parent their songs have none.",
        ),
    ] = 1,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="NAME|FILE",
            help="Say what changes against another taxonomy: how many songs, which tags.",
            callback=named_file,
        ),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Where the folder NAME@HASH is made.",
            callback=named_folder,
        ),
    ] = "labels",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Turn the raw tags of songs into one genre each, and say what the rules did.

    All genres that a song's tags speak of are kept beside its one genre, and an audit of tags and rules.
    Exit code: 0 done, 1 could not, 2 wrong usage.
    """
    from earmark.cli.label import label_songs
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        label_songs(
            source,
            taxonomy,
            output=output,
            vote=vote,
            min_count=min_count,
            tags_column=tags_column,
            id_column=id_column,
            separator=separator,
            distinct=distinct,
            against=compare,
            as_json=as_json,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
