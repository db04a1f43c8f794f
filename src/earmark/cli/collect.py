"""``earmark collect``: ask a provider for songs, and say what came of it."""

import signal
import sys
import time
from typing import Any

from earmark.audio import shown
from earmark.errors import ArgumentError
from earmark.service import collection
from earmark.service.collection import Collection

_EVERY_S = 10.0
_FAILURES_SHOWN = 10


def collect_songs(
    provider: str, queries: list[str], output: str, *, mapped: list[str], previews: bool, again: bool
) -> bool:
    """Collect songs into a catalogue.

    Returns
    -------
    bool
        Whether all went well.
    """
    # Whoever stops a batch from outside means what Ctrl-C means.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = dict(map(_pair, mapped))
    with _Meter() as meter:
        try:
            done = collection.collect(
                provider,
                queries,
                output,
                options=options,
                previews=previews,
                again=again,
                progress=meter,
            )
        except KeyboardInterrupt:
            meter.wipe()
            sys.stderr.write("what came so far is kept: run the same command again to go on\n")
            raise
    _print_summary(done, output, collection.providers()[provider], previews=previews)
    return not (done.stopped or done.failed or done.failures)


def print_providers() -> None:
    """Print what there is to ask, with limits and terms."""
    for name, told in collection.providers().items():
        _write(f"{name}: {told['title']}")
        for kind, what in told["asks"].items():
            _write(f"  {kind}: {what}")
        _write(f"  can: {', '.join(told['can'])}")
        if told["rate"]:
            _write(f"  limit: {told['rate']}")
        for variable, where in told["needs"].items():
            _write(f"  needs {variable}: {where}")
        _write(f"  terms: {_terms(told)}")


def _terms(told: dict[str, Any]) -> str:
    terms = told["terms"]
    return f"{terms['text']} {terms['url']}".rstrip()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip() and value):
        raise ArgumentError(f"--map {text}", "give NAME=VALUE: --map title=Song")
    return name.strip(), value


class _Meter:
    """Shows how far the collecting is: one line on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._said_s = time.monotonic()
        self._drawn = False

    def __enter__(self) -> "_Meter":
        return self

    def __exit__(self, *raised: Any) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Take the line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False

    def __call__(self, done: int, total: int, records: int) -> None:
        """Take note of what has come."""
        line = f"{done} of {total} queries, {records} records"
        now_s = time.monotonic()
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._drawn = True
        elif now_s - self._said_s >= _EVERY_S:
            self._said_s = now_s
            sys.stderr.write(f"{line}\n")


def _print_summary(done: Collection, output: str, provider: dict[str, Any], *, previews: bool) -> None:
    parts = [
        f"{count} {what}"
        for count, what in (
            (done.asked, "answered"),
            (done.known, "answered before"),
            (done.failed, "failed"),
        )
        if count
    ]
    total = done.asked + done.known + done.failed
    queries = "query" if total == 1 else "queries"
    _write(f"{total} {queries}: {', '.join(parts)}; {_count(done.records, 'record')}")
    _write(f"catalogue: {_count(done.tracks, 'song')} in {shown(output)}")
    _write(f"terms: {_terms(provider)}")
    if previews and done.known:
        _write("previews: none for what was answered before; --again asks anew and fetches them")
    for row in done.failures[:_FAILURES_SHOWN]:
        _write(f"failed: {shown(row.query)}")
        _write(f"  {shown(f'{row.message} ({row.hint})' if row.hint else row.message)}")
    more = len(done.failures) - _FAILURES_SHOWN
    if more > 0:
        _write(f"and {more} more that failed: failures.parquet in {shown(output)}")
    if done.stopped is not None:
        sys.stderr.write(f"stopped: {shown(str(done.stopped))}\n")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
