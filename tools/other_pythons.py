"""Run the quick tests on every other Python that Earmark supports and this machine has.

    python -m tools.other_pythons

`make test` calls it once the whole suite has passed on its own Python. A version that is not installed is
said to be missing; nothing is downloaded but packages. The tests of the compiled kernel are left out: it is
one binary for every Python. All run the tests of the doors; the newest runs those of sound, for it has the
newer librosa, and those of learning as well.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MINORS = (11, 12, 13, 14)
ROOT = Path(__file__).parent.parent
DOORS = (
    "bundle", "catalog_local", "check", "cli", "cli_songs", "collect_cli", "dataset_reading",
    "doctor", "errors", "executors", "labels", "library", "light", "predictor", "public",
    "recordings_service", "registry", "schema", "split_cli", "taxonomy", "train", "windows",
    "workspace",
)  # fmt: skip
INSIDE = (
    "audio_damage", "cli_extract", "core", "cqt", "dataset_checks", "feature_sets", "features",
    "gtzan58", "lab_bundle", "leaks", "library_failures", "musicnn", "provider_records", "recipe",
    "songs", "split", "steps", "store", "summary",
)  # fmt: skip


def candidates(minor: int) -> Iterator[Path]:
    """Yield the places where a Python of that version may lie."""
    for folder in os.get_exec_path():
        yield Path(folder) / f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python3.{minor}"), reverse=True)


def interpreter(minor: int) -> Path | None:
    """Return a Python of that version that runs, with venv."""
    for path in candidates(minor):
        if path.is_file():
            said = subprocess.run(
                [path, "-c", "import sys, venv; print(sys.version_info[1])"],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if said.returncode == 0 and said.stdout.strip() == str(minor):
                return path
    return None


def passes(minor: int, python: Path, newest: bool) -> bool:
    """Install the locked packages for that Python beside ours, and run its tests."""
    folder = ROOT / f".venv-3.{minor}"
    environment = {
        **os.environ,
        "UV_PROJECT_ENVIRONMENT": str(folder),
        "VIRTUAL_ENV": "",
        "EARMARK_PROFILE": "few",
    }
    uv = Path(sys.executable).parent / "uv"
    sync: list[str | Path] = [uv, "sync", "--quiet", "--locked", "--python", python]
    tests: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pytest",
        "-m",
        "not slow",
        "-n",
        "auto",
        "--dist",
        "loadfile",
        *(f"--ignore={path}" for path in sorted((ROOT / "tests").glob("test_native*.py"))),
        *(f"tests/test_{name}.py" for name in (*DOORS, *(INSIDE if newest else ()))),
    ]
    return all(
        subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
        for command in (sync, tests)
    )


def main() -> int:
    """Return 1 if the tests fail on any of them."""
    failed = False
    others = {minor: interpreter(minor) for minor in MINORS if minor != sys.version_info.minor}
    newest = max((minor for minor, python in others.items() if python), default=None)
    for minor, python in others.items():
        if python is None:
            print(f"Python 3.{minor}: not on this machine", flush=True)
            continue
        print(f"Python 3.{minor}: {python}", flush=True)
        failed |= not passes(minor, python, newest=minor == newest)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
