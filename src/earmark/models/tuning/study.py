"""What searches have found, in an SQLite file: a fit is safe as soon as it is made.

::

    fit     search, point, fold, score, songs, seconds, error      the key is search, point and fold
    trial   search, number, point, score, state, error             what people look for
    clock   spent_s                                                of the time budget

A point is JSON. Scores are as their metric gives them; NULL where a fold has no such figure.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from earmark.audio import shown
from earmark.errors import StoreError
from earmark.models.tuning.trial import Trial

VERSION = 1
_WAIT_S = 60.0
_TABLES = """
CREATE TABLE IF NOT EXISTS fit (
    search TEXT NOT NULL, point TEXT NOT NULL, fold INTEGER NOT NULL,
    score REAL, songs INTEGER NOT NULL, seconds REAL NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (search, point, fold)
);
CREATE TABLE IF NOT EXISTS trial (
    search TEXT NOT NULL, number INTEGER NOT NULL, point TEXT NOT NULL,
    score REAL, state TEXT NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (search, number)
);
CREATE TABLE IF NOT EXISTS clock (spent_s REAL NOT NULL);
INSERT INTO clock SELECT 0.0 WHERE NOT EXISTS (SELECT * FROM clock);
"""

Place = tuple[str, str, int]
"""Name of a search, key of a point, number of a fold."""


@dataclass(frozen=True)
class Fit:
    """One point on one fold.

    Attributes
    ----------
    score : float or None
        How good it is on the rows held back; None if they have no such figure.
    songs : int
        How many songs these are.
    seconds : float
        How long learning and answering took.
    error : str
        Why it could not learn; empty if it could.
    """

    score: float | None
    songs: int
    seconds: float
    error: str = ""


def key_of(point: Mapping[str, Any]) -> str:
    """Return what names a point: the same for the same values.

    Examples
    --------
    >>> key_of({"b": 1.0, "a": None})
    '{"a": null, "b": 1.0}'
    """
    return json.dumps(point, sort_keys=True, ensure_ascii=False)


class Study:
    """The file; a context manager.

    Parameters
    ----------
    path : Path
        Made if it is not there.

    Raises
    ------
    StoreError
        If it is no such file, is newer than this program, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._kept():
            self._file = sqlite3.connect(path, timeout=_WAIT_S)
            try:
                self._open()
            except BaseException:
                self._file.close()
                raise

    def _open(self) -> None:
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StoreError(
                f"the study '{shown(self._path)}' has version {version}; this Earmark reads up to {VERSION}",
                "upgrade Earmark",
            )
        self._file.executescript(_TABLES + f"PRAGMA user_version = {VERSION};")

    def fits(self) -> dict[Place, Fit]:
        """Return all fits that were made."""
        with self._kept():
            rows = self._file.execute("SELECT search, point, fold, score, songs, seconds, error FROM fit")
            return {(search, point, fold): Fit(*rest) for search, point, fold, *rest in rows}

    def add(self, place: Place, fit: Fit, spent_s: float) -> None:
        """Keep a fit, and how much time has passed since the one before."""
        with self._kept(), self._file:
            self._file.execute("INSERT OR IGNORE INTO fit VALUES (?, ?, ?, ?, ?, ?, ?)", (*place, *_row(fit)))
            self._file.execute("UPDATE clock SET spent_s = spent_s + ?", (spent_s,))

    def note(self, search: str, trials: list[Trial]) -> None:
        """Keep how trials ended, for people: nothing is read from it."""
        rows = [
            (search, one.number, key_of(one.point), one.score, one.state, one.error)
            for one in trials
            if one.state != "open"
        ]
        with self._kept(), self._file:
            self._file.executemany("INSERT OR REPLACE INTO trial VALUES (?, ?, ?, ?, ?, ?)", rows)

    @property
    def spent_s(self) -> float:
        """How much of a time budget is used up, in seconds."""
        with self._kept():
            (found,) = self._file.execute("SELECT spent_s FROM clock").fetchone()
        return float(found)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"the study '{shown(self._path)}' cannot be kept: {error}",
                "make room on its disk, or give yourself the right to write there; what was kept stays",
            ) from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the study '{shown(self._path)}' is damaged: {error}",
                "delete the file: what it held is searched anew",
            ) from error


def _row(fit: Fit) -> tuple[float | None, int, float, str]:
    return fit.score, fit.songs, fit.seconds, fit.error
