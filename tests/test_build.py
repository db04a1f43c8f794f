"""How the compiled kernel is built, and what happens where it cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def build(folder, **environment):
    """Build into a folder; return what became of it, all that was said, and the binaries."""
    places = ["--build-lib", folder, "--build-temp", folder / "temp"]
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", *places],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    binaries = [path.name for path in folder.rglob("_native*") if path.suffix in {".so", ".pyd"}]
    return done.returncode, done.stdout + done.stderr, binaries


@pytest.fixture
def nowhere(tmp_path):
    folder = tmp_path / "nothing"
    folder.mkdir()
    return {"PATH": str(folder), "CC": "no-such-compiler"}


def test_without_a_compiler_one_line_says_so_and_all_else_is_installed(tmp_path, nowhere):
    code, said, binaries = build(tmp_path, **nowhere)
    assert code == 0, said
    lines = [line for line in said.splitlines() if "without its compiled kernel" in line]
    assert len(lines) == 1
    assert "no-such-compiler" in lines[0]
    assert binaries == []


def test_a_wheel_is_not_made_without_the_kernel(tmp_path, nowhere):
    code, said, _ = build(tmp_path, EARMARK_KERNEL="required", **nowhere)
    assert code != 0
    assert "no-such-compiler" in said


@pytest.mark.slow
def test_with_a_compiler_one_binary_serves_every_python(tmp_path):
    code, said, binaries = build(tmp_path)
    if "without its compiled kernel" in said:
        pytest.skip("there is no compiler here")
    assert code == 0, said
    assert binaries == ["_native.pyd" if os.name == "nt" else "_native.abi3.so"]
