"""A real Dask cluster on this machine: a scheduler and workers, each a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stores import line_with

DASK = str(Path(sys.executable).parent / "dask")


@contextmanager
def running(arguments: list[str], pattern: str, **environment: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Start a program of Dask's; yield it and what its log says, and end it for good."""
    program = subprocess.Popen(
        [DASK, *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    with program:
        try:
            told = line_with(pattern, program.stderr)
            threading.Thread(target=program.stderr.read, daemon=True).start()
            yield program, told
        finally:
            program.kill()


@contextmanager
def scheduler(**environment: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Start a scheduler; yield it and its address."""
    arguments = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with running(arguments, r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)", **environment) as started:
        yield started


@contextmanager
def workers(address: str, count: int = 1, **environment: str) -> Iterator[list[subprocess.Popen]]:
    """Start workers of one thread each; yield their processes, which nobody starts anew."""
    arguments = ["worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(arguments, r"(Registered to)", **environment))[0]
            for _ in range(count)
        ]
