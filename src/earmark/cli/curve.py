"""``earmark compare --learning-curve``: accuracy against the number of artists learnt from."""

import sys
from collections.abc import Sequence
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import Status, print_notes, stopped_kindly, write
from earmark.service.curving import Curves, learning_curve
from earmark.service.training import Table


def curves_and_print(
    paths: list[str],
    output: str,
    *,
    as_json: bool,
    label: str | None = None,
    groups: Sequence[str] = (),
    labels: str | None = None,
    catalog: str | None = None,
    **how: Any,
) -> None:
    """Measure learning curves; `how` is what :func:`earmark.service.curving.learning_curve` takes."""
    table = Table(paths, label, labels, catalog, tuple(groups))
    with Status() as status, stopped_kindly(status):
        found = learning_curve(table, folder=output, progress=status, **how)
    if as_json:
        write(json_line(found.to_dict(), sys.stdout.encoding or "utf-8"))
    else:
        _print(found)


def _print(found: Curves) -> None:
    write(f"{shown(found.table)}: {found.stamp}")
    for name, points in found.points.items():
        write("")
        write(f"{name:<16}{'groups':>8}{'songs':>8}  {'accuracy':<24}on what it learnt")
        for one in points:
            learnt = f"{one.share:.0%} learnt"
            write(f"{learnt:<16}{one.groups:>8}{one.rows:>8}  {one.test!s:<24}{one.train:.3f}")
    write("")
    for name, why in found.missing.items():
        write(f"{name}: not measured {why}")
    for name, error in found.failed.items():
        write(f"{name}: {error}")
    print_notes(found.notes)
    write(f"kept: {shown(found.folder)}")
