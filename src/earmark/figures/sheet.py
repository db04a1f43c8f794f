"""A sheet to draw charts on: its size, its words, its file."""

import hashlib
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from earmark.figures.theme import DARK, LIGHT, Theme
from earmark.figures.words import LONGEST, brief, drawable, families, in_short, write

DPI = 130
_HEADING_PT, _WORDS_PT, TICKS_PT = 12.5, 9.5, 9
_LEFT = 0.12
_EDGE = 0.1  # of a panel, without a number at its right end
_HEAD, _FOOT = 0.72, 0.12

_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_NAME = re.compile(r"""( id="|url\(#|href="#)([^")]+)""")  # pictures of one page must not share names
_TAG = re.compile(r"<[^>]*>")
_PACKED = re.compile(r"\s*([A-Za-z])\s*|\s+")
_FONT = re.compile(r"font-family: [^;\"]*")


@dataclass(frozen=True)
class Sheet:
    """What is written on a picture beside the charts.

    Attributes
    ----------
    title : str
        What it shows, in words: the finding where there is one.
    subtitle : str
        What was measured on how many songs, with units.
    width_in, height_in : float
        Size of the charts' area with its axis words, in inches; the heading comes above.
    """

    title: str
    subtitle: str
    width_in: float
    height_in: float


class Drawing:
    """A figure with its heading, and axes placed in inches.

    Parameters
    ----------
    sheet : Sheet
        Its words and size.
    dark : bool
        Light words on a dark page.
    """

    def __init__(self, sheet: Sheet, dark: bool = False) -> None:
        self.sheet, self.theme = sheet, DARK if dark else LIGHT
        self.width, self.height = sheet.width_in, sheet.height_in + _HEAD
        self.figure = Figure(figsize=(self.width, self.height), dpi=DPI, facecolor=self.theme.paper)
        FigureCanvasAgg(self.figure)
        wide = (self.width - 2 * _LEFT) * DPI
        for words, down, looks in (
            (sheet.title, 0.28, {"size": _HEADING_PT, "weight": "bold", "color": self.theme.ink}),
            (sheet.subtitle, 0.52, {"size": _WORDS_PT, "color": self.theme.faint}),
        ):
            write(self.figure, (_LEFT / self.width, 1 - down / self.height), words, wide, looks)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes by their box in inches, `top` counted down from below the heading."""
        bottom = self.sheet.height_in - top - height
        box = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box, facecolor="none")
        axes.tick_params(
            labelsize=TICKS_PT, colors=self.theme.faint, labelcolor=self.theme.ink, length=3, width=0.6
        )
        for side, spine in axes.spines.items():
            spine.set(color=self.theme.rule, linewidth=0.6, visible=side in ("left", "bottom"))
        axes.set_axisbelow(True)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _at: in_short(value)))
        return axes

    def say(self, axes: Axes, x: float, y: float, words: str, **looks: Any) -> None:
        """Write words at a place in the axes' own numbers."""
        looks = {"size": TICKS_PT, "color": self.theme.ink, "va": "center", **looks}
        axes.text(x, y, drawable(words), parse_math=False, family=families(), **looks)

    def label(self, axes: Axes, *, x: str = "", y: str = "", title: str = "") -> None:
        """Name the axes, with units."""
        looks: dict[str, Any] = {"size": _WORDS_PT, "color": self.theme.faint, "family": families()}
        looks["parse_math"] = False
        if x:
            axes.set_xlabel(drawable(x), labelpad=3, **looks)
        if y:
            axes.set_ylabel(drawable(y), labelpad=3, **looks)
        if title:
            looks = {**looks, "color": self.theme.ink, "weight": "bold"}
            axes.set_title(drawable(title), loc="left", pad=5, **looks)

    def numbers(self, axes: Axes, most: int) -> None:
        """Write a few round numbers below axes, none of which meets those of the next panel."""
        low, high = axes.get_xlim()
        places = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        room = _EDGE * (high - low)
        axes.set_xticks([place for place in places if low <= place <= high - room])
        axes.set_xlim(low, high)

    def ticks(self, axes: Axes, names: list[str], most: int = LONGEST) -> None:
        """Name the rows of axes 0, 1, ... from the top down; there is room for so many letters."""
        axes.set_yticks(range(len(names)))
        axes.set_yticklabels(
            [brief(drawable(name), most) for name in names], family=families(), parse_math=False
        )
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)

    def across(self, axes: Axes, names: list[str]) -> None:
        """Name the columns of axes 0, 1, ... from left to right, slanted."""
        axes.set_xticks(range(len(names)))
        looks: dict[str, Any] = {"family": families(), "parse_math": False, "rotation": 40, "ha": "right"}
        axes.set_xticklabels([brief(drawable(name)) for name in names], rotation_mode="anchor", **looks)
        axes.tick_params(axis="x", length=0)

    def file(self, kind: str) -> bytes:
        """Return the picture as the bytes of a ``png``, ``svg`` or ``pdf`` file, equal for equal pictures."""
        undated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
        drawn = BytesIO()
        with mpl.rc_context({"svg.hashsalt": self._salt}):
            self.figure.savefig(drawn, format=kind, metadata=undated)
        return drawn.getvalue()

    @property
    def _salt(self) -> str:
        return hashlib.sha256(f"{self.sheet}".encode()).hexdigest()[:8]

    def inline(self) -> str:
        """Return the picture as ``<svg>`` for a page, whose words and lines take the page's colours.

        Numbers keep a tenth of a point, which no eye sees. Draw it light: the page's style has both themes.
        """
        drawn = BytesIO()
        with mpl.rc_context({"svg.hashsalt": self._salt, "svg.fonttype": "none"}):
            self.figure.savefig(drawn, format="svg", metadata={"Date": None}, transparent=True)
        text = drawn.getvalue().decode("utf-8")
        text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
        text = _TAG.sub(lambda tag: _NUMBER.sub(_rounded, tag[0]), text)
        text = _FONT.sub("font-family: inherit", text)
        text = re.sub(
            r'(<svg [^>]*?)height="[^"]*"',
            rf'\1role="img" aria-label="{_attribute(self.sheet.title)}"',
            text,
            count=1,
        )
        return _NAME.sub(rf"\g<1>{self._salt}-\g<2>", _themed(text, self.theme))


def _attribute(words: str) -> str:
    return words.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\\", "\\\\")


def _themed(svg: str, theme: Theme) -> str:
    """Return it with the theme's own colours as variables of the page's style."""
    for name in ("ink", "faint", "rule", "curve"):
        svg = svg.replace(getattr(theme, name), f"var(--{name})")
    # Only what is referred to needs a name, and blanks between a path's letters and numbers say nothing.
    svg = re.sub(
        r' id="(?:figure|axes|patch|line2d|text|xtick|ytick|matplotlib|\w*Collection)[._\w]*"', "", svg
    )
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    return re.sub(r' d="([^"]*)"', lambda found: f' d="{_PACKED.sub(_letter, found[1]).strip()}"', svg)


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.1f}".removesuffix(".0")


def _letter(found: re.Match[str]) -> str:
    return found[1] or " "
