"""What a split keeps apart, measured on the split itself, and what of that could not be known."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from earmark.dataset.duplicates import Duplicates, duplicates
from earmark.dataset.findings import counted, spaced
from earmark.dataset.infer import class_name
from earmark.dataset.kinship import KINDS, Codes, kin
from earmark.dataset.table import Dataset

NAIVE = "NAIVE: rows were drawn one by one, so songs, artists and copies may stand on both sides"
"""What a split of single rows is stamped with, wherever it is named."""


@dataclass(frozen=True)
class Apart:
    """One kind of kin, and whether the parts of a split share any of it.

    Attributes
    ----------
    kind : str
        ``"artist"``, ``"album"``, ``"track"``, ``"playlist"`` or ``"duplicates"``.
    column : str
        The column that tells; empty for duplicates, which the numbers tell, and where nothing does.
    known : bool
        Whether the table tells it at all.
    shared : int
        How many artists (albums, ...) stand in more than one part; of duplicates, how many groups of copies.
    rows_unknown : int
        In how many rows it is not told.
    """

    kind: str
    column: str
    known: bool
    shared: int
    rows_unknown: int

    @property
    def disjoint(self) -> bool:
        """Whether no two parts share any, as far as it is told."""
        return self.known and self.shared == 0

    def __str__(self) -> str:
        if not self.known:
            why = "the columns are too coarse to tell" if self.kind == "duplicates" else "no column tells"
            return f"{self.kind}: could not be known, {why}"
        by = f" ({self.column})" if self.column else ""
        held = "disjoint" if self.disjoint else f"{spaced(self.shared)} in more than one part"
        gaps = f"; {counted(self.rows_unknown, 'row')} tell none" if self.rows_unknown else ""
        return f"{self.kind}{by}: {held}{gaps}"


@dataclass(frozen=True)
class Certificate:
    """What a split is, of what, and what it keeps apart.

    Attributes
    ----------
    table, table_hash : str
        The table's name, and the hash of all that stands in it (:func:`table_hash`).
    rows : int
        Its number of rows.
    label : str or None
        Its label column.
    made_by : str
        The rule: ``"artist"``, ``"album"``, ``"track"``, ``"duplicates"``, ``"list"`` or ``"naive"``.
    source : str
        Where a list comes from; empty otherwise.
    seed : int
        What was drawn with.
    groups : int
        How many groups were shared out.
    largest_group : int
        How many rows the largest has.
    apart : tuple of Apart
        What the parts share, kind by kind.
    rows_outside : int
        Rows of no part: those that a list does not name.
    labels : dict
        Rows of each label in each part (of the first repeat, for folds).
    never_tested : list of str
        Labels of which no row is ever tested, because all their rows are one group.
    sometimes_untested : list of str
        Labels that are missing from some part or fold, because they have too few groups.
    """

    table: str
    table_hash: str
    rows: int
    label: str | None
    made_by: str
    source: str
    seed: int
    groups: int
    largest_group: int
    apart: tuple[Apart, ...]
    rows_outside: int
    labels: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    never_tested: Sequence[str] = ()
    sometimes_untested: Sequence[str] = ()

    @property
    def naive(self) -> bool:
        """Whether rows were drawn one by one."""
        return self.made_by == "naive"

    @property
    def stamp(self) -> str:
        """One line that goes wherever a number that was made with this split goes."""
        if self.naive:
            return NAIVE
        apart = [one.kind for one in self.apart if one.disjoint]
        shared = [one.kind for one in self.apart if one.known and one.shared]
        unknown = [one.kind for one in self.apart if not one.known]
        parts = [
            f"made by {self.made_by}",
            f"disjoint in {', '.join(apart)}" if apart else "disjoint in nothing",
            *([f"shares {', '.join(shared)}"] if shared else []),
            *([f"not known of {', '.join(unknown)}"] if unknown else []),
        ]
        return "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types, with what it says in words beside them."""
        plain = asdict(self)
        plain["apart"] = [
            {**asdict(one), "disjoint": one.disjoint, "in_words": str(one)} for one in self.apart
        ]
        plain["labels"] = {part: dict(counts) for part, counts in self.labels.items()}
        plain["never_tested"], plain["sometimes_untested"] = (
            list(self.never_tested),
            list(self.sometimes_untested),
        )
        return {**plain, "naive": self.naive, "stamp": self.stamp}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Certificate":
        """Return the certificate that :meth:`to_dict` made plain."""
        fields = {name: plain[name] for name in cls.__dataclass_fields__ if name != "apart"}
        names = Apart.__dataclass_fields__
        apart = tuple(Apart(**{name: one[name] for name in names}) for one in plain["apart"])
        return cls(**fields, apart=apart)


def table_hash(dataset: Dataset) -> str:
    """Return 16 hexadecimal digits that stand for a table's column names and every value, in order.

    Numbers count by their value and everything else by its text, so that a table read from CSV and from
    Parquet is the same.
    """
    digest = hashlib.sha256()
    for name in dataset.frame.columns:
        values = dataset.frame[name]
        digest.update(f"{name}\x1d{len(values)}\x1d".encode("utf-8", "surrogatepass"))
        if pd.api.types.is_numeric_dtype(values):
            numbers = values.to_numpy(np.float64, na_value=np.nan) + 0.0
            digest.update(np.where(np.isnan(numbers), np.nan, numbers).astype("<f8").tobytes())
        else:
            texts = (
                "\x00" if missing else str(value)
                for value, missing in zip(values.tolist(), values.isna().tolist(), strict=True)
            )
            digest.update("\x1e".join(texts).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def measured(
    dataset: Dataset, assignments: Sequence[Codes], found: Duplicates | None = None
) -> tuple[Apart, ...]:
    """Return what the parts of a split share.

    Parameters
    ----------
    dataset : Dataset
        The table that was split.
    assignments : sequence of arrays of int, shape (rows,)
        A part per row, one array per repeat; -1 for rows of no part.
    found : Duplicates, optional
        The table's duplicates, where they are known already.
    """
    found = found or duplicates(dataset)
    related = kin(dataset)
    apart = []
    for kind in KINDS:
        if kind in related:
            one = related[kind]
            apart.append(Apart(kind, one.column, True, shared(one.codes, assignments), one.unknown))
        else:
            apart.append(Apart(kind, "", False, 0, len(dataset.frame)))
    told = found.told
    apart.append(Apart("duplicates", "", told, shared(found.clusters, assignments) if told else 0, 0))
    return tuple(apart)


def shared(codes: Codes, assignments: Sequence[Codes]) -> int:
    """Return how many values stand in more than one part, in the repeat where it is most.

    Examples
    --------
    >>> shared(np.array([0, 0, 1, 1, -1]), [np.array([0, 0, 0, 1, 1])])
    1
    """
    worst = 0
    for parts in assignments:
        told = (codes >= 0) & (parts >= 0)
        pairs = np.unique(np.stack([codes[told], parts[told]]), axis=1)
        worst = max(worst, int((np.unique(pairs[0], return_counts=True)[1] > 1).sum()))
    return worst


def labels_by_part(dataset: Dataset, parts: Codes, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the rows of each label in each part."""
    if dataset.label is None:
        return {name: {"": int((parts == i).sum())} for i, name in enumerate(names)}
    values = dataset.frame[dataset.label]
    texts = values.map(class_name, na_action="ignore").astype(object).where(values.notna(), "")
    order = sorted(texts.unique())
    return {
        name: {label: int(((texts == label).to_numpy() & (parts == i)).sum()) for label in order}
        for i, name in enumerate(names)
    }
