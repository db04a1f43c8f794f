"""The figures of one run as text."""

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from benchmarks.footprint import Cold, FromFile
from benchmarks.machine import cpu_model
from benchmarks.parity import P999_RELATIVE, Parity

LOADS = {"clip": "30-s clip", "segment": "3-s segment", "song": "4 min in 3-s segments"}
FIRST = "librosa, function by function"
_NAME = 32


@dataclass(frozen=True)
class Figures:
    """What one run measured.

    Attributes
    ----------
    what : str
        The sounds, in words.
    full, lean : dict of str to dict of str to float
        CPU milliseconds per sound by load (keys of :data:`LOADS`) and way; lean leaves out the harmonic and
        the percussive signal.
    floor : dict of str to dict of str to float
        Milliseconds of the least that the separation can cost, by load and path.
    parity : dict of str to Parity
        By path, over clips and segments.
    functions : list of (str, float, float or None)
        A function of librosa's, its and our milliseconds per clip; None where it is no part of ours alone.
    cold : dict of str to Cold
        Fresh processes by way.
    files : list of FromFile
        From mp3 to columns.
    """

    what: str
    full: dict[str, dict[str, float]]
    lean: dict[str, dict[str, float]]
    floor: dict[str, dict[str, float]]
    parity: dict[str, Parity]
    functions: list[tuple[str, float, float | None]]
    cold: dict[str, Cold]
    files: list[FromFile]


def machine() -> str:
    """Return processor, Python and the versions that matter."""
    found = []
    for name in ("librosa", "numpy", "scipy", "numba", "essentia", "earmark"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    cores = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{cpu_model()}, {cores}\n{', '.join(found)}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _table(title: str, spent: dict[str, dict[str, float]], floor: dict[str, dict[str, float]]) -> list[str]:
    """Return milliseconds and, beside them, how many times faster than librosa, load by load."""
    lines = [
        f"{title:{_NAME}}" + "".join(f"{name:>22}" for name in LOADS.values()),
        " " * _NAME + f"{'ms':>13}{'times':>9}" * len(LOADS),
    ]
    rows = {way: {load: spent[load][way] for load in LOADS} for way in spent["clip"]}
    for path in floor.get("clip", {}):
        rows[f"floor of C, {path}"] = {load: floor[load][path] for load in LOADS}
    for way, by_load in rows.items():
        cells = (f"{_number(ms):>13}{spent[load][FIRST] / ms:9.1f}" for load, ms in by_load.items())
        lines.append(f"{way:{_NAME}}" + "".join(cells))
    return [*lines, ""]


def _functions(figures: Figures) -> list[str]:
    lines = [
        f"{'one function alone, 30-s clip':{_NAME}}{'librosa ms':>13}{'Earmark ms':>13}{'times':>9}",
    ]
    for name, theirs, ours in figures.functions:
        beside = "" if ours is None else f"{_number(ours):>13}{theirs / ours:9.1f}"
        lines.append(f"{name:{_NAME}}{_number(theirs):>13}{beside}")
    return [*lines, ""]


def _costs(figures: Figures) -> list[str]:
    lines = [f"{'fresh process, one 30-s clip':{_NAME}}{'CPU s':>13}{'peak MB':>13}"]
    lines += [f"{way:{_NAME}}{cost.cpu_s:13.2f}{cost.peak_mb:13.0f}" for way, cost in figures.cold.items()]
    lines += ["", f"{'from mp3 to 57 columns':{_NAME}}{'CPU ms':>13}{'allowed':>13}"]
    lines += [
        f"{one.what:{_NAME}}{1000 * one.cpu_s:13.0f}{1000 * one.limit_s:13.0f}" for one in figures.files
    ]
    lines += ["", f"{'parity with librosa':{_NAME}}{'tempo the same':>18}{'largest':>10}{'99.9 %':>10}"]
    for path, parity in figures.parity.items():
        same = f"{parity.tempo_equal} of {parity.songs}"
        numbers = f"{parity.max_relative:>10.1e}{parity.p999_relative:>10.1e}"
        lines.append(f"{path:{_NAME}}{same:>18}{numbers}  ({parity.worst_column})")
    return [*lines, ""]


def verdicts(figures: Figures) -> list[tuple[bool, str]]:
    """Return what is required of the compiled path, and whether it holds; nothing where there is none."""
    found = []
    path = "avx2" if "avx2" in figures.parity else next((p for p in figures.parity if p != "numpy"), None)
    if path is None:
        return [(False, "no compiled kernel here")]
    way = f"Earmark, C, {path}"
    for label, spent, loads, least in (
        ("", figures.full, ("clip", "segment"), 100.0),
        (" without the separation", figures.lean, ("clip", "segment"), 20.0),
    ):
        for load in loads:
            times = spent[load][FIRST] / spent[load][way]
            text = f"{path}, {LOADS[load]}{label}: {times:.0f} times librosa, {least:.0f} required"
            found.append((times >= least, text))
    for load in ("clip", "segment"):
        times = figures.full[load][way] / figures.floor[load][path]
        found.append((times <= 1.6, f"{path}, {LOADS[load]}: {times:.2f} of the floor, 1.6 allowed"))
    found += [
        (one.cpu_s <= one.limit_s, f"from mp3, {one.what}: {1000 * one.cpu_s:.0f} ms CPU")
        for one in figures.files
    ]
    for name, parity in figures.parity.items():
        alike = not parity.outside and parity.tempo_equal == parity.songs
        alike &= parity.p999_relative <= P999_RELATIVE
        found.append((alike, f"parity of {name}"))
    return found


def text(figures: Figures) -> str:
    """Return everything."""
    lines = [machine(), figures.what, ""]
    lines += _table("57 columns", figures.full, figures.floor)
    lines += _table("without harmony, perceptr", figures.lean, {})
    lines += _functions(figures) + _costs(figures)
    lines += [f"{'pass' if good else 'FAIL'}: {what}" for good, what in verdicts(figures)]
    return "\n".join(lines)
