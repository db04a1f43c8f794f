"""Pictures of one song: a two-dimensional feature, or the tour of all of them on one page."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from earmark import __version__, audio
from earmark._dsp.passes import HOP, N_FFT
from earmark.audio import shown
from earmark.errors import ArgumentError, EarmarkError, StoreError
from earmark.features.analysis import Analysis, analyse
from earmark.features.array_kind import Array2D
from earmark.features.arrays import ARRAYS
from earmark.features.selection import RATE_HZ
from earmark.figures.panels import Curve, Heat, Page, Panel, Placed, Scale, Spectrum
from earmark.figures.scales import HEARD_HZ, clock, even, logarithmic, named
from earmark.registry import Registry
from earmark.workspace import replacing

TOUR = "tour"
KINDS = ("png", "svg", "pdf")
_LOW_HZ = 30.0
_FAINTEST = 0.01  # curves that lie lower do not fill their panel
_CLEAR = 0.01
_LONGEST_NAME_BYTES = 255  # on all common systems
_NATURAL = "CDEFGAB"
_TEMPOS_BPM = (30, 60, 120, 240, 480)


class Layout(NamedTuple):
    """Which arrays a page shows: their names and heights, column by column, and the columns' width."""

    columns: tuple[tuple[tuple[str, float], ...], ...]
    column_in: float


PICTURES: Registry[Layout] = Registry("picture")
"""Every picture by name: the tour, and each array on its own."""

PICTURES.add(
    TOUR,
    Layout(
        (
            (
                ("envelope", 0.6),
                ("rms", 0.5),
                ("spectrogram", 1.3),
                ("mel", 1.3),
                ("mfcc", 1.0),
                ("contrast", 0.9),
                ("flatness", 0.5),
            ),
            (
                ("spectrum", 1.0),
                ("chroma_stft", 1.2),
                ("chroma_cqt", 1.2),
                ("chroma_cens", 1.2),
                ("tempogram", 1.2),
            ),
        ),
        6.0,
    ),
)
for _name in ARRAYS:
    PICTURES.add(_name, Layout((((_name, 2.5),),), 9.0))


def picture(
    song: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    what: str = TOUR,
    dark: bool = False,
    offset_s: float = 0.0,
    duration_s: float | None = None,
) -> Path:
    """Draw a song into a file, which replaces one of that name.

    Parameters
    ----------
    song : str or os.PathLike
        A sound file.
    output : str or os.PathLike, optional
        The picture, its ending (.png, .svg or .pdf) the format; a folder gets a picture named after the song
        and `what`, such as ``song.tour.png``, and so does the current folder if it is left out.
    what : str
        A name in :data:`PICTURES`.
    dark : bool
        Light words on a dark page.
    offset_s, duration_s : float, optional
        A stretch of the song in seconds: where it begins and how long it is, to the end if left out.

    Returns
    -------
    Path
        Where the picture lies.

    Raises
    ------
    UnknownNameError
        If no picture has that name.
    ArgumentError
        If the output has another ending, or the stretch is not one or longer than half an hour.
    AudioError
        If the sound cannot be had.
    StoreError
        If the picture cannot be written.
    EarmarkError
        If matplotlib is not installed.

    Examples
    --------
    >>> picture("song.mp3", what="mel", dark=True)  # doctest: +SKIP
    PosixPath('song.mel.png')
    """
    layout = PICTURES[what]
    path = _destination(song, output, what)
    render = _renderer()
    analysis = analyse(song, None, offset_s, duration_s)
    clip = analysis.clip
    names = [name for column in layout.columns for name, _ in column]
    page = Page(
        title=shown(Path(song).name),
        subtitle=" · ".join([*_about_file(song, analysis), *_about_music(analysis)]),
        footnote=" · ".join([*_about_numbers(names), *clip.notes]),
        columns=tuple(
            tuple(Placed(_panel(ARRAYS[name].of(analysis)), height) for name, height in column)
            for column in layout.columns
        ),
        start_s=clip.start_s,
        end_s=clip.start_s + clip.duration_s,
        column_in=layout.column_in,
    )
    drawn = render(page, path.suffix[1:].lower(), dark=dark)
    try:
        with replacing(path) as new:
            new.write_bytes(drawn)
    except OSError as error:
        raise StoreError(
            f"'{shown(path)}' cannot be written: {error.strerror or error}",
            "make room on its disk, or name another place where you may write",
        ) from error
    return path


