"""A name for everything that can be chosen by name."""

import difflib
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any, Generic, TypeVar

from earmark.errors import ArgumentError, UnknownNameError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things of one kind by name, in the order they were added.

    Parameters
    ----------
    kind : str
        What the members are, for error messages: ``"feature set"``.

    Examples
    --------
    >>> colours = Registry[int]("colour")
    >>> colours.add("blue", 0x0000FF)
    >>> colours["blue"]
    255
    >>> colours["blu"]
    Traceback (most recent call last):
    ...
    earmark.errors.UnknownNameError: unknown colour 'blu' (did you mean 'blue'? known: blue)
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._members: dict[str, T] = {}

    def add(self, name: str, member: T) -> None:
        """Add a member; a name is taken once."""
        if name in self._members:
            raise ArgumentError(f"the {self.kind} {name!r} is registered twice", "choose another name")
        self._members[name] = member

    def register(self, name: str) -> Callable[[T], T]:
        """Return a decorator that adds what it decorates under `name`."""

        def decorate(member: T) -> T:
            self.add(name, member)
            return member

        return decorate

    def __getitem__(self, name: str) -> T:
        if name in self._members:
            return self._members[name]
        known = ", ".join(self._members)
        spelled = {member.casefold(): member for member in self._members}
        near = difflib.get_close_matches(name.casefold(), spelled, n=1, cutoff=0.5)
        guess = f"did you mean {spelled[near[0]]!r}? " if near else ""
        raise UnknownNameError(f"unknown {self.kind} {name!r}", f"{guess}known: {known}")

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def shipped(kind: str, package: str, folder: str, ending: str = ".toml") -> Registry[Any]:
    """Return the files of a kind that come with Earmark, by their names without the ending.

    Parameters
    ----------
    kind : str
        What they are, for error messages.
    package, folder : str
        Where they lie: a folder of a package.
    ending : str
        Of the files that count.

    Examples
    --------
    >>> "broad12" in shipped("taxonomy", "earmark.labels", "taxonomies")
    True
    """
    found = Registry[Any](kind)
    for file in sorted((resources.files(package) / folder).iterdir(), key=lambda file: file.name):
        if file.name.endswith(ending):
            found.add(file.name.removesuffix(ending), file)
    return found
