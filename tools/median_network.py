"""Write the networks of minima and maxima that the native kernel takes its medians from.

Run ``python -m tools.median_network`` to write ``src/earmark/_dsp/native/medians.h``; ``--check`` only says
whether the file is what this program would write.

Sixteen neighbouring windows of 31 share 16 samples, their core. Walking down a binary tree from the core to
the single windows, a node adds the block that all windows below it share, and forgets what can no longer be
the median (`earmark._dsp.median` tells the same story in NumPy). Sorted blocks are merged by K. E. Batcher's
odd-even merge and bitonic sequences sorted by his bitonic one ("Sorting networks and their applications",
AFIPS 1968). Steps are written in the order of a walk through the tree, depth first, so that few values are
alive at a time.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "src/earmark/_dsp/native/medians.h"
OUTPUTS = 16
WIDTH = 31
BANDS = 128
HEAD = """\
/* Written by tools/median_network.py: do not edit.

   Networks of minima and maxima on vectors: every lane is a signal of its own. */
"""


class Network:
    """A list of steps, each the minimum or the maximum of two values."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.count = 0

    def _step(self, operation: str, a: str, b: str) -> str:
        name = f"v{self.count}"
        self.count += 1
        self.steps.append(f"const vf {name} = {operation}({a}, {b});")
        return name

    def low(self, a: str, b: str) -> str:
        """Return the smaller of two values."""
        return self._step("vf_min", a, b)

    def high(self, a: str, b: str) -> str:
        """Return the larger of two values."""
        return self._step("vf_max", a, b)

    def load(self, source: str) -> str:
        """Return a value read from memory."""
        name = f"v{self.count}"
        self.count += 1
        self.steps.append(f"const vf {name} = {source};")
        return name

    def sort_bitonic(self, x: Sequence[str]) -> list[str]:
        """Sort a sequence that rises and then falls, or the other way round."""
        n = len(x) // 2
        if n == 0:
            return list(x)
        low = [self.low(x[i], x[i + n]) for i in range(n)]
        high = [self.high(x[i], x[i + n]) for i in range(n)]
        return self.sort_bitonic(low) + self.sort_bitonic(high)

    def merge(self, a: Sequence[str], b: Sequence[str]) -> list[str]:
        """Merge two sorted sequences of one length, a power of two."""
        if len(a) == 1:
            return [self.low(a[0], b[0]), self.high(a[0], b[0])]
        even = self.merge(a[::2], b[::2])
        odd = self.merge(a[1::2], b[1::2])
        merged = [even[0]]
        for i in range(len(odd) - 1):
            merged += [self.low(even[i + 1], odd[i]), self.high(even[i + 1], odd[i])]
        return [*merged, odd[-1]]

    def sort(self, x: Sequence[str]) -> list[str]:
        """Sort a sequence, its length a power of two."""
        if len(x) == 1:
            return list(x)
        half = len(x) // 2
        return self.merge(self.sort(x[:half]), self.sort(x[half:]))

    def middle(self, kept: Sequence[str], block: Sequence[str]) -> list[str]:
        """Of 2n sorted values and n more, also sorted, return the n in the middle, sorted."""
        n = len(block)
        upper = self.sort_bitonic([self.high(kept[i], block[n - 1 - i]) for i in range(n)])
        return self.sort_bitonic([self.low(upper[i], kept[2 * n - 1 - i]) for i in range(n)])


def medians() -> Network:
    """Return the network of 16 neighbouring medians of 31."""
    network = Network()

    @cache
    def block(first: int, size: int) -> list[str]:
        if size == 1:
            return [network.load(f"vf_load(x[{first}])")]
        half = size // 2
        return network.merge(block(first, half), block(first + half, half))

    def walk(first: int, size: int, kept: list[str]) -> None:
        if size == 1:
            network.steps.append(f"vf_store(median[{first}], {kept[0]});")
            return
        half = size // 2
        walk(first, half, network.middle(kept, block(first + half - 1, half)))
        walk(first + half, half, network.middle(kept, block(first + OUTPUTS + OUTPUTS - 1, half)))

    walk(0, OUTPUTS, block(OUTPUTS - 1, OUTPUTS))
    return network


def median_of_bands() -> Network:
    """Return the network of the mean of the two middle values of 128."""
    network = Network()
    half = BANDS // 2
    halves = [
        network.sort([network.load(f"vf_load(x + {OUTPUTS} * {first + i})") for i in range(half)])
        for first in (0, half)
    ]
    below = [network.low(halves[0][i], halves[1][half - 1 - i]) for i in range(half)]
    above = [network.high(halves[0][i], halves[1][half - 1 - i]) for i in range(half)]
    while len(below) > 1:
        below = [network.high(a, b) for a, b in zip(below[::2], below[1::2], strict=True)]
        above = [network.low(a, b) for a, b in zip(above[::2], above[1::2], strict=True)]
    network.steps.append(f"vf_store(median, 0.5f * ({below[0]} + {above[0]}));")
    return network


def text() -> str:
    """Return the whole header."""
    running, bands = medians(), median_of_bands()
    parts = [
        HEAD,
        f"/* Medians of the {WIDTH} rows x[i] .. x[i + {WIDTH - 1}] for i = 0 .. {OUTPUTS - 1}. */",
        f"static inline void medians_of_{WIDTH}(const float *const x[{WIDTH + OUTPUTS - 1}],"
        f" float *const median[{OUTPUTS}]) {{",
        *(f"    {step}" for step in running.steps),
        "}",
        "",
        f"/* Mean of the two middle ones of {BANDS} rows that lie {OUTPUTS} numbers apart. */",
        "static void median_of_bands(const float *x, float *median) {",
        *(f"    {step}" for step in bands.steps),
        "}",
    ]
    return "\n".join(parts) + "\n"


def main() -> int:
    """Write the header, or check it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file differs")
    if parser.parse_args().check:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text()
        print(f"{TARGET.name} {'is' if same else 'is NOT'} what {Path(__file__).name} writes")
        return 0 if same else 1
    TARGET.write_text(text(), encoding="utf-8")
    print(f"wrote {TARGET}: {medians().count} and {median_of_bands().count} values")
    return 0


if __name__ == "__main__":
    sys.exit(main())
