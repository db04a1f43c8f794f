"""Every kind of step done for real, on little."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from earmark.errors import PipelineError
from earmark.pipeline.kinds import KINDS
from earmark.service.ordering import order
from earmark.service.running import run, runs_of
from pipelines import lay_out, songs

DEMO = Path(__file__).resolve().parents[1] / "demo"

KINDS_TEXT = """
[[step]]
do = "collect"
provider = "folder"
queries = ["music"]

[[step]]
do = "label"
catalog = "tags.csv"
taxonomy = "gtzan10"

[[step]]
do = "extract"
songs = ["music"]
window = "3s"

[[step]]
do = "explore"
table = "songs.csv"
pairs = ["noise,low"]

[[step]]
do = "tune"
table = "songs.csv"
method = "random"
trials = 2
search_folds = 2

[step.recipe]
folds = 2
classifier = {name = "knn"}

[[step]]
do = "train"
table = "songs.csv"
recipe = "tune"

[[step]]
do = "evaluate"
model = "train"
table = "more.csv"

[[step]]
do = "explain"
model = "train"
table = "more.csv"
repeats = 1

[[step]]
do = "report"
models = ["train"]
"""


@pytest.fixture(scope="session")
def all_kinds(tmp_path_factory):
    """Return what a pipeline of all other kinds made, by step."""
    folder = tmp_path_factory.mktemp("kinds")
    lay_out(folder)
    songs(30, seed=1).assign(artist=lambda x: "new " + x["artist"]).to_csv(folder / "more.csv", index=False)
    tags = pd.DataFrame({"track_id": ["a", "b", "c"], "tags": ["bebop jazz", "hard rock", "cool jazz"]})
    tags.to_csv(folder / "tags.csv", index=False)
    for genre in ("jazz", "blues"):
        (folder / "music" / genre).mkdir(parents=True)
        shutil.copy(DEMO / f"{genre}.ogg", folder / "music" / genre)
    (folder / "pipeline.toml").write_text(KINDS_TEXT)
    done = run(order(folder / "pipeline.toml", folder), workers=1)
    again = run(order(folder / "pipeline.toml", folder), workers=1)
    assert {one.state for one in again.steps} == {"kept"}
    return {one.step: one for one in done.steps}


def test_every_kind_is_tried(all_kinds):
    tried = {one.do for one in all_kinds.values()}
    assert tried | {"download", "preprocess", "check", "split", "reproduce"} == set(KINDS)
    assert all(one.artifact.main.exists() for one in all_kinds.values())


def test_what_each_makes(all_kinds):
    files = {step: set(one.artifact.manifest["files"]) for step, one in all_kinds.items()}
    assert "catalog/tracks.parquet" in files["collect"]
    frame = pd.read_parquet(all_kinds["extract"].artifact.main)
    assert sorted(path.rpartition("/")[2] for path in frame["path"].unique()) == ["blues.ogg", "jazz.ogg"]
    assert all_kinds["explore"].figures == ("page.html",)
    assert ">noise and low " in all_kinds["explore"].artifact.main.read_text(encoding="utf-8")
    assert {"recipe.toml", "tuning.json", "trials.json"} <= files["tune"]
    assert len(all_kinds["tune"].trials) == 2
    assert all_kinds["train"].model == "model"
    assert "model/bundle.json" in files["train"]
    assert all_kinds["evaluate"].artifact.manifest["metrics"]["accuracy"]["value"] > 0.8
    assert "explanation.json" in files["explain"]


def test_songs_are_measured_once_though_more_come(all_kinds, tmp_path):
    folder = all_kinds["extract"].artifact.folder.parents[1]
    shutil.copy(DEMO / "metal.ogg", folder / "music" / "blues")
    (done,) = run(order(folder / "pipeline.toml", folder, only=["extract"]), workers=1).steps
    assert done.state == "made"
    assert pd.read_parquet(done.artifact.main)["path"].nunique() == 3
    parts = list((folder / "artifacts" / ".shared" / "extract").rglob("part-*.parquet"))
    assert sorted(pd.read_parquet(part)["track_id"].nunique() for part in parts) == [1, 2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('do = "label"\ncatalog = "songs.csv"\ntaxonomy = "gtzan1"', "did you mean 'gtzan10'"),
        ('do = "train"\ntable = "songs.csv"\nrecipe = "quik"', "did you mean 'quick'"),
        ('do = "check"\ntable = "songs.csv"\nstop_at = "errors"', "give one of error, warning, never"),
        ('do = "split"\ntable = "songs.csv"\nrepeats = 2', "give folds = 5, or leave out repeats"),
        ('do = "split"\ntable = "songs.csv"\nparts = {train = "most"}', "give shares, as {train = 0.8"),
        ('do = "preprocess"\ntable = "songs.csv"\ndrop = ["nois"]', "has no column 'nois'"),
        ('do = "preprocess"\ntable = "songs.csv"\njoin = {a = "b"}', "give columns, as"),
        ('do = "extract"\nsongs = ["songs.csv"]', "no song could be measured"),
        ('do = "download"\nurl = "songs.csv"\nfile = "../a.csv"', "a file called '../a.csv'"),
        ('do = "collect"\nprovider = "foldr"\nqueries = ["."]', "did you mean 'folder'"),
    ],
)
def test_what_a_step_cannot_do_is_told_with_its_name(tmp_path, text, told):
    lay_out(tmp_path)
    (tmp_path / "pipeline.toml").write_text(f'[[step]]\nname = "the-step"\n{text}\n')
    with pytest.raises(PipelineError, match="step 'the-step': ") as caught:
        run(order(tmp_path / "pipeline.toml", tmp_path), workers=1)
    assert told in str(caught.value)


def test_ctrl_c_is_on_record(tmp_path):
    lay_out(tmp_path)
    begun = subprocess.Popen(
        [sys.executable, "-m", "earmark", "run", "pipeline.toml", "--workers", "1"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list((tmp_path / "artifacts").glob("clean@*")):
        time.sleep(0.02)
    os.kill(begun.pid, signal.SIGINT)
    _, told = begun.communicate()
    assert begun.returncode == 130
    assert "what was done so far is kept: run the same command again to go on" in told
    (found,) = runs_of(tmp_path)
    assert found.state == "interrupted"
    assert json.loads((found.folder / "run.json").read_text())["seconds"] > 0
