"""Measure a cold ``earmark classify``: CPU seconds and peak memory of fresh processes.

Run ``python -m benchmarks.cold``. The songs are made on the spot: the demo's, one after the other, as stereo
mp3 at 44.1 kHz. What counts is user and system time of all threads, the start of Python and every import
included. The exit code is 1 if the median for a song of 30 s is above 1.5 CPU seconds.
"""

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median

import av
import numpy as np

from benchmarks.machine import cpu_model
from earmark import audio

ROOT = Path(__file__).resolve().parent.parent
EARMARK = Path(sys.executable).with_name("earmark")
LIMIT_CPU_S = 1.5
RUNS = 5
RATE_HZ = 44100
PAGE = Path("docs/cold.md")
TEXT = """# What one song costs

`earmark classify song.mp3` in a fresh process: the start of Python, every import, decoding and hearing.
The limit for a song of 30 s is {limit} CPU seconds in all. Written by `python -m benchmarks.cold --write`;
run it to see what your machine gives.

```
{report}
```

A song of any length is heard in at most 20 stretches of three seconds, so hours cost hardly more than
minutes. `--thorough` hears all of it.
"""
# Linux counts into ru_maxrss what the parent held when it started the child, so the child tells it itself.
PEAK = """
import sys
from earmark.cli.main import run
try:
    run()
finally:
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
    print(line.split()[1], file=sys.stderr)
"""


def write_mp3(path: Path, seconds: float) -> Path:
    """Write the demo's songs, one after the other, as stereo mp3 of that length."""
    songs = [audio.load(song, rate_hz=RATE_HZ).samples for song in sorted((ROOT / "demo").glob("*.ogg"))]
    mono = np.resize(np.concatenate(songs), round(seconds * RATE_HZ))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=RATE_HZ, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack([mono, mono]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = RATE_HZ, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def repeat_mp3(source: Path, path: Path, seconds: float) -> Path:
    """Write a long mp3 by repeating the frames of a short one: hours in a second."""
    with av.open(str(source)) as short:
        stream = short.streams.audio[0]
        data = b"".join(bytes(packet) for packet in short.demux(stream) if packet.size)
        duration_s = float((short.duration or 0) / av.time_base)
    path.write_bytes(data * max(1, round(seconds / duration_s)))
    return path


def spend(command: list[str], errors: Path) -> tuple[float, str]:
    """Run a fresh process; return the CPU seconds of all its threads, and what it wrote on stderr."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    into = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    redirect = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, into, 2)]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=redirect)
    _, status, usage = os.wait4(process, 0)
    os.close(nowhere)
    os.close(into)
    said = errors.read_text(encoding="utf-8")
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"error: {' '.join(command)} failed: {said}")
    return usage.ru_utime + usage.ru_stime, said


def peak_mb(song: Path, errors: Path) -> float | None:
    """Return the most memory that classifying a song held in a fresh process; None where /proc is missing."""
    if not Path("/proc/self/status").exists():
        return None
    _, said = spend([sys.executable, "-c", PEAK, "classify", "--json", str(song)], errors)
    return int(said.split()[-1]) / 1024


def report(folder: Path) -> tuple[str, bool]:
    """Measure; return the figures as text, and whether the limit holds."""
    errors = folder / "stderr"
    short = write_mp3(folder / "half.mp3", 30.0)
    songs = {
        "30 s": short,
        "4 minutes": repeat_mp3(short, folder / "song.mp3", 240.0),
        "3 hours": repeat_mp3(short, folder / "mix.mp3", 3 * 3600.0),
    }
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        'python -c "import numpy"': [sys.executable, "-c", "import numpy"],
        **{
            f"earmark classify, {name}": [str(EARMARK), "classify", str(path)] for name, path in songs.items()
        },
    }
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "onnxruntime", "av", "earmark"))
    lines = [
        f"{cpu_model()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"{versions}",
        f"stereo mp3 at 44.1 kHz; user and system CPU seconds of all threads, {RUNS} fresh processes each",
        "",
        f"{'':28}{'least':>8}{'median':>8}{'most':>8}{'peak memory':>14}",
    ]
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        spend(command, errors)  # so that none of them pays for what the disk has not cached
    for _ in range(RUNS):
        for name, command in commands.items():
            spent[name].append(spend(command, errors)[0])
    peaks = {f"earmark classify, {name}": peak_mb(path, errors) for name, path in songs.items()}
    for name, each_s in spent.items():
        peak = f"{peaks[name]:.0f} MB" if peaks.get(name) else ""
        row = f"{name:28}{min(each_s):8.2f}{median(each_s):8.2f}{max(each_s):8.2f}{peak:>14}"
        lines.append(row.rstrip())
    cost_s = median(spent["earmark classify, 30 s"])
    good = cost_s <= LIMIT_CPU_S
    lines += [
        "",
        f"{'pass' if good else 'FAIL'}: {cost_s:.2f} CPU seconds for 30 s, at most {LIMIT_CPU_S} allowed",
    ]
    return "\n".join(lines), good


def main() -> int:
    """Print the figures, or write them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {PAGE} as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, good = report(Path(folder))
    print(text)
    if arguments.write:
        PAGE.write_text(TEXT.format(report=text, limit=LIMIT_CPU_S), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
