"""A real object store on this machine: moto's S3 server, a process of its own."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

# Keys of a store that takes any; a machine in a cloud is not to be asked for its own.
KEYS = {
    "AWS_ACCESS_KEY_ID": "KEY-ID-IN-NO-MESSAGE",
    "AWS_SECRET_ACCESS_KEY": "SECRET-IN-NO-MESSAGE",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def line_with(pattern: str, stream: IO[str]) -> str:
    """Wait for a line that matches, and return its first group."""
    seen = []
    for line in stream:
        seen.append(line)
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError("it ended without: " + "".join(seen)[-2000:])


@contextmanager
def object_store() -> Iterator[str]:
    """Start a store; yield its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with server:
        try:
            address = line_with(r"Running on (http://127\.0\.0\.1:\d+)", server.stderr)
            # Read on, so that it never waits for its log to be read.
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield address
        finally:
            server.kill()
