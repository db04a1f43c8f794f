"""Measure the 57 sound columns: librosa function by function against Earmark, in one run.

Run ``python -m benchmarks.features [--songs 20]``. The two take turns on every song; what counts is the CPU
time of all threads. The exit code is 1 if Earmark is less than 15 times faster or if a number lies outside
tolerance.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

# One thread for linear algebra: else librosa spends a tenth more, and its idle threads spin into our turn.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.librosa_recipe import gtzan57
from benchmarks.parity import P999_RELATIVE, compare
from benchmarks.sounds import lossless_clips, synthetic
from earmark import audio
from earmark._dsp import describe
from earmark.features import FEATURE_SETS
from earmark.records import FloatArray

REQUIRED_RATIO = 15.0
PAGE = Path("docs/speed.md")
TEXT = """# How fast the features are

librosa's functions called one by one, as the published table was made, against the feature set `gtzan58` on
the same samples, both with one thread for linear algebra. The second row leaves the harmonic and percussive
parts out of both; there ours are the frame-by-frame numbers, without means and variances. Written by
`python -m benchmarks.features --write`; run it to see what your machine gives.

```
{report}
```
"""
RATE_HZ = 22050


def songs(count: int) -> tuple[str, list[FloatArray]]:
    """Return what is measured, in words, and the samples."""
    paths = lossless_clips()[:count]
    if paths:
        return "lossless GTZAN clips", [audio.load(path, rate_hz=RATE_HZ).samples for path in paths]
    long = [np.resize(sound, 30 * RATE_HZ) for sound in synthetic().values()]
    return "synthetic sounds of 30 s, for want of the clips", long[:count]


def cpu_s(work: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[float, Any]:
    """Return the CPU seconds of all threads, and the result."""
    start = time.process_time()
    result = work(*arguments, **options)
    return time.process_time() - start, result


def cpu_model() -> str:
    """Return the processor's name."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def measure(samples: list[FloatArray]) -> tuple[dict[str, list[float]], list[Any], list[Any]]:
    """Return CPU seconds per song of all four ways, and the rows of librosa and of Earmark."""
    ours = FEATURE_SETS["gtzan58"].compute
    warm = samples[0][: 5 * RATE_HZ]
    gtzan57(warm)
    ours(warm)
    spent: dict[str, list[float]] = {"librosa": [], "ours": [], "librosa lean": [], "ours lean": []}
    truth, found = [], []
    for y in samples:
        seconds, row = cpu_s(gtzan57, y)
        spent["librosa"].append(seconds)
        truth.append(list(row.values()))
        seconds, rows = cpu_s(ours, y)
        spent["ours"].append(seconds)
        found.append(rows.values[0, 1:])
        spent["librosa lean"].append(cpu_s(gtzan57, y, hpss=False)[0])
        spent["ours lean"].append(cpu_s(describe, y, RATE_HZ, separate=False)[0])
    return spent, truth, found


def report(what: str, samples: list[FloatArray]) -> tuple[str, bool]:
    """Measure; return the comparison as text, and whether it is good enough."""
    spent, truth, found = measure(samples)
    total = {way: sum(seconds) for way, seconds in spent.items()}
    parity = compare(np.array(truth), np.array(found))
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("librosa", "numpy", "scipy", "numba", "earmark")
    )
    duration_s = sum(len(y) for y in samples) / RATE_HZ
    lines = [
        f"{cpu_model()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"{versions}",
        f"{len(samples)} {what}, {duration_s:.0f} s of sound; CPU time of all threads, taking turns",
        "",
        f"{'':32}{'librosa':>12}{'earmark':>12}{'ratio':>8}{'median':>8}{'range':>14}",
    ]
    for label, suffix in (("57 columns, ms per song", ""), ("  without harmony and perceptr", " lean")):
        slow, fast = spent["librosa" + suffix], spent["ours" + suffix]
        ratios = np.array(slow) / np.array(fast)
        per_song = [1000 * total[way + suffix] / len(samples) for way in ("librosa", "ours")]
        span = f"{ratios.min():.1f}-{ratios.max():.1f}"
        overall = per_song[0] / per_song[1]
        lines.append(
            f"{label:32}{per_song[0]:12.1f}{per_song[1]:12.1f}{overall:8.1f}{np.median(ratios):8.1f}{span:>14}"
        )
    ratio = total["librosa"] / total["ours"]
    alike = (
        not parity.outside and parity.tempo_equal == parity.songs and parity.p999_relative <= P999_RELATIVE
    )
    good = ratio >= REQUIRED_RATIO and alike
    lines += [
        "",
        f"parity: relative difference at most {parity.max_relative:.1e} ({parity.worst_column}), "
        f"99.9th percentile {parity.p999_relative:.1e};",
        f"tempo equal in {parity.tempo_equal} of {parity.songs}; "
        f"outside tolerance: {', '.join(parity.outside) or 'none'}",
        f"{'pass' if good else 'FAIL'}: {ratio:.1f} times faster, {REQUIRED_RATIO:.0f} required",
    ]
    return "\n".join(lines), good


def main() -> int:
    """Print the comparison, or write it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--songs", type=int, default=20, help="how many songs (default 20)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} as well")
    arguments = parser.parse_args()
    text, good = report(*songs(arguments.songs))
    print(text)
    if arguments.write:
        PAGE.write_text(TEXT.format(report=text), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
