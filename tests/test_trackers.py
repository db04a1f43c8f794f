"""Trackers by name, and that none of them can harm a run."""

import sys
import threading
import time
from dataclasses import replace
from typing import ClassVar

import pytest

import tracked
from earmark.errors import ArgumentError, TrackerError, UnknownNameError
from earmark.service import registered
from earmark.tracking import flat
from earmark.tracking.records import End
from earmark.tracking.trackers import TRACKERS, Kind, trackers_of


class Kept:
    """A tracker that keeps what it is told."""

    told: ClassVar[list] = []

    def __init__(self, workspace, address):
        self.told.append((workspace, address))

    def start(self, run):
        self.told.append(run)

    def log(self, done):
        self.told.append(done.step)

    def finish(self, end):
        self.told.append(end)


class Faulty(Kept):
    """One that fails in the middle, and tells a secret."""

    def log(self, done):
        if done.step == "split":
            raise OSError("no way to https://me:word-of-mine@host/api?key=abc\nwith " + tracked.TOKEN)
        super().log(done)


class Hanging(Kept):
    """One that never comes back."""

    def log(self, done):
        time.sleep(60)


class Missing:
    """One whose library is missing."""

    def __init__(self, *_):
        raise TrackerError("this needs X, which is not installed", "pip install 'earmark[x]'")


@pytest.fixture
def listed(monkeypatch):
    """Let the registry hold the trackers above."""
    monkeypatch.setattr(Kept, "told", [])
    for one in (Kept, Faulty, Hanging, Missing):
        name = one.__name__.lower()
        monkeypatch.setitem(TRACKERS._members, name, Kind("a test", f"test_trackers:{one.__name__}"))


def test_each_is_told_of_everything_in_order(told, listed, tmp_path):
    watchers = trackers_of(["kept=there"], tmp_path)
    tracked.watch(watchers, told)
    start, steps, end = told
    assert Kept.told == [(tmp_path, "there"), start, *(one.step for one in steps), end]
    assert watchers.notes == []


def test_one_that_fails_is_left_out_and_its_note_tells_no_secret(told, listed, tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", tracked.TOKEN)
    watchers = trackers_of(["faulty", "missing"], tmp_path)
    tracked.watch(watchers, told)
    assert watchers.notes == [
        "faulty left out from step 'split' on: OSError: no way to https://…@host/api?… with …",
        "missing left out from the start on: this needs X, which is not installed (pip install 'earmark[x]')",
    ]
    assert Kept.told[-1] == "check"


def test_what_is_said_where_mlflow_and_wandb_are_not_installed(told, tmp_path, monkeypatch):
    for name in ("mlflow", "wandb"):
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.delitem(sys.modules, f"earmark.tracking.by_{name}", raising=False)
    watchers = trackers_of(["mlflow", "wandb"], tmp_path)
    tracked.watch(watchers, told)
    needs = "this needs MLflow, which is not installed (pip install 'earmark[mlflow]')"
    assert watchers.notes == [
        f"mlflow left out from the start on: {needs}",
        "wandb left out from the start on: this needs Weights & Biases, which is not installed "
        "(pip install 'earmark[wandb]')",
    ]
    with pytest.raises(TrackerError) as caught:
        registered.folder_of("models:/my-genres.train/3")
    assert str(caught.value) == needs


@pytest.mark.parametrize("name", ["models:/", "models://", "models:/.", "models:/..", "runs:/", "runs:/../"])
def test_a_name_of_no_model(name):
    with pytest.raises(TrackerError) as caught:
        registered.folder_of(name)
    assert caught.value.message == f"'{name}' names no model"
    assert caught.value.hint == "name one as models:/NAME/VERSION, models:/NAME@ALIAS or runs:/ID/NAME"


def test_one_that_hangs_is_left_out_once_its_time_is_up(told, listed, tmp_path):
    watchers = trackers_of(["hanging", "kept"], tmp_path, limit_s=0.3)
    began = time.monotonic()
    tracked.watch(watchers, told)
    assert time.monotonic() - began < 30
    assert watchers.notes == ["hanging left out from step 'raw' on: no answer within 0.3 s"]
    assert Kept.told[-1] == told[-1]
    assert all(one.daemon for one in threading.enumerate() if one.name.startswith("earmark-"))


def test_no_tracker_is_told_a_secret(told, listed, tmp_path, monkeypatch):
    monkeypatch.setenv("SERVICE_API_KEY", tracked.TOKEN)
    start, steps, _ = told
    start = replace(
        start, text=f"url = '{tracked.TOKEN}'", settings={"raw.url": tracked.TOKEN},
        parameters={"raw": {"list": [tracked.TOKEN]}},
    )  # fmt: skip
    steps = [replace(steps[0], inputs={"url": f"file:{tracked.TOKEN}"})]
    watchers = trackers_of(["kept"], tmp_path)
    tracked.watch(watchers, (start, steps, End("failed", 1.0, f"no: {tracked.TOKEN}")))
    assert tracked.TOKEN not in repr(Kept.told)
    assert Kept.told[-1].error == "no: …"


def test_names(tmp_path):
    assert list(TRACKERS) == ["mlflow", "wandb"]
    with pytest.raises(UnknownNameError) as caught:
        trackers_of(["mlfow"], tmp_path)
    assert str(caught.value) == "unknown tracker 'mlfow' (did you mean 'mlflow'? known: mlflow, wandb)"
    with pytest.raises(ArgumentError) as caught:
        trackers_of(["wandb", "wandb"], tmp_path)
    assert str(caught.value) == "the tracker 'wandb' is named twice (name it once)"
    assert trackers_of([], tmp_path).notes == []


def test_nothing_heavy_is_loaded_before_it_is_wanted():
    from test_public import loaded_by

    loaded = loaded_by(
        "from earmark.tracking.trackers import trackers_of; trackers_of(['mlflow', 'wandb'], '.')"
    )
    assert not loaded & {"mlflow", "wandb", "pandas"}


def test_a_run_as_names_and_values(told):
    start, steps, _ = told
    assert flat.parameters(start)["train.seed"] == "1"
    assert flat.parameters(start)["split.parts"] == '{"train": 0.7, "test": 0.3}'
    assert flat.facts(start)["earmark.run.seed"] == "1"
    (train,) = [one for one in steps if one.do == "train"]
    accuracy = train.artifact.manifest["metrics"]["accuracy"]
    found = dict(flat.metrics(train))
    assert [found[f"train.accuracy{end}"] for end in ("", ".low", ".high")] == [
        accuracy[key] for key in ("value", "low", "high")
    ]
    assert flat.lineage(train)["parents"] == {
        "table": steps[1].artifact.id, "split": steps[3].artifact.id,
    }  # fmt: skip
