"""CPU time of several programs that take turns on the same sounds."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_REPEATS = ((0.3, 7), (5.0, 3))


def cpu_s(work: Callable[..., Any], *arguments: Any) -> float:
    """Return the CPU seconds of all threads that a call takes, the least of several.

    What takes less than 0.3 s is measured seven times, up to 5 s three times, else once: on a shared machine
    others can only add to it.
    """
    spent: list[float] = []
    repeats = 1
    while len(spent) < repeats:
        start = time.process_time()
        work(*arguments)
        spent.append(time.process_time() - start)
        repeats = next((times for limit_s, times in _REPEATS if spent[0] < limit_s), 1)
    return min(spent)


def race(works: Mapping[str, Callable[[Any], Any]], sounds: Iterable[Any]) -> dict[str, list[float]]:
    """Return the CPU seconds of every program on every sound; on each sound they take turns."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for sound in sounds:
        for name, work in works.items():
            spent[name].append(cpu_s(work, sound))
    return spent
