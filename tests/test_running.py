"""Pipelines run for real: made once, made anew when touched, safe against kills, damage and each other."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest

from earmark.errors import PipelineError, RunError, StoreError, UnknownNameError
from earmark.pipeline.artifacts import Artifacts
from earmark.service import versions
from earmark.service.ordering import order, write_example
from earmark.service.replaying import replay
from earmark.service.running import run, runs_of
from earmark.tracking.runs import differences
from pipelines import command, lay_out, songs

STEPS = ["raw", "clean", "check", "split", "train", "evaluate"]


def ran(folder, **how):
    """Run the pipeline in a folder, and return which steps were made."""
    done = run(order(folder / "pipeline.toml", folder, **how), workers=1)
    return [one.step for one in done.steps if one.state == "made"]


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a folder in which the pipeline was run."""
    folder = tmp_path_factory.mktemp("pipeline")
    lay_out(folder)
    assert ran(folder) == STEPS
    return folder


@pytest.fixture
def done(once, tmp_path):
    """Return a copy of it."""
    folder = tmp_path / "copy"
    subprocess.run(["cp", "-a", once, folder], check=True)
    return folder


def test_a_second_run_does_nothing_and_a_change_only_what_it_touches(done):
    assert ran(done) == []
    assert ran(done, settings={"split.seed": "5"}) == ["split", "train", "evaluate"]
    assert ran(done, settings={"split.seed": "5"}) == []
    assert ran(done) == []
    (done / "songs.csv").write_text(songs(88).to_csv(index=False))
    assert ran(done) == STEPS


def test_the_record_tells_what_was_done_and_why(done):
    ran(done, settings={"split.seed": "5"})
    first, second = runs_of(done)
    assert (first.state, second.state) == ("finished", "finished")
    steps = {one["step"]: one for one in second.steps}
    assert steps["split"]["why"] == "seed: 1 -> 5"
    assert steps["raw"]["state"] == "kept"
    assert steps["evaluate"]["inputs"]["model"] == steps["train"]["artifact"]
    assert steps["raw"]["inputs"]["url"].startswith(f"file:{done / 'songs.csv'}#sha256=")
    told = second.metrics["evaluate.accuracy"]
    assert told["low"] <= told["value"] <= told["high"]
    assert second.said["environment"]["python"] == sys.version.split()[0]
    found = {(one.what, one.name): (one.first, one.second) for one in differences(first, second)}
    assert found["parameter", "split.seed"] == ("1", "5")
    assert {name for what, name in found if what == "made"} == {"split", "train", "evaluate"}
    assert differences(first, first) == []


def test_runs_are_found_by_name_and_by_figure(done):
    ran(done, settings={"train.recipe.classifier.name": "dummy"})
    kept = runs_of(done)
    first, second = kept
    assert kept.named("last").id == second.id
    assert kept.named(first.id[-4:]).id == first.id
    assert [one[0].id for one in kept.best("accuracy")] == [first.id, second.id]
    assert kept.best("train.log_loss")[0][0].id == first.id
    with pytest.raises(RunError, match=r"no finished run has the figure 'nothing'.*evaluate\.accuracy"):
        kept.best("nothing")
    with pytest.raises(RunError, match="there is no run 'gone'"):
        kept.named("gone")


def test_a_replay_is_byte_identical(done):
    found = replay("last", done, workers=2)
    assert [(one.step, one.same, one.files) for one in found.steps] == [(step, True, ()) for step in STEPS]
    assert found.folder is None
    assert found.environment == ()
    assert not list((done / ".replays").iterdir())


def test_a_replay_elsewhere_tells_what_differs(done):
    (path,) = (done / "runs").glob("*/run.json")
    said = json.loads(path.read_text())
    said["environment"]["python"] = "3.10.0"
    said["settings"] = {"split.seed": "5"}  # as if the code split otherwise now
    from earmark.workspace import content_hash

    said["digest"] = content_hash({key: value for key, value in said.items() if key != "digest"})
    path.write_text(json.dumps(said))
    found = replay("last", done, workers=1)
    assert found.environment == (("python", "3.10.0", sys.version.split()[0]),)
    differing = {one.step: one for one in found.steps if not one.same}
    assert set(differing) == {"split", "train", "evaluate"}
    assert "evaluation.json" in differing["evaluate"].files
    assert differing["split"].why == "seed: 1 -> 5"
    assert found.folder.exists()


def test_a_replay_of_what_is_gone_is_refused(done):
    artifact = next(iter((done / "artifacts").glob("split@*")))
    subprocess.run(["rm", "-r", artifact], check=True)
    with pytest.raises(RunError, match="what step 'split' made is gone"):
        replay("last", done)


def test_damage_on_disk_is_found_and_made_good(done):
    before = {one.name: one for one in Artifacts(done / "artifacts")}
    path = before["split"].folder / "test.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    (before["train"].folder / "manifest.json").write_text("{}")
    assert ran(done) == ["split", "train"]
    after = {one.name: one for one in Artifacts(done / "artifacts")}
    assert after["split"].digest == before["split"].digest
    assert all(one.damage() == "" for one in after.values())
    assert len(list((done / "artifacts" / ".damaged").iterdir())) == 2


