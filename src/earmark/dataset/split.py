"""Splits of a table that keep artists, albums, tracks and copies on one side."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np

from earmark.dataset.certificate import Certificate, labels_by_part, measured, table_hash
from earmark.dataset.duplicates import Duplicates, duplicates
from earmark.dataset.findings import counted
from earmark.dataset.infer import class_name
from earmark.dataset.kinship import Codes, Kin, joined, kin
from earmark.dataset.sharing import groups_of, share_out
from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError, SplitError

Kind = Literal["parts", "folds"]

PARTS: Mapping[str, float] = MappingProxyType({"train": 0.7, "valid": 0.15, "test": 0.15})
"""How much of the rows each part gets, unless told otherwise."""

RULES = ("artist", "album", "track", "duplicates")
"""What groups are made of, the best first; the first that the table tells is taken."""

# A label with few groups has them in this order: learning needs it first, then the test.
_SERVED = ("train", "test", "valid")
_SEEDS = 2**32


@dataclass(frozen=True, eq=False)
class Split:
    """Which row of a table is in which part.

    Attributes
    ----------
    kind : {"parts", "folds"}
        Parts, of which each row is in one; or folds, of which each is tested once per repeat.
    names : tuple of str
        The names of the parts, or of the folds (``"fold 1"``, ...).
    assignments : tuple of arrays of int, shape (rows,)
        The number of each row's part, one array per repeat (one only for parts); -1 for rows of no part,
        which among folds are those that are always trained on.
    certificate : Certificate
        What it keeps apart.

    Examples
    --------
    >>> import earmark.dataset
    >>> whole = earmark.dataset.read(table)
    >>> halves = split(whole, {"train": 0.5, "test": 0.5}, seed=1)
    >>> halves.parts["train"].size + halves.parts["test"].size == len(whole.frame)
    True
    >>> len(folds(whole, 5).folds)
    5
    """

    kind: Kind
    names: tuple[str, ...]
    assignments: tuple[Codes, ...]
    certificate: Certificate

    @cached_property
    def parts(self) -> Mapping[str, Codes]:
        """The rows of each part by its name; none for folds."""
        if self.kind == "folds":
            return {}
        return {name: np.flatnonzero(self.assignments[0] == i) for i, name in enumerate(self.names)}

    @cached_property
    def folds(self) -> list[tuple[Codes, Codes]]:
        """Rows to train on and rows to test on, fold by fold, repeat by repeat; for parts, train and test."""
        if self.kind == "parts":
            return [(self.parts["train"], self.parts["test"])] if "test" in self.parts else []
        return [
            (np.flatnonzero(folds != i), np.flatnonzero(folds == i))
            for folds in self.assignments
            for i in range(len(self.names))
        ]

    @property
    def naive(self) -> bool:
        """Whether rows were drawn one by one."""
        return self.certificate.naive

    def see_that_it_is_of(self, dataset: Dataset) -> None:
        """Raise unless this split was made of this very table.

        Raises
        ------
        SplitError
            If a row, a column or a value differs.
        """
        if table_hash(dataset) != self.certificate.table_hash:
            raise SplitError(
                f"the split is of '{self.certificate.table}' as it was ({self.certificate.rows} rows, "
                f"hash {self.certificate.table_hash}), not of '{dataset.name}' as it is "
                f"({len(dataset.frame)} rows, hash {table_hash(dataset)})",
                "split this table anew (earmark split), or give the table the split was made of",
            )


def split(
    dataset: Dataset,
    parts: Mapping[str, float] = PARTS,
    *,
    by: str | None = None,
    seed: int = 0,
    naive: bool = False,
) -> Split:
    """Share the rows of a table out over parts, group by group.

    A group is an artist, merged with whatever shares a track or a copy with it. A label whose rows are all of
    one group is trained on and never tested; with two groups it is trained on and tested, not validated on.

    Parameters
    ----------
    dataset : Dataset
        The table.
    parts : mapping
        How much of the rows, 0 to 1, each part gets, by name; they sum to 1, and ``"train"`` is one of them.
    by : {"artist", "album", "track", "duplicates"}, optional
        What groups are made of; the first that the table tells.
    seed : int
        Of what is drawn; the same seed, table and version give the same split.
    naive : bool
        Draw rows one by one. The split is stamped with it.

    Raises
    ------
    ArgumentError
        If the parts or the seed are no such.
    SplitError
        If the table does not tell `by`, or has too few groups.
    """
    _check_parts(parts)
    names, fractions = tuple(parts), list(parts.values())
    groups = _grouped(dataset, by, seed, naive)
    _see_that_there_are(groups, len(parts), "part")
    first = [names.index(name) for name in _SERVED if name in names]
    first += [i for i in range(len(names)) if i not in first]
    assignment = share_out(groups.codes, groups.labels, fractions, seed, first=first)
    if empty := [name for i, name in enumerate(names) if not (assignment == i).any()]:
        raise SplitError(
            f"nothing is left for the part '{empty[0]}': the largest of {groups.number} groups has "
            f"{groups.largest} of {len(assignment)} rows",
            "make fewer or larger parts",
        )
    return _certified(dataset, names, (assignment,), groups, kind="parts", seed=seed)


def folds(
    dataset: Dataset,
    number: int = 5,
    repeats: int = 1,
    *,
    by: str | None = None,
    seed: int = 0,
    naive: bool = False,
) -> Split:
    """Share the rows of a table out over folds of like size, group by group, several times over.

    Labels whose rows are all of one group are in no fold: they are always trained on and never tested.

    Parameters
    ----------
    dataset : Dataset
        The table.
    number, repeats : int
        How many folds, at least 2; how often, at least once.
    by, seed, naive
        As in :func:`split`.

    Raises
    ------
    ArgumentError, SplitError
        As in :func:`split`.
    """
    if number < 2 or repeats < 1:
        raise ArgumentError(f"{number} folds, {repeats} times", "give at least 2 folds, at least once")
    groups = _grouped(dataset, by, seed, naive)
    _see_that_there_are(groups, number, "fold")
    alone = np.flatnonzero(groups_of(groups.codes, groups.labels) == 1)
    kept_out = np.unique(groups.codes[np.isin(groups.labels, alone)])
    shared = ~np.isin(groups.codes, kept_out)
    if len(np.unique(groups.codes[shared])) < number:
        raise SplitError(
            f"{len(np.unique(groups.codes[shared]))} groups can be tested, too few for {number} folds: "
            "the labels of the others have one group each",
            "make fewer folds",
        )
    codes, labels = _without_holes(groups.codes[shared]), groups.labels[shared]
    assignments = []
    for repeat in range(repeats):
        parts = np.full(len(shared), -1, np.int64)
        parts[shared] = share_out(codes, labels, [1 / number] * number, (seed + repeat) % _SEEDS)
        assignments.append(parts)
    names = tuple(f"fold {i + 1}" for i in range(number))
    return _certified(dataset, names, tuple(assignments), groups, kind="folds", seed=seed)


def _without_holes(codes: Codes) -> Codes:
    """Return numbers of groups without holes, from 0 on."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


