"""Write the published split of GTZAN as data: ``python -m tools.gtzan_lists FOLDER``.

FOLDER holds ``train_filtered.txt``, ``valid_filtered.txt`` and ``test_filtered.txt`` as their authors publish
them, one clip per line (``blues/blues.00029.wav``). Only clip names are read; no song is heard.
"""

import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

MODULE = Path(__file__).resolve().parents[1] / "src/earmark/dataset/lists/gtzan_fault_filtered.py"
PARTS = ("train", "valid", "test")

HEAD = '''"""The split of GTZAN without its faults, no artist on two sides: 443, 197 and 290 of 1000 clips.

Written by `python -m tools.gtzan_lists`; do not edit it.
"""

SOURCE = (
    "C. Kereliuk, B. L. Sturm, J. Larsen: Deep Learning and Music Adversaries. IEEE Transactions on "
    "Multimedia 17 (2015), 2059-2071; https://github.com/coreyker/dnn-mgr; repetitions, distortions and "
    "mislabellings after B. L. Sturm: The GTZAN dataset (2013)"
)
'''


def ranges(numbers: list[int]) -> str:
    """Return numbers as ranges.

    Examples
    --------
    >>> ranges([3, 1, 2, 7])
    '1-3 7'
    """
    numbers = sorted(numbers)
    starts = [numbers[0], *(b for a, b in pairwise(numbers) if b > a + 1)]
    ends = [*(a for a, b in pairwise(numbers) if b > a + 1), numbers[-1]]
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in zip(starts, ends, strict=True))


def module(folder: Path) -> str:
    """Return the text of the module."""
    lines = [HEAD, "PARTS = {"]
    for part in PARTS:
        text = (folder / f"{part}_filtered.txt").read_text(encoding="ascii")
        numbers = defaultdict(list)
        for line in text.split():
            genre, number = Path(line).stem.split(".")
            numbers[genre].append(int(number))
        lines.append(f'    "{part}": {{')
        lines += [f'        "{genre}": "{ranges(found)}",' for genre, found in sorted(numbers.items())]
        lines.append("    },")
    lines += ["}", '"""The numbers of the clips of each genre in each part: 12 is ``blues.00012``."""']
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the module; return the exit code."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    MODULE.write_text(module(Path(sys.argv[1])), encoding="utf-8")
    print(MODULE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
