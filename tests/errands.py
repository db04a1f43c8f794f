"""Tasks of a distribution that declares them as entry points, for tests of executors and clusters."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

ENTRY_POINTS = """\
[earmark.tasks]
add = errands:add
answer = errands:answer
die = errands:die
die_once = errands:die_once
environment = errands:environment
leave = errands:leave
nap = errands:nap
peak_kb = errands:peak_kb
raise_oddly = errands:raise_oddly
talk = errands:talk
swallow = errands:swallow
"""


def install(folder: Path) -> Path:
    """Make a folder for ``sys.path`` in which this module is an installed distribution."""
    meta = folder / "errands-1.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: errands\nVersion: 1\n")
    (meta / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "errands.py").write_text(Path(__file__).read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def add(a, b):
    return a + b


def answer():
    """Return what does not pickle."""
    return threading.Lock()


def die(how=signal.SIGKILL):
    os.kill(os.getpid(), how)
    time.sleep(60)


def die_once(marker):
    """Kill whoever does this first."""
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return "done by another"
    return die()


def environment(name):
    return os.environ.get(name)


def leave(code):
    os._exit(code)


def nap(seconds, marker=None):
    if marker is not None:
        Path(marker).write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


def peak_kb():
    """Return the most memory that this process ever had resident; Linux only."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
    return int(line.split()[1])


class OddError(Exception):
    """Its pickle does not come back."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def raise_oddly():
    raise OddError("one", "two")


def talk():
    sys.stdout.write("to standard output")
    os.write(1, b"straight to file 1\n")
    return sys.stdin.read()


def swallow():
    """Lose a Ctrl-C, as C does that calls Python."""
    try:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
    except KeyboardInterrupt:
        return "as if nothing had been"
