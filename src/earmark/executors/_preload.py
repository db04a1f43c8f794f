"""What Dask's workers on this machine import first."""

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Leave Ctrl-C, which reaches all processes of a terminal, to whoever handed out the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
