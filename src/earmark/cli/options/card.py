"""Options of ``earmark card``."""

from typing import Annotated

import typer

from earmark.cli.options._paths import named_file
from earmark.cli.options._shared import Catalog, Label, Labels, Tables


def card(
    *,
    paths: Tables,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The card to write.", callback=named_file),
    ] = "card.md",
    label: Label = None,
    labels: Labels = None,
    catalog: Catalog = None,
) -> None:
    """Write a table's card: what there is, where it comes from and on what terms, its traps, its columns.

    The card is Markdown; models have one of their own in their folder.
    Exit code: 0 done, 1 if the table cannot be read or the card not be written, 2 wrong usage.
    """
    from earmark.cli.card import card_and_print

    card_and_print(paths, output, label=label, labels=labels, catalog=catalog)
