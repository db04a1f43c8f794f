"""What ``earmark train``, ``evaluate`` and ``compare`` print alike beside scores."""

import sys


class Status:
    """Shows on a terminal how many fits are done."""

    def __init__(self) -> None:
        self._width = 0

    def __enter__(self) -> "Status":
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


def print_notes(notes: tuple[str, ...]) -> None:
    """Print what a reader must know."""
    for note in notes:
        write(f"note: {note}")


def write(line: str) -> None:
    """Write one line on stdout, whatever characters are in it."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
