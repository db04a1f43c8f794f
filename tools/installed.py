"""Try the Earmark that is installed here: what the doctor says, the genre of songs, the columns of one.

    python tools/installed.py FOLDER [--kernel compiled|numpy]

It imports nothing but Earmark and the standard library, so that it runs where a wheel was installed and
nothing else. The exit code is 1 if something does not work, or if the signal path is not the one expected.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path

EARMARK = [sys.executable, "-m", "earmark"]


def said(*command: str) -> str:
    """Return what a command of Earmark wrote, or end the program with its error."""
    done = subprocess.run([*EARMARK, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"earmark {' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def signal_path() -> str:
    """Return the doctor's line on the signal path, if it finds everything in order."""
    record = json.loads(said("doctor", "--json"))
    if not record["healthy"]:
        sys.exit(f"the doctor is not content: {record['findings']}")
    return next(finding["detail"] for finding in record["findings"] if finding["name"] == "sound features")


def main() -> None:
    """Print what was tried."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("songs", type=Path, help="a folder of songs")
    parser.add_argument("--kernel", choices=("compiled", "numpy"), default="compiled")
    arguments = parser.parse_args()

    import earmark  # noqa: PLC0415 - --help should answer without it

    path = signal_path()
    print(f"{Path(earmark.__file__).parent}: {path}")
    if path.startswith("NumPy") != (arguments.kernel == "numpy"):
        sys.exit(f"expected the {arguments.kernel} path")
    songs = [json.loads(line) for line in said("classify", "--json", str(arguments.songs)).splitlines()]
    print("; ".join(f"{Path(song['path']).name}: {song['genre']}" for song in songs))
    table = earmark.extract(songs[0]["path"])
    if not all(math.isfinite(number) for (number,) in table.to_dict().values()):
        sys.exit(f"numbers that are none: {table.to_dict()}")
    print(f"{len(table.columns)} columns of {Path(songs[0]['path']).name}")


if __name__ == "__main__":
    main()
