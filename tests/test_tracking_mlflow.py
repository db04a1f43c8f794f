"""MLflow for real: a database in the workspace, and models asked back."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import tracked
from earmark.errors import TrackerError
from earmark.service import registered
from earmark.tracking.trackers import trackers_of
from pipelines import command, songs

pytestmark = tracked.BY_MLFLOW


@pytest.fixture
def here(in_mlflow, monkeypatch):
    """Be in the workspace, with no server named."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(in_mlflow)
    return in_mlflow


def test_a_database_in_the_workspace_holds_all_of_it(told, here, tmp_path):
    from earmark.tracking.by_mlflow import address_in
    from mlflows import client, see_all_of_it, see_that_it_answers

    see_all_of_it(client(address_in(here)), told, tmp_path)
    see_that_it_answers(address_in(here), told)
    assert {one.name for one in here.iterdir()} == {"mlflow.db", "mlartifacts"}


def test_no_secret_is_kept_and_no_pickle(here):
    files = [path for path in here.rglob("*") if path.is_file()]
    assert not [path for path in files if tracked.TOKEN.encode() in path.read_bytes()]
    assert not [path for path in files if path.suffix in (".pkl", ".pickle")]


def test_the_same_model_is_registered_once(told, here, tmp_path):
    from earmark.tracking.by_mlflow import address_in
    from mlflows import client

    shutil.copy(here / "mlflow.db", tmp_path)
    watchers = trackers_of(["mlflow"], tmp_path)
    start, steps, end = told
    tracked.watch(watchers, (replace(start, pipeline="small", id="second"), steps, end))
    assert watchers.notes == []
    assert len(client(address_in(tmp_path)).search_model_versions("name='small.train'")) == 1


def test_a_model_that_cannot_be_registered_leaves_no_run_that_looks_finished(
    told, here, tmp_path, monkeypatch
):
    from mlflow import MlflowClient, MlflowException

    from earmark.tracking.by_mlflow import address_in
    from mlflows import client

    def full(*_, **__):
        raise MlflowException("no room")

    shutil.copy(here / "mlflow.db", tmp_path)
    monkeypatch.setattr(MlflowClient, "create_model_version", full)
    watchers = trackers_of(["mlflow"], tmp_path)
    start, steps, end = told
    tracked.watch(watchers, (replace(start, pipeline="other", id="third"), steps, end))
    assert watchers.notes == ["mlflow left out from step 'train' on: MlflowException: no room"]
    speaks = client(address_in(tmp_path))
    (run, *_) = speaks.search_runs(
        [speaks.get_experiment_by_name("other").experiment_id], "attributes.run_name = 'third'"
    )
    assert run.info.status == "FAILED"


def test_commands_take_a_model_by_its_names_in_the_registry(told, here, tmp_path):
    from earmark.tracking.by_mlflow import address_in
    from mlflows import client, the_run

    speaks = client(address_in(here))
    speaks.set_registered_model_alias("small.train", "best", "1")
    top, _ = the_run(speaks)
    numbered, best = "models:/small.train/1", "models:/small.train@best"
    of_run = f"runs:/{top.info.run_id}/train"
    (ours,) = (str(one.artifact.folder / "model") for one in told[1] if one.do == "train")
    table, page = (str(tmp_path / name) for name in ("new.csv", "page.html"))
    new = songs(60, seed=5)
    new.assign(artist="new " + new["artist"]).to_csv(table, index=False)

    def said(*words):
        done = command(*words, folder=here)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert said("predict", numbered, table, "--json") == said("predict", ours, table, "--json")
    assert said("evaluate", best, table, "--json") == said("evaluate", ours, table, "--json")
    explain = ("explain", table, "--json", "-o", page)
    assert said("explain", of_run, *explain[1:]) == said("explain", ours, *explain[1:])
    files = [tmp_path / name for name in ("theirs.onnx", "ours.onnx")]
    for name, file in zip((of_run, ours), files, strict=True):
        said("export", name, "-o", str(file))
    assert files[0].read_bytes() == files[1].read_bytes()
    assert "small.train@best" in said("report", numbered, best, "-o", page)
    assert "earmark-model-" not in Path(page).read_text(encoding="utf-8")
    assert registered.folder_of("a/folder") == "a/folder"


def test_a_model_that_is_all_that_was_downloaded(told, here, tmp_path):
    """Registered by hand from the bundle as it is, with no folder of MLflow around it."""
    from earmark.tracking.by_mlflow import address_in
    from mlflows import client

    (ours,) = (one.artifact.folder / "model" for one in told[1] if one.do == "train")
    speaks = client(address_in(here))
    speaks.create_registered_model("bare")
    speaks.create_model_version("bare", shutil.copytree(ours, tmp_path / "bare").as_uri())
    found = Path(registered.folder_of("models:/bare/1"))
    assert found.name == "bare@1"
    assert (found / "bundle.json").read_bytes() == (ours / "bundle.json").read_bytes()


def test_a_model_that_is_not_there(here):
    with pytest.raises(TrackerError) as caught:
        registered.folder_of("models:/small.train/9")
    assert caught.value.message.startswith("MLflow gives no model 'models:/small.train/9': ")
    assert caught.value.hint.startswith("name one as models:/NAME/VERSION, and say where it is kept: MLFLOW_")


def test_a_model_of_songs(model, song, tmp_path):
    from earmark.service.predictor import Predictor
    from earmark.service.serving import _load_pyfunc

    found = _load_pyfunc(os.fspath(model)).predict(pd.DataFrame({"path": [os.fspath(song), "none.mp3"]}))
    ours = Predictor(model).predict(song)
    assert list(found["verdict"]) == [ours.verdict, "failed"]
    assert found["confidence"][0] == ours.confidence