@dataclass(frozen=True, eq=False)
class _Groups:
    rule: str
    codes: Codes
    labels: Codes
    found: Duplicates

    @property
    def number(self) -> int:
        return int(self.codes.max(initial=-1)) + 1

    @property
    def largest(self) -> int:
        return int(np.bincount(self.codes).max(initial=0))


def _grouped(dataset: Dataset, by: str | None, seed: int, naive: bool) -> _Groups:
    if by is not None and by not in RULES:
        raise ArgumentError(f"groups by {by!r}", f"give one of {', '.join(RULES)}")
    if not 0 <= seed < _SEEDS:
        raise ArgumentError(f"the seed {seed}", "give a number from 0 to 4294967295")
    if naive and by is not None:
        raise ArgumentError(f"a naive split by {by}", "leave out one of the two")
    found, related, labels = duplicates(dataset), kin(dataset), label_codes(dataset)
    if naive:
        return _Groups("naive", np.arange(len(labels)), labels, found)
    rule = by or next((rule for rule in RULES if _tells(related, rule)), "duplicates")
    if rule != "duplicates" and not _tells(related, rule):
        known = [one for one in RULES if one == "duplicates" or _tells(related, one)]
        raise SplitError(
            f"'{dataset.name}' has no column that tells the {rule}", f"split by {' or '.join(known)}"
        )
    # A track is divided by no rule: where artists share one, they are one group.
    wanted = {rule, "track"} & set(related)
    codes = joined([found.clusters, *(related[kind].codes for kind in sorted(wanted))])
    return _Groups(rule, codes, labels, found)


