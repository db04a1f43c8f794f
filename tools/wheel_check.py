"""Prove that the wheel installs and runs where there is no compiler, and the sdist as well.

    python -m tools.wheel_check

The sdist is made from this folder and the wheel from the sdist. Both are then installed into a fresh
environment whose programs find no others: the wheel brings the compiled kernel along, and the sdist falls
back on NumPy. Only packages are downloaded.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"


def run(*command: str | Path, **environment: str) -> None:
    """Run a program, quietly if all goes well; end this one if it fails."""
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    if command[0] != UV:
        print(done.stdout, end="", flush=True)


def check(folder: Path) -> None:
    """Build both, install one after the other, and try them."""
    nothing = folder / "nothing"
    nothing.mkdir()
    run(UV, "build", "--quiet", "--out-dir", folder, EARMARK_KERNEL="required")
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    for file in (wheel, sdist):
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    run(UV, "venv", "--quiet", "--python", sys.executable, folder / "fresh")
    python = folder / "fresh" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = (UV, "pip", "install", "--quiet", "--python", python, "--reinstall-package", "earmark")
    # -I: neither this folder nor PYTHONPATH reaches the fresh environment.
    smoke = (python, "-I", ROOT / "tools" / "installed.py", ROOT / "demo", "--kernel")
    for package, kernel in ((wheel, "compiled"), (sdist, "numpy")):
        run(*install, package, PATH=str(nothing))
        run(*smoke, kernel, PATH=str(nothing))


def main() -> None:
    """Check in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        check(Path(folder))


if __name__ == "__main__":
    main()
