"""The options of ``earmark extract``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named, named_file, named_folder


def extract(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Songs, or folders of songs, here or at addresses such as s3://bucket/folder.",
            show_default=False,
            callback=named,
        ),
    ],
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
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, metavar="N", help="Songs heard at once; if left out, one per processor."
        ),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(
            "--executor",
            metavar="NAME",
            help="Who hears them: processes, inline (one, without a worker) or dask (a cluster).",
            show_default=False,
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="URL",
            help="Where the cluster's scheduler is, for dask: tcp://host:8786.",
            show_default=False,
        ),
    ] = None,
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
