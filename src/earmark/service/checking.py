"""Tables checked: read, joined, held to a schema, and told what is wrong with them."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from earmark.dataset.findings import Finding
    from earmark.dataset.table import Dataset

_LAB = ("pandas", "pandera", "scipy", "sklearn")

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called before each check with its name, how many are done, and how many there are."""


@dataclass(frozen=True)
class Report:
    """What was found in a table.

    Attributes
    ----------
    table : str
        Its name.
    rows, columns : int
        Its size.
    label : str or None
        The column that holds the genre.
    classes : int
        How many genres there are.
    groups : tuple of str
        Columns whose equal values belong together.
    schema : str
        Where its columns are known from.
    findings : tuple of Finding
        What was found, the gravest first.
    """

    table: str
    rows: int
    columns: int
    label: str | None
    classes: int
    groups: tuple[str, ...]
    schema: str
    findings: "tuple[Finding, ...]"

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {"error": found["error"], "warning": found["warning"], "note": found["note"]}

    @property
    def clean(self) -> bool:
        """Whether there is neither an error nor a warning."""
        return not (self.counts["error"] or self.counts["warning"])

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark check --json`` prints: plain JSON types."""
        return {
            "table": self.table,
            "rows": self.rows,
            "columns": self.columns,
            "label": self.label,
            "classes": self.classes,
            "groups": list(self.groups),
            "schema": self.schema,
            "clean": self.clean,
            "counts": self.counts,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def read(
    paths: AnyPath | Sequence[AnyPath],
    *,
    label: str | None = None,
    schema: AnyPath | None = None,
    labels: AnyPath | None = None,
    catalog: AnyPath | None = None,
) -> "Dataset":
    """Read a table, and put genres and groups beside it.

    Parameters
    ----------
    paths : path or sequence of paths
        CSV, Parquet or JSON files of one table, a folder of them, or a folder of ``earmark extract``.
    label : str, optional
        The column that holds the genre; guessed if left out.
    schema : path or str, optional
        A TOML file, or the name of a known table.
    labels : path, optional
        A table or folder of ``earmark label``.
    catalog : path, optional
        A folder of ``earmark collect``.

    Raises
    ------
    TableError
        If there is no table, or one that is broken throughout.
    SchemaError
        If the schema is damaged.
    UnknownNameError
        If there is no such column or schema.
    """
    need_lab("checking tables")
    from earmark.dataset.reading import read as read_table  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset.schema_file import load  # noqa: PLC0415 - as above

    return read_table(
        paths, label=label, schema=None if schema is None else load(schema), labels=labels, catalog=catalog
    )


def check(
    dataset: "Dataset",
    *,
    reference: "Dataset | None" = None,
    split: AnyPath | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check a table.

    Parameters
    ----------
    dataset : Dataset
        What :func:`read` gave.
    reference : Dataset, optional
        A table that it should resemble.
    split : path, optional
        A split, of which the sides should have nothing in common.
    progress : callable, optional
        Told before each check its name, how many are done, and how many there are.

    Examples
    --------
    >>> report = check(read(table))
    >>> report.clean, report.label
    (False, 'genre')
    """
    from earmark.dataset.audit import audit  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset.checks import Options  # noqa: PLC0415 - as above
    from earmark.dataset.findings import SEVERITIES  # noqa: PLC0415 - as above

    options = Options(reference=reference, split=None if split is None else Path(split))
    found = list(audit(dataset, options, progress))
    label = dataset.label
    return Report(
        dataset.name,
        len(dataset.frame),
        dataset.frame.shape[1],
        label,
        0 if label is None else int(dataset.frame[label].nunique()),
        tuple(dataset.groups),
        dataset.schema.source,
        tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))),
    )


def providers_of(catalog: AnyPath | None) -> Mapping[str, Any]:
    """Return what a catalogue says of the providers that it is made of; nothing for none."""
    if catalog is None:
        return {}
    from earmark.catalog.tracks import read as read_catalog  # noqa: PLC0415 - pyarrow takes long to load

    found: Mapping[str, Any] = read_catalog(catalog).manifest.get("providers", {})
    return found


def schema_of(dataset: "Dataset") -> str:
    """Return what the columns of a table are, as the text of a TOML file."""
    from earmark.dataset.schema_file import as_toml  # noqa: PLC0415 - pandas, which may be missing

    return as_toml(dataset.schema)


def save_schema(dataset: "Dataset", path: AnyPath) -> None:
    """Write what the columns of a table are to a TOML file, for :func:`read`.

    Raises
    ------
    SchemaError
        If a file lies there that is no schema.
    StoreError
        If it cannot be written.
    """
    from earmark.dataset.schema_file import save  # noqa: PLC0415 - pandas, which may be missing

    save(dataset.schema, path)


def need_lab(what: str) -> None:
    """Raise unless the libraries are installed that work on tables needs."""
    missing = [name for name in _LAB if find_spec(name) is None]
    if missing:
        raise EarmarkError(f"{what} needs {' and '.join(missing)}", "pip install 'earmark[lab]'")
