"""``earmark split``: split a table, and say what the split keeps apart."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.label import number
from earmark.errors import ArgumentError
from earmark.service.splitting import Folds, split_table

if TYPE_CHECKING:
    from earmark.dataset.certificate import Certificate

_LABEL_WIDTH = 24


def split_and_print(
    paths: list[str],
    output: str,
    *,
    parts: str | None,
    folds: int | None,
    repeats: int,
    lists: Sequence[str] | None,
    as_json: bool,
    **how: Any,
) -> None:
    """Split a table and print the certificate; `how` is what :func:`split_table` takes."""
    if repeats > 1 and folds is None:
        raise ArgumentError(f"{repeats} repeats without folds", "give --folds too, or leave out --repeats")
    made = split_table(
        paths,
        output,
        parts=None if parts is None else {name: _share(share) for name, share in _pairs(parts.split(","))},
        folds=None if folds is None else Folds(folds, repeats),
        files=dict(_pairs(lists or [])),
        **how,
    )
    if as_json:
        plain = {"split": output, **made.certificate.to_dict()}
        _write(json_line(plain, sys.stdout.encoding or "utf-8"))
    else:
        _print(made.certificate, made.names, folds=made.kind == "folds")
        _write(f"split: {shown(output)}")


def _pairs(given: Sequence[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for one in given:
        name, equals, value = (part.strip() for part in one.partition("="))
        if not (name and equals and value):
            raise ArgumentError(f"{one!r} where a name and a value belong", "write name=value, as train=0.7")
        if name in dict(pairs):
            raise ArgumentError(f"the part {name!r} twice", "name each part once")
        pairs.append((name, value))
    return pairs


def _share(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentError(f"the share {text!r}", "give a number between 0 and 1, as train=0.7") from None


def _print(certificate: "Certificate", names: Sequence[str], *, folds: bool) -> None:
    if certificate.naive:
        _write(certificate.stamp)
    _write(f"{certificate.table}: {_counted(certificate.rows, 'row')}{_groups(certificate)}")
    if certificate.source:
        _write(f"list: {certificate.source}")
    width = max(8, *(len(name) + 2 for name in names))
    _write(" " * _LABEL_WIDTH + "".join(f"{name:>{width}}" for name in names))
    every = sorted({label for counts in certificate.labels.values() for label in counts})
    for label in every if every != [""] else []:
        counts = [certificate.labels[name][label] for name in names]
        shown_label = shown(label or "(no label)")[: _LABEL_WIDTH - 2]
        _write(f"{shown_label:<{_LABEL_WIDTH}}" + "".join(f"{count:>{width}}" for count in counts))
    totals = [sum(certificate.labels[name].values()) for name in names]
    _write(f"{'all':<{_LABEL_WIDTH}}" + "".join(f"{count:>{width}}" for count in totals))
    for one in certificate.apart:
        _write(str(one))
    for what, which in (
        ("never tested, all rows in one group", certificate.never_tested),
        ("missing from some of them", certificate.sometimes_untested),
    ):
        if which:
            _write(f"{what}: {', '.join(shown(label) for label in which)}")
    if certificate.rows_outside:
        _write(f"in no part: {_counted(certificate.rows_outside, 'row')}")
    if folds and (always := certificate.rows - sum(totals)):
        _write(f"in no fold, always trained on: {_counted(always, 'row')}")


def _groups(certificate: "Certificate") -> str:
    if certificate.naive:
        return ""
    by = "clip, as listed" if certificate.made_by == "list" else certificate.made_by
    largest = number(certificate.largest_group)
    return f", {_counted(certificate.groups, 'group')} by {by}, the largest of {largest}"


def _counted(count: int, noun: str) -> str:
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def _write(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
