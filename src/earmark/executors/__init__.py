"""Work for one processor, several or several machines: the same tasks, the same results.

Workers receive names, never functions: a task is ``"earmark.room.file:function"``, or the name of an entry
point in the group ``earmark.tasks`` of an installed distribution. Arguments and results are plain data.
"""

import importlib
import itertools
import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Protocol, Self, TypeVar

from earmark.errors import ArgumentError
from earmark.registry import Registry

__all__ = ["EXECUTORS", "Executor", "as_finished", "executor"]

Job = TypeVar("Job", bound=tuple[Any, ...])


class Executor(Protocol):
    """What shares out tasks; shaped like :class:`concurrent.futures.Executor`, a context manager.

    A job whose worker dies is done again. After the second death that it has a part in, its future raises
    :class:`~earmark.errors.WorkerDiedError`; all other jobs go on. If no worker can be started at all, or the
    cluster has gone, that is an :class:`~earmark.errors.ExecutorError` which is no job's fault.
    """

    @property
    def workers(self) -> int:
        """How many jobs are done at the same time."""

    def submit(self, task: str, *arguments: Any) -> "Future[Any]":
        """Have a task done; what it returns or raises is the future's.

        Raises
        ------
        ArgumentError
            If the task has no name that travels, or the arguments cannot.
        """

    def close(self, *, now: bool = False) -> None:
        """Finish the jobs under way, or drop them `now`; closing twice is fine."""

    def __enter__(self) -> Self:
        """Return the executor."""

    def __exit__(self, *raised: Any) -> None:
        """Close: at once where the block raised something, Ctrl-C included."""


EXECUTORS: Registry[str] = Registry("executor")
"""Every kind of executor by name, and where it is defined; its file is imported when it is asked for."""

EXECUTORS.add("inline", "earmark.executors.inline:Inline")
EXECUTORS.add("processes", "earmark.executors.processes:Processes")
EXECUTORS.add("dask", "earmark.executors.cluster:Cluster")


def executor(name: str, workers: int | None = None, address: str | None = None) -> Executor:
    """Return an executor by name, ready for work.

    Parameters
    ----------
    name : str
        One of :data:`EXECUTORS`: ``"inline"`` works in this very process, ``"processes"`` in others,
        ``"dask"`` on the machines of a Dask cluster.
    workers : int, optional
        Jobs done at the same time, at least 1; one per processor that this process may use by default.
    address : str, optional
        Where the scheduler of a running cluster is, for ``"dask"``; without it the cluster is this machine.

    Raises
    ------
    UnknownNameError
        If there is no such executor.
    ArgumentError
        If `workers` is less than 1, or there is an address for an executor that has none.
    EarmarkError, ExecutorError
        If Dask is not installed; if there is no cluster, or its workers lack this version of Earmark.

    Examples
    --------
    >>> with executor("inline") as work:
    ...     work.submit("earmark.audio:shown", "song.mp3").result()
    'song.mp3'
    """
    module, _, member = EXECUTORS[name].partition(":")
    if workers is not None and workers < 1:
        raise ArgumentError(f"{workers} workers", "give at least 1")
    made: Executor = getattr(importlib.import_module(module), member)(workers, address)
    return made


def as_finished(
    executor: Executor, task: str, jobs: Iterable[Job], in_flight: int | None = None
) -> Iterator[tuple[Job, "Future[Any]"]]:
    """Yield each job with its finished future, in the order in which they finish.

    Jobs are taken from `jobs` only when there is room for them, so that a million of them cost no memory.
    What has not begun when the iterator is closed is never begun.

    Parameters
    ----------
    executor : Executor
        Who does them.
    task : str
        Name of the task.
    jobs : iterable of tuple
        The arguments of the task, for each job.
    in_flight : int, optional
        Jobs handed out at the same time, at least 1; two for each worker by default, so that no worker waits.

    Raises
    ------
    ArgumentError
        If `in_flight` is less than 1, or a job's arguments cannot travel.

    Examples
    --------
    >>> with executor("inline") as work:
    ...     done = as_finished(work, "earmark.audio:shown", [("a.mp3",), ("b.mp3",)])
    ...     [(job, future.result()) for job, future in done]
    [(('a.mp3',), 'a.mp3'), (('b.mp3',), 'b.mp3')]
    """
    if in_flight is not None and in_flight < 1:
        raise ArgumentError(f"{in_flight} jobs in flight", "give at least 1")
    waiting: dict[Future[Any], Job] = {}
    finished: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
    source = iter(jobs)
    try:
        while True:
            room = (in_flight or 2 * executor.workers) - len(waiting)
            for job in itertools.islice(source, max(0, room)):
                future = executor.submit(task, *job)
                waiting[future] = job
                future.add_done_callback(finished.put)
                if future.done():  # an executor that works while it is handed the job: show it first
                    break
            if not waiting:
                return
            future = finished.get()
            yield waiting.pop(future), future
    finally:
        for future in waiting:
            with suppress(Exception):
                future.cancel()
