"""The other end of :mod:`earmark.executors.processes`: one process that does one job after the other.

Jobs come on standard input, answers go to standard output, each after its length in 8 bytes. What a task
itself prints goes to standard error.
"""

import os
import queue
import struct
import threading
from typing import IO

from earmark.executors._tasks import answer

LENGTH = struct.Struct(">Q")


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
        send(answers_to, answer(jobs.get()))


def _listen(pipe: IO[bytes], jobs: "queue.SimpleQueue[bytes]") -> None:
    """Hear the pipe close even in the middle of a job: a worker without a parent ends at once."""
    try:
        while True:
            jobs.put(receive(pipe))
    except (EOFError, OSError):
        os._exit(0)
