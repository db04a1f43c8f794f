"""The repository as an MLflow project, run by MLflow."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pipelines
from earmark.tracking.runs import Runs

ROOT = Path(__file__).parents[1]
CONDAS = ("micromamba", "mamba", "conda")

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore")  # what MLflow does is not ours to mend
def test_mlflow_runs_a_pipeline_which_is_kept_there(tmp_path):
    pytest.importorskip("mlflow", reason="MLflow is not installed")
    path = pipelines.lay_out(tmp_path)
    here = Path(sys.executable).parent
    done = subprocess.run(
        [here / "mlflow", "run", ROOT, "--env-manager", "local", "-P", f"pipeline={path}",
         "-P", f"workspace={tmp_path}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
             "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}",
             "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (ran,) = Runs(tmp_path / "runs")
    assert (ran.state, ran.said["notes"]) == ("finished", [])
    from earmark.tracking.by_mlflow import client_of

    speaks = client_of(tmp_path, f"sqlite:///{tmp_path / 'mlflow.db'}")
    (kept,) = speaks.search_runs([speaks.get_experiment_by_name("small").experiment_id])
    assert (kept.info.run_name, kept.info.status) == (ran.id, "FINISHED")
    assert kept.data.metrics["evaluate.accuracy"] == ran.metrics["evaluate.accuracy"]["value"]
    assert kept.data.tags["earmark.model.train"] == "models:/small.train/1"


def test_its_environments_are_the_same_and_of_this_python():
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with MLflow")
    conda = yaml.safe_load((ROOT / "conda.yaml").read_text())
    plain = yaml.safe_load((ROOT / "python_env.yaml").read_text())
    assert conda["dependencies"][0] == f"python={plain['python']}"
    assert conda["dependencies"][-1]["pip"] == plain["dependencies"]
    project = yaml.safe_load((ROOT / "MLproject").read_text())
    assert (ROOT / project["python_env"]).is_file()
    assert set(project["entry_points"]) == {"main", "train", "demo", "doctor"}


def test_conda_makes_an_environment_that_works(tmp_path):
    tool = next((found for name in CONDAS if (found := shutil.which(name))), None)
    if tool is None:
        pytest.skip("no conda, mamba or micromamba here")
    for command in (
        [tool, "env", "create", "--yes", "--prefix", tmp_path / "env", "--file", ROOT / "conda.yaml"],
        [tmp_path / "env" / "bin" / "python", "-m", "earmark", "doctor"],
    ):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
