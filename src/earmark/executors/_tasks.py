"""From the name of a task to what it does; the one thing that is imported on the worker's side."""

import importlib
import inspect
import pickle
import re
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from earmark.errors import ArgumentError, EarmarkError, ExecutorError

GROUP = "earmark.tasks"
SAME_VERSION = "install the same version of earmark on every machine, and start the workers anew"
_INSIDE = re.compile(r"earmark(\.[a-z_][a-z0-9_]*)+:[a-z][a-z0-9_]*")
_ENTRY = re.compile(r"[A-Za-z0-9_.-]+")


def version() -> str:
    """Return the version of Earmark that runs here; the package itself lies above this room."""
    here: str = importlib.import_module("earmark").__version__
    return here


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
        from importlib import metadata  # noqa: PLC0415 - 3 MB that most workers can do without

        for entry in metadata.entry_points(group=GROUP, name=task):
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


def packed(task: str, arguments: tuple[Any, ...]) -> bytes:
    """Return a job as it travels.

    Raises
    ------
    ArgumentError
        If the task has no name that travels, or the arguments cannot.
    """
    try:
        return pickle.dumps((version(), checked(task), arguments))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ArgumentError(f"the arguments of '{task}' cannot travel: {error}", "give plain data") from error


def answer(job: bytes) -> bytes:
    """Do a job that came from elsewhere, and return what became of it; :func:`settle` takes it."""
    try:
        theirs, task, arguments = pickle.loads(job)  # noqa: S301 - who may send jobs may have anything done
        if theirs != version():
            raise ExecutorError(f"a worker has Earmark {version()}, not {theirs}", SAME_VERSION)
        return pickle.dumps((run(task, arguments), None))
    except Exception as error:  # noqa: BLE001 - whatever the task raises is the caller's
        if not isinstance(error, EarmarkError):  # a fault of the program: where it lies does not travel
            error.add_note("".join(traceback.format_exception(error)).rstrip())
        return _packed_error(error)


def _packed_error(error: Exception) -> bytes:
    """Pack an error, or if its pickle does not come back one that does."""
    try:
        told = pickle.dumps((None, error))
        pickle.loads(told)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - such a class may raise anything
        other = RuntimeError(f"{type(error).__name__}: {error}")
        other.__notes__ = getattr(error, "__notes__", [])
        return pickle.dumps((None, other))
    return told


def settle(future: "Future[Any]", told: bytes) -> None:
    """Give a future what :func:`answer` returned."""
    value, error = pickle.loads(told)  # noqa: S301 - from a worker of our own
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)


def run(task: str, arguments: tuple[Any, ...]) -> Any:
    """Do a task."""
    return resolve(task)(*arguments)
