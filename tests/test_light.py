"""Predicting is light: what must not be loaded on the way from a song to its genre, in a fresh Python."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = {
    *("librosa", "sklearn", "pandas", "torch", "numba", "scipy.signal", "matplotlib", "soundfile", "onnx"),
    *("dask", "distributed", "fsspec", "s3fs", "aiohttp"),
}

PROGRAM = """
import json, sys
try:
    {code}
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
COMMAND_LINE = "sys.argv = ['earmark', *{arguments!r}]; from earmark.cli.main import run; run()"


def loaded_by(code: str) -> tuple[subprocess.CompletedProcess, set[str]]:
    """Return how the program ended and the modules that it had loaded by then."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(code=code)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    return done, set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def classified(song):
    """Return how ``earmark classify --json`` ended on a song, with the built-in model, and its modules."""
    return loaded_by(COMMAND_LINE.format(arguments=["classify", "--json", str(song)]))


def test_the_command_line_does_its_work(classified, song):
    done, loaded = classified
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["path"] == str(song)
    assert {"numpy", "av", "soxr", "onnxruntime", "earmark.service.predictor"} <= loaded


def test_the_command_line_loads_nothing_heavy(classified):
    assert not HEAVY & classified[1]


def test_nor_does_the_table(song):
    done, loaded = loaded_by(COMMAND_LINE.format(arguments=["classify", "--timeline", str(song)]))
    assert done.returncode == 0
    assert "song.wav" in done.stdout
    assert not HEAVY & loaded


def test_nor_does_python(song):
    done, loaded = loaded_by(f"import earmark; print(earmark.classify({str(song)!r}).model)")
    assert done.stdout == "{'name': 'gtzan10', 'version': '1'}\n"
    assert not HEAVY & loaded
    assert not {"typer", "rich"} & loaded  # faces are not needed either
    assert "earmark.cli" not in loaded


def test_nor_does_extracting(song):
    done, loaded = loaded_by(f"import earmark; print(earmark.extract({str(song)!r}).values.shape)")
    assert done.stdout == "(1, 58)\n"
    assert not HEAVY & loaded
    assert "onnxruntime" not in loaded


def test_help_loads_hardly_anything():
    done, loaded = loaded_by(COMMAND_LINE.format(arguments=["--help"]))
    assert done.returncode == 0
    assert not (HEAVY | {"numpy", "av", "onnxruntime", "soxr", "scipy"}) & loaded


def test_the_module_loads_what_the_program_does(song):
    """``python -m earmark``, as Python itself lists its imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "earmark", "classify", "--json", str(song)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    names = {
        line.split("|")[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")
    }
    assert {"numpy", "onnxruntime", "earmark.cli.main"} <= names
    assert not HEAVY & names
    assert json.loads(done.stdout)["error"] is None


def test_a_fresh_python_would_have_told():
    """What is looked for does show when it is loaded."""
    _, loaded = loaded_by("import soundfile")
    assert HEAVY & loaded == {"soundfile"}
