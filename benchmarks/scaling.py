"""Measure ``earmark extract``: throughput by workers and by songs, what a re-run costs, a cold start, memory.

Run ``python -m benchmarks.scaling [--most 10000] [--write]``. The songs are made on the spot, every one a
different sound, for a sound that lies at two paths is measured once. Each figure is a fresh process, its
start and its workers' included. The exit code is 1 if an unchanged re-run of the most songs takes 10 s or
more, a cold start of one wav more than 0.5 CPU seconds, or a worker holds more than 64 MB above the
interpreter's.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.cold import repeat_mp3, write_mp3
from benchmarks.machine import cpu_model

EARMARK = Path(sys.executable).with_name("earmark")
RATE_HZ = 22050
CLIPS, CLIP_S, SONG_S = 100, 30, 3
RERUN_S, COLD_CPU_S, WORKER_MB = 10.0, 0.5, 64.0
PAGE = Path("docs/scaling.md")
TEXT = """# What a library costs

`earmark extract` with the feature set `gtzan58` in windows of 3 s; every row is a fresh process, its start
included, on songs that were all made for it. Written by `python -m benchmarks.scaling --write`; run it to see
what your machine gives.

```
{report}
```

What a song costs is decoding and measuring; the one process that keeps the numbers adds less than a
millisecond per minute of sound. A re-run asks for the size and the date of every file and reads one column
of what is kept. Links are other paths to sounds that are known: each is hashed once.
"""
# Hears two songs as a worker does, and tells the peak of its memory.
WORKER = """
import sys
from earmark.executors._tasks import run
for song in sys.argv[2:]:
    run("earmark.service.hearing:hear", (song, (sys.argv[1],), "3s"))
