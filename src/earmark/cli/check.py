"""``earmark check``: print what is wrong with a table, the gravest first."""

import io
import sys
from typing import TYPE_CHECKING, Any

from earmark.cli.classify import json_line
from earmark.cli.label import number
from earmark.service import checking
from earmark.service.checking import Report

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}
_SHOWN = 5
_INDENT = 9


def check_table(
    paths: list[str],
    *,
    label: str | None,
    reference: str | None,
    split: str | None,
    show_schema: bool,
    save_schema: str | None,
    as_json: bool,
    **how: Any,
) -> bool:
    """Check a table and print what was found; `how` is what :func:`earmark.service.checking.read` takes.

    Returns
    -------
    bool
        Whether it is clean: there are neither errors nor warnings.
    """
    dataset = checking.read(paths, label=label, **how)
    if save_schema is not None:
        checking.save_schema(dataset, save_schema)
    if show_schema:
        _write(checking.schema_of(dataset))
        return True
    like = None if reference is None else checking.read(reference, label=label)
    with _Status() as status:
        report = checking.check(dataset, reference=like, split=split, progress=status)
    if as_json:
        _write(json_line(report.to_dict(), sys.stdout.encoding or "utf-8") + "\n")
    else:
        _print(report)
    return report.clean


class _Status:
    """Shows on a terminal which check runs."""

    def __init__(self) -> None:
        self._width = 0

    def __enter__(self) -> "_Status":
        return self

    def __exit__(self, *raised: object) -> None:
        self._show("")

    def __call__(self, name: str, done: int, total: int) -> None:
        """Take note of the check that begins."""
        self._show(f"checking {done + 1} of {total}: {name}")

    def _show(self, line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = len(line)


def _print(report: Report) -> None:
    from rich.console import Console

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, soft_wrap=True)
    genres = f"{report.classes} class{'' if report.classes == 1 else 'es'}"
    label = f"label '{report.label}' ({genres})" if report.label else "no label"
    size = ", ".join(
        f"{number(count)} {what}{'' if count == 1 else 's'}"
        for count, what in ((report.rows, "row"), (report.columns, "column"))
    )
    _line(console, f"{report.table}: {size}, {label}")
    for finding in report.findings:
        _print_finding(console, finding.to_dict())
    _line(console, "")
    _line(console, _verdict(report), "bold")


def _print_finding(console: "Console", finding: dict[str, Any]) -> None:
    from rich.text import Text

    severity = finding["severity"]
    _line(console, "")
    heading = Text.assemble(
        (f"{severity:<{_INDENT}}", _STYLES[severity]), (finding["code"], "bold"), f"  {finding['finding']}"
    )
    _hang(console, heading)
    if finding["evidence"]:
        _hang(console, Text(" " * _INDENT + f"evidence: {evidence_text(finding['evidence'])}", "dim"))
    if finding["mend"]:
        _hang(console, Text(" " * _INDENT + f"mend: {finding['mend']}"))


def _hang(console: "Console", text: Any) -> None:
    """Print a text whose further lines begin where its words do."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    first, *rest = text.wrap(console, max(console.width - _INDENT, 40))
    console.print(first)
    for line in rest:
        line.pad_left(_INDENT)
        console.print(line)


def _line(console: "Console", line: str, style: str = "") -> None:
    console.print(line, style=style, markup=False, soft_wrap=not console.is_terminal)


def _verdict(report: Report) -> str:
    """Return how many findings of each kind there are: ``2 errors, 1 warning, 3 notes``."""
    parts = [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in report.counts.items() if n]
    return ("clean: " if report.clean else "") + (", ".join(parts) or "nothing to say")


def evidence_text(evidence: dict[str, Any]) -> str:
    """Return evidence as a person reads it; of long lists the first few.

    Examples
    --------
    >>> evidence_text({"rows": 46291, "share": 0.25, "lines": [1, 2, 3, 4, 5, 6]})
    'rows 46 291; share 0.25; lines 1, 2, 3, 4, 5, ...'
    """
    return "; ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in evidence.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _listed([f"{key}: {_value(one)}" for key, one in value.items()])
    if isinstance(value, list | tuple):
        return _listed([_value(one) for one in value])
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    if isinstance(value, int):
        return number(value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _listed(words: list[str]) -> str:
    return ", ".join([*words[:_SHOWN], *(["..."] if len(words) > _SHOWN else [])]) or "none"


def _write(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()
