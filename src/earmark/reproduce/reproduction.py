"""What a reproduction is, and what it gives."""

import importlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from earmark.evaluate.evaluation import Score

if TYPE_CHECKING:
    from earmark.reproduce.bench import Bench


class File(NamedTuple):
    """A public file that a reproduction needs.

    Attributes
    ----------
    path : str
        Below the folder of data; a folder of files is named by its path alone.
    what : str
        What it is and where it comes from.
    """

    path: str
    what: str


@dataclass(frozen=True)
class Figure:
    """One figure of a study, as claimed and as found.

    Attributes
    ----------
    what : str
        What is measured, of which model.
    claimed : float or None
        What the study says; None where it says nothing.
    rerun : float or None
        What the study's way gave on the same data before, outside Earmark; None where nobody knows.
    faithful : float or None
        What the study's way gives here, its mistakes included: not to be believed.
    honest : Score or None
        What a test gives that nothing was fitted, tuned or chosen on, with its interval.
    note : str
        What the two differ in.
    """

    what: str
    claimed: float | None = None
    rerun: float | None = None
    faithful: float | None = None
    honest: Score | None = None
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table that belongs to a reproduction.

    Attributes
    ----------
    title : str
        What it shows, and how it was measured.
    head : tuple of str
        Titles of the columns; the first names the rows.
    rows : tuple of tuple of str
        The cells.
    note : str
        What to read from it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Reproduced:
    """What a reproduction gave.

    Attributes
    ----------
    figures : tuple of Figure
        Claim, faithful and honest figures side by side.
    sheets : tuple of Sheet
        What else the study shows.
    faithful, honest : str
        How either was measured, one line each.
    notes : tuple of str
        What a reader must know.
    by_other_code : int
        How many pieces of the work were done by earlier runs of an Earmark whose code differs, and kept.
    """

    figures: tuple[Figure, ...]
    sheets: tuple[Sheet, ...]
    faithful: str
    honest: str
    notes: tuple[str, ...] = ()
    by_other_code: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        plain = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


@dataclass(frozen=True)
class Reproduction:
    """A study that can be run again.

    Attributes
    ----------
    name : str
        Its name on the command line.
    source : str
        What the study is.
    claim : str
        What it claims, one line.
    files : tuple of File
        What it needs.
    target : str
        ``"module:function"`` that runs it on a :class:`~earmark.reproduce.bench.Bench`.
    minutes : int
        Roughly how long it takes on two cores.
    """

    name: str
    source: str
    claim: str
    files: tuple[File, ...]
    target: str
    minutes: int = 1

    def run(self, bench: "Bench") -> Reproduced:
        """Run it; what was done before on the same data is not done again."""
        home, _, name = self.target.partition(":")
        made: Callable[[Bench], Reproduced] = getattr(importlib.import_module(home), name)
        return made(bench)
