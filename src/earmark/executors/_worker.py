"""The other end of :mod:`earmark.executors.processes`: one process that does one job after the other.

Jobs come on standard input, answers go to standard output, each a length of 8 bytes and a pickle. What a task
itself prints goes to standard error.
"""

import os
import pickle
import queue
import struct
import threading
import traceback
from typing import IO, Any

from earmark.errors import EarmarkError
from earmark.executors._tasks import run

LENGTH = struct.Struct(">Q")
Answer = tuple[Any, BaseException | None]


def send(pipe: IO[bytes], payload: bytes) -> None:
    """Write one message."""
    pipe.write(LENGTH.pack(len(payload)) + payload)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read one message.

    Raises
    ------
    EOFError
        If there is no further message, or only part of one.
    """
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    payload = pipe.read(length)
    if len(payload) < length:
        raise EOFError
    return payload


def main() -> None:
    """Do jobs until the parent closes the pipe, or dies, which is the same."""
    jobs_from, answers_to = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(jobs_from, jobs), daemon=True).start()
    send(answers_to, b"ready")
    while True:
        send(answers_to, _answer(jobs.get()))


def _listen(pipe: IO[bytes], jobs: "queue.SimpleQueue[bytes]") -> None:
    """Hear the pipe close even in the middle of a job: a worker without a parent ends at once."""
    try:
        while True:
            jobs.put(receive(pipe))
    except (EOFError, OSError):
        os._exit(0)


def _answer(payload: bytes) -> bytes:
    """Do a job; an answer that cannot travel is an error that can."""
    try:
        task, arguments = pickle.loads(payload)  # noqa: S301 - from the parent, by a pipe that nobody else has
        return pickle.dumps((run(task, arguments), None))
    except Exception as error:  # noqa: BLE001 - whatever the task raises is the parent's
        if not isinstance(
            error, EarmarkError
        ):  # a fault of the program: where it lies does not travel by itself
            error.add_note("".join(traceback.format_exception(error)).rstrip())
        return _packed_error(error)


def _packed_error(error: Exception) -> bytes:
    try:
        packed = pickle.dumps((None, error))
        pickle.loads(packed)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - a class whose pickle does not come back raises anything
        other = RuntimeError(f"{type(error).__name__}: {error}")
        other.__notes__ = getattr(error, "__notes__", [])
        return pickle.dumps((None, other))
    return packed
