"""``earmark duplicates``: hear songs, and say which of them are the same recording."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from earmark.audio import shown
from earmark.cli.songbar import SongBar
from earmark.service.recordings import Duplicates, duplicates

_FAILURES_SHOWN = 10


def find_duplicates(paths: list[str], *, as_json: bool, **how: Any) -> bool:
    """Compare files and folders; `how` is what :func:`earmark.service.recordings.duplicates` takes.

    Returns
    -------
    bool
        Whether any song failed.
    """
    # Whoever stops a batch from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        bar: list[SongBar] = []

        def progress(done: int, total: int) -> None:
            if not done:
                bar.append(stack.enter_context(SongBar(total, shown=total > 1 and sys.stderr.isatty())))
            else:
                bar[0].step()

        try:
            found = duplicates(paths, progress=progress, **how)
        except KeyboardInterrupt:
            sys.stderr.write("what was heard so far is kept: run the same command again to go on\n")
            raise
    lines = [json.dumps(found.to_dict(), ensure_ascii=False)] if as_json else _lines(found)
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    return bool(found.failures)


def _lines(found: Duplicates) -> Iterator[str]:
    yield (
        f"{_counted(found.songs, 'song')}, {found.new} heard now; fingerprints: {found.kind}; "
        f"{_counted(len(found.groups), 'recording')} there more than once"
    )
    for pair in found.pairs:
        yield f"{_shared(pair.overlap_s, pair.offset_s)}: {shown(pair.a)} = {shown(pair.b)}"
    if found.namesakes:
        yield f"of equal artist and title in the index: {_counted(len(found.namesakes), 'pair')}"
    for same in found.namesakes:
        match = same.match
        what = _shared(match.overlap_s, match.offset_s) if match else "no overlap"
        yield f"{what}: {shown(same.a)}, {shown(same.b)}: {same.artist}, {same.title}"
    yield f"table: {shown(str(found.table))}"
    for path, why in list(found.failures.items())[:_FAILURES_SHOWN]:
        yield f"failed: {shown(path)}"
        yield f"  {why.message}{f' ({why.hint})' if why.hint else ''}"
    if len(found.failures) > _FAILURES_SHOWN:
        more = shown(str(found.table.with_name("failures.parquet")))
        yield f"and {len(found.failures) - _FAILURES_SHOWN} more that failed: {more}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _shared(overlap_s: float, offset_s: float) -> str:
    """Return what two songs share.

    Examples
    --------
    >>> _shared(21.5, 8.0), _shared(30.0, -0.02)
    ('21.5 s, the second begins 8.0 s into the first', '30.0 s')
    >>> _shared(21.5, -8.0)
    '21.5 s, the first begins 8.0 s into the second'
    """
    if abs(offset_s) < 0.05:
        return f"{overlap_s:.1f} s"
    one, other = ("second", "first") if offset_s > 0 else ("first", "second")
    return f"{overlap_s:.1f} s, the {one} begins {abs(offset_s):.1f} s into the {other}"
