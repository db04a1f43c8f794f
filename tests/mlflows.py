"""Servers of MLflow on this machine, and what one must hold once it was told of a run."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow import server

import pipelines
from earmark.models import lab_bundle
from earmark.tracking.by_mlflow import client_of, speaking_to

NAME = "models:/small.train/1"


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(store: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Yield the address and the process of a server: what ``mlflow server`` starts."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    said = {
        server.BACKEND_STORE_URI_ENV_VAR: store, server.SERVE_ARTIFACTS_ENV_VAR: "true",
        server.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        server.ARTIFACTS_DESTINATION_ENV_VAR: os.fspath(folder / "files"), "MLFLOW_DISABLE_TELEMETRY": "true",
    }  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--port", str(port), "mlflow.server.fastapi_app:app"],
            stdout=log, stderr=log, env={**os.environ, **said},
        )  # fmt: skip
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
            process.kill()
            process.wait()


def client(address: str):
    """Return what speaks to one."""
    return client_of(Path(), address)


def the_run(speaks, pipeline: str = "small"):
    """Return the run of a pipeline, and those below it."""
    runs = speaks.search_runs([speaks.get_experiment_by_name(pipeline).experiment_id])
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
