"""What it costs to compute the 57 columns once in a fresh process, and from a file in a warm one."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.cold import repeat_mp3, spend, write_mp3
from benchmarks.race import cpu_s
from benchmarks.ways import Way, forced
from earmark._dsp.native import VARIABLE
from earmark.audio.windows import parse_window
from earmark.features.songs import measure
from earmark.records import FloatArray

_RUNS = 2
_THEIRS = "from benchmarks.librosa_recipe import {} as columns"
_OURS = "from earmark.features import FEATURE_SETS; columns = FEATURE_SETS['gtzan58'].compute"
# Linux counts into ru_maxrss what the parent held when it started the child, so the child tells it itself.
_CHILD = """
import sys
import numpy as np
{}
columns(np.load(sys.argv[1]))
(line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(line.split()[1], file=sys.stderr)
"""


class Cold(NamedTuple):
    """A fresh process: CPU seconds of all threads, and peak memory in MB."""

    cpu_s: float
    peak_mb: float


class FromFile(NamedTuple):
    """CPU seconds from an mp3 to its columns in a warm process, and what is allowed."""

    what: str
    cpu_s: float
    limit_s: float


def _source(way: Way) -> str:
    if way.path is not None:
        return _OURS
    return _THEIRS.format("gtzan57_shared" if "one spectrum" in way.name else "gtzan57")


def cold(ways: list[Way], sound: FloatArray, folder: Path) -> dict[str, Cold]:
    """Return what every way costs from the start of Python to the columns of one sound; Linux only."""
    if not Path("/proc/self/status").exists():
        return {}
    np.save(folder / "sound.npy", sound)
    children = {"Python and NumPy alone": ("numpy", "columns = len")}
    children |= {way.name: (way.path or "", _source(way)) for way in ways if way.full is not None}
    found = {}
    before = os.environ.pop(VARIABLE, None)
    for name, (path, source) in children.items():
        if path:
            os.environ[VARIABLE] = path
        command = [sys.executable, "-c", _CHILD.format(source), str(folder / "sound.npy")]
        runs = [spend(command, folder / "stderr") for _ in range(_RUNS)]
        found[name] = Cold(min(s for s, _ in runs), min(int(said.split()[-1]) for _, said in runs) / 1024)
        os.environ.pop(VARIABLE, None)
    if before is not None:
        os.environ[VARIABLE] = before
    return found


def from_file(path: str, folder: Path) -> list[FromFile]:
    """Return what it costs from stereo mp3 at 44.1 kHz to the columns, by that signal path."""
    short = write_mp3(folder / "half.mp3", 30.0)
    long = repeat_mp3(short, folder / "song.mp3", 240.0)
    jobs = (("30 s, one row", short, "whole", 0.055), ("4 minutes in 3-s segments", long, "3s", 0.5))
    found = []
    with forced(path):
        for what, song, window, limit_s in jobs:
            cut = parse_window(window)
            measure(song, ("gtzan58",), cut)
            found.append(FromFile(what, cpu_s(measure, song, ("gtzan58",), cut), limit_s))
    return found
