"""The options of ``earmark duplicates``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file, named_folder
from earmark.cli.options._shared import Address, ExecutorName, Songs, SongWorkers


def duplicates(
    *,
    paths: Songs,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="TABLE",
            help="Artist and title of songs: lines 'song.wav ::: artist ::: title', or a CSV file. Songs of "
            "equal artist and title are listed with the overlap found.",
            callback=named_file,
        ),
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="NAME",
            help="Whose fingerprints: chromaprint, earmark, or auto: Chromaprint's if it is installed.",
        ),
    ] = "auto",
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="DIR", help="The folder that keeps them.", callback=named_folder
        ),
    ] = "fingerprints",
    workers: SongWorkers = None,
    executor: ExecutorName = None,
    address: Address = None,
) -> None:
    """Find the same recording twice, in the sound: other formats, loudness and cuts too.

    DIR/duplicates.parquet says which recording each song is. What was heard is not heard again.
    Exit code: 0 done, 1 if any song failed, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.duplicates import find_duplicates
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        any_failed = find_duplicates(
            paths,
            as_json=json,
            folder=output,
            kind=kind,
            index=index,
            workers=workers,
            executor=executor,
            address=address,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(int(any_failed))
