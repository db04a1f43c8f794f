"""What ``earmark train``, ``evaluate`` and ``compare`` print alike beside scores."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from earmark.audio import shown

if TYPE_CHECKING:
    from earmark.evaluate.compare import Comparison


class Status:
    """Shows on a terminal how many fits are done."""

    def __init__(self) -> None:
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.show("")

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of the fits that are done."""
        self.show(f"{what}: {done} of {total}")

    def show(self, line: str) -> None:
        """Put a line in the place of the one before."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = len(line)


@contextmanager
def stopped_kindly(status: Any) -> Iterator[None]:
    """Say on Ctrl-C, or when stopped from outside, that what is done is kept."""
    # Whoever stops a long comparison from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        status.__exit__(None, None, None)
        sys.stderr.write("what was done so far is kept: run the same command again to go on\n")
        raise


def print_tests(tests: "Mapping[str, Comparison]", width: int = 28) -> None:
    """Print how far differences in accuracy can be believed, a line each."""
    heads = f"{'95 % interval':<20}{'p (Holm)':>9}{'McNemar p':>11}{'only first right':>18}{'only other':>12}"
    write(f"{'':<{width}}{'differs by':>10}  {heads}{'would show':>12}")
    for name, test in tests.items():
        between = "-" if test.low is None or test.high is None else f"[{test.low:+.3f}, {test.high:+.3f}]"
        p, least = ("-" if value is None else f"{value:.3f}" for value in (test.p_holm, test.detectable))
        songs = test.mcnemar
        write(
            f"{shown(name)[: width - 2]:<{width}}{test.difference:>+10.3f}  {between:<20}{p:>9}"
            f"{songs.p:>11.3f}{songs.first_only:>18}{songs.second_only:>12}{least:>12}"
        )


def print_notes(notes: tuple[str, ...]) -> None:
    """Print what a reader must know."""
    for note in notes:
        write(f"note: {note}")


def write(line: str) -> None:
    """Write one line on stdout, whatever characters are in it."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
