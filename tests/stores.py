"""Real servers on this machine: moto's S3, a process of its own, and a plain one for web pages."""

import functools
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serve a folder as plainly as can be; yield its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
