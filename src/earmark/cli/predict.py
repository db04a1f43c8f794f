"""``earmark predict``: the genres of the songs of a table, a line each."""

import sys
from collections import Counter

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, write
from earmark.service.answering import Answer
from earmark.service.lab import Lab

_WIDEST = 40


def predict_and_print(
    model: str, paths: list[str], output: str | None, *, as_json: bool, workers: int | None
) -> None:
    """Say the genres of songs, and write them if a file is named."""
    with Status() as status:
        found = Lab().predict(model, paths, output, workers=workers, progress=status)
    if as_json:
        for one in found.answers:
            write(json_line(one.to_dict(), sys.stdout.encoding or "utf-8"))
        return
    width = 2 + max([4, *(len(_short(one.song)) for one in found.answers)])
    genres = 2 + max([5, *(len(_short(one.genre or "")) for one in found.answers)])
    write(f"{'song':<{width}}{'verdict':<9}{'genre':<{genres}}{'confidence':>10}  set")
    for one in found.answers:
        write(_line(one, width, genres))
    print_notes(found.notes)
    counts = Counter(one.verdict for one in found.answers)
    told = ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in ("sure", "unsure", "foreign") if counts[verdict]
    )
    write(f"{len(found.answers)} songs by {found.model}: {told}" if told else "no songs")
    if output is not None:
        write(f"answers: {shown(output)}")


def _line(one: Answer, width: int, genres: int) -> str:
    confidence = "" if one.confidence is None else f"{one.confidence:.2f}"
    members = ", ".join(map(_short, one.genre_set))
    return (
        f"{_short(one.song):<{width}}{one.verdict:<9}{_short(one.genre or ''):<{genres}}{confidence:>10}"
        f"  {members}"
    ).rstrip()


def _short(name: str) -> str:
    told = shown(name)
    return told if len(told) <= _WIDEST else "..." + told[3 - _WIDEST :]
