"""``earmark classify``: hear songs one after the other and print each answer as it comes."""

import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from earmark.cli.songbar import SongBar
from earmark.records import Prediction
from earmark.service.predictor import Predictor


def classify_songs(
    paths: list[str], *, as_json: bool, timeline: bool, top: int, thorough: bool, model: str | None
) -> bool:
    """Classify files and folders and print the answers in the order given.

    Returns
    -------
    bool
        Whether any song failed.
    """
    predictor = Predictor(model)
    songs = predictor.find(paths)
    predictions = predictor.predict_many(songs, thorough=thorough)
    if as_json:
        return _print_json(predictions, len(songs))
    names = [str(song.path) for song in songs]
    return _print_table(predictions, names, predictor.genres, timeline=timeline, top=top)


def json_line(record: dict[str, Any], encoding: str) -> str:
    """Return a record as one line of JSON that can be written in `encoding`."""
    line = json.dumps(record, ensure_ascii=False, allow_nan=False)
    try:
        # Strictly: a stream that lets undecodable file names through would print bytes that are no JSON.
        line.encode(encoding, "strict")
    except UnicodeEncodeError:
        return json.dumps(record, allow_nan=False)
    return line


def _print_json(predictions: Iterator[Prediction], total: int) -> bool:
    any_failed = False
    with SongBar(total, shown=sys.stderr.isatty() and not sys.stdout.isatty()) as bar:
        for prediction in predictions:
            any_failed |= prediction.verdict == "failed"
            sys.stdout.write(json_line(prediction.to_dict(), sys.stdout.encoding or "utf-8") + "\n")
            sys.stdout.flush()
            bar.step()
    return any_failed


def _print_table(
    predictions: Iterator[Prediction], songs: list[str], genres: Iterable[str], *, timeline: bool, top: int
) -> bool:
    # Not needed for --json, and a tenth of a second to import.
    from rich.console import Console

    from earmark.cli.show import lay_out, print_header, print_row, summary
    from earmark.cli.strip import print_timeline

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    console = Console(highlight=False)
    layout = lay_out(songs, genres, top=top, width_cells=console.width if console.is_terminal else None)
    if not console.is_terminal:
        console = Console(highlight=False, width=max(80, layout.width_cells + 1))
    verdicts: Counter[str] = Counter()
    with SongBar(len(songs), shown=sys.stderr.isatty()) as bar:
        for prediction in predictions:
            with bar.away():
                if not verdicts:
                    print_header(console, layout)
                print_row(console, layout, prediction)
                if timeline:
                    print_timeline(console, prediction)
                    console.print()
            verdicts[prediction.verdict] += 1
            bar.step()
    if verdicts.total() > 1:
        console.print(summary(verdicts))
    return verdicts["failed"] > 0
