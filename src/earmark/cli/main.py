"""The ``earmark`` program: its commands, its exit codes and what it says when it cannot.

Exit codes: 0 done, 1 could not (or any song failed), 2 wrong usage, 130 interrupted.
"""

import os
import sys
from typing import NoReturn

from earmark.errors import EarmarkError

DONE, COULD_NOT, INTERRUPTED = 0, 1, 130


def run() -> NoReturn:
    """Run the program on ``sys.argv`` and leave with its exit code."""
    try:
        # Inside, so that Ctrl-C during the imports is answered like any other.
        from earmark.cli.app import app

        app(prog_name="earmark")
        code: int | str | None = DONE
    except EarmarkError as error:
        _say(f"error: {error.message}")
        if error.hint:
            _say(f"hint: {error.hint}")
        code = COULD_NOT
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = COULD_NOT
    except SystemExit as stop:
        code = stop.code
    if code == INTERRUPTED:
        _say("interrupted")
    _close_stdout()
    if code == INTERRUPTED:
        # Not sys.exit, which would wait for the songs that other threads are still hearing.
        os._exit(INTERRUPTED)
    sys.exit(code)


def _say(line: str) -> None:
    """Write one line on stderr, whatever characters a file name put in it."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _close_stdout() -> None:
    """Flush, and keep quiet if the reader (``| head``) has already left."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit; give it somewhere to write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