def _renderer() -> Callable[..., bytes]:
    try:
        from earmark.figures.page import render  # noqa: PLC0415 - matplotlib is an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise EarmarkError(
            "matplotlib is not installed, and pictures need it", "pip install 'earmark[pictures]'"
        ) from error
    return render


def _destination(song: str | os.PathLike[str], output: str | os.PathLike[str] | None, what: str) -> Path:
    """Return the path of the picture, of an ending that can be drawn."""
    given = Path(output) if output is not None else Path()
    if given.is_dir():
        ending = f".{what}.png"
        stem = os.fsencode(Path(song).stem)[: _LONGEST_NAME_BYTES - len(ending)]
        return given / (stem.decode(errors="ignore") + ending)
    if output is not None and os.fspath(output).endswith(("/", os.sep)):
        raise _no_folder(given)
    if given.suffix[1:].lower() not in KINDS:
        raise ArgumentError(
            f"'{shown(given)}' does not name a picture",
            f"end it with .{', .'.join(KINDS[:-1])} or .{KINDS[-1]}",
        )
    if not given.parent.is_dir():
        raise _no_folder(given.parent)
    return given


def _no_folder(folder: Path) -> StoreError:
    return StoreError(
        f"there is no folder '{shown(folder)}'", "make it first, or name another place for the picture"
    )


def _about_file(song: str | os.PathLike[str], analysis: Analysis) -> list[str]:
    """Say which stretch of what this is: ``0:45 to 1:25 of 3:42``, ``44.1 kHz stereo``."""
    info, clip = audio.probe(song), analysis.clip
    places = 1 if clip.duration_s < 10 else 0
    start, end = (clock(s, places) for s in (clip.start_s, clip.start_s + clip.duration_s))
    whole_s = info.duration_s or 0.0
    stretch = f"{start} to {end}" + (
        f" of {clock(whole_s)}" if whole_s > clip.start_s + clip.duration_s else ""
    )
    is_all = clip.start_s == 0 and whole_s <= clip.duration_s + 0.1
    channels = {1: "mono", 2: "stereo"}.get(info.channels, f"{info.channels} channels")
    length = f"{clip.duration_s:.3g} s" if places else clock(clip.duration_s)
    return [length if is_all else stretch, f"{info.rate_hz / 1000:g} kHz {channels}"]


def _about_music(analysis: Analysis) -> list[str]:
    if not analysis.samples.any():
        return ["silent"]
    tempo_bpm, key = analysis.tempo_bpm, analysis.key
    return [
        f"{tempo_bpm:.1f} bpm" if tempo_bpm else "no beat",
        f"{_pretty(key.name)} (key confidence {key.confidence:.2f})"
        if key.confidence >= _CLEAR
        else "no clear key",
    ]


def _pretty(key_name: str) -> str:
    tonic, mode = key_name.split()
    return f"{tonic.replace('#', '♯').replace('b', '♭')} {mode}"


def _about_numbers(names: list[str]) -> list[str]:
    about = [f"Earmark {__version__}", f"mono at {RATE_HZ} Hz, frames of {N_FFT} samples, {HOP} apart"]
    levels = [name for name in names if ARRAYS[name].high == 0.0]
    if not levels:
        return about
    others = [name for name in names if ARRAYS[name].unit == "dB" and name not in levels]
    exceptions = " and ".join(ARRAYS[name].title for name in others)
    return [*about, "dB: below the loudest" + (f", but for {exceptions}" if exceptions else "")]


# -- how each array is drawn


def _panel(array: Array2D) -> Panel:
    return _DRAWN[array.name](array)


def _edges_s(array: Array2D) -> tuple[float, float]:
    half_s = HOP / RATE_HZ / 2
    return float(array.times_s[0]) - half_s, float(array.times_s[-1]) + half_s


