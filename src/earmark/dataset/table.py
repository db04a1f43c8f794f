"""A table of songs, or of pieces of songs, and what its columns are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from earmark.dataset.findings import Finding
from earmark.dataset.schema import Schema

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Dataset:
    """Features, labels and groups in one table.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per song or per segment, indexed 0, 1, ...; its columns are those of `schema`, in that order.
        Numbers are ``float64`` or ``int64`` (NaN where missing), booleans ``bool``, everything else is text
        (NaN where missing). Where a song has several rows, ``track_id`` and ``segment`` name each.
    schema : Schema
        What each column is.
    name : str
        What to call it: its file, mostly.
    remarks : tuple of Finding
        What was noticed or assumed while it was read.
    declared : Schema or None
        What the columns should be, as somebody said; :attr:`schema` describes those that there are.
    """

    frame: "pd.DataFrame"
    schema: Schema
    name: str = "table"
    remarks: tuple[Finding, ...] = ()
    declared: Schema | None = None

    @property
    def label(self) -> str | None:
        """The column that holds the genre, or None."""
        return next(iter(self.schema.with_role("label")), None)

    @property
    def features(self) -> list[str]:
        """The columns that tell of the sound."""
        return self.schema.with_role("feature")

    @property
    def groups(self) -> list[str]:
        """The columns whose equal values belong together: artist, album, playlist."""
        return self.schema.with_role("group")

    @property
    def text(self) -> list[str]:
        """The columns of words: titles."""
        return self.schema.with_role("text")