def _tells(related: Mapping[str, Kin], rule: str) -> bool:
    return rule in related and bool((related[rule].codes >= 0).any())


def label_codes(dataset: Dataset) -> Codes:
    """Return the labels' numbers from 0 on, in order of their names; rows without one come last."""
    if dataset.label is None:
        return np.zeros(len(dataset.frame), np.int64)
    values = dataset.frame[dataset.label]
    texts = values.map(class_name, na_action="ignore")
    order = {text: i for i, text in enumerate(sorted(texts.dropna().unique()))}
    return np.asarray(texts.map(order).fillna(len(order)), np.int64)


def _check_parts(parts: Mapping[str, float]) -> None:
    if "train" not in parts or len(parts) < 2:
        raise ArgumentError(
            f"the parts {', '.join(parts) or 'none'}", "name train and at least one other, train=0.8 test=0.2"
        )
    if not all(0 < share < 1 for share in parts.values()) or not math.isclose(
        sum(parts.values()), 1, abs_tol=1e-6
    ):
        shares = ", ".join(f"{name} {share:g}" for name, share in parts.items())
        raise ArgumentError(f"parts of {shares}", "give shares between 0 and 1 that sum to 1")


def _see_that_there_are(groups: _Groups, least: int, what: str) -> None:
    if groups.number < least:
        narrower = RULES[RULES.index(groups.rule) + 1 :] if groups.rule in RULES else ()
        raise SplitError(
            f"{counted(groups.number, 'group')} by {groups.rule} for {least} {what}s: "
            f"every {what} needs one at least",
            f"make fewer {what}s" + (f", or split by {' or '.join(narrower)}" if narrower else ""),
        )


def _certified(
    dataset: Dataset,
    names: tuple[str, ...],
    assignments: tuple[Codes, ...],
    groups: _Groups,
    *,
    kind: Kind,
    seed: int,
) -> Split:
    certificate = certified(
        dataset, names, assignments, groups.found,
        kind=kind, made_by=groups.rule, seed=seed, groups=groups.number, largest_group=groups.largest,
    )  # fmt: skip
    return Split(kind, names, assignments, certificate)


def certified(
    dataset: Dataset,
    names: Sequence[str],
    assignments: Sequence[Codes],
    found: Duplicates,
    *,
    kind: Kind,
    made_by: str,
    seed: int,
    groups: int,
    largest_group: int,
    source: str = "",
) -> Certificate:
    """Return the certificate of a split, measured on its assignments."""
    # Among folds a row of none is trained on: it stands on the other side of every test.
    sides = (
        [np.where(parts < 0, len(names), parts) for parts in assignments] if kind == "folds" else assignments
    )
    by_part = labels_by_part(dataset, assignments[0], names)
    tested = [counts for part, counts in by_part.items() if kind == "folds" or part != "train"]
    every = set().union(*by_part.values())
    tests = tested if kind == "folds" else [by_part["test"]] if "test" in by_part else tested
    never = {label for label in every if not any(counts[label] for counts in tests)}
    some = {label for label in every if not all(counts[label] for counts in tested)} - never
    return Certificate(
        table=dataset.name,
        table_hash=table_hash(dataset),
        rows=len(dataset.frame),
        label=dataset.label,
        made_by=made_by,
        source=source,
        seed=seed,
        groups=groups,
        largest_group=largest_group,
        apart=measured(dataset, sides, found),
        rows_outside=int((assignments[0] < 0).sum()) if kind == "parts" else 0,
        labels=by_part,
        never_tested=sorted(never - {""}),
        sometimes_untested=sorted(some - {""}),
    )
