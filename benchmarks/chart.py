"""The chart of one run, for light and for dark pages."""

from pathlib import Path
from typing import Any

from benchmarks.report import FIRST, LOADS, Figures
from earmark.figures.theme import DARK, LIGHT, Theme

_PANELS = ("clip", "segment")
_TITLE = "CPU time of the 57 columns of the GTZAN table, the same numbers by every way"
_SIZE_IN = (9.2, 3.0)


def _label(ms: float, times: float) -> str:
    amount = f"{ms / 1000:.3g} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"
    factor = f"{times:.0f}" if times >= 10 else f"{times:.1f}"
    return f"{amount}  ·  {factor} times faster" if times >= 1.05 else amount


def _panel(axes: Any, load: str, figures: Figures, theme: Theme) -> None:
    spent = figures.full[load]
    names = list(spent)[::-1]
    colours = [theme.curve if name.startswith("Earmark") else theme.faint for name in names]
    axes.barh(range(len(names)), [spent[name] for name in names], color=colours, height=0.62)
    longest = max(spent.values())
    for row, name in enumerate(names):
        inside = spent[name] > longest / 2
        axes.text(
            spent[name] + (-0.02 if inside else 0.02) * longest,
            row,
            _label(spent[name], spent[FIRST] / spent[name]),
            ha="right" if inside else "left",
            va="center",
            color=theme.paper if inside else theme.ink,
            fontsize=9,
            weight="bold" if name.startswith("Earmark, C") else "normal",
        )
    axes.set_xlim(0, longest)
    axes.set_title(f"a {LOADS[load]}", color=theme.ink, fontsize=10.5, loc="left")
    axes.set_yticks(range(len(names)), names, color=theme.ink, fontsize=9)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _draw(figures: Figures, theme: Theme, path: Path) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with rc_context({"svg.hashsalt": "earmark", "svg.fonttype": "path", "font.family": "DejaVu Sans"}):
        layout = ConstrainedLayoutEngine(wspace=0.08, w_pad=0.12, h_pad=0.08)
        page = Figure(figsize=_SIZE_IN, facecolor=theme.paper, layout=layout)
        FigureCanvasSVG(page)
        for axes, load in zip(page.subplots(1, 2, sharey=True), _PANELS, strict=True):
            axes.set_facecolor(theme.paper)
            _panel(axes, load, figures, theme)
        page.suptitle(_TITLE, color=theme.ink, fontsize=12, x=0.013, ha="left")
        page.savefig(path, metadata={"Date": None})


def write(figures: Figures, folder: Path) -> None:
    """Write ``speed.svg`` and ``speed-dark.svg``."""
    _draw(figures, LIGHT, folder / "speed.svg")
    _draw(figures, DARK, folder / "speed-dark.svg")
