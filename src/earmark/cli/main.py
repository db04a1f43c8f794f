"""The ``earmark`` program: its commands, its exit codes and what it says when it cannot.

Exit codes: 0 done, 1 could not (or any song failed), 2 wrong usage, 130 interrupted.
"""

import errno
import os
import sys
from contextlib import suppress
from typing import NoReturn

from earmark.errors import EarmarkError

DONE, COULD_NOT, INTERRUPTED = 0, 1, 130


def run() -> NoReturn:
    """Run the program on ``sys.argv`` and leave with its exit code."""
    # Songs are heard side by side; starting NumPy's own threads costs a tenth of a second and brings nothing.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A program that is started with a stream closed (``>&-``) has None for it.
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 - open to the end
    code: int | str | None = DONE
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        # Inside, so that Ctrl-C during the imports is answered like any other.
        from earmark.cli.app import app

        try:
            app(prog_name="earmark")
        except SystemExit as stop:
            code = stop.code
        # Here and not at exit, where Python would print a traceback of what goes wrong.
        sys.stdout.flush()
    except EarmarkError as error:
        _say(f"error: {error.message}")
        if error.hint:
            _say(f"hint: {error.hint}")
        code = COULD_NOT
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader (``| head``) has left: nothing to say.
        code = COULD_NOT
    except OSError as error:
        if error.filename is not None:
            raise  # not of the output, which has no name
        _say(f"error: the output cannot be written: {error.strerror or error}")
        _say("hint: make room on its disk, or send it elsewhere")
        code = COULD_NOT
    except Exception as error:
        # A module that is interrupted while it is made, say a C extension, may call it a fault of its own.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say("interrupted")
    _drop_the_rest()
    if code == INTERRUPTED:
        # Not sys.exit, which would wait for the songs that other threads are still hearing.
        os._exit(INTERRUPTED)
    sys.exit(code)


def _say(line: str) -> None:
    """Write one line on stderr, whatever characters a file name put in it."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    with suppress(OSError):  # there is nowhere left to say that this fails too
        sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _drop_the_rest() -> None:
    """Flush; what cannot be written goes nowhere, for Python flushes once more at exit and would complain."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
