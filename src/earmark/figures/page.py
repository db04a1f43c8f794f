"""A page of panels, drawn by matplotlib's objects: no pyplot, no state that other programs could feel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator, NullLocator
from numpy.typing import NDArray

from earmark.figures.panels import Curve, Heat, Page, Palette, Panel, Placed, Spectrum
from earmark.figures.scales import HEARD_HZ, clock, fewer_bounds, fewer_frames, time_step_s
from earmark.figures.theme import DARK, LIGHT, Theme
from earmark.figures.words import families, write

FORMATS = ("png", "svg", "pdf")
DPI = 130
_MOST_FRAMES = 1600  # twice the dots that a column has

# Lengths in inches.
_PANEL = 1.2
_MARGIN, _WORDS_LEFT, _BAR_RIGHT = 0.2, 0.75, 0.75
_TICK_APART = 0.13
_BAR_GAP, _BAR = 0.1, 0.12
_TOP, _TITLE, _TICKS, _GAP, _FOOT = 0.95, 0.3, 0.46, 0.06, 0.3

_HEADING_PT, _TITLE_PT, _WORDS_PT, _TICKS_PT = 17, 11, 9.5, 9

# Matplotlib's own would write a common factor above the axis, into the title.
_NUMBERS = FuncFormatter(lambda value, _: f"{value:g}".replace("-", "\N{MINUS SIGN}"))


@dataclass(frozen=True)
class _Place:
    """A panel, the box of its axes in inches from the page's corner, and whether its x axis has words."""

    panel: Panel
    left: float
    bottom: float
    width: float
    height: float
    labelled: bool


def render(page: Page, kind: str, dark: bool = False) -> bytes:
    """Draw a page.

    Parameters
    ----------
    page : Page
        What is to be seen.
    kind : {"png", "svg", "pdf"}
        The format.
    dark : bool
        Light words on a dark page.

    Returns
    -------
    bytes
        A file of that format.
    """
    drawn = BytesIO()
    # Dates would make two pictures of one song differ.
    undated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    draw(page, dark=dark).savefig(drawn, format=kind, metadata=undated)
    return drawn.getvalue()


def draw(page: Page, dark: bool = False) -> Figure:
    """Return the figure of a page; :func:`render` gives its file."""
    theme = DARK if dark else LIGHT
    column_all = _WORDS_LEFT + page.column_in + _BAR_RIGHT
    width = 2 * _MARGIN + len(page.columns) * column_all
    height = _TOP + max(map(_height, page.columns)) + (_FOOT if page.footnote else _MARGIN)
    left_all = _MARGIN + _WORDS_LEFT
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor=theme.paper)
    FigureCanvasAgg(figure)
    for words, y, looks in (
        (page.title, height - 0.5, {"size": _HEADING_PT, "weight": "bold", "color": theme.ink}),
        (page.subtitle, height - 0.78, {"size": _TITLE_PT, "color": theme.faint}),
        (page.footnote, 0.14, {"size": _TICKS_PT, "color": theme.faint}),
    ):
        write(figure, (left_all / width, y / height), words, (width - left_all - _MARGIN) * DPI, looks)
    for number, column in enumerate(page.columns):
        stretch = (max(map(_height, page.columns)) - _height(column)) / sum(
            placed.height for placed in column
        )
        left = left_all + number * column_all
        for place in _places(column, left, height - _TOP, panel_in=_PANEL + stretch, width=page.column_in):
            _draw_panel(figure, page, place, theme)
    return figure


def _shows_time(column: Sequence[Placed], number: int) -> bool:
    """Return whether a panel has the words below it: the last of a column, and a spectrum, have."""
    return number == len(column) - 1 or isinstance(column[number].panel, Spectrum)


def _height(column: Sequence[Placed]) -> float:
    """Return how high a column is in inches when its panels are as high as they would be."""
    words = sum(_TICKS if _shows_time(column, number) else _GAP for number in range(len(column)))
    return words + sum(_TITLE + _PANEL * placed.height for placed in column)


def _places(
    column: Sequence[Placed], left: float, top: float, *, panel_in: float, width: float
) -> Iterator[_Place]:
    for number, placed in enumerate(column):
        height = panel_in * placed.height
        labelled = _shows_time(column, number)
        yield _Place(placed.panel, left, top - _TITLE - height, width, height, labelled)
        top -= _TITLE + height + (_TICKS if labelled else _GAP)


def _draw_panel(figure: Figure, page: Page, place: _Place, theme: Theme) -> None:
    width, height = figure.get_size_inches()
    box = (place.left / width, place.bottom / height, place.width / width, place.height / height)
    axes = figure.add_axes(box, facecolor=theme.paper)
    axes.set_title(
        place.panel.title,
        loc="left",
        size=_TITLE_PT,
        weight="bold",
        color=theme.ink,
        pad=5,
        family=families(),
    )
    axes.tick_params(labelsize=_TICKS_PT, colors=theme.faint, labelcolor=theme.ink, length=3, width=0.6)
    for spine in axes.spines.values():
        spine.set(color=theme.rule, linewidth=0.6)
    match place.panel:
        case Heat() as heat:
            _draw_heat(axes, heat, theme, place.height)
            _draw_bar(figure, place, axes, heat, theme)
        case Curve() as curve:
            _draw_curve(axes, curve, theme, place.height)
        case Spectrum() as spectrum:
            _draw_spectrum(axes, spectrum, theme)
    if not isinstance(place.panel, Spectrum):
        _mark_time(axes, page, labelled=place.labelled)
    axes.xaxis.label.set(size=_WORDS_PT, color=theme.faint, family=families())
    axes.yaxis.label.set(size=_WORDS_PT, color=theme.faint, family=families())
    axes.yaxis.set_label_coords(-(_WORDS_LEFT - 0.22) / place.width, 0.5)
    for word in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        word.set_fontfamily(families())


