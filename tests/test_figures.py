"""Pages of panels: what stands on them, in light and dark, whatever the names and numbers."""

import doctest
import io
import subprocess
import sys
import warnings
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread
from scipy.ndimage import label

from earmark.figures import scatter
from earmark.figures import words as words_module
from earmark.figures.page import draw, render
from earmark.figures.panels import Curve, Heat, Page, Placed, Scale, Spectrum
from earmark.figures.scales import clock, even, fewer_bounds, fewer_frames, logarithmic, named, time_step_s
from earmark.figures.theme import DARK, LIGHT
from earmark.figures.words import brief, drawable


def heat(frames=20, **other):
    values = np.linspace(0, 1, 4 * frames, dtype=np.float32).reshape(4, frames)
    scale = named("pitch class", "CDEF")
    return Heat(**{
        "title": "Chroma", "values": values, "start_s": 0.0, "end_s": 5.0, "scale": scale, "low": 0.0,
        "high": 1.0, "unit": "relative", "palette": "share", **other,
    })  # fmt: skip


def curve(frames=20, bounds=1):
    values = np.ones((bounds, frames), np.float32) * np.arange(bounds)[:, None]
    return Curve("Loudness", "full scale", values, 0.0, 5.0, 0.0, 1.0)


def spectrum():
    frequency_hz = np.linspace(0, 11025, 1025)
    return Spectrum("Mean spectrum", -frequency_hz / 200, frequency_hz, 30.0, -80.0)


def page(*panels, title="song.mp3"):
    return Page(title, "0:05 · 44.1 kHz stereo", "Earmark", (tuple(map(Placed, panels)),), 0.0, 5.0, 6.0)


def words(figure):
    return [text.get_text() for text in figure.texts]


def named_axes(figure):
    return {axes.get_title(loc="left"): axes for axes in figure.axes}


def written_on(figure):
    """Yield all words that are seen: axes keep marks beyond their ends, which are not drawn."""
    figure.canvas.draw()
    yield from figure.texts
    for axes in figure.axes:
        yield from (
            text for text in (axes._left_title, axes.xaxis.label, axes.yaxis.label) if text.get_text()
        )
        for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for tick in axis.get_major_ticks():
                if ends[0] <= tick.get_loc() <= ends[1] and tick.label1.get_text():
                    yield from (label for label in (tick.label1, tick.label2) if label.get_visible())


# -- what is on a page


def test_every_panel_has_its_title_and_units():
    figure = draw(page(curve(), heat(), spectrum(), curve(bounds=2)))
    assert words(figure) == ["song.mp3", "0:05 · 44.1 kHz stereo", "Earmark"]
    axes = named_axes(figure)
    assert list(axes) == ["Loudness", "Chroma", "relative", "Mean spectrum"]
    assert axes["Loudness"].get_ylabel() == "full scale"
    assert axes["Chroma"].get_ylabel() == "pitch class"
    assert [tick.get_text() for tick in axes["Chroma"].get_yticklabels()] == ["F", "E", "D", "C"]
    assert (axes["Mean spectrum"].get_xlabel(), axes["Mean spectrum"].get_ylabel()) == ("Hz", "dB")
    assert axes["Mean spectrum"].get_xscale() == "log"


def test_the_last_panel_names_the_time():
    figure = draw(page(heat(), curve()))
    first, _, last = figure.axes
    assert last.get_xlabel() == "time, min:s"
    assert first.get_xlabel() == ""
    figure.canvas.draw()
    assert [tick.get_text() for tick in last.get_xticklabels()][1:-1] == [f"0:0{s}" for s in range(6)]
    assert last.get_xlim() == first.get_xlim() == (0.0, 5.0)


def test_no_words_overlap():
    figure = draw(page(heat(), curve(), spectrum(), heat(palette="signed", clipped="both")))
    boxes = [(text.get_text(), text.get_window_extent()) for text in written_on(figure)]
    assert len(boxes) > 40
    for one, box in boxes:
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1, one
        assert figure.bbox.y0 <= box.y0 < box.y1 <= figure.bbox.y1, one
    for (one, box), (other, beside) in combinations(boxes, 2):
        wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        high = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        assert min(wide, high) <= 2, (one, other)  # boxes hold a little more than the letters


def test_columns_end_together():
    columns = (tuple(map(Placed, [heat(), curve(), heat()])), (Placed(heat(), 0.5), Placed(spectrum(), 2.0)))
    figure = draw(Page("t", "", "", columns, 0.0, 5.0, 4.0))
    bottoms = [axes.get_position().y0 for axes in figure.axes]
    tops = [axes.get_position().y1 for axes in figure.axes]
    assert bottoms[-1] == pytest.approx(min(bottoms))
    assert tops.count(pytest.approx(max(tops))) == 4  # two panels and their colour bars


def test_a_single_frame_is_seen():
    axes = draw(page(curve(frames=1))).axes[0]
    assert axes.lines[0].get_xdata().tolist() == [0.0, 2.5, 5.0]


# -- light and dark


