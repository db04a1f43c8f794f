"""Reading answers: what a service's documentation promises is there, or the answer is refused."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from earmark.catalog._provider import BusyError, Miss, Record
from earmark.errors import AnswerError, CatalogError, NotFoundError

if TYPE_CHECKING:
    from earmark.catalog.http import Client

T = TypeVar("T")

_DIGITS = 16  # a number of more counts or measures nothing
_YEAR = re.compile(r"(\d{4})(?!\d)")


@dataclass(frozen=True)
class Fields:
    """An object of an answer; it knows where in the answer it was.

    Attributes
    ----------
    title : str
        The service's name, for people.
    value : dict
        The object as it came.
    where : str
        The way to it: ``"data[3].artist"``.

    Examples
    --------
    >>> song = Fields("Echo", {"title": "Lantern", "artist": {"name": "Voss"}, "isrc": None})
    >>> song.text("title"), song.below("artist").text("name"), song.maybe_text("isrc")
    ('Lantern', 'Voss', None)
    >>> song.number("duration")
    Traceback (most recent call last):
    ...
    earmark.errors.AnswerError: Echo's answer has no number at 'duration', where one is promised (...
    """

    title: str
    value: Any
    where: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.value, dict):
            raise self._lacks("object", self.where)

    def text(self, name: str) -> str:
        """Return a text that must be there; it may be empty."""
        value = self.value.get(name)
        if not isinstance(value, str):
            raise self._lacks("text", self._way(name))
        return value

    def maybe_text(self, name: str) -> str | None:
        """Return a text, or None for one that is not there or empty."""
        return None if self.value.get(name) in (None, "") else self.text(name)

    def number(self, name: str) -> float:
        """Return a number that must be there, written as a text as well."""
        value = self.value.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) < _DIGITS:
            return int(value)
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) >= 10**_DIGITS:
            raise self._lacks("number", self._way(name))
        return value

    def maybe_number(self, name: str) -> float | None:
        """Return a number, or None for one that is not there."""
        return None if self.value.get(name) in (None, "") else self.number(name)

    def number_or_null(self, name: str) -> float | None:
        """Return a number, or None for a null; one of them must be there."""
        if name in self.value and self.value[name] is None:
            return None
        return self.number(name)

    def key(self, name: str) -> str:
        """Return a service's own name for something, be it a number or a text, as text."""
        value = self.value.get(name)
        if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
            raise self._lacks("name", self._way(name))
        return str(value)

    def maybe_year(self, name: str) -> int | None:
        """Return the year of a date such as ``"1959-08-17"``, ``"1959"`` or 1959; None without one."""
        found = _YEAR.match(str(self.value.get(name) or ""))
        return int(found[1]) or None if found else None

    def below(self, name: str) -> "Fields":
        """Return an object that must be there."""
        return Fields(self.title, self.value.get(name), self._way(name))

    def maybe_below(self, name: str) -> "Fields | None":
        """Return an object, or None for one that is not there."""
        return None if self.value.get(name) is None else self.below(name)

    def each(self, name: str) -> tuple["Fields", ...]:
        """Return the objects of a list that must be there."""
        value = self.value.get(name)
        if not isinstance(value, list):
            raise self._lacks("list", self._way(name))
        return tuple(Fields(self.title, one, f"{self._way(name)}[{i}]") for i, one in enumerate(value))

    def _way(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _lacks(self, wanted: str, way: str) -> AnswerError:
        place = f"at '{way}'" if way else "at its top"
        return AnswerError(
            f"{self.title}'s answer has no {wanted} {place}, where one is promised",
            "run the same command again; if it stays, the service has changed: look for a newer Earmark",
        )


def wrong_part(title: str, asked: object, got: object) -> AnswerError:
    """Return the error for an answer to another question than was asked, an earlier page say."""
    return AnswerError(
        f"{title} answered with {got} where {asked} was asked for",
        "run the same command again; if it stays, the service has changed: look for a newer Earmark",
    )


def records(
    songs: Iterable[Fields], read: Callable[[Fields], Record]
) -> tuple[tuple[Record, ...], tuple[Miss, ...]]:
    """Return what `read` makes of songs, and a row for each that it refuses.

    Raises
    ------
    AnswerError
        If it refuses all of them: then it is the answer that is odd, not a song.
    """
    made: list[Record] = []
    misses: list[Miss] = []
    refusal = None
    for song in songs:
        try:
            made.append(read(song))
        except AnswerError as error:
            refusal = error
            misses.append(miss(f"the song at '{song.where}'", error))
    if refusal is not None and not made:
        raise refusal
    return tuple(made), tuple(misses)


def ask(
    client: "Client",
    read: Callable[[Fields], T],
    path: str,
    params: Mapping[str, Any] | None = None,
    check: Callable[[Any], None] | None = None,
    **more: Any,
) -> T:
    """Return what `read` makes of an answer; one that it refuses is asked for again, as a damaged one is."""
    made: list[T] = []

    def look(found: Any) -> None:
        if check is not None:
            check(found)
        try:
            made[:] = [read(Fields(client.title, found))]
        except AnswerError as error:
            raise BusyError(error) from None

    client.json(path, params, check=look, **more)
    return made[0]


def miss(what: str, error: CatalogError) -> Miss:
    """Return the row that says what of a page could not be had."""
    return Miss(what, type(error).__name__, error.message, error.hint)


def named(title: str, name: str, found: Mapping[str, T]) -> T:
    """Return the one of that very name, whatever its case: never the nearest one in its place.

    Raises
    ------
    NotFoundError
        Naming what there is instead.

    Examples
    --------
    >>> named("Echo", "voss", {"Aurelia Voss": 1, "Voss": 2})
    2
    """
    for spelled, one in found.items():
        if spelled.casefold() == name.strip().casefold():
            return one
    near = ", ".join(f"'{spelled}'" for spelled in list(found)[:5])
    hint = f"there is {near}" if near else "see how the name is spelled"
    raise NotFoundError(f"{title} has nothing of the name '{name}'", hint)


def by_name(things: Iterable[Fields], name: str, key: str) -> dict[str, str]:
    """Return the keys of things by their names; of several of one name the first, the best known one."""
    found: dict[str, str] = {}
    for thing in things:
        found.setdefault(thing.text(name), thing.key(key))
    return found


def distinct(*names: str | None) -> tuple[str, ...]:
    """Return the names that are some, each once, in their order.

    Examples
    --------
    >>> distinct("jazz", None, "", "bebop", "jazz")
    ('jazz', 'bebop')
    """
    return tuple(dict.fromkeys(name for name in names if name))


def milliseconds(found: float | None) -> float | None:
    """Return a length in seconds; 0 is none."""
    return found / 1000 if found else None
