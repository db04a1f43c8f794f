"""A witness who takes down what every fit of a model is told, calibration and thresholds included."""

from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from earmark.models import crossfit, learning
from earmark.models.learning import Rows


@dataclass
class Heard:
    """What the fits of one part of the work were told.

    Attributes
    ----------
    rows, tracks, groups : set
        Numbers of rows (the first column names them), of tracks and of groups.
    fits : int
        How many fits there were.
    """

    rows: set = field(default_factory=set)
    tracks: set = field(default_factory=set)
    groups: set = field(default_factory=set)
    fits: int = 0


@contextmanager
def listening():
    """Yield what is heard from now on, by kind of fit: ``pipeline``, ``calibration``, ``sets``, ``sure``."""
    heard = {kind: Heard() for kind in ("pipeline", "calibration", "sets", "sure")}
    with pytest.MonkeyPatch.context() as patch:
        _overhear_pipelines(heard["pipeline"], patch)
        of_answers = _answers_of_rows(patch)
        for kind, module, name in (
            ("calibration", crossfit, "fitted"),
            ("sets", crossfit, "split_conformal"),
            ("sure", crossfit, "sureness"),
        ):
            _overhear_answers(heard[kind], of_answers, module, name, patch)
        yield heard


def _overhear_pipelines(heard: Heard, patch) -> None:
    real = learning.fitted

    def spy(estimator, x, y, *, track, groups):
        heard.fits += 1
        heard.rows |= set(_numbers(x))
        heard.tracks |= set(track)
        heard.groups |= set(groups)
        return real(estimator, x, y, track=track, groups=groups)

    patch.setattr(learning, "fitted", spy)


def _answers_of_rows(patch) -> list:
    """Return a list that will hold, of each calibration, the numbers of its rows, their tracks and groups."""
    of_answers: list = []
    real_learn, real = learning.learn, learning.calibrated
    rows_of = []

    def learn(recipe, columns, rows):
        rows_of.append(rows)
        return real_learn(recipe, columns, rows)

    def calibrated(y, p, names, groups, **how):
        rows = rows_of[-1]
        # Only rows that were held back are calibrated on: those whose groups are given, in their order.
        held = np.flatnonzero(np.isin(rows.groups, groups))
        assert len(held) == len(y)
        of_answers[:] = [(_numbers(rows.x.iloc[held]), rows.tracks[held], rows.groups[held])]
        return real(y, p, names, groups, **how)

    patch.setattr(learning, "learn", learn)
    patch.setattr(learning, "calibrated", calibrated)
    return of_answers


def _overhear_answers(heard: Heard, of_answers: list, module, name: str, patch) -> None:
    real = getattr(module, name)

    def spy(*given, **how):
        (rows, tracks, groups) = of_answers[0]
        # Whichever of them it is told: no more of them than those held back.
        assert len(given[1] if name == "fitted" else given[0]) <= len(rows)
        heard.fits += 1
        heard.rows |= set(rows)
        heard.tracks |= set(tracks.tolist())
        heard.groups |= set(groups.tolist())
        return real(*given, **how)

    patch.setattr(module, name, spy)


def _numbers(x: pd.DataFrame) -> list[int]:
    return x.iloc[:, 0].round().astype(int).tolist()


def numbered(rows: Rows) -> Rows:
    """Return rows whose first column is their number."""
    return Rows(
        rows.x.assign(**{rows.x.columns[0]: np.arange(len(rows.y), dtype=float)}),
        rows.y, rows.tracks, rows.groups, rows.genres,
    )  # fmt: skip


def see_that_none_is_of(heard: dict[str, Heard], rows: Rows, tested: np.ndarray) -> None:
    """Fail if any fit was told a row, a track or a group of the test."""
    for kind, one in heard.items():
        assert one.fits, f"there was no fit of {kind}"
        assert not one.rows & set(tested.tolist()), f"{kind} was fitted on rows of the test"
        assert not one.tracks & set(rows.tracks[tested].tolist()), f"{kind} was fitted on tracks of the test"
        assert not one.groups & set(rows.groups[tested].tolist()), f"{kind} was fitted on groups of the test"
