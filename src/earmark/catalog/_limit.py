"""Whose turn it is: never more requests than a service allows, whatever else runs or was killed.

The service counts requests as they arrive, and how long they are under way varies. So a request is sent when
the one `requests` places before it was *answered* at least `per_s` seconds ago: both arrived in between, and
no stretch of `per_s` seconds, wherever it begins, can hold more than `requests` arrivals.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earmark.catalog._provider import Rate
from earmark.workspace import locked


class Limit:
    """The turns of one service.

    Parameters
    ----------
    rate : Rate, optional
        What it allows; if None, everything.
    folder : Path, optional
        Where all programs of this person take note of their requests; if None, only this object does.
    service : str
        Its address.
    """

    def __init__(self, rate: Rate | None, folder: Path | None, service: str) -> None:
        self._rate = rate
        self._answered: list[float] = []
        self._folder = folder / hashlib.sha256(service.encode()).hexdigest()[:16] if folder and rate else None
        if self._folder is not None:
            try:
                with locked(self._folder):
                    self._write([*self._read()])
            except OSError:  # a home that cannot be written: then this program keeps to the limit by itself
                self._folder = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn; the request is made within."""
        if self._rate is None:
            yield
        elif self._folder is None:
            self._wait()
            try:
                yield
            finally:
                self._answered.append(time.time())
        else:
            with locked(self._folder):
                self._answered = self._read()
                self._wait()
                # A kill from here on leaves a request that may or may not have arrived: it counts as new.
                self._write([*self._answered, None])
                try:
                    yield
                finally:
                    self._write([*self._answered, time.time()])

    def _wait(self) -> None:
        rate = self._rate
        if rate is None or len(self._answered) < rate.requests:
            return
        self._answered = self._answered[-rate.requests :]
        wait_s = self._answered[0] + rate.per_s - time.time()
        # The clock may have been set back meanwhile.
        time.sleep(min(max(wait_s, 0.0), rate.per_s))

    def _read(self) -> list[float]:
        now = time.time()
        try:
            known = json.loads((self._file).read_bytes())
            return sorted(now if answered is None else min(float(answered), now) for answered in known)
        except FileNotFoundError:
            return []
        except (ValueError, TypeError):  # cut off by a kill: as if all had been asked just now
            return [now] * (self._rate.requests if self._rate else 0)

    def _write(self, answered: list[float | None]) -> None:
        keep = self._rate.requests if self._rate else 0
        self._file.write_text(json.dumps(answered[-keep:]), encoding="ascii")

    @property
    def _file(self) -> Path:
        assert self._folder is not None  # noqa: S101 - asked only where there is one
        return self._folder / "answered.json"


def limits_folder() -> Path:
    """Return where the programs of this person take note of their requests."""
    if sys.platform == "win32":
        cache = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        cache = os.environ.get("XDG_CACHE_HOME", "~/Library/Caches")
    else:
        cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    return Path(cache).expanduser() / "earmark" / "limits"
