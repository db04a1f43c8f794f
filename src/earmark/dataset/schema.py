"""What the columns of a table are: type, unit, range, classes, and what each is for."""

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from earmark.errors import SchemaError

Dtype = Literal["number", "integer", "category", "text", "boolean", "id"]
Role = Literal["feature", "label", "group", "id", "text", "ignored"]


@dataclass(frozen=True)
class ColumnSpec:
    """What one column holds.

    Attributes
    ----------
    name : str
        Its name.
    dtype : {"number", "integer", "category", "text", "boolean", "id"}
        What its values are.
    role : {"feature", "label", "group", "id", "text", "ignored"}
        What it is for: a feature tells of the sound, rows of one group (an artist, an album) belong
        together, an id names the row, text is words, what is ignored is no input to anything.
    unit : str
        Unit of its numbers; empty where unknown, 1 for a ratio.
    low, high : float
        Range of its numbers, both ends included; infinite where there is no bound.
    classes : tuple of str
        The values it may have; empty for any.
    nullable : bool
        Whether a value may be missing.

    Examples
    --------
    >>> ColumnSpec("tempo", "number", unit="beats per minute", low=50, high=250).bounded
    True
    """

    name: str
    dtype: Dtype
    role: Role = "feature"
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    classes: tuple[str, ...] = ()
    nullable: bool = False

    def __post_init__(self) -> None:
        for what, got, known in (
            ("type", self.dtype, get_args(Dtype)),
            ("role", self.role, get_args(Role)),
        ):
            if got not in known:
                raise SchemaError(
                    f"column {self.name!r} has the {what} {got!r}", f"give one of {', '.join(known)}"
                )
        if not self.low <= self.high:
            raise SchemaError(
                f"column {self.name!r} ranges from {self.low:g} to {self.high:g}", "put the lower end first"
            )

    @property
    def bounded(self) -> bool:
        """Whether its numbers have a range."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return self.dtype in ("number", "integer")

    def to_dict(self) -> dict[str, Any]:
        """Return what differs from the defaults, as plain JSON types."""
        found: dict[str, Any] = {"name": self.name, "type": self.dtype, "role": self.role}
        if self.unit:
            found["unit"] = self.unit
        if math.isfinite(self.low):
            found["low"] = self.low
        if math.isfinite(self.high):
            found["high"] = self.high
        if self.classes:
            found["classes"] = list(self.classes)
        return {**found, "nullable": self.nullable}


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order.

    Attributes
    ----------
    columns : tuple of ColumnSpec
        One per column; names are unique.
    source : str
        Where it comes from: ``"inferred"``, a file, the name of a published table.
    """

    columns: tuple[ColumnSpec, ...]
    source: str = "inferred"

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for column in self.columns:
            if column.name in seen:
                raise SchemaError(
                    f"column {column.name!r} is there twice", "give each column a name of its own"
                )
            seen.add(column.name)
        if len(labels := self.with_role("label")) > 1:
            raise SchemaError(
                f"the columns {', '.join(labels)} are all the label", "keep one of them as label"
            )

    def __iter__(self) -> Iterator[ColumnSpec]:
        return iter(self.columns)

    @functools.cached_property
    def _by_name(self) -> dict[object, ColumnSpec]:
        return {column.name: column for column in self.columns}

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> ColumnSpec:
        return self._by_name[name]

    def with_role(self, role: Role) -> list[str]:
        """Return the names of the columns with a role, in order."""
        return [column.name for column in self.columns if column.role == role]