def _numbers(array: Array2D) -> list[float]:
    return [float(row) for row in array.rows]


def _audible(array: Array2D) -> Any:
    """Return levels; in digital silence, where every level is the loudest, the faintest there are."""
    values = array.values
    return values if values.min() < values.max() else np.full_like(values, ARRAYS[array.name].low)


def _heat(array: Array2D, values: Any, scale: Scale, **how: Any) -> Heat:
    kind = ARRAYS[array.name]
    colours: dict[str, Any] = {
        "low": kind.low,
        "high": kind.high,
        "unit": kind.unit,
        "palette": "level",
        **how,
    }
    return Heat(kind.title, values, *_edges_s(array), scale, **colours)


def _draw_spectrogram(array: Array2D) -> Panel:
    rows = _numbers(array)
    values, scale = logarithmic("Hz", _audible(array), rows, low=_LOW_HZ, high=rows[-1], marks=HEARD_HZ)
    return _heat(array, values, scale)


def _draw_mel(array: Array2D) -> Panel:
    return _heat(array, _audible(array), even("Hz", _numbers(array), HEARD_HZ))


def _draw_mfcc(array: Array2D) -> Panel:
    # The first two, level and slope, are ten times the others and would leave them without colour.
    most = max(1.0, float(np.percentile(np.abs(array.values[2:]), 99.5)))
    scale = named("coefficient", [str(row) for row in array.rows], every=5)
    return _heat(array, array.values, scale, low=-most, high=most, palette="signed", clipped="both")


def _draw_chroma(array: Array2D) -> Panel:
    # Frames of CENS have unit length: their strongest is well below 1.
    most = float(array.values.max()) or 1.0
    names = [name if name in _NATURAL else "" for name in map(str, array.rows)]
    return _heat(
        array, array.values, named("pitch class", names), high=most, palette="share", unit="relative"
    )


def _draw_contrast(array: Array2D) -> Panel:
    edges = [*_numbers(array), RATE_HZ / 2]
    words = [f"{hz / 1000:.3g}k" if hz >= 1000 else f"{hz:.0f}" for hz in edges]
    scale = Scale("band, Hz", tuple((float(row), word) for row, word in enumerate(words)))
    most = max(10.0, float(np.percentile(array.values, 99.5)))
    return _heat(array, array.values, scale, high=most, palette="contrast", clipped="max")


def _draw_tempogram(array: Array2D) -> Panel:
    # Without the first row, whose tempo is infinite, and upside down: from slow to fast.
    slow, fast = _TEMPOS_BPM[0], _TEMPOS_BPM[-1]
    marks = [(float(tempo_bpm), str(tempo_bpm)) for tempo_bpm in _TEMPOS_BPM]
    values, scale = logarithmic(
        "bpm", array.values[:0:-1], _numbers(array)[:0:-1], low=slow, high=fast, marks=marks
    )
    return _heat(array, values, scale, palette="share", unit="relative")


def _draw_curve(array: Array2D) -> Panel:
    kind = ARRAYS[array.name]
    most = 1.08 * max(float(np.abs(array.values).max()), _FAINTEST)
    low = -most if len(array.values) == 2 else 0.0
    return Curve(kind.title, kind.unit or "ratio", array.values, *_edges_s(array), low, most)


def _draw_spectrum(array: Array2D) -> Panel:
    kind = ARRAYS[array.name]
    return Spectrum(kind.title, _audible(array)[:, 0], np.array(array.rows, dtype=float), _LOW_HZ, kind.low)


_DRAWN: dict[str, Callable[[Array2D], Panel]] = {
    "envelope": _draw_curve,
    "rms": _draw_curve,
    "flatness": _draw_curve,
    "spectrum": _draw_spectrum,
    "spectrogram": _draw_spectrogram,
    "mel": _draw_mel,
    "mfcc": _draw_mfcc,
    "chroma_stft": _draw_chroma,
    "chroma_cqt": _draw_chroma,
    "chroma_cens": _draw_chroma,
    "contrast": _draw_contrast,
    "tempogram": _draw_tempogram,
}
