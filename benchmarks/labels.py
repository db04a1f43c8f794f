"""Measure the binning of 35 000 songs, and of 10 000 rules: CPU seconds, best of five.

Run ``python -m benchmarks.labels``. The tags are those of the published catalogue where the data is,
else as many made-up ones. The exit code is 1 if 35 000 songs take more than a second.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial

from benchmarks.machine import cpu_model
from benchmarks.sounds import data_folder
from earmark.labels import parse, taxonomy
from earmark.labels.audit import audit
from earmark.labels.tables import read_songs
from earmark.labels.voting import bin_songs

SONGS = 35_000
LIMIT_S = 1.0


def tags_of_songs() -> tuple[str, list[tuple[str, ...]]]:
    """Return where the tags come from, and those of 35 000 songs."""
    folder = data_folder()
    if folder is not None and (folder / "spotify12").is_dir():
        songs = read_songs(folder / "spotify12", tags_column="genre", distinct=True)
        return "the published catalogue", list(songs.tags[:SONGS])
    choose = random.Random(0)  # noqa: S311 - no secret
    words = [pattern.text for rule in taxonomy("broad12-fixed").rules for pattern in rule.patterns]
    tags = [f"{choose.choice(words)} {choose.choice(words)}" for _ in range(1735)]
    return "made up", [tuple(choose.choices(tags, k=choose.randint(0, 9))) for _ in range(SONGS)]


def best_s(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the quickest of five runs."""
    took = []
    for _ in range(5):
        began_s = time.process_time()
        work()
        took.append(time.process_time() - began_s)
    return min(took)


def main() -> int:
    """Print the figures; return the exit code."""
    origin, tags = tags_of_songs()
    print(f"{len(tags)} songs, {len(set(tags))} sets of tags, {origin}; {cpu_model()}")
    worst_s = 0.0
    for name in ("broad12", "broad12-fixed"):
        known = taxonomy(name)
        took_s = best_s(partial(bin_songs, known, tags))
        audit_s = best_s(partial(audit, bin_songs(known, tags)))
        print(f"{name}: binning {took_s:.2f} s, audit {audit_s:.2f} s")
        worst_s = max(worst_s, took_s)
    many = parse(
        'name = "many"\n'
        + "".join(f'[[rule]]\ngenre = "g{n % 50}"\nwords = ["style{n}"]\n' for n in range(10_000))
    )
    print(f"10 000 rules: binning {best_s(partial(bin_songs, many, tags)):.2f} s")
    print(f"limit for binning: {LIMIT_S} s")
    return int(worst_s > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
