"""The leaderboard while it is made: live on a terminal, a line per classifier elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from earmark.service.standing import Place, Standings

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_BAR = 12


class LiveBoard:
    """Shows how classifiers stand on stderr: rows appear and change places as folds are done."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._started = time.monotonic()
        self._first: int | None = None
        self._told: set[str] = set()
        self._places: RenderableType = ""

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.live import Live

            # Drawn when something is new: a clock that ticks would cost more than it tells.
            self._live = Live(console=Console(stderr=True), transient=True, auto_refresh=False)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of a fit that is done: which, how many are, and of how many."""
        if self._live is not None:
            self._draw(f"{what}: {done} of {total} fits  {self._rate(done, total)}")

    def watch(self, standings: Standings) -> None:
        """Take note of how classifiers stand."""
        if self._live is None:
            for place in standings.places:
                if place.folds == standings.folds and place.name not in self._told:
                    self._told.add(place.name)
                    sys.stderr.write(
                        f"{place.name}: accuracy {place.accuracy:.3f}, {place.learning_s:.2f} s a fit; "
                        f"{standings.done} of {standings.total} fits done\n"
                    )
                    sys.stderr.flush()
            return
        self._places = _board(standings)
        done = f"{standings.done} of {standings.total} fits  {self._rate(standings.done, standings.total)}"
        self._draw(done)

    def _rate(self, done: int, total: int) -> str:
        """Return fits a second and the time left, from what was done since the start."""
        if self._first is None or done < self._first:
            self._first, self._started = done, time.monotonic()
        passed_s, made = time.monotonic() - self._started, done - self._first
        if not made or not passed_s:
            return ""
        left_s = round((total - done) * passed_s / made)
        return f"{made / passed_s:.1f} fits/s  {left_s // 60}:{left_s % 60:02d} left"

    def _draw(self, line: str) -> None:
        from rich.console import Group
        from rich.text import Text

        if self._live is not None:
            self._live.update(Group(self._places, Text(line, "dim")), refresh=True)


def _board(standings: Standings) -> "RenderableType":
    from rich.table import Table

    found = Table(box=None, pad_edge=False, header_style="bold")
    found.add_column("", justify="right")
    found.add_column("classifier", no_wrap=True)
    for head in ("accuracy", "folds", "fit s", "ms/row", "KB"):
        found.add_column(head, justify="right" if head != "folds" else "left", no_wrap=True)
    for number, place in enumerate(standings.places, 1):
        found.add_row(*_row(number, place, standings.folds))
    return found


def _row(number: int, place: Place, folds: int) -> list[str]:
    filled = round(_BAR * place.folds / folds)
    bar = "\N{BOX DRAWINGS HEAVY HORIZONTAL}" * filled + "\N{MIDDLE DOT}" * (_BAR - filled)
    return [
        str(number),
        place.name,
        f"{place.accuracy:.3f}",
        f"{bar} {place.folds}/{folds}",
        f"{place.learning_s:.2f}",
        f"{place.latency_ms:.3f}",
        f"{place.model_bytes / 1024:.0f}",
    ]
