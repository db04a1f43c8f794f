"""CPU time of several programs that take turns on the same sounds."""

import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any

_QUICK_S = 0.3
_REPEATS = 5


def cpu_s(work: Callable[..., Any], *arguments: Any) -> float:
    """Return the CPU seconds of all threads that a call takes; what is quick is measured five times."""
    spent: list[float] = []
    while not spent or (spent[0] < _QUICK_S and len(spent) < _REPEATS):
        start = time.process_time()
        work(*arguments)
        spent.append(time.process_time() - start)
    return median(spent)


def race(works: Mapping[str, Callable[[Any], Any]], sounds: Iterable[Any]) -> dict[str, list[float]]:
    """Return the CPU seconds of every program on every sound; on each sound they take turns."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for sound in sounds:
        for name, work in works.items():
            spent[name].append(cpu_s(work, sound))
    return spent
