"""Weights & Biases offline, for real: what its folder holds, and that nothing tries the network."""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

import tracked
from earmark.errors import ArgumentError
from wandb_server import Service

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("wandb") is None, reason="Weights & Biases is not installed"),
]

BLOCK = 32768
TELLS = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import tracked
from earmark.tracking.trackers import trackers_of
watchers = trackers_of(["wandb"], ".")
tracked.watch(watchers, tracked.told(Path({folder!r})))
assert watchers.notes == [], watchers.notes
"""


class Listener:
    """Stands where every program is told that the network begins, and counts who comes."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.came = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                one, _ = self._socket.accept()
            except OSError:
                return
            self.came.append(one.recv(200))
            one.close()


@pytest.fixture(scope="module")
def workspace(told, tmp_path_factory):
    """Return a workspace in which a run was kept offline, with tokens about."""
    place = tmp_path_factory.mktemp("workspace")
    folder = os.fspath(told[0].folder.parents[1])
    listener = Listener()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WANDB_")}
    ways = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), listener.address)
    environment |= {**ways, **{name.lower(): value for name, value in ways.items()}, "NO_PROXY": ""}
    done = subprocess.run(
        [sys.executable, "-c", TELLS.format(tests=os.fspath(Path(__file__).parent), folder=folder)],
        cwd=place, capture_output=True, text=True, check=False,
        env={**environment, "PLANTED_TOKEN": tracked.TOKEN, "HOME": os.fspath(place / "home")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    assert listener.came == []
    return place


def records(path: Path):
    """Yield the records of a run's file: LevelDB's log format, after seven bytes of W&B's own."""
    from wandb.proto.wandb_internal_pb2 import Record

    data, at, whole = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        whole += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # all of it, or its last part
            yield Record.FromString(whole)
            whole = b""


def told_in(workspace):
    """Return the config, the summary and the artifacts of the run that lies there."""
    (path,) = (workspace / "wandb").glob("offline-run-*/*.wandb")
    config, summary, artifacts = {}, {}, {}
    for one in records(path):
        for item in (*one.run.config.update, *one.config.update):
            config[item.key or ".".join(item.nested_key)] = json.loads(item.value_json)
        for item in one.summary.update:
            summary[item.key or ".".join(item.nested_key)] = json.loads(item.value_json)
        request = one.request.log_artifact.artifact
        for artifact in (one.artifact, request):
            if artifact.name and not artifact.name.startswith("run-"):  # tables are artifacts too
                artifacts[artifact.name] = artifact
    return config, summary, artifacts


def test_its_folder_holds_config_figures_and_artifacts_with_versions(told, workspace):
    config, summary, artifacts = told_in(workspace)
    manifests = {one.step: one.artifact.manifest for one in told[1]}
    accuracy = manifests["train"]["metrics"]["accuracy"]
    assert config["parameters"]["train.seed"] == "1"
    assert config["facts"]["earmark.run.pipeline"] == "small"
    songs = manifests["raw"]["files"]["songs.csv"]["sha256"]
    assert config["lineage.raw"]["inputs"]["url"].endswith(f"songs.csv#sha256={songs}")
    assert config["lineage.train"]["parents"]["table"] == f"clean@{manifests['clean']['version']}"
    assert [summary[f"train.accuracy{end}"] for end in ("", ".low", ".high")] == [
        accuracy[key] for key in ("value", "low", "high")
    ]
    assert summary["state"] == "finished"
    assert set(artifacts) == set(manifests)
    for name, one in artifacts.items():
        assert json.loads(one.metadata)["version"] == manifests[name]["version"]
        assert len(one.digest) == 32
    paths = {entry.path for entry in artifacts["train"].manifest.contents}
    assert {"manifest.json", "model/bundle.json", "model/model.skops", "model/card.md"} <= paths
    assert artifacts["train"].type == "model"


def test_tables_and_trials_lie_there(workspace):
    tables = sorted((workspace / "wandb").glob("offline-run-*/files/media/table/**/*.table.json"))
    columns = [json.loads(path.read_text())["columns"] for path in tables]
    assert ["step", "metric", "value", "low", "high"] in columns
    assert ["shrinkage", "accuracy"] in columns


def test_no_secret_is_kept_and_the_home_folder_stays_empty(workspace):
    files = [path for path in workspace.rglob("*") if path.is_file()]
    assert not [path for path in files if tracked.TOKEN.encode() in path.read_bytes()]
    assert not list((workspace / "home").rglob("*"))


def test_wandb_sync_sends_it_whole_and_no_secret(told, workspace, tmp_path):
    _, steps, _ = told
    service = Service()
    folder = tmp_path / "wandb"
    shutil.copytree(workspace / "wandb", folder)
    with service.server as server:
        done = subprocess.run(
            [Path(sys.executable).parent / "wandb", "sync", *folder.glob("offline-run-*")],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, **service.environment, "PLANTED_TOKEN": tracked.TOKEN,
                 "WANDB_DATA_DIR": os.fspath(folder / "data"), "WANDB_ERROR_REPORTING": "false"},
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    config = json.loads(service.runs[0]["config"])
    assert config["parameters"]["value"]["train.seed"] == "1"
    assert service.runs[0]["project"] == "small"
    assert service.committed == set(service.artifacts) >= {one.step for one in steps}
    for one in steps:
        assert json.loads(service.artifacts[one.step]["metadata"])["version"] == one.artifact.version
        assert json.loads(service.file(one.step, "manifest.json")) == one.artifact.manifest
    (train,) = (one for one in steps if one.model)
    for path in ("model/bundle.json", "model/model.skops"):
        assert service.file("train", path) == (train.artifact.folder / path).read_bytes()
    assert json.loads(service.file("run", "wandb-summary.json"))["state"] == "finished"
    assert not [one for one in server.asked() if tracked.TOKEN.encode() in one.body]


def test_whether_it_is_online(monkeypatch):
    from earmark.tracking.by_wandb import mode_of

    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    assert mode_of("") == "offline"
    monkeypatch.setenv("WANDB_API_KEY", "x" * 40)
    assert mode_of("") == "online"
    assert mode_of("offline") == "offline"
    monkeypatch.setenv("WANDB_MODE", "offline")
    assert mode_of("") == "offline"
    with pytest.raises(ArgumentError) as caught:
        mode_of("on")
    assert str(caught.value) == "wandb=on (say wandb, wandb=offline or wandb=online)"
