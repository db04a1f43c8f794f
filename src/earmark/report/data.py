"""What is told of a table: its card, and what the page and the card of a model say of what it learnt from."""

from collections.abc import Iterator, Sequence

from earmark.dataset.facts import Facts
from earmark.dataset.findings import Finding
from earmark.report.page import Block, Cell, Folded, Head, Page, Rows, Section, Words

_MOST_GENRES = 200


def data_card(facts: Facts, findings: Sequence[Finding], made_by: str = "") -> Page:
    """Return the card of a table.

    Parameters
    ----------
    facts : Facts
        What there is in it.
    findings : sequence of Finding
        What is wrong with it, the gravest first.
    made_by : str
        The command, for its foot.
    """
    amounts = [("rows", f"{facts.rows}"), *((f"{one.kind}s", f"{one.number}") for one in facts.counted)]
    named = [one for one in facts.genres if one.genre]
    lead = f"A table of {len(facts.columns)} columns; its hash is {facts.table_hash}."
    sections = [
        Section("What there is", [_amounts(facts), *_genres(facts)]),
        Section("Where it comes from", list(_sources(facts))),
        Section("Known traps", list(_traps(findings))),
        Section("Columns", [_columns(facts)]),
    ]
    return Page(facts.table, lead, [*amounts, ("genres", f"{len(named)}")], sections, made_by)


def about_data(
    facts: Facts, findings: Sequence[Finding] | None, *, columns: bool, hears: bool
) -> list[Block]:
    """Return what a model's page tells of its table; `findings` are None if nobody has looked.

    Of a model that `hears` songs the columns are what its network makes of them.
    """
    blocks: list[Block] = [_amounts(facts), *_genres(facts)]
    if hears:  # folders of songs, which are nobody's table
        return blocks
    blocks += _sources(facts)
    if findings is None:
        blocks.append(Words("What is wrong with the table is told by 'earmark check' and 'earmark card'."))
    else:
        blocks += _traps(findings)
    return [*blocks, Folded("The table's columns", [_columns(facts)])] if columns else blocks


def _amounts(facts: Facts) -> Rows:
    rows: list[list[Cell]] = [["rows", facts.rows, "", None]]
    rows += [[f"{one.kind}s", one.number, one.column, one.rows_unknown] for one in facts.counted]
    heads = [
        Head("what", "text"), Head("how many", form="d"), Head("told by", "text"),
        Head("rows that tell none", form="d"),
    ]  # fmt: skip
    return Rows("How much there is in the table", heads, rows)


def _genres(facts: Facts) -> list[Block]:
    if facts.label is None:
        return [Words("No column is known as the genre.")]
    shown = facts.genres[:_MOST_GENRES]
    told = [kind for kind in ("track", "artist") if any(one.kind == kind for one in facts.counted)]
    heads = [Head("genre", "text"), Head("rows", form="d"), Head("share", form="%")]
    heads += [Head(f"{kind}s", form="d") for kind in told]
    rows: list[list[Cell]] = [
        [one.genre or "(none)", one.rows, one.rows / facts.rows, *(getattr(one, f"{kind}s") for kind in told)]
        for one in shown
    ]
    blocks: list[Block] = [Rows(f"Genres, by '{facts.label}'", heads, rows)]
    if len(shown) < len(facts.genres):
        rest = sum(one.rows for one in facts.genres[_MOST_GENRES:])
        blocks.append(Words(f"{rest} rows are of {len(facts.genres) - _MOST_GENRES} more genres."))
    return blocks


def _sources(facts: Facts) -> Iterator[Block]:
    if not facts.sources:
        yield Words(
            "The table does not say where its songs come from; its maker tells what may be done with it."
        )
        return
    heads = [Head("source", "text"), Head("models may be trained on it", "text"), Head("see", "text")]
    rows: list[list[Cell]] = [
        [one.title, "as far as is known" if one.training else "no", one.url] for one in facts.sources
    ]
    yield Rows("Where it comes from, as far as its columns or its catalogue tell", heads, rows)
    for one in facts.sources:
        yield Words(f"{one.title}: {one.terms}")


def _traps(findings: Sequence[Finding]) -> Iterator[Block]:
    if not findings:
        yield Words("Nothing is known to be wrong with it.")
        return
    heads = [Head("how grave", "text"), Head("what", "text"), Head("what was found", "prose")]
    heads.append(Head("what to do", "prose"))
    rows: list[list[Cell]] = [[one.severity, one.code, one.finding, one.mend] for one in findings]
    yield Rows("What 'earmark check' finds, the gravest first", heads, rows)


def _columns(facts: Facts) -> Rows:
    heads = [
        Head("column", "text"), Head("type", "text"), Head("for", "text"), Head("unit", "text"),
        Head("least", form=".6g"), Head("greatest", form=".6g"), Head("missing", form="d"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.name, one.dtype, one.role, one.unit, one.low, one.high, one.missing] for one in facts.columns
    ]
    return Rows(f"Columns, known from: {facts.schema}", heads, rows)
