"""Tables that tests check: clean ones from hypothesis, and one with a fault planted."""

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st

from earmark.cli.main import run
from earmark.dataset import audit  # noqa: F401 - it fills the registry
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.describe import described
from earmark.dataset.findings import Finding
from earmark.dataset.table import Dataset

# What tests of this file's room look at; the leak audit has tests of its own.
OURS = (
    "classes", "constant-columns", "drift", "duplicate-columns", "duplicate-keys", "infinite-values",
    "missing-values", "one-column", "outliers", "schema",
)  # fmt: skip
GENRES = ("blues", "jazz", "фолк", "hip hop", "k-pop")


def findings(dataset: Dataset, reference: Dataset | None = None) -> list[Finding]:
    """Return what was noticed on reading and what our checks find."""
    options = Options(reference=reference)
    found = [finding for name in CHECKS if name in OURS for finding in CHECKS[name](dataset, options)]
    return [*dataset.remarks, *found]


def alarms(dataset: Dataset, reference: Dataset | None = None) -> list[Finding]:
    """Return the errors and warnings among them."""
    return [finding for finding in findings(dataset, reference) if finding.severity != "note"]


def only(found: list[Finding], code: str) -> Finding:
    """Return the one finding with a code."""
    (one,) = [finding for finding in found if finding.code == code]
    assert one.finding
    assert one.mend
    return one


def table(**columns) -> Dataset:
    """Return a table of these columns, described as if it had been read."""
    return described(pd.DataFrame(columns), "table")


def clean(seed: int, rows: int, numbers: int, genres: int, segments: int = 1) -> pd.DataFrame:
    """Return songs of some genres with columns of numbers of many shapes, and nothing wrong with them."""
    rng = np.random.default_rng(seed)
    genre = np.array(GENRES)[np.arange(rows) % genres]
    rng.shuffle(genre)
    shapes = (
        lambda: rng.normal(rng.normal(0, 100), 10 ** rng.uniform(-3, 3), rows),
        lambda: rng.exponential(5, rows),
        lambda: rng.standard_t(2, rows),
        lambda: rng.random(rows),
        lambda: rng.integers(0, 12, rows),
        lambda: rng.integers(10**6, 10**9, rows),
    )
    columns = {f"x{i}": shapes[rng.integers(len(shapes))]() for i in range(numbers)}
    shift = {name: rng.normal(0, 1) for name in GENRES}
    columns["x_of_genre"] = rng.normal(0, 1, rows) + np.array([shift[name] for name in genre])
    columns["tempo"] = rng.uniform(60, 180, rows)
    songs = {"track_id": [f"t{seed:x}{i:015x}" for i in range(rows)], "genre": genre}
    frame = pd.DataFrame({**songs, **columns})
    if segments > 1:
        frame = frame.loc[np.repeat(np.arange(rows), segments)].reset_index(drop=True)
        frame.insert(1, "segment", np.tile(np.arange(segments), rows))
        for name in columns:
            frame[name] = frame[name] * (1 + 0.01 * rng.standard_normal(len(frame)))
    return frame


clean_frames = st.builds(
    clean,
    seed=st.integers(0, 10**6),
    rows=st.integers(60, 400),
    numbers=st.integers(1, 8),
    genres=st.integers(2, len(GENRES)),
    segments=st.sampled_from((1, 1, 4)),
)


class Done(NamedTuple):
    """What a program left behind."""

    returncode: int
    stdout: str
    stderr: str


def program(command: str, capfd, monkeypatch) -> Callable[..., Done]:
    """Return a command of earmark, run in this process: a second is saved each time."""

    def run_program(*arguments) -> Done:
        monkeypatch.setattr(sys, "argv", ["earmark", command, *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            run()
        return Done(stop.value.code, *capfd.readouterr())

    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    return run_program
