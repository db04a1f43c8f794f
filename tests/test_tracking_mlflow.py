"""MLflow for real: a database in the workspace, servers on SQLite and on PostgreSQL, models asked back."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pipelines
import tracked
from earmark.errors import TrackerError
from earmark.models import lab_bundle
from earmark.service import registered
from earmark.tracking.trackers import trackers_of

pytest.importorskip("mlflow", reason="MLflow is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::FutureWarning",
        "ignore::UserWarning",
        "ignore::ResourceWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]  # fmt: skip - what MLflow does is not ours to mend

NAME = "models:/small.train/1"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return what trackers are told of a small run."""
    return tracked.run(tmp_path_factory.mktemp("tracked"))


@pytest.fixture(scope="module")
def workspace(told, tmp_path_factory):
    """Return a workspace whose database holds that run."""
    place = tmp_path_factory.mktemp("workspace")
    patch = pytest.MonkeyPatch()
    patch.delenv("MLFLOW_TRACKING_URI", raising=False)
    patch.setenv("PLANTED_TOKEN", tracked.TOKEN)
    watchers = trackers_of(["mlflow"], place)
    start, steps, end = told
    tracked.watch(watchers, (replace(start, text=start.text + f"# {tracked.TOKEN}\n"), steps, end))
    patch.undo()
    assert watchers.notes == []
    return place


