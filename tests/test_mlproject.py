"""The environments of the repository as an MLflow project; test_tracking_servers.py has MLflow run it."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
CONDAS = ("micromamba", "mamba", "conda")

pytestmark = pytest.mark.slow


def test_its_environments_are_the_same_and_as_the_package_says():
    yaml = pytest.importorskip("yaml", reason="PyYAML comes with MLflow")
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "conda.yaml").read_text())
    plain = yaml.safe_load((ROOT / "python_env.yaml").read_text())
    assert conda["dependencies"][0] == f"python={plain['python']}"
    assert conda["dependencies"][-1]["pip"] == plain["dependencies"] == [".[lab,mlflow]"]
    assert {"lab", "mlflow"} <= set(ours["optional-dependencies"])
    assert SpecifierSet(ours["requires-python"]).contains(plain["python"])
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
