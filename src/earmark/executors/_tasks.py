"""From the name of a task to what it does; the one thing that is imported on the worker's side."""

import importlib
import importlib.metadata
import inspect
import re
from collections.abc import Callable
from typing import Any

from earmark.errors import ArgumentError

GROUP = "earmark.tasks"
_INSIDE = re.compile(r"earmark(\.[a-z_][a-z0-9_]*)+:[a-z_][a-z0-9_]*")
_ENTRY = re.compile(r"[A-Za-z0-9_.-]+")


def checked(task: str) -> str:
    """Return the name of a task if it can be one.

    Raises
    ------
    ArgumentError
        If it names neither a function inside Earmark nor an entry point.

    Examples
    --------
    >>> checked("os:remove")
    Traceback (most recent call last):
    ...
    earmark.errors.ArgumentError: 'os:remove' is no task (name a function as 'earmark.room.file:function', \
or an entry point in the group 'earmark.tasks')
    """
    if not (_INSIDE.fullmatch(task) or _ENTRY.fullmatch(task)):
        raise ArgumentError(
            f"{task!r} is no task",
            f"name a function as 'earmark.room.file:function', or an entry point in the group '{GROUP}'",
        )
    return task


def resolve(task: str) -> Callable[..., Any]:
    """Return what a task's name stands for.

    Raises
    ------
    ArgumentError
        If there is no such function, or no distribution that is installed here declares the entry point.
    """
    module, colon, name = checked(task).partition(":")
    if not colon:
        for entry in importlib.metadata.entry_points(group=GROUP, name=task):
            found: Callable[..., Any] = entry.load()
            return found
        raise ArgumentError(
            f"there is no task '{task}'", f"no entry point in the group '{GROUP}' has the name"
        )
    try:
        member = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        member = None
    # A name that its module imported from elsewhere, say `remove`, is no task.
    if not inspect.isfunction(member) or not member.__module__.startswith("earmark."):
        raise ArgumentError(
            f"there is no task '{task}'", "check the name, and that this worker's Earmark is the same version"
        )
    return member


def run(task: str, arguments: tuple[Any, ...]) -> Any:
    """Do a task."""
    return resolve(task)(*arguments)