"""
PEAK = """
(line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(line.split()[1])
"""


class Cost(NamedTuple):
    """What a process took: seconds by the clock, and CPU seconds of it and all that it started."""

    wall_s: float
    cpu_s: float


def spend(expected: str, *arguments: str | Path) -> Cost:
    """Run ``earmark extract``, which must say what is expected."""
    before, began_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([EARMARK, "extract", *arguments], capture_output=True, text=True, check=False)
    wall_s, after = time.perf_counter() - began_s, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or expected not in done.stdout:
        raise SystemExit(f"error: earmark extract did not say '{expected}': {done.stdout}{done.stderr}")
    return Cost(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def write_songs(folder: Path, count: int, seconds: int) -> Path:
    """Write wav files, 100 in each folder, of one minute of notes that each begins elsewhere in it."""
    rng = np.random.default_rng(0)
    t = np.arange(60 * RATE_HZ) / RATE_HZ
    notes = 220 * 2 ** (rng.integers(0, 24, 240) / 12)
    tune = np.sin(2 * np.pi * notes[(4 * t).astype(int)] * t) * np.exp(-8 * (t % 0.25))
    minute = (20_000 * tune + 500 * rng.standard_normal(len(t))).astype("<i2")
    for number in range(count):
        path = folder / f"{number // 100:03d}" / f"{number:05d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
            samples = np.roll(minute, -131 * number)[: seconds * RATE_HZ].copy()
            samples[:2] = number % 30_000, number // 30_000
            file.writeframes(samples.tobytes())
    return folder


def by_workers(folder: Path) -> Iterator[str]:
    """Yield how fast clips of half a minute are measured by one worker, two, four, ..."""
    clips = write_songs(folder / "clips", CLIPS, CLIP_S)
    cores = len(os.sched_getaffinity(0))
    title = f"{CLIPS} wav files of {CLIP_S} s"
    yield f"{title:28}{'seconds':>9}{'songs/s':>10}{'against 1':>12}{'CPU seconds a song':>21}"
    first = 0.0
    for workers in sorted({*(2**i for i in range(cores.bit_length())), cores}):
        cost = spend(
            f"{CLIPS} measured", clips, "-o", folder / f"workers{workers}", "--workers", str(workers)
        )
        rate = CLIPS / cost.wall_s
        first = first or rate
        times = f"{rate / first:.2f}"
        who = f"{workers:5} {'worker' if workers == 1 else 'workers'}"
        yield f"{who:28}{cost.wall_s:9.1f}{rate:10.1f}{times:>12}{cost.cpu_s / CLIPS:21.3f}"


def by_songs(folder: Path, most: int, costs: dict[str, float]) -> Iterator[str]:
    """Yield how fast many short songs are measured, met again, and met at other paths."""
    title = f"wav files of {SONG_S} s"
    yield f"{title:28}{'seconds':>9}{'songs/s':>10}{'again, unchanged: seconds':>28}"
    count = 100
    while count <= most:
        songs = write_songs(folder / f"songs{count}", count, SONG_S)
        cost = spend(f"{count} measured", songs, "-o", folder / f"kept{count}")
        again = spend(f"{count} unchanged", songs, "-o", folder / f"kept{count}")
        costs["rerun"] = again.wall_s
        yield _row(f"{count:5} songs", count, cost, again)
        count *= 10
    links = folder / "links"
    files = sorted((folder / "songs100").rglob("*.wav"))
    for number in range(most):
        path = links / f"{number // 100:03d}" / f"{number:05d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(files[number % len(files)], path)
    cost = spend(f"{most} recognised", links, "-o", folder / "kept100")
    again = spend(f"{most} unchanged", links, "-o", folder / "kept100")
    yield _row(f"{most:5} links to 100 of them", most, cost, again)


def _row(what: str, count: int, cost: Cost, again: Cost) -> str:
    return f"{what:28}{cost.wall_s:9.1f}{count / cost.wall_s:10.1f}{again.wall_s:28.2f}"


def cold(folder: Path) -> float:
    """Return the CPU seconds of a fresh ``earmark extract`` of one wav file of half a minute."""
    song = folder / "clips" / "000" / "00000.wav"
    return median(spend("1 measured", song, "-o", folder / f"cold{run}").cpu_s for run in range(5))


def peak_mb(program: str, *arguments: str | Path) -> float:
    """Return the most memory that a fresh Python held."""
    command = [sys.executable, "-c", program + PEAK, *arguments]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return int(done.stdout) / 1024


def report(folder: Path, most: int) -> tuple[str, bool]:
    """Measure; return the figures as text, and whether the limits hold."""
    costs: dict[str, float] = {}
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "av", "pyarrow", "earmark"))
    lines = [f"{cpu_model()}, {os.cpu_count()} cores, Python {platform.python_version()},", versions, ""]
    lines += [*by_workers(folder), "", *by_songs(folder, most, costs), ""]
    half = write_mp3(folder / "half.mp3", 30.0)
    long = repeat_mp3(half, folder / "long.mp3", 240.0)
    bare_mb = peak_mb("")
    worker_mb = {name: peak_mb(WORKER, name, half, long) - bare_mb for name in ("gtzan58", "full")}
    cold_s = cold(folder)
    good = costs["rerun"] < RERUN_S and cold_s <= COLD_CPU_S and worker_mb["gtzan58"] <= WORKER_MB
    lines += [
        f"a worker's memory above that of python -c pass ({bare_mb:.0f} MB), mp3 of 30 s and 4 minutes:",
        *(f"{name:>12}{peak:6.0f} MB" for name, peak in worker_mb.items()),
        f"a cold start with one wav of {CLIP_S} s: {cold_s:.2f} CPU seconds",
        "",
        f"{'pass' if good else 'FAIL'}: re-run below {RERUN_S:g} s, cold start at most {COLD_CPU_S} CPU "
        f"seconds, worker at most {WORKER_MB:g} MB (gtzan58)",
    ]
    return "\n".join(lines), good


def main() -> int:
    """Print the figures, or write them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--most", type=int, default=10_000, help="songs of the largest library, 100 or more")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, good = report(Path(folder), arguments.most)
    print(text)
    if arguments.write:
        PAGE.write_text(TEXT.format(report=text), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
