"""``earmark report``: write a page about models, and name them, the best first."""

import math
import shlex
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.fits import Status, stopped_kindly, write
from earmark.service import reporting
from earmark.service.training import Table


def report_and_print(
    models: list[str],
    output: str,
    *,
    table: str | None,
    label: str | None,
    labels: str | None,
    catalog: str | None,
    **how: Any,
) -> None:
    """Report on models; `how` is what :func:`earmark.service.reporting.report` takes."""
    given = None if table is None else Table(table, label, labels, catalog)
    with Status() as status, stopped_kindly(status):
        found = reporting.report(
            models, output, table=given, made_by=f"earmark {shlex.join(sys.argv[1:])}", progress=status, **how
        )
    for name, accuracy in found.models:
        write(f"  {name:<40} " + ("its card" if math.isnan(accuracy) else f"accuracy {accuracy:.3f}"))
    write(f"page: {shown(found.page)}")
