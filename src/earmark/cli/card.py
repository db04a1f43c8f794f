"""``earmark card``: write what a table is on a card."""

import shlex
import sys

from earmark.audio import shown
from earmark.cli.fits import Status, write
from earmark.cli.label import number
from earmark.service.carding import card
from earmark.service.training import Table


def card_and_print(
    paths: list[str], output: str, *, label: str | None, labels: str | None, catalog: str | None
) -> None:
    """Write a table's card, and say what is on it."""
    with Status() as status:
        found = card(
            Table(paths, label, labels, catalog), output, f"earmark {shlex.join(sys.argv[1:])}", status
        )
    write(f"{shown(found.table)}: {number(found.rows)} rows, {found.genres} genres, {found.traps} traps")
    write(f"card: {shown(found.card)}")
