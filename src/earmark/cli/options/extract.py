"""The options of ``earmark extract``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file, named_folder
from earmark.cli.options._shared import Address, ExecutorName, Songs, SongWorkers


def extract(
    *,
    paths: Songs,
    features: Annotated[
        str,
        typer.Option(
            "--features",
            metavar="SET[,SET]",
            help="What to compute: one or more of club, full, groover65, gtzan58, musicnn, segments311.",
        ),
    ] = "gtzan58",
    window: Annotated[
        str,
        typer.Option(
            "--window",
            metavar="HOW",
            help="How to cut songs: whole (uncut), 3s (pieces of 3 s), 3s/1.5s (one every 1.5 s), 45s+40s "
            "(only 40 s, from 45 s on), bars, beats; '3s keep' keeps a shorter last piece.",
        ),
    ] = "3s",
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="The folder that keeps them.",
            callback=named_folder,
        ),
    ] = "features",
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="FILE",
            help="Write these songs' rows as one .csv or .parquet file too.",
            callback=named_file,
        ),
    ] = None,
    workers: SongWorkers = None,
    executor: ExecutorName = None,
    address: Address = None,
    retry_failures: Annotated[
        bool,
        typer.Option("--retry-failures", help="Try failed songs again, though their files are the same."),
    ] = False,
) -> None:
    """Measure songs and folders of songs: numbers for each piece, kept in Parquet files.

    What is known already is not computed again, so the same command goes on after Ctrl-C or a crash.
    Exit code: 0 done, 1 if any song failed, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.extract import extract_songs
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        any_failed = extract_songs(
            paths,
            output,
            table=table,
            features=features,
            window=window,
            workers=workers,
            executor=executor,
            address=address,
            retry_failures=retry_failures,
        )
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error
    raise typer.Exit(int(any_failed))
