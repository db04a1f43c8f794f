"""Text tables: CSV and its relatives, whatever their delimiter, encoding and faults."""

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import NamedTuple

import pandas as pd

from earmark.audio import shown
from earmark.dataset.findings import Finding
from earmark.errors import TableError

MOST_COLUMNS = 20_000
"""More is no table of songs: most likely its rows and columns are swapped."""

_DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_HIGH_RUNS = re.compile(rb"[\x80-\xff]+")
_LOOKED_AT = 1 << 16
_LONGEST_CELL = 1 << 24
_EXAMPLES = 5


class Raw(NamedTuple):
    """A table as its file has it.

    Attributes
    ----------
    frame : pandas.DataFrame
        Its rows, typed as pandas sees them.
    remarks : list of Finding
        What was noticed or assumed.
    decimal_comma : bool
        Whether a comma can stand for the decimal point: it does not part the cells.
    """

    frame: pd.DataFrame
    remarks: list[Finding]
    decimal_comma: bool = False


class _Layout(NamedTuple):
    """How a text parts into cells, and the names in its first row."""

    delimiter: str
    names: list[str]
    row_names: bool = False
    trailing: bool = False


def read_delimited(data: bytes, name: str) -> Raw:
    """Read a text table.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in errors.

    Returns
    -------
    Raw
        Without rows where there are none, and without columns for an empty file.

    Raises
    ------
    TableError
        If it holds no text, has too many columns, or rows of all lengths.
    """
    text, remarks = _decoded(data, name)
    if not text.strip():
        return Raw(pd.DataFrame(), remarks)
    _raise_cell_limit()
    try:
        layout, rows, bad = _laid_out(text, name)
    except csv.Error as error:
        raise TableError(
            f"'{shown(name)}' cannot be cut into cells: {error}",
            "look for a quotation mark that is never closed",
        ) from error
    if bad:
        remarks.append(_ragged(bad, rows, layout))
        text = _without(text, layout, {line for line, _ in bad})
    frame = _parsed(text, layout, name)
    return Raw(frame, remarks, layout.delimiter != ",")


def _decoded(data: bytes, name: str) -> tuple[str, list[Finding]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError as error:
                raise TableError(
                    f"'{shown(name)}' begins as {encoding} and does not go on so", "save it as UTF-8 again"
                ) from error
    head = data[:_LOOKED_AT]
    if b"\0" in head or len(_CONTROL.findall(head)) > len(head) / 50:
        raise TableError(f"'{shown(name)}' holds binary data, no table", "name a CSV, Parquet or JSON file")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        encoding = _old_encoding(data)
    remark = Finding(
        "encoding",
        "note",
        f"{shown(name)} is no UTF-8; it was read as {encoding}",
        {"file": shown(name), "encoding": encoding},
        "if letters look wrong, save the table as UTF-8",
    )
    return data.decode(encoding, "replace"), [remark]


def _old_encoding(data: bytes) -> str:
    """Return the likelier encoding of bytes that are no UTF-8.

    In Cyrillic words most letters are high bytes, one after the other; a Western accent stands alone.
    """
    runs = Counter(min(len(run), 2) for run in _HIGH_RUNS.findall(data))
    return "cp1251" if runs[2] > runs[1] else "cp1252"


def _raise_cell_limit() -> None:
    """Let cells be long: lyrics are. The limit is Python's, one for the process."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))


def _laid_out(text: str, name: str) -> tuple[_Layout, int, list[tuple[int, int]]]:
    """Return the layout, the number of rows, and line and length of those with another length."""
    delimiter = _delimiter(text)
    cells = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(row for row in cells if row)
    if len(header) > MOST_COLUMNS:
        raise too_wide(name, len(header))
    lengths: Counter[int] = Counter()
    off: list[tuple[int, int]] = []
    blank_ends, last, began, ended = True, header, 0, cells.line_num
    for row in cells:
        if row:
            began, ended, last = ended, cells.line_num, row
            lengths[len(row)] += 1
            if len(row) != len(header):
                off.append((cells.line_num, len(row)))
                blank_ends = blank_ends and not row[-1]
    if text.count('"') % 2 and sum(cell.count("\n") for cell in last) > 1:
        raise TableError(
            f"in '{shown(name)}' a quotation mark after line {began} is never closed",
            "close it, or double it",
        )
    rows = lengths.total()
    layout = _Layout(delimiter, header)
    if set(lengths) == {len(header) + 1}:
        # A delimiter after the last cell, or R's habit of no name above the rows' names.
        return layout._replace(trailing=blank_ends, row_names=not blank_ends), rows, []
    if len(off) > rows / 2:
        usual = lengths.most_common(1)[0][0]
        raise TableError(
            f"in '{shown(name)}' {len(off)} of {rows} rows have another number of cells than the first line, "
            f"which has {len(header)} (parted by {_NAMES[delimiter]}; most rows have {usual})",
            "the first line must hold the column names: take away what stands above it, and part all cells "
            "by the same character",
        )
    return layout, rows, off


def too_wide(name: str, columns: int) -> TableError:
    """Return the error of a table with too many columns."""
    return TableError(
        f"'{shown(name)}' has {columns} columns; a table of songs has {MOST_COLUMNS} at most",
        "rows and columns may be swapped: turn the table round, or keep the columns that you need",
    )


def _delimiter(text: str) -> str:
    """Return the delimiter that parts the first rows most alike, and into the most cells."""

    def fit(delimiter: str) -> tuple[float, int]:
        lines = (row for row in csv.reader(io.StringIO(text[:_LOOKED_AT], newline=""), delimiter=delimiter))
        lengths = [len(row) for row in islice((row for row in lines if row), 50)]
        # The last row may be cut off by the end of what is looked at.
        lengths = lengths[:-1] or lengths
        first = lengths[0]
        alike = sum(length == first for length in lengths) / len(lengths)
        return (alike if first > 1 else 0.0, first)

    return max(_DELIMITERS, key=fit)


def _ragged(bad: list[tuple[int, int]], rows: int, layout: _Layout) -> Finding:
    lines = [line for line, _ in bad]
    return Finding(
        "ragged-rows",
        "error",
        f"{len(bad)} of {rows} rows have another number of cells than there are column names "
        f"({len(layout.names)}); they were left out",
        {"rows": len(bad), "columns": len(layout.names), "lines": lines[:_EXAMPLES]},
        f"put cells that hold {_NAMES[layout.delimiter]} in quotation marks, and give each row as many cells "
        "as there are names",
    )


def _without(text: str, layout: _Layout, lines: set[int]) -> str:
    """Return the text without the rows that end on these lines."""
    kept = io.StringIO(newline="")
    write = csv.writer(kept, delimiter=layout.delimiter)
    cells = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    for row in cells:
        if row and cells.line_num not in lines:
            write.writerow(row)
    return kept.getvalue()


def _parsed(text: str, layout: _Layout, name: str) -> pd.DataFrame:
    names = [f"{i}" for i in range(len(layout.names) + layout.trailing + layout.row_names)]
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=layout.delimiter,
            header=0,
            names=names,
            index_col=False,
            # A song may be called "None" or "NA"; in columns of numbers they are seen to later.
            keep_default_na=False,
            na_values=[""],
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OverflowError) as error:
        raise TableError(
            f"'{shown(name)}' cannot be read as a table: {error}", "save it as CSV again, in UTF-8"
        ) from error
    titles = ["row", *layout.names] if layout.row_names else list(layout.names)
    if layout.trailing:
        frame = frame.iloc[:, :-1]
    frame.columns = pd.Index(titles, dtype=object)
    return frame
