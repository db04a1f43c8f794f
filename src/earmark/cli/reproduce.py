"""``earmark reproduce``: a study run again, claim, faithful figure and honest figure side by side."""

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.cli.show import clock
from earmark.service.reproducing import reproduce, studies

if TYPE_CHECKING:
    from earmark.reproduce import Reproduced, Sheet

STAMP = "FAITHFUL repeats the study's own mistakes: not to be believed"

_HEAD = ("", "claimed", "re-run", "FAITHFUL", "honest")


class Pace(Status):
    """Shows on a terminal what is being done, how much of it, at what rate, and the time left."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = ""
        self._began_s = 0.0
        self._before = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of what is done; what was kept from an earlier run counts for no rate."""
        now_s = time.monotonic()
        if what != self._stage:
            self._stage, self._began_s, self._before = what, now_s, done
        self.show(
            f"{what}: {done} of {total}{_pace(done - self._before, total - done, now_s - self._began_s)}"
        )


def _pace(done: int, left: int, took_s: float) -> str:
    """Return rate and time left in words.

    Examples
    --------
    >>> _pace(10, 30, 5.0)
    ', 2.0/s, 0:15 left'
    >>> _pace(0, 30, 5.0)
    ''
    """
    if not (done and left and took_s > 0):
        return ""
    return f", {done / took_s:.1f}/s, {clock(left * took_s / done)} left"


def list_studies(*, as_json: bool) -> None:
    """Print which studies there are."""
    if as_json:
        plain = [
            {"name": one.name, "source": one.source, "claim": one.claim, "minutes": one.minutes}
            for one in studies()
        ]
        write(json_line({"reproductions": plain}, sys.stdout.encoding or "utf-8"))
        return
    for one in studies():
        write(f"{one.name:<13}{one.source}:")
        write(f"{'':<13}{one.claim} (about {one.minutes} min on two cores)")


def reproduce_and_print(
    name: str, data: str | None, output: str, workers: int | None, *, quick: bool, as_json: bool
) -> None:
    """Run a study again and print what it gave."""
    # Whoever stops long work from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Pace() as pace:
        try:
            found = reproduce(name, data, output, quick=quick, workers=workers, progress=pace)
        except KeyboardInterrupt:
            pace.show("")
            sys.stderr.write("what was done so far is kept: run the same command again to go on\n")
            raise
    if as_json:
        write(json_line({"reproduction": name, **found.to_dict()}, sys.stdout.encoding or "utf-8"))
        return
    _print(found)
    if found.by_other_code:
        print_notes((taken_over(found.by_other_code, Path(output) / name),))
    write(f"kept: {shown(Path(output) / name)}")


def taken_over(pieces: int, folder: Path) -> str:
    """Return what to know of work that was done by earlier code of Earmark, and how to do all of it anew.

    Examples
    --------
    >>> taken_over(1, Path("reproductions/club"))
    "1 piece of work was done before by other code of Earmark; to do all anew, delete 'reproductions/club'"
    """
    were = "piece of work was" if pieces == 1 else "pieces of work were"
    return f"{pieces} {were} done before by other code of Earmark; to do all anew, delete '{shown(folder)}'"


def _print(found: "Reproduced") -> None:
    rows = [
        (one.what, *map(_figure, (one.claimed, one.rerun, one.faithful)), str(one.honest or "-"))
        for one in found.figures
    ]
    notes = [one.note for one in found.figures]
    for line, note in zip(_aligned((_HEAD, *rows)), ("", *notes), strict=True):
        write(f"{line}  {note}".rstrip())
    write(f"FAITHFUL: {found.faithful}")
    write(f"honest: {found.honest}")
    write(STAMP)
    for sheet in found.sheets:
        _print_sheet(sheet)
    write("")
    print_notes(found.notes)


def _print_sheet(sheet: "Sheet") -> None:
    write("")
    write(sheet.title)
    for line in _aligned((sheet.head, *sheet.rows)):
        write(f"  {line}".rstrip())
    if sheet.note:
        write(f"  {sheet.note}")


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _aligned(rows: tuple[tuple[str, ...], ...]) -> list[str]:
    """Return rows as lines, the first column to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
