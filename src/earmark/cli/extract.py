"""``earmark extract``: measure songs, keep the numbers, and say what was done."""

import os
import signal
import sys
import time
from typing import Any

from earmark.audio import shown
from earmark.cli.songbar import SongBar
from earmark.service.extraction import Extraction
from earmark.service.library import Library

_EVERY_S = 10.0
_FAILURES_SHOWN = 10


def extract_songs(paths: list[str], output: str, *, table: str | None, **how: Any) -> bool:
    """Measure files and folders; `how` is what :meth:`Library.extract` takes.

    Returns
    -------
    bool
        Whether any song failed.
    """
    # Whoever stops a batch from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    library = Library(output)
    if table is not None:
        library.check(table, how["features"], how["window"])
    with _Meter() as meter:
        try:
            done = library.extract(paths, progress=meter, **how)
        except KeyboardInterrupt:
            sys.stderr.write("what was measured so far is kept: run the same command again to go on\n")
            raise
    try:
        if table is not None:  # first: whoever reads the summary may leave before its end
            library.save(table, how["features"], how["window"], done)
    finally:
        _print_summary(done, meter.heard)
    if table is not None:
        _write(f"table: {shown(table)}")
    return done.failed > 0


class _Meter:
    """Shows how far the hearing is: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.heard = 0
        self._bar: SongBar | None = None
        self._began_s = self._said_s = time.monotonic()

    def __enter__(self) -> "_Meter":
        return self

    def __exit__(self, *raised: Any) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)

    def __call__(self, done: int, total: int) -> None:
        """Take note of the songs that are done."""
        now_s = time.monotonic()
        if done == 0:
            self._began_s = self._said_s = now_s
            self._bar = SongBar(total, shown=total > 1 and sys.stderr.isatty()).__enter__()
            return
        self.heard = done
        if sys.stderr.isatty():
            if self._bar is not None:
                self._bar.step()
        elif now_s - self._said_s >= _EVERY_S:
            self._said_s = now_s
            rate = done / (now_s - self._began_s)
            left = _span((total - done) / rate)
            sys.stderr.write(f"{done} of {total} songs, {rate:.1f} songs/s, {left} left\n")


def _print_summary(done: Extraction, heard: int) -> None:
    parts = [
        f"{count} {what}"
        for count, what in (
            (done.measured, "measured"),
            (done.recognised, "recognised by their sound"),
            (done.unchanged, "unchanged"),
            (done.failed, "failed"),
        )
        if count
    ]
    speed = f", {heard / done.took_s:.1f} songs/s" if heard > 1 else ""
    songs = "song" if done.songs == 1 else "songs"
    _write(f"{done.songs} {songs}: {', '.join(parts)}; {_span(done.took_s)}{speed}")
    for name, folder in done.folders.items():
        _write(f"{name}: {folder}")
    for path, why in list(done.failures.items())[:_FAILURES_SHOWN]:
        _write(f"failed: {shown(path)}")
        _write(f"  {why.message}{f' ({why.hint})' if why.hint else ''}")
    if done.failed > _FAILURES_SHOWN:
        more = os.path.join(next(iter(done.folders.values())), "failures.parquet")
        _write(f"and {done.failed - _FAILURES_SHOWN} more that failed: {more}")


def _span(seconds: float) -> str:
    """Return a time that a person can grasp.

    Examples
    --------
    >>> _span(0.51), _span(59.6), _span(3725)
    ('0.5 s', '1 min', '1 h 2 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