def test_steps_that_are_chosen(done):
    assert ran(done, only=["split", "train"], settings={"split.seed": "5"}) == ["split", "train"]
    assert ran(done, since="train", settings={"split.seed": "5"}) == ["evaluate"]
    with pytest.raises(PipelineError, match="reads 'split', which is not made and not to be run"):
        ran(done, only=["train"], settings={"split.seed": "6"})


def test_faults_stop_the_run_and_are_kept_to_be_read(tmp_path):
    lay_out(tmp_path)
    songs().assign(always=1).to_csv(tmp_path / "songs.csv", index=False)
    with pytest.raises(
        PipelineError, match=r"step 'check': the table has 1 faults that stop the run: constant"
    ):
        ran(tmp_path, settings={"check.stop_at": "warning"})
    (one,) = runs_of(tmp_path)
    assert one.state == "failed"
    assert [step["step"] for step in one.steps] == ["raw", "clean"]
    assert "stop the run" in one.said["error"]
    (left,) = (tmp_path / "artifacts" / ".work").glob("check@*/files/report.json")
    told = f'check.known=["{one.said["error"].partition("run: ")[2].partition(":")[0]}"]'
    known = dict([told.split("=", 1)])
    assert ran(tmp_path, settings={"check.stop_at": "warning", **known}, only=["check"]) == ["check"]
    assert list((tmp_path / "artifacts" / ".work").glob("*@*/files/*")) == [left]


