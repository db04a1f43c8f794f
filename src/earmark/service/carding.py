"""Tables told on a card: what there is in them, where it comes from, what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

from earmark.audio import shown
from earmark.errors import StoreError
from earmark.service import checking
from earmark.service.training import AnyPath, Progress, Table
from earmark.workspace import keeping, write_text


@dataclass(frozen=True)
class CardWritten:
    """A card that was written.

    Attributes
    ----------
    card : Path
        Where it lies.
    table : str
        The table's name.
    rows, genres : int
        How much there is.
    traps : int
        How many errors and warnings it tells of.
    """

    card: Path
    table: str
    rows: int
    genres: int
    traps: int


def card(table: Table, output: AnyPath, made_by: str = "", progress: Progress | None = None) -> CardWritten:
    """Write the card of a table, as Markdown.

    Parameters
    ----------
    table : Table
        The table.
    output : path
        The file to write; a card of ours that lies there is replaced.
    made_by : str
        The command, for the card's foot.
    progress : callable, optional
        Told of every check.

    Raises
    ------
    TableError
        If there is no table.
    EarmarkError
        If a library is missing.
    StoreError
        If a file lies there that is no card, or it cannot be written.
    """
    path = Path(output)
    dataset = table.read()
    from earmark.dataset.facts import facts  # noqa: PLC0415 - pandas, which may be missing
    from earmark.report.data import data_card  # noqa: PLC0415 - as above
    from earmark.report.markdown import MARK, markdown  # noqa: PLC0415 - as above

    with keeping(path):
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise StoreError(
                f"'{shown(path)}' is there already and no card of Earmark", "name another file with -o"
            )
    report = checking.check(dataset, progress=progress)
    found = facts(dataset, checking.providers_of(table.catalog))
    with keeping(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, markdown(data_card(found, report.findings, made_by)))
    traps = report.counts["error"] + report.counts["warning"]
    genres = sum(bool(one.genre) for one in found.genres)
    return CardWritten(path, dataset.name, found.rows, genres, traps)
