"""The chart of one run, for light and for dark pages."""

from pathlib import Path
from typing import Any

from benchmarks.report import FIRST, LOADS, Figures
from earmark.figures.theme import DARK, LIGHT, Theme

_PANELS = ("clip", "segment")
_SIZE_IN = (9.2, 3.3)


def _label(ms: float, times: float) -> str:
    amount = f"{ms / 1000:.2g} s" if ms >= 1000 else f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms"
    return f"{amount}  ·  {times:.0f} times" if times >= 1.05 else amount


def _panel(axes: Any, load: str, figures: Figures, theme: Theme) -> None:
    spent = figures.full[load]
    names = list(spent)[::-1]
    colours = [theme.curve if name.startswith("Earmark") else theme.faint for name in names]
    axes.barh(range(len(names)), [spent[name] for name in names], color=colours, height=0.62)
    for row, name in enumerate(names):
        weight = "bold" if name.startswith("Earmark, C") else "normal"
        said = _label(spent[name], spent[FIRST] / spent[name])
        axes.text(spent[name] * 1.12, row, said, va="center", color=theme.ink, fontsize=9, weight=weight)
        path = name.rpartition(", ")[2]
        if path in figures.floor[load]:
            least = figures.floor[load][path]
            axes.plot([least, least], [row - 0.42, row + 0.42], color=theme.ink, linewidth=1.4)
    axes.set_xscale("log")
    axes.set_xlim(min(spent.values()) / 4, max(spent.values()) * 6)
    axes.set_title(LOADS[load], color=theme.ink, fontsize=10.5, loc="left")
    axes.set_yticks(range(len(names)), names, color=theme.ink, fontsize=9)
    axes.tick_params(axis="both", which="both", length=0)
    axes.set_xticks([])
    axes.set_xticks([], minor=True)
    for side in axes.spines.values():
        side.set_visible(False)


def _draw(figures: Figures, theme: Theme, path: Path) -> None:
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "earmark", "svg.fonttype": "path", "font.family": "DejaVu Sans"}):
        page = Figure(figsize=_SIZE_IN, facecolor=theme.paper, layout="constrained")
        FigureCanvasSVG(page)
        for axes, load in zip(page.subplots(1, 2, sharey=True), _PANELS, strict=True):
            axes.set_facecolor(theme.paper)
            _panel(axes, load, figures, theme)
        page.suptitle(
            "CPU time of the 57 columns of the GTZAN table", color=theme.ink, fontsize=12, x=0.01, ha="left"
        )
        page.supxlabel(
            "logarithmic; stroke: the least that two transforms and two medians per frame cost",
            color=theme.faint, fontsize=8.5,
        )  # fmt: skip
        page.savefig(path, metadata={"Date": None})


def write(figures: Figures, folder: Path) -> None:
    """Write ``speed.svg`` and ``speed-dark.svg``."""
    _draw(figures, LIGHT, folder / "speed.svg")
    _draw(figures, DARK, folder / "speed-dark.svg")
