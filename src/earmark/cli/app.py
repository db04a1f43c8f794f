"""The commands and their options; each loads what it needs only when it runs."""

from typing import Annotated

import typer

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


def _named(paths: list[str]) -> list[str]:
    # "" would be the current folder, which is "."; it comes from a shell variable that is not set.
    if "" in paths:
        raise typer.BadParameter("an empty path; name a song or a folder, '.' for the current one")
    return paths


def _named_model(folder: str | None) -> str | None:
    if folder == "":
        raise typer.BadParameter("an empty path; name a model's folder, or leave out --model")
    return folder


def _named_file(path: str | None) -> str | None:
    if path == "":
        raise typer.BadParameter("an empty path; name a file")
    return path


def _named_folder(path: str) -> str:
    if path == "":
        raise typer.BadParameter("an empty path; name a folder, '.' for the current one")
    return path


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def classify(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH", help="Songs, or folders of songs.", show_default=False, callback=_named
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
            "--model", metavar="DIR", help="A model's folder, not the built-in.", callback=_named_model
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


@app.command()
def picture(
    *,
    song: Annotated[
        str, typer.Argument(metavar="SONG", help="A sound file.", show_default=False, callback=_named_file)
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .png, .svg or .pdf, or a folder; song.tour.png here if left out.",
            callback=_named_file,
        ),
    ] = None,
    feature: Annotated[
        str,
        typer.Option(
            "--feature",
            metavar="NAME",
            help="One of envelope, rms, spectrum, spectrogram, mel, mfcc, chroma_stft, chroma_cqt, "
            "chroma_cens, contrast, flatness, tempogram; or tour, all of them on one page.",
        ),
    ] = "tour",
    dark: Annotated[bool, typer.Option("--dark", help="Light words on a dark page.")] = False,
    offset: Annotated[
        float, typer.Option("--offset", metavar="SECONDS", help="Where in the song to begin.")
    ] = 0.0,
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="SECONDS", help="How much of it to draw; to its end if left out."),
    ] = None,
) -> None:
    """Draw a song: waveform, spectra, chroma, tempo on one page.

    Needs matplotlib: pip install 'earmark[pictures]'. A picture of the same name is replaced.
    Exit code: 0 done, 1 if it could not be drawn, 2 wrong usage, 130 interrupted.
    """
    from earmark.cli.picture import draw_song
    from earmark.errors import ArgumentError, UnknownNameError

    try:
        draw_song(song, output=output, what=feature, dark=dark, offset_s=offset, duration_s=duration)
    except (ArgumentError, UnknownNameError) as error:
        raise typer.BadParameter(str(error)) from error


@app.command()
def extract(
    *,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH",
            help="Songs, or folders of songs, here or at addresses such as s3://bucket/folder.",
            show_default=False,
            callback=_named,
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
            callback=_named_folder,
        ),
    ] = "features",
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="FILE",
            help="Write these songs' rows as one .csv or .parquet file too.",
            callback=_named_file,
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


@app.command()
def doctor(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what is installed and whether it works.

    Exit code: 0 if Earmark can work here, 1 if something it cannot do without fails.
    """
    from earmark.cli.doctor import report

    healthy = report(as_json=json)
    raise typer.Exit(int(not healthy))
