"""How often the tests of ``earmark.stats`` alarm where there is nothing to find.

Run ``python -m benchmarks.null_tests [COLUMNS]``; with ``--write`` the table goes into
``docs/statistics.md``.
Songs of segments that are alike within a song (correlation 0.3, 0.5, 0.8), and no difference between genres:
at 5 % a right test alarms in 5 % of columns.
"""

import sys
from collections.abc import Callable
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
ALPHA = 0.05


def songs(columns: int, correlation: float, seed: int = 0) -> tuple[Array, Codes, Codes]:
    """Return segments of songs that differ by nothing but chance: values, genres and tracks."""
    rng = np.random.default_rng([seed, round(100 * correlation)])
    track = np.repeat(np.arange(SONGS), SEGMENTS)
    of_song = np.sqrt(correlation) * rng.normal(size=(SONGS, columns))
    values = of_song[track] + np.sqrt(1 - correlation) * rng.normal(size=(len(track), columns))
    return values, track % GENRES, track


def rates(columns: int, correlation: float, few: int | None = None) -> dict[str, float]:
    """Return how often each test alarms, over so many columns (the slow ones over a quarter, or `few`)."""
    values, genres, track = songs(columns, correlation)
    grouped = Units.of(genres, track)
    means, codes = grouped.means(values), grouped.genres
    some = means[:, : few or max(1, columns // 4)].T
    pairs = {
        name: float(np.mean([min(pair.p for pair in test(column, codes)) < ALPHA for column in some]))
        for name, test in (("Dunn, any pair", dunn), ("Games-Howell, any pair", games_howell))
    }
    found = {
        name: float((each_whole(test, means, codes).p < ALPHA).mean())
        for name, test in (
            ("analysis of variance", anova), ("Welch", welch), ("Kruskal-Wallis", kruskal_wallis),
            ("Bartlett", bartlett), ("Levene", levene),
        )
    }  # fmt: skip
    normal = shapiro_wilk(some.T, codes)
    chosen = differences(values[:, : len(some)], genres, track)
    families = [benjamini_hochberg(list(part)) for part in _tens(each_whole(kruskal_wallis, means, codes).p)]
    return {
        **found,
        "the test that fits": float(np.mean([one.p < ALPHA for one in chosen])),
        **pairs,
        "Shapiro-Wilk": float(np.mean([one.p < ALPHA for one in normal])),
        "Box-Cox, a power of 1": float(np.mean([box_cox(10 + column).p < ALPHA for column in some])),
        "Benjamini-Hochberg, any of ten columns": float(np.mean([min(part) < ALPHA for part in families])),
        "Kruskal-Wallis on segments": float((each_whole(kruskal_wallis, values, genres).p < ALPHA).mean()),
    }


def _tens(p: Array) -> Array:
    return p[: len(p) // 10 * 10].reshape(-1, 10)


def table(of: Callable[[float], dict[str, float]]) -> list[str]:
    """Return the table in Markdown, a column per correlation."""
    found = [of(correlation) for correlation in CORRELATIONS]
    return [
        f"| test | {' | '.join(f'correlation {one}' for one in CORRELATIONS)} |",
        f"|---{'|---:' * len(CORRELATIONS)}|",
        *(f"| {name} | {' | '.join(f'{100 * one[name]:.1f} %' for one in found)} |" for name in found[0]),
    ]


def main() -> None:
    """Measure and print; write with ``--write``."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    columns = numbers[0] if numbers else 10_000
    lines = table(lambda correlation: rates(columns, correlation))
    print("\n".join(lines))
    if "--write" in sys.argv:
        put(PAGE, BEGIN, END, "\n".join(lines))


if __name__ == "__main__":
    main()
