"""What decoding costs: CPU per 30 s of each format, excerpts of long files, memory; equality on real songs.

Run it from the project's root: ``python benchmarks/decoding.py [--long] [--real FOLDER]``.
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
import soundfile

import sounds  # type: ignore[import-not-found]
from earmark import audio


def cpu_ms(work: Callable[[], object], times: int = 15) -> float:
    """Return the median CPU time of a call in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(1e3 * (time.process_time() - start))
    return statistics.median(taken)


def formats(folder: Path) -> None:
    """Time whole files of 30 s, and one second at 90 % of them, to 22 050 Hz mono."""
    print(f"{'format':8}{'whole ms':>10}{'excerpt ms':>12}{'probe ms':>10}")
    for kind, made in sounds.FORMATS.items():
        path = sounds.write(folder / f"a.{kind}", sounds.music(30.0, made.rate_hz), made.rate_hz)
        whole = cpu_ms(lambda path=path: audio.load(path))  # type: ignore[misc]
        late = cpu_ms(lambda path=path: audio.load(path, offset_s=27.0, duration_s=1.0))  # type: ignore[misc]
        look = cpu_ms(lambda path=path: audio.probe(path))  # type: ignore[misc]
        print(f"{kind:8}{whole:10.1f}{late:12.1f}{look:10.2f}")


def imports() -> None:
    """Print what `import earmark.audio` costs on top of NumPy."""
    code = "import time, numpy; t = time.process_time(); import {}; print(1e3 * (time.process_time() - t))"
    for name in ("av", "soxr", "earmark.audio"):
        took = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code.format(name)], capture_output=True, check=True
                ).stdout
            )
            for _ in range(7)
        ]
        print(f"import {name}: {statistics.median(took):.0f} ms CPU after NumPy")


def long_files(folder: Path) -> None:
    """Time three hours: opening, 20 excerpts of 5 s in random order, streaming all."""
    offsets = np.random.default_rng(0).permutation(20) * 500 + 100.5
    for kind in ("mp3", "m4a", "ogg", "aac"):
        made = sounds.FORMATS[kind]
        seed = sounds.write(folder / f"seed.{kind}", sounds.music(60.0, made.rate_hz), made.rate_hz)
        path = sounds.repeat(seed, folder / f"long.{kind}", 3 * 3600.0)
        start = time.process_time()
        with audio.AudioFile(path) as file:
            opened = time.process_time()
            for offset_s in offsets:
                file.read(float(offset_s), 5.0)
            read = time.process_time()
            for _ in file.stream():
                pass
        done = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"3 h of {kind}, {path.stat().st_size / 1e6:.0f} MB: open {opened - start:.3f} s, "
            f"20 excerpts {read - opened:.2f} s, stream {done - read:.2f} s CPU; peak so far {peak:.0f} MB"
        )


def real_songs(folder: Path) -> None:
    """Hold every ogg and flac below a folder against soundfile, at the file's own rate."""
    worst, count = 0.0, 0
    for path in sorted([*folder.rglob("*.ogg"), *folder.rglob("*.flac")]):
        truth, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        clip = audio.load(path, rate_hz)
        if clip.samples.shape[0] != len(truth) or clip.notes:
            print(f"{path.name}: {len(clip.samples)} samples, soundfile {len(truth)}; {clip.notes}")
            continue
        worst = max(worst, float(abs(clip.samples - truth.mean(axis=1)).max()))
        count += 1
    print(f"{count} real songs, largest difference from soundfile {worst:.1e}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="three-hour files too (a minute, 1 GB of disk)")
    parser.add_argument("--real", type=Path, help="a folder of real ogg and flac songs")
    arguments = parser.parse_args()
    imports()
    with tempfile.TemporaryDirectory() as folder:
        formats(Path(folder))
        if arguments.long:
            long_files(Path(folder))
    if arguments.real:
        real_songs(arguments.real)


if __name__ == "__main__":
    main()