def _draw_heat(axes: Axes, heat: Heat, theme: Theme, height_in: float) -> None:
    axes.imshow(
        fewer_frames(heat.values, _MOST_FRAMES),
        origin="lower",
        aspect="auto",
        extent=(heat.start_s, heat.end_s, 0.0, float(len(heat.values))),
        vmin=heat.low,
        vmax=heat.high,
        cmap=_colours(heat.palette, theme),
        interpolation="nearest",
    )
    axes.set_ylabel(heat.scale.label)
    ticks = _apart(heat.scale.ticks, _TICK_APART * len(heat.values) / height_in)
    axes.set_yticks([place for place, _ in ticks], [word for _, word in ticks])


def _apart(ticks: Sequence[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Return the ticks that have room for their words, from the top."""
    kept: list[tuple[float, str]] = []
    for tick in reversed(ticks):
        if not kept or kept[-1][0] - tick[0] >= least:
            kept.append(tick)
    return kept


def _draw_bar(figure: Figure, place: _Place, axes: Axes, heat: Heat, theme: Theme) -> None:
    """Draw the colour bar beside a heat map, its unit above it."""
    width, height = figure.get_size_inches()
    left = place.left + place.width + _BAR_GAP
    bar = figure.add_axes((left / width, place.bottom / height, _BAR / width, place.height / height))
    figure.colorbar(axes.images[0], cax=bar, extend=heat.clipped, extendfrac=0.06)
    bar.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    bar.yaxis.set_major_formatter(_NUMBERS)
    bar.tick_params(labelsize=_TICKS_PT, colors=theme.faint, labelcolor=theme.ink, length=2, width=0.6)
    bar.set_title(heat.unit, loc="left", size=_TICKS_PT, color=theme.faint, pad=6, family=families())
    bar.spines["outline"].set(color=theme.rule, linewidth=0.6)


def _draw_curve(axes: Axes, curve: Curve, theme: Theme, height_in: float) -> None:
    if len(curve.values) == 2:
        edges = fewer_bounds(curve.values, _MOST_FRAMES)
        axes.fill_between(_times_s(curve, edges), *_to_the_ends(edges), color=theme.curve, linewidth=0.4)
    else:
        values = fewer_frames(curve.values, _MOST_FRAMES // 2)
        axes.plot(_times_s(curve, values), *_to_the_ends(values), color=theme.curve, linewidth=0.9)
    axes.set_ylim(curve.low, curve.high)
    axes.set_ylabel(curve.unit)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=max(2, round(4 * height_in)), steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(_NUMBERS)
    axes.grid(color=theme.rule, linewidth=0.4)
    axes.set_axisbelow(True)


def _times_s(curve: Curve, values: NDArray[np.float32]) -> NDArray[np.float64]:
    edges_s = np.linspace(curve.start_s, curve.end_s, values.shape[1] + 1)
    return np.concatenate([edges_s[:1], (edges_s[1:] + edges_s[:-1]) / 2, edges_s[-1:]])


def _to_the_ends(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Go on level from the middle of the outer frames: a single frame would be a point."""
    return np.pad(values, ((0, 0), (1, 1)), mode="edge")


def _draw_spectrum(axes: Axes, spectrum: Spectrum, theme: Theme) -> None:
    drawn = spectrum.frequency_hz >= spectrum.low_hz
    frequency_hz, level_db = spectrum.frequency_hz[drawn], spectrum.level_db[drawn]
    axes.fill_between(frequency_hz, level_db, spectrum.low_db, color=theme.curve, alpha=0.25, linewidth=0)
    axes.plot(frequency_hz, level_db, color=theme.curve, linewidth=0.9)
    axes.set_xscale("log")
    axes.set_xlim(frequency_hz[0], frequency_hz[-1])
    axes.set_ylim(spectrum.low_db, 0.0)
    axes.xaxis.set_major_locator(FixedLocator([hz for hz, _ in HEARD_HZ]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([word for _, word in HEARD_HZ])
    axes.yaxis.set_major_locator(MultipleLocator(20))
    axes.set_xlabel("Hz", labelpad=1)
    axes.set_ylabel("dB")
    axes.grid(color=theme.rule, linewidth=0.4)
    axes.set_axisbelow(True)


def _mark_time(axes: Axes, page: Page, *, labelled: bool) -> None:
    step_s = time_step_s(page.end_s - page.start_s)
    axes.set_xlim(page.start_s, page.end_s)
    axes.xaxis.set_major_locator(MultipleLocator(step_s))
    places = 0 if step_s >= 1 else 1
    axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: clock(seconds, places)))
    axes.tick_params(axis="x", labelbottom=labelled)
    if labelled:
        axes.set_xlabel("time, min:s", labelpad=1)


def _colours(palette: Palette, theme: Theme) -> Colormap:
    named = theme.maps[palette]
    if isinstance(named, str):
        return mpl.colormaps[named]
    return LinearSegmentedColormap.from_list(palette, list(named))
