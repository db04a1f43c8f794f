"""Count the verdicts on folders of recordings, and write them into ``docs/real-sounds.md``.

Debian's packages hold recordings that were never trained on::

    apt-get download asterisk-core-sounds-en-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-ru-wav
    apt-get download wesnoth-1.16-data sound-theme-freedesktop wesnoth-1.16-music asterisk-moh-opsound-wav
    for package in *.deb; do dpkg -x $package ${package%%_*}; done
    python -m tools.real_sounds "spoken prompts, English=asterisk-core-sounds-en-wav" ...
"""

import argparse
import os
from collections import Counter
from pathlib import Path

from earmark import Predictor

PAGE = Path("docs/real-sounds.md")
VERDICTS = ("sure", "unsure", "not music", "silent", "failed")
TEXT = """# What it says of sounds that are no songs

Recordings from Debian's packages. The built-in model was fitted on none of them, but how its parts called
some of them was seen when the level that `sure` asks for was set. Of large packages every nth file was
heard. Prompts and effects are mostly shorter than three seconds. Written by `python -m tools.real_sounds`;
its text says how to get the packages.

| recordings | files | sure of a genre | unsure | not music | silent | failed |
|---|---|---|---|---|---|---|
{rows}

Sure of a genre, though no song was expected: {trusted}.
"""


def main() -> None:
    """Count, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="+", metavar="TITLE=FOLDER", help="music, if the title says so")
    parser.add_argument("--most", type=int, default=150, help="files of each folder (default 150)")
    arguments = parser.parse_args()
    predictor = Predictor()
    rows, trusted = [], []
    for group in arguments.groups:
        title, folder = group.split("=", maxsplit=1)
        found = predictor.find([folder])
        songs = found[:: max(1, len(found) // arguments.most)]
        said = list(predictor.predict_many(songs))
        counts: Counter[str] = Counter(one.verdict for one in said)
        rows.append(f"| {title} | {len(said)} | {' | '.join(str(counts[v]) for v in VERDICTS)} |")
        print(rows[-1], flush=True)
        if "music" not in title:
            trusted += [
                f"`{os.path.basename(one.path)}` ({one.genre})" for one in said if one.verdict == "sure"
            ]
    PAGE.write_text(TEXT.format(rows="\n".join(rows), trusted=", ".join(trusted) or "none"), encoding="utf-8")


if __name__ == "__main__":
    main()