def test_cleaning_a_table(tmp_path):
    frame = songs(30)
    frame["title"] = [None, *[f"song {at}" for at in range(29)]]
    pd.concat([frame, frame.iloc[:4]]).to_csv(tmp_path / "songs.csv", index=False)
    (tmp_path / "pipeline.toml").write_text(
        '[[step]]\ndo = "preprocess"\ntable = "songs.csv"\ndrop_duplicates = true\ndrop = ["noise"]\n'
        'rename = {low = "bass"}\nfill = {title = ""}\njoin = {words = ["artist", "title"]}\n'
    )
    assert ran(tmp_path) == ["preprocess"]
    (kept,) = Artifacts(tmp_path / "artifacts")
    found = pd.read_parquet(kept.main)
    assert list(found.columns) == ["genre", "artist", "bass", "middle", "high", "title", "words"]
    assert found["words"].tolist()[:2] == ["artist 0", "artist 0 song 0"]
    assert kept.manifest["tables"]["table.parquet"]["rows"] == len(found) == 30


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """Yield the address of a real server over a folder, and the folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}", folder
    served.shutdown()
    served.server_close()


def test_a_file_from_a_server_is_fetched_once_and_anew_when_told(tmp_path, server, monkeypatch):
    address, served = server
    monkeypatch.setenv("TOKEN", "hunter2")
    songs().to_csv(served / "songs.csv", index=False)
    text = f'[[step]]\ndo = "download"\nurl = "{address}/songs.csv?token=$TOKEN"\n'
    (tmp_path / "pipeline.toml").write_text(text)
    assert ran(tmp_path) == ["download"]
    songs(60).to_csv(served / "songs.csv", index=False)
    assert ran(tmp_path) == []
    assert ran(tmp_path, again=["download"]) == ["download"]
    first, second = Artifacts(tmp_path / "artifacts")
    assert [len(pd.read_csv(one.main)) for one in (first, second)] == [90, 60]
    (served / "songs.csv").unlink()
    assert ran(tmp_path) == []
    with pytest.raises(PipelineError, match=r"step 'download': .*cannot be fetched") as caught:
        ran(tmp_path, again=["download"])
    (served / "songs.csv").write_text("genre,low\n")
    with pytest.raises(PipelineError, match=r"hashes to [0-9a-f]{64}, not to 00"):
        ran(tmp_path, settings={"download.sha256": "00"})
    assert "hunter2" not in str(caught.value)
    for path in tmp_path.rglob("*"):
        assert not (path.is_file() and b"hunter2" in path.read_bytes()), path


def test_a_tracker_that_is_none(done):
    with pytest.raises(UnknownNameError, match="did you mean 'mlflow'"):
        run(order(done / "pipeline.toml", done), track=["mflow"], workers=1)
    assert len(list(runs_of(done))) == 1


def test_a_file_address(tmp_path):
    lay_out(tmp_path)
    assert ran(tmp_path, only=["raw"], settings={"raw.url": f"file://{tmp_path}/songs.csv"}) == ["raw"]


def test_artifacts_at_another_place_are_fetched_and_not_made(done, tmp_path):
    mirror = f"file://{tmp_path}/mirror"
    assert ran(done, mirror=mirror) == []
    there = tmp_path / "elsewhere"
    there.mkdir()
    lay_out(there)
    assert ran(there, mirror=mirror) == []
    assert all(one.damage() == "" for one in Artifacts(there / "artifacts"))
    spoilt = next((tmp_path / "mirror").glob("split@*")) / "train.parquet"
    spoilt.write_bytes(b"")
    again = tmp_path / "again"
    again.mkdir()
    lay_out(again)
    assert ran(again, mirror=mirror) == ["split"]
    with pytest.raises(PipelineError, match="an address with a password in it"):
        ran(again, mirror="s3://me:hunter2@bucket/x")


def test_versions_of_a_table_are_compared(done):
    frame = songs()
    frame.loc[3, "low"] += 1.0
    frame.iloc[2:].assign(more=1).to_csv(done / "songs.csv", index=False)
    ran(done, since="raw", only=["raw", "clean"])
    first, second = (one for one in versions.listed(done)[0] if one.name == "clean")
    found = versions.difference(first.id, second.id, done)
    assert (found.rows, found.key) == ((90, 88), ())
    assert (found.added, found.removed, found.same) == (1, 3, 87)
    assert found.columns_added == ("more",)
    assert found.shifted == ()
    keyed = [frame.assign(id=range(90)), frame.assign(id=range(90)).iloc[2:]]
    keyed[1] = keyed[1].assign(low=keyed[1]["low"] + 9)
    for at, one in enumerate(keyed):
        one.to_csv(done / f"{at}.csv", index=False)
    found = versions.difference(str(done / "0.csv"), str(done / "1.csv"), done)
    assert (found.key, found.added, found.removed, found.changed) == (("id",), 0, 2, 88)
    assert found.columns_changed == {"low": 88}
    assert [one.column for one in found.shifted] == ["low"]
    assert found.examples["removed"] == ["0", "1"]


def test_killed_and_gone_on_with(tmp_path):
    lay_out(tmp_path)
    begun = subprocess.Popen(
        [sys.executable, "-m", "earmark", "run", "pipeline.toml", "--workers", "1"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list((tmp_path / "artifacts").glob("clean@*")):
        time.sleep(0.02)
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    (first,) = runs_of(tmp_path)
    assert first.state == "killed"
    found = command("run", "pipeline.toml", "--json", "--workers", "1", folder=tmp_path)
    assert found.exit_code == 0, found.output
    steps = json.loads(found.stdout)["steps"]
    assert [one["state"] for one in steps][:2] == ["kept", "kept"]
    assert [one.damage() for one in Artifacts(tmp_path / "artifacts")] == [""] * len(STEPS)
    assert list((tmp_path / "artifacts" / ".work").iterdir()) == []


def test_two_at_once_make_everything_once(tmp_path):
    lay_out(tmp_path)
    other = subprocess.Popen(
        [sys.executable, "-m", "earmark", "run", "pipeline.toml", "--json", "--workers", "1"],
        cwd=tmp_path, stdout=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(tmp_path.glob("runs/*/run.json")):
        time.sleep(0.01)
    assert len(list(runs_of(tmp_path))) == 1  # it has just begun
    ours = ran(tmp_path)
    theirs = json.loads(other.communicate()[0])["steps"]
    assert other.returncode == 0
    assert sorted(ours + [one["step"] for one in theirs if one["state"] == "made"]) == sorted(STEPS)
    assert [run.state for run in runs_of(tmp_path)] == ["finished", "finished"]
    assert [one.damage() for one in Artifacts(tmp_path / "artifacts")] == [""] * len(STEPS)


def test_the_commands(done):
    found = command("run", "pipeline.toml", "--dry-run", "--set", "train.seed=7", folder=done)
    assert "train         train       would run  seed: 1 -> 7" in found.stdout
    assert "raw           download    unchanged" in found.stdout
    found = command("run", "pipeline.toml", "--set", "train", folder=done)
    assert (found.exit_code, "give KEY=VALUE" in found.stderr) == (2, True)
    found = command("run", "pipelne.toml", folder=done)
    assert "'earmark init' writes one" in str(found.exception)
    assert "accuracy" in command("runs", folder=done).stdout
    assert "reads model: train@" in command("runs", "show", folder=done).stdout
    assert "nothing differs" in command("runs", "diff", "last", "last", folder=done).stdout
    assert "evaluate.accuracy" in command("runs", "best", folder=done).stdout
    assert "clean@" in command("data", folder=done).stdout
    assert "parent    table: clean@" in command("data", "show", "split", folder=done).stdout
    diff = command("data", "diff", "split/train.parquet", "split/test.parquet", folder=done)
    assert "told apart by all that they hold" in diff.stdout
    found = command("replay", "--json", "--workers", "1", folder=done)
    assert (found.exit_code, json.loads(found.stdout)["same"]) == (0, True)


def test_an_example_to_start_from(tmp_path):
    path = write_example("start", tmp_path / "pipeline.toml")
    songs().to_csv(tmp_path / "songs.csv", index=False)
    made = run(order(path, tmp_path), workers=1)
    assert [one.step for one in made.steps] == ["songs", "check", "split", "train", "evaluate", "report"]
    with pytest.raises(StoreError, match="is there already"):
        write_example("start", path)