@pytest.fixture
def here(workspace, monkeypatch):
    """Be in the workspace, with no server named."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(workspace)
    return workspace


def client(address):
    from earmark.tracking.by_mlflow import client_of

    return client_of(Path(), address)


def the_run(speaks):
    """Return the run, and those below it."""
    experiment = speaks.get_experiment_by_name("small")
    runs = speaks.search_runs([experiment.experiment_id])
    (top,) = [one for one in runs if "mlflow.parentRunId" not in one.data.tags]
    return top, [one for one in runs if one is not top]


def see_all_of_it(speaks, told, files):
    """See that a service holds all that is known of the run."""
    start, steps, _ = told
    train = next(one for one in steps if one.do == "train")
    top, below = the_run(speaks)
    assert top.info.status == "FINISHED"
    assert top.info.run_name == start.id
    accuracy = train.artifact.manifest["metrics"]["accuracy"]
    for ending, key in (("", "value"), (".low", "low"), (".high", "high")):
        assert top.data.metrics[f"train.accuracy{ending}"] == pytest.approx(accuracy[key])
    assert top.data.params["train.seed"] == "1"
    tags = top.data.tags
    assert tags["earmark.code.digest"] == start.code["digest"]
    assert tags["earmark.run.seed"] == "1"
    assert tags["earmark.environment.python"] == start.environment["python"]
    assert tags["earmark.machine.cores"] == start.machine["cores"]
    assert tags["earmark.artifact.train"] == train.artifact.id
    assert tags["earmark.model.train"] == NAME
    data = {one.dataset.name: one for one in top.inputs.dataset_inputs}
    assert set(data) == {"songs.csv", "clean/table.parquet", "split/train.parquet", "split/test.parquet"}
    assert [one.value for one in data["split/test.parquet"].tags] == ["test"]
    assert [one.value for one in data["split/train.parquet"].tags] == ["training"]
    assert json.loads(data["clean/table.parquet"].dataset.profile) == {"num_rows": 90}
    sha = steps[0].inputs["url"].rpartition("=")[2]
    assert data["songs.csv"].dataset.digest == sha[:36]
    assert sorted(one.data.params["shrinkage"] for one in below) == ["0.0", "0.5", "1.0"]
    assert {one.data.tags["mlflow.parentRunId"] for one in below} == {top.info.run_id}
    found = Path(speaks.download_artifacts(top.info.run_id, "", os.fspath(files)))
    lineage = json.loads((found / "lineage.json").read_text())
    assert lineage["train"]["parents"]["table"] == steps[1].artifact.id
    assert json.loads((found / "steps/train/manifest.json").read_text())["digest"]
    assert (found / "steps/train/model/card.md").is_file()
    assert (found / "pipeline.toml").read_text().startswith(start.text)
    (version,) = speaks.search_model_versions("name='small.train'")
    assert version.run_id == top.info.run_id
    assert version.tags["earmark.artifact"] == train.artifact.id
    assert float(version.tags["train.accuracy"]) == pytest.approx(accuracy["value"], rel=1e-5)


def see_that_it_answers(address, told):
    """See that MLflow answers by the registered model as the model does."""
    import mlflow

    from earmark.tracking.by_mlflow import speaking_to

    train = next(one for one in told[1] if one.do == "train")
    ours = lab_bundle.load(train.artifact.folder / "model").model
    with speaking_to(address):
        theirs = mlflow.pyfunc.load_model(NAME)
    songs = pipelines.songs(30, seed=5)
    found = theirs.predict(songs)
    np.testing.assert_array_equal(
        found[[f"p.{one}" for one in ours.classes]].to_numpy(), ours.answer(songs).p
    )
    assert list(theirs.input_example.columns) == list(ours.columns.names)
    assert theirs.metadata.signature.inputs.input_names() == list(ours.columns.names)
    assert theirs.metadata.signature.outputs.input_names() == list(found.columns)


def test_a_database_in_the_workspace_holds_all_of_it(told, here, tmp_path):
    from earmark.tracking.by_mlflow import address_in

    see_all_of_it(client(address_in(here)), told, tmp_path)
    see_that_it_answers(address_in(here), told)
    assert {one.name for one in here.iterdir()} == {"mlflow.db", "mlartifacts"}


def test_no_secret_is_kept_and_no_pickle(here):
    files = [path for path in here.rglob("*") if path.is_file()]
    assert not [path for path in files if tracked.TOKEN.encode() in path.read_bytes()]
    assert not [path for path in files if path.suffix in (".pkl", ".pickle")]


def test_the_same_model_is_registered_once(told, here, tmp_path):
    from earmark.tracking.by_mlflow import address_in

    copy = tmp_path / "again"
    copy.mkdir()
    shutil.copy(here / "mlflow.db", copy)
    watchers = trackers_of(["mlflow"], copy)
    start, steps, end = told
    tracked.watch(watchers, (replace(start, pipeline="small", id="second"), steps, end))
    assert watchers.notes == []
    assert len(client(address_in(copy)).search_model_versions("name='small.train'")) == 1


def test_a_model_that_cannot_be_registered_leaves_no_run_that_looks_finished(
    told, here, tmp_path, monkeypatch
):
    from mlflow import MlflowClient, MlflowException

    from earmark.tracking.by_mlflow import address_in

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


def earmark(*command, folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "earmark", *map(str, command)], cwd=folder, capture_output=True, text=True,
        check=False, env={**os.environ, **environment},
    )  # fmt: skip


def test_commands_take_a_registered_model_by_its_name(told, here, tmp_path):
    train = next(one for one in told[1] if one.do == "train")
    pipelines.songs(12, seed=5).to_csv(tmp_path / "new.csv", index=False)
    theirs = earmark("predict", NAME, tmp_path / "new.csv", "--json", folder=here)
    ours = earmark("predict", train.artifact.folder / "model", tmp_path / "new.csv", "--json", folder=here)
    assert theirs.returncode == 0, theirs.stderr
    assert theirs.stdout == ours.stdout


def test_a_model_that_is_not_there(here):
    with pytest.raises(TrackerError) as caught:
        registered.folder_of("models:/small.train/9")
    assert caught.value.message.startswith("MLflow gives no model 'models:/small.train/9': ")
    assert caught.value.hint.startswith("name one as models:/NAME/VERSION, and say where it is kept: MLFLOW_")


def test_an_alias_and_a_run_name_a_model_as_well(told, here):
    from earmark.tracking.by_mlflow import address_in

    speaks = client(address_in(here))
    speaks.set_registered_model_alias("small.train", "best", "1")
    top, _ = the_run(speaks)
    train = next(one for one in told[1] if one.do == "train")
    for name in ("models:/small.train@best", f"runs:/{top.info.run_id}/train"):
        found = Path(registered.folder_of(name))
        assert (found / "bundle.json").read_bytes() == (
            train.artifact.folder / "model" / "bundle.json"
        ).read_bytes()
    assert registered.folder_of("a/folder") == "a/folder"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server(store, folder):
    """Yield the address and the process of an MLflow server: one worker, nothing done beside requests."""
    port = free_port()
    log = (folder / "server.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--workers", "1",
         "--artifacts-destination", folder / "files", "--host", "127.0.0.1", "--port", str(port)],
        stdout=log, stderr=log, start_new_session=True,
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, (folder / "server.log").read_text()
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()  # noqa: S310 - our own
                break
            except OSError:
                time.sleep(0.2)
        yield address, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.close()


def test_a_server_that_is_killed_in_the_middle(told, workspace, tmp_path, monkeypatch):
    """The whole run first; then a second one whose server dies."""
    shutil.copy(workspace / "mlflow.db", tmp_path / "server.db")  # its tables are made already
    start, steps, end = told
    start = replace(start, pipeline="served")
    with server(f"sqlite:///{tmp_path / 'server.db'}", tmp_path) as (address, process):
        watchers = trackers_of([f"mlflow={address}"], tmp_path)
        tracked.watch(watchers, (start, steps, end))
        assert watchers.notes == []
        speaks = client(address)
        (version,) = speaks.search_model_versions("name='served.train'")
        assert version.tags["earmark.artifact"] == steps[4].artifact.id
        watchers = trackers_of([f"mlflow={address}"], tmp_path)
        watchers.start(start)
        watchers.log(steps[0])
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for one in steps[1:]:
            watchers.log(one)
        watchers.finish(end)
    (note,) = watchers.notes
    assert note.startswith("mlflow left out from step 'clean' on: MlflowException: ")


@pytest.fixture(scope="module")
def postgres():
    """Return the address of a cluster of PostgreSQL that is made here, or skip."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    pytest.importorskip("psycopg2", reason="psycopg2 is not installed")
    if os.getuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    # Not among pytest's folders, which nobody else may enter.
    place = Path(tempfile.mkdtemp(prefix="earmark-postgres-"))
    bins, data, port = found[-1].parent, place / "data", free_port()
    someone = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    password = place / "password"
    password.write_text(tracked.TOKEN)
    if someone:
        for one in (place, password):
            shutil.chown(one, "postgres")

    def do(*command):
        done = subprocess.run(
            [*someone, *map(str, command)], capture_output=True, text=True, check=False, cwd="/"
        )
        assert done.returncode == 0, done.stdout + done.stderr

    do(bins / "initdb", "-D", data, "-U", "earmark", "-A", "scram-sha-256", f"--pwfile={password}", "-N")
    do(
        bins / "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        place / "log",
        "-o",
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off",
        "start",
    )
    yield f"postgresql+psycopg2://earmark:{tracked.TOKEN}@127.0.0.1:{port}/postgres"
    do(bins / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(place)


def test_a_server_on_postgresql(told, postgres, tmp_path):
    with server(postgres, tmp_path) as (address, _):
        watchers = trackers_of([f"mlflow={address}"], tmp_path)
        tracked.watch(watchers, told)
        assert watchers.notes == []
        see_all_of_it(client(address), told, tmp_path / "found")
        see_that_it_answers(address, told)


def test_an_address_that_cannot_be_reached_tells_no_password(told, tmp_path):
    watchers = trackers_of([f"mlflow=http://me:{tracked.TOKEN}@127.0.0.1:{free_port()}"], tmp_path)
    tracked.watch(watchers, told)
    (note,) = watchers.notes
    assert note.startswith("mlflow left out from the start on: ")
    assert tracked.TOKEN not in note


def test_a_model_of_songs(model, song, tmp_path):
    from earmark.service.predictor import Predictor
    from earmark.service.serving import _load_pyfunc

    found = _load_pyfunc(os.fspath(model)).predict(pd.DataFrame({"path": [os.fspath(song), "none.mp3"]}))
    ours = Predictor(model).predict(song)
    assert list(found["verdict"]) == [ours.verdict, "failed"]
    assert found["confidence"][0] == ours.confidence
