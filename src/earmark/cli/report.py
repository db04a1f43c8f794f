"""``earmark report``: write a page about models, and name them, the best first."""

import shlex
import sys

from earmark.audio import shown
from earmark.cli.fits import write
from earmark.service import reporting


def report_and_print(models: list[str], output: str) -> None:
    """Report on models."""
    found = reporting.report(models, output, f"earmark {shlex.join(sys.argv[1:])}")
    for name, accuracy in found.models:
        write(f"  {name:<40} accuracy {accuracy:.3f}")
    write(f"page: {shown(found.page)}")
