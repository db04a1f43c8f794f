"""How often the tests of ``earmark.stats`` alarm where there is nothing to find.

Run ``python -m benchmarks.null_tests [BATCHES] [--jobs 2]``, 1000 columns a batch; with ``--write`` the table
goes into ``docs/statistics.md``.
Songs of segments that are alike within a song (correlation 0.3, 0.5, 0.8), and no difference between genres:
at 5 % a right test alarms in 5 % of columns.
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.between import put
from earmark.stats.choice import differences
from earmark.stats.multiple import benjamini_hochberg
from earmark.stats.pairs import dunn, games_howell
from earmark.stats.shape import box_cox, shapiro_wilk
from earmark.stats.tests import anova, bartlett, each_whole, kruskal_wallis, levene, welch
from earmark.stats.units import Array, Codes, Units

PAGE = Path(__file__).resolve().parents[1] / "docs" / "statistics.md"
BEGIN, END = "<!-- null: begin -->", "<!-- null: end -->"
CORRELATIONS = (0.3, 0.5, 0.8)
SONGS, GENRES, SEGMENTS = 300, 3, 10
COLUMNS, SLOWEST, FAMILIES = 1000, 250, 1000
"""What one batch draws: columns, those of them that the two slowest tests are given, and families of ten."""
ALPHA = 0.05
SEGMENTWISE = "Kruskal-Wallis on segments"
"""What the page warns of; all others are right tests."""


def songs(columns: int, correlation: float, seed: int = 0) -> tuple[Array, Codes, Codes]:
    """Return segments of songs that differ by nothing but chance: values, genres and tracks."""
    rng = np.random.default_rng([seed, round(100 * correlation)])
    track = np.repeat(np.arange(SONGS), SEGMENTS)
    of_song = np.sqrt(correlation) * rng.normal(size=(SONGS, columns))
    values = of_song[track] + np.sqrt(1 - correlation) * rng.normal(size=(len(track), columns))
    return values, track % GENRES, track


def rates(
    columns: int, correlation: float, few: int | None = None, slowest: int | None = None, seed: int = 0
) -> dict[str, float]:
    """Return how often each test alarms, over so many columns: slow ones over `few`, two over `slowest`."""
    values, genres, track = songs(columns, correlation, seed)
    grouped = Units.of(genres, track)
    means, codes = grouped.means(values), grouped.genres
    some = means[:, :few].T
    pairs = {
        name: float(np.mean([min(pair.p for pair in test(column, codes)) < ALPHA for column in asked]))
        for name, test, asked in (
            ("Dunn, any pair", dunn, some), ("Games-Howell, any pair", games_howell, some[:slowest])
        )
    }  # fmt: skip
    found = {
        name: float((each_whole(test, means, codes).p < ALPHA).mean())
        for name, test in (
            ("analysis of variance", anova), ("Welch", welch), ("Kruskal-Wallis", kruskal_wallis),
            ("Bartlett", bartlett), ("Levene", levene),
        )
    }  # fmt: skip
    normal = shapiro_wilk(some.T, codes)
    chosen = differences(values[:, : len(some)], genres, track)
    return {
        **found,
        "the test that fits": float(np.mean([one.p < ALPHA for one in chosen])),
        **pairs,
        "Shapiro-Wilk": float(np.mean([one.p < ALPHA for one in normal])),
        "Box-Cox, a power of 1": float(
            np.mean([box_cox(10 + column).p < ALPHA for column in some[:slowest]])
        ),
        SEGMENTWISE: float((each_whole(kruskal_wallis, values, genres).p < ALPHA).mean()),
    }


def family_rate(families: int, correlation: float, seed: int = 0) -> float:
    """Return in how many families of ten columns any is told after Benjamini's and Hochberg's correction."""
    alarms = 0
    for family in range(families):
        values, genres, track = songs(10, correlation, seed * families + family)
        grouped = Units.of(genres, track)
        p = each_whole(kruskal_wallis, grouped.means(values), grouped.genres).p
        alarms += min(benjamini_hochberg(list(p))) < ALPHA
    return alarms / families


def batch(correlation: float, seed: int) -> dict[str, float]:
    """Return what one batch shows."""
    found = rates(COLUMNS, correlation, slowest=SLOWEST, seed=seed)
    warned = found.pop(SEGMENTWISE)
    family = family_rate(FAMILIES, correlation, seed)
    return {**found, "Benjamini-Hochberg, any of ten columns": family, SEGMENTWISE: warned}


def table(found: Iterable[tuple[float, dict[str, float]]]) -> list[str]:
    """Return the table in Markdown, a column per correlation: means over the batches."""
    told: dict[str, dict[float, list[float]]] = {}
    for correlation, shown in found:
        for name, rate in shown.items():
            told.setdefault(name, {}).setdefault(correlation, []).append(rate)
    return [
        f"| test | {' | '.join(f'correlation {one}' for one in CORRELATIONS)} |",
        f"|---{'|---:' * len(CORRELATIONS)}|",
        *(
            f"| {name} | {' | '.join(f'{100 * np.mean(of[one]):.1f} %' for one in CORRELATIONS)} |"
            for name, of in told.items()
        ),
    ]


def told(batches: int) -> str:
    """Return what the table was counted over."""
    return (
        f"Over {batches * COLUMNS} columns for each correlation, Games-Howell and Box-Cox over "
        f"{batches * SLOWEST}, Benjamini-Hochberg over {batches * FAMILIES} families."
    )


def main() -> None:
    """Measure and print; write with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batches", nargs="?", type=int, default=16, help="of 1000 columns; 16 unless told")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--write", action="store_true", help="write the table into docs/statistics.md")
    given = parser.parse_args()
    asked = list(product(CORRELATIONS, range(given.batches)))
    found = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for (correlation, _), shown in zip(asked, pool.map(batch, *zip(*asked, strict=True)), strict=True):
            found.append((correlation, shown))
            sys.stderr.write(f"\r{len(found)} of {len(asked)} batches")
    lines = [*table(found), "", told(given.batches)]
    print("\n".join(lines))
    if given.write:
        put(PAGE, BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
