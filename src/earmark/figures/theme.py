"""Colours on white and on black, told apart by colour-blind readers and even in brightness."""

from dataclasses import dataclass

from earmark.figures.panels import Palette


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``, colour maps by matplotlib's name or by their three anchors.

    Attributes
    ----------
    paper, ink, faint, rule : str
        Background, words, lesser words, lines.
    curve : str
        Curves and bands.
    maps : dict of Palette to str or tuple of str
        Colour maps.
    """

    paper: str
    ink: str
    faint: str
    rule: str
    curve: str
    maps: dict[Palette, str | tuple[str, ...]]


LIGHT = Theme(
    paper="#ffffff",
    ink="#1b1d22",
    faint="#5b616b",
    rule="#c9ced6",
    curve="#2f6db3",
    maps={
        "level": "magma",
        "share": "viridis",
        "contrast": "cividis",
        "signed": ("#0b4f8a", "#f4f4f2", "#b45309"),
    },
)
DARK = Theme(
    paper="#121418",
    ink="#eceef1",
    faint="#9aa2ad",
    rule="#3a404a",
    curve="#79b4f2",
    maps={
        "level": "magma",
        "share": "viridis",
        "contrast": "cividis",
        "signed": ("#7cc0ff", "#16181d", "#ffb45c"),
    },
)
