"""``earmark export``: write a trained model as ONNX."""

import os
import sys

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import write
from earmark.service.lab import Lab


def export_and_print(model: str, output: str, paths: list[str], *, as_json: bool) -> None:
    """Write a model, and say how near its answers are."""
    made = Lab().export(model, output, paths or None)
    if as_json:
        plain = {"model": made.model, "file": os.fspath(made.path), "rows": made.rows, "apart": made.apart}
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return
    write(
        f"model {made.model} as ONNX: {shown(made.path)}, {made.path.stat().st_size:,} bytes; "
        f"on {made.rows} rows no two probabilities are more than {made.apart:.1g} apart"
    )
