"""The options of ``earmark doctor``."""

from typing import Annotated

import typer


def doctor(
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what is installed and whether it works.

    Exit code: 0 if Earmark can work here, 1 if something it cannot do without fails.
    """
    from earmark.cli.doctor import report

    healthy = report(as_json=json)
    raise typer.Exit(int(not healthy))
