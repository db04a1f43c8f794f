"""Run the tests of the compiled kernel with AddressSanitizer and UndefinedBehaviorSanitizer watching.

    python -m tools.sanitize [pytest arguments]

The package is built once more, outside of this folder, with both sanitizers in it; the first finding ends the
tests. Needs GCC or Clang on Linux, and says so elsewhere.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"
WHERE = "import earmark._dsp._native as kernel; print(kernel.__file__)"


def runtime() -> Path | None:
    """Return the library that has to be loaded before Python; None if this compiler has none."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    said = subprocess.run(
        [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return Path(said).resolve() if Path(said).is_absolute() else None


def build(folder: Path) -> Path:
    """Build the package with the sanitizers; return the folder that holds it."""
    flags = {"CFLAGS": f"{SANITIZERS} -g -fno-omit-frame-pointer", "LDFLAGS": SANITIZERS}
    subprocess.run(
        [UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT],
        env={**os.environ, **flags, "EARMARK_KERNEL": "required"},
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def tests(folder: Path, library: Path, arguments: list[str]) -> int:
    """Run the tests of the kernel against that build; return pytest's exit code."""
    watched = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "PYTHONPATH": str(folder),
        "PYTHONMALLOC": "malloc",  # so that the sanitizer knows where each of Python's buffers ends
        # Python itself keeps memory until it ends; a finding ends the process before pytest could show it.
        "ASAN_OPTIONS": f"detect_leaks=0:log_path={folder}/finding",
        "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={folder}/finding",
    }
    found = subprocess.run(
        [sys.executable, "-c", WHERE], env=watched, capture_output=True, text=True, check=True
    )
    if not Path(found.stdout.strip()).is_relative_to(folder):
        sys.exit(f"not the build with sanitizers: {found.stdout}")
    chosen = sorted(map(str, (ROOT / "tests").glob("test_native*.py")))
    if not chosen:
        sys.exit("no tests/test_native*.py")
    # librosa's compiler takes minutes under a sanitizer, and how close its numbers are is told without one.
    command = [sys.executable, "-m", "pytest", "-n", "auto", "-k", "not librosa", *chosen, *arguments]
    code = subprocess.run(command, cwd=ROOT, env=watched, check=False).returncode
    for finding in sorted(folder.glob("finding.*"))[:1]:
        print(finding.read_text(encoding="utf-8", errors="replace"))
    return code


def main() -> int:
    """Build, test, return the exit code."""
    library = runtime()
    if library is None:
        print("sanitizers: no compiler for Linux with AddressSanitizer here, nothing was tested")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        site = build(Path(folder))
        print(f"sanitizers: {library.name}, {SANITIZERS}", flush=True)
        return tests(site, library, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