@pytest.mark.parametrize(("theme", "dark"), [(LIGHT, False), (DARK, True)])
def test_words_stand_out_from_the_paper(theme, dark):
    figure = draw(page(curve()), dark=dark)
    assert figure.get_facecolor() == pytest.approx(matplotlib.colors.to_rgba(theme.paper))
    for colour in (theme.ink, theme.faint, theme.curve):
        brighter, darker = sorted((contrast_light(colour), contrast_light(theme.paper)), reverse=True)
        assert (brighter + 0.05) / (darker + 0.05) >= 4.5  # WCAG 2, level AA


def contrast_light(colour):
    """Return the relative luminance of WCAG 2."""
    shares = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_dark_differs_from_light():
    assert render(page(heat()), "png") != render(page(heat()), "png", dark=True)


# -- files


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_formats(kind, start):
    drawn = render(page(heat(), curve(), spectrum()), kind)
    assert drawn.startswith(start)
    if kind != "svg":  # whose names of clips are random
        assert drawn == render(page(heat(), curve(), spectrum()), kind)


def test_matplotlib_is_left_as_it_was():
    program = """
import sys, numpy as np, matplotlib
before = matplotlib.rcParams.copy()
from earmark.figures.page import render
from earmark.figures.panels import Curve, Page, Placed
panel = Curve("t", "u", np.ones((1, 5), np.float32), 0.0, 1.0, 0.0, 1.0)
render(Page("t", "", "", ((Placed(panel),),), 0.0, 1.0, 6.0), "png")
assert matplotlib.rcParams.copy() == before
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# -- words


@pytest.mark.parametrize(
    "title",
    [
        "$x_1^2$ & \\alpha",
        "日本語の歌 🎵.mp3",
        "two\nlines\t\u202e.mp3",
        "\udcff.mp3",
        "",
        "é" * 400,
        "W" * 3000,
    ],
    ids=["mathematics", "other scripts", "control characters", "no text", "empty", "long", "longer"],
)
def test_any_name_fits(title):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw(page(curve(), title=title))
        figure.canvas.draw()
    text = figure.texts[0]
    assert text.get_window_extent().x1 <= figure.bbox.width
    if len(title) > 300:
        assert text.get_text().count("…") == 1
        assert text.get_text()[-1] == title[-1]


def test_what_cannot_be_drawn():
    assert drawable("Пе́сня ♯1 \x07") == "Пе́сня ♯1 \\x07"
    assert drawable("\U0010ffff") == "\\U0010ffff"


# -- scales


def test_a_logarithmic_scale():
    rows = np.arange(0.0, 1001.0, 10.0)
    values = rows[:, None].astype(np.float32) * np.ones((1, 3), np.float32)
    spread, scale = logarithmic(
        "Hz", values, rows, low=100, high=1000, marks=[(100, "a"), (500, "b"), (2000, "c")]
    )
    assert spread.shape == (256, 3)
    assert scale.ticks == ((0.0, "a"), (pytest.approx(256 * np.log10(5)), "b"))
    assert (np.diff(spread[:, 0]) >= 0).all()
    at_500 = spread[round(256 * np.log10(5)), 0]
    assert at_500 == pytest.approx(500, abs=10)


def test_a_line_is_not_lost_between_the_rows():
    values = np.zeros((1025, 1), np.float32)
    values[800] = 1.0
    spread, _ = logarithmic("Hz", values, np.linspace(0, 11025, 1025), low=30, high=11025, marks=[])
    assert spread.max() == 1.0


def test_marks_outside_an_even_scale_are_left_out():
    assert even("Hz", [10.0, 20.0], [(5, "5"), (20, "20")]) == Scale("Hz", ((1.5, "20"),))


def test_fewer_frames_keep_the_mean_and_bounds_the_extremes():
    values = np.random.default_rng(0).normal(size=(2, 12_000)).astype(np.float32)
    fewer = fewer_frames(values, 1000)
    assert fewer.shape == (2, 1000)
    assert fewer.mean(axis=1) == pytest.approx(values.mean(axis=1), abs=1e-6)
    bounds = fewer_bounds(np.sort(values, axis=0), 999)
    assert bounds.shape == (2, 999)
    assert (bounds.min(), bounds.max()) == (values.min(), values.max())
    for few in (values[:, :10], values[:, :1]):
        assert fewer_frames(few, 10) is few
        assert fewer_bounds(few, 10) is few


def test_times():
    assert [clock(s) for s in (0, 59.4, 60, 3600)] == ["0:00", "0:59", "1:00", "1:00:00"]
    assert clock(59.96, places=1) == "1:00.0"
    assert [time_step_s(s) for s in (0.01, 3, 30, 240, 1800)] == [0.1, 0.5, 5.0, 30.0, 300.0]


def test_every_dot_is_there_in_a_picture_of_pixels():
    """Dots are short lines, which pictures of pixels simplify away unless they are told not to."""
    places = np.linspace(-1, 1, 9)
    chart = scatter.Scatter(
        "t", "s", "x", "y", np.column_stack([places, places]), np.zeros(9, np.int64), ["one"], ["#ff0000"]
    )
    pixels = imread(io.BytesIO(scatter.draw(chart).file("png")), "png")
    red = (pixels[..., 0] > 0.9) & (pixels[..., 1] < 0.3)
    assert label(red, np.ones((3, 3)))[1] == 9


def test_numbers_and_names_find_room():
    assert doctest.testmod(words_module).failed == 0
    assert brief("日本語の長いジャンル名前", 12) == "日本語…前"
    assert len(brief("x" * 100)) <= 26
