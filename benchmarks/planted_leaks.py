"""How many planted leaks the audit finds, and how often it alarms where there are none.

Run ``python -m benchmarks.planted_leaks [TABLES]``. What is done is kept in a file of the temporary folder,
one for each version of the rules: the same command goes on where it was stopped. With ``--write`` the table
goes into ``docs/leaks.md``.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from benchmarks.between import put
from benchmarks.made_tables import LEAKS, Made, clean
from earmark.dataset.audit import audit  # noqa: F401 - fills the registry of checks
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "leaks.md"
BEGIN, END = "<!-- planted: begin -->", "<!-- planted: end -->"
CLEAN = "clean"
_CLEAN_TABLES = 4  # for each with a leak of one kind
AUDIT = ("duplicates", "gaps", "giveaways", "tracks", "sides")
"""The checks of the leak audit."""
_RULES = (
    *("beyond", "dependence", "duplicates", "equality", "gaps", "giveaways", "infer", "kinship", "lookup"),
    *("nearness", "sharing", "sides"),
)


class Rate(NamedTuple):
    """How often something happened, with the 95 % interval of Clopper and Pearson."""

    times: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends, 0 to 1."""
        low = beta.ppf(0.025, self.times, self.of - self.times + 1) if self.times else 0.0
        high = beta.ppf(0.975, self.times + 1, self.of - self.times) if self.times < self.of else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.interval
        percent = f"{100 * self.times / self.of:.1f} %, {100 * low:.1f} to {100 * high:.1f}"
        return f"{self.times} of {self.of} ({percent})"


def findings(made: Made) -> Iterator[Finding]:
    """Yield what the leak audit says of a made table."""
    dataset = made.dataset()
    for name in AUDIT:
        yield from CHECKS[name](dataset, Options())


def is_found(made: Made) -> bool:
    """Return whether the audit names what was planted."""
    return any(
        one.code in made.codes and (not made.column or one.evidence.get("column") == made.column)
        for one in findings(made)
    )


def alarms(made: Made) -> set[str]:
    """Return what the audit wrongly says of a clean table: the codes of its errors and warnings."""
    return {one.code for one in findings(made) if one.severity != "note"}


class Task(NamedTuple):
    """One table to make and look at.

    Attributes
    ----------
    kind : str
        The leak planted in it, or :data:`CLEAN`.
    table : int
        Its number; with the seed it says which table.
    seed : int
        The seed of the whole run.
    rows : int
        The most that it has.
    """

    kind: str
    table: int
    seed: int
    rows: int

    def said(self) -> list[str]:
        """Return ``found`` if what was planted is found; of a clean table the codes of its alarms."""
        kinds = [*LEAKS, CLEAN]
        rng = np.random.default_rng((self.seed, kinds.index(self.kind), self.table))
        made = clean(rng, self.rows)
        if self.kind == CLEAN:
            return sorted(alarms(made))
        return ["found"] * is_found(LEAKS[self.kind](rng, made))


def tasks(tables: int, seed: int, rows: int) -> list[Task]:
    """Return all tables, those of one number together, so that what is done first is of all kinds."""
    kinds = [*LEAKS, *[CLEAN] * _CLEAN_TABLES]
    return [
        Task(kind, table * _CLEAN_TABLES + place - len(LEAKS) if kind == CLEAN else table, seed, rows)
        for table in range(tables)
        for place, kind in enumerate(kinds)
    ]


def journal() -> Path:
    """Return the file that keeps what is done: another one for other rules or other tables."""
    sources = [ROOT / "src" / "earmark" / "dataset" / f"{name}.py" for name in _RULES]
    text = b"".join(path.read_bytes() for path in [*sources, ROOT / "benchmarks" / "made_tables.py"])
    return Path(tempfile.gettempdir()) / f"earmark-planted-{hashlib.sha256(text).hexdigest()[:12]}.jsonl"


def kept(path: Path) -> dict[Task, list[str]]:
    """Return what a journal says; a line that was cut off is no line."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []
    return {Task(*task): said for task, said in map(json.loads, lines)}


def measure(wanted: list[Task], path: Path, jobs: int) -> dict[Task, list[str]]:
    """Return what is said of every table, from the journal where it stands there already."""
    done = kept(path)
    path.write_text("".join(_line(*one) for one in done.items()), encoding="utf-8")
    left = [task for task in wanted if task not in done]
    with ProcessPoolExecutor(jobs) as pool, path.open("a", encoding="utf-8") as out:
        for number, (task, said) in enumerate(zip(left, pool.map(Task.said, left), strict=True), 1):
            done[task] = said
            out.write(_line(task, said))
            out.flush()
            if number % 50 == 0:
                print(f"{number} of {len(left)}", file=sys.stderr, flush=True)
    return {task: done[task] for task in wanted}


def _line(task: Task, said: list[str]) -> str:
    return json.dumps([task, said]) + "\n"


def text(done: dict[Task, list[str]]) -> str:
    """Return the result as Markdown."""
    found = {
        name: Rate(sum(bool(said) for task, said in done.items() if task.kind == name), _of(done, name))
        for name in LEAKS
    }
    lines = ["| planted | found (95 % interval) |", "|---|---:|"]
    lines += [f"| {name} | {rate} |" for name, rate in found.items()]
    every = Rate(sum(rate.times for rate in found.values()), sum(rate.of for rate in found.values()))
    wrong = [said for task, said in done.items() if task.kind == CLEAN]
    false = Rate(sum(map(bool, wrong)), len(wrong))
    lines += [f"| **all** | {every} |", "", f"Clean tables with any alarm: {false}."]
    codes = Counter(code for said in wrong for code in said)
    if codes:
        lines.append("Alarms: " + ", ".join(f"{code} {count}" for code, count in codes.most_common()) + ".")
    task = next(iter(done))
    lines.append(f"Tables of 300 to {task.rows} rows, seed {task.seed}.")
    return "\n".join(lines)


def _of(done: dict[Task, list[str]], kind: str) -> int:
    return sum(task.kind == kind for task in done)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tables", nargs="?", type=int, default=100, help="how many for each leak")
    parser.add_argument("--seed", type=int, default=0, help="which tables")
    parser.add_argument("--rows", type=int, default=2500, help="the most that a table has")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--write", action="store_true", help="write the table into docs/leaks.md")
    given = parser.parse_args()
    said = text(measure(tasks(given.tables, given.seed, given.rows), journal(), given.jobs))
    print(said)
    if given.write:
        put(PAGE, BEGIN, END, said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
