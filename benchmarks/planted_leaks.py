"""How many planted leaks the audit finds, and how often it alarms where there are none.

Run ``python -m benchmarks.planted_leaks [TABLES]``; with ``--write`` the table goes into ``docs/leaks.md``.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from benchmarks.made_tables import LEAKS, Made, clean
from earmark.dataset.audit import audit  # noqa: F401 - fills the registry of checks
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding

PAGE = Path(__file__).resolve().parents[1] / "docs" / "leaks.md"
BEGIN, END = "<!-- planted: begin -->", "<!-- planted: end -->"
_CLEAN = 10  # clean tables for each table with a leak of one kind
AUDIT = ("duplicates", "gaps", "giveaways", "tracks", "sides")
"""The checks of the leak audit."""


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


def measure(tables: int, seed: int = 0) -> tuple[dict[str, Rate], Rate, Counter[str]]:
    """Return how often each leak is found, how often a clean table alarms, and with what."""
    found = {}
    wrong: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        for kind, name in enumerate(LEAKS):
            hits = sum(pool.map(_planted, [(seed, kind, table) for table in range(tables)]))
            found[name] = Rate(hits, tables)
            print(f"{name}: {found[name]}", flush=True)
        said = list(pool.map(_clean, [(seed, len(LEAKS), table) for table in range(_CLEAN * tables)]))
    for codes in said:
        wrong.update(codes)
    return found, Rate(sum(map(bool, said)), len(said)), wrong


def _planted(seeds: tuple[int, int, int]) -> bool:
    rng = np.random.default_rng(seeds)
    return is_found(LEAKS[list(LEAKS)[seeds[1]]](rng, clean(rng)))


def _clean(seeds: tuple[int, int, int]) -> set[str]:
    return alarms(clean(np.random.default_rng(seeds)))


def text(found: dict[str, Rate], false: Rate, wrong: Counter[str]) -> str:
    """Return the result as Markdown."""
    lines = ["| planted | found (95 % interval) |", "|---|---:|"]
    lines += [f"| {name} | {rate} |" for name, rate in found.items()]
    every = Rate(sum(rate.times for rate in found.values()), sum(rate.of for rate in found.values()))
    lines += [f"| **all** | {every} |", "", f"Clean tables with any alarm: {false}."]
    if wrong:
        lines.append("Alarms: " + ", ".join(f"{code} {count}" for code, count in wrong.most_common()) + ".")
    return "\n".join(lines)


def main() -> int:
    """Measure and print; return the exit code."""
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    began = time.perf_counter()
    found, false, wrong = measure(*(numbers or [100]))
    said = text(found, false, wrong)
    print(said)
    print(f"{time.perf_counter() - began:.0f} s")
    if "--write" in sys.argv:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.split(BEGIN)[0], page.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{said}\n{END}{tail}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
