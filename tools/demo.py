"""``make demo``: hear the demo songs, or ``make demo SONG=path`` for one's own, and say their genre.

make hands over SONG in the environment. ``python -m tools.demo --svg FILE`` also writes what it prints as a
picture.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from earmark import Prediction, Predictor, audio
from earmark.cli.classify import classify_songs
from earmark.cli.show import BAR_CELLS, VERDICT_CELLS, Layout, percent, print_header, print_row, summary
from earmark.cli.strip import print_timeline
from earmark.errors import EarmarkError
from earmark.records import FloatArray

DEMO = Path(__file__).resolve().parent.parent / "demo"
# 80 cells in all, so that it fits every terminal.
LAYOUT = Layout(
    (
        ("song", 13),
        ("verdict", VERDICT_CELLS),
        ("genre", 13),
        ("confidence", BAR_CELLS + 6),
        ("took", 6),
        ("90 % set", 14),
    )
)
MEDLEY_PIECE_S = 9.0
N_TAGS = 4


def main() -> None:
    """Classify the song asked for, or the demo songs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "song",
        nargs="?",
        default=os.environ.get("SONG"),
        help="a song or a folder; the demo songs if left out",
    )
    parser.add_argument("--svg", type=Path, help="also write the output to this picture")
    arguments = parser.parse_args()
    try:
        if arguments.song:
            failed = classify_songs(
                [os.path.expanduser(arguments.song)],
                as_json=False,
                timeline=True,
                top=3,
                thorough=False,
                model=None,
            )
            sys.exit(int(failed))
        console = Console(highlight=False, record=arguments.svg is not None)
        if arguments.svg:
            console = Console(
                highlight=False, record=True, width=81, force_terminal=True, color_system="truecolor"
            )
        show_demo(console, sorted(DEMO.glob("*.ogg")))
    except EarmarkError as error:
        sys.exit(f"error: {error.message}\nhint: {error.hint}")
    except KeyboardInterrupt:
        sys.exit(130)
    if arguments.svg:
        arguments.svg.parent.mkdir(parents=True, exist_ok=True)
        arguments.svg.write_text(picture(console), encoding="utf-8")


def show_demo(console: Console, songs: list[Path]) -> None:
    """Print a row per song, then a medley's timeline, then what to try next."""
    predictor = Predictor()
    console.print(
        f"{len(songs)} songs that tools/compose_demo.py composed, heard by"
        f" {predictor.name} {predictor.version}.\n"
        "They were mixed with this model listening: a demonstration, no measurement.\n"
    )
    print_header(console, LAYOUT)
    verdicts: Counter[str] = Counter()
    for song in songs:
        started_s = time.perf_counter()
        prediction = predictor.predict(song)
        took = f"{time.perf_counter() - started_s:.2f} s"
        print_row(console, LAYOUT, replace(prediction, path=song.name), took=took)
        console.print(Padding.indent(Text(strongest_tags(prediction), "dim"), 2))
        verdicts[prediction.verdict] += 1
    console.print(f"\n{summary(verdicts)}\n")
    console.print(
        f"A medley, {MEDLEY_PIECE_S:.0f} seconds of each song in the order above, along its time:\n"
    )
    print_timeline(console, predictor.predict(medley(songs), audio.RATE_HZ, thorough=True))
    console.print(
        "\nTry next:\n"
        "  make demo SONG=path/to/your/song.mp3\n"
        "  .venv/bin/earmark classify --timeline --top 3 path/to/a/folder\n"
        "  .venv/bin/earmark doctor"
    )


def strongest_tags(prediction: Prediction) -> str:
    """Return what the embedding network heard, in the words of listeners: its strongest tags."""
    tags = list(prediction.tags.items())[:N_TAGS]
    return "hears " + ", ".join(f"{tag} {percent(activation)}" for tag, activation in tags)


def medley(songs: list[Path]) -> FloatArray:
    """Return the first seconds of every song, one after the other."""
    return np.concatenate([audio.load(song, duration_s=MEDLEY_PIECE_S).samples for song in songs])


def picture(console: Console) -> str:
    """Return what the console printed as an SVG that loads nothing from elsewhere."""
    svg = console.export_svg(title="make demo")
    svg = re.sub(r"@font-face {.*?}", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "Fira Code, ui-monospace, Menlo, Consolas, monospace")


if __name__ == "__main__":
    main()
