"""The options of ``earmark picture``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file


def picture(
    *,
    song: Annotated[
        str, typer.Argument(metavar="SONG", help="A sound file.", show_default=False, callback=named_file)
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .png, .svg or .pdf, or a folder; song.tour.png here if left out.",
            callback=named_file,
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
