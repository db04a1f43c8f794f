"""Work shared out to other machines, by Dask: ``pip install 'earmark[cluster]'``."""

import asyncio
import importlib.metadata
import logging
import socket
import time
import uuid
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any, Self

from earmark.errors import ArgumentError, EarmarkError, ExecutorError, WorkerDiedError
from earmark.executors._tasks import SAME_VERSION, answer, packed, settle, version
from earmark.executors.processes import processors

_CONNECT_S = 10
_COUNTED_S = 5.0
"""For how long a count of the cluster's workers is good."""


class Cluster:
    """Does jobs on the workers of a Dask cluster.

    Dask does the jobs of a worker that died again, elsewhere. A job on which more workers died than the
    scheduler's ``allowed-failures`` (3) allows is given up.

    Parameters
    ----------
    workers : int, optional
        Processes of a cluster on this machine; as many as processors by default. Not with an address.
    address : str, optional
        Where the scheduler of a running cluster is: ``"tcp://10.0.0.1:8786"``.

    Raises
    ------
    EarmarkError
        If Dask is not installed.
    ExecutorError
        If there is no cluster at that address, or a worker of it lacks this version of Earmark.
    ArgumentError
        If there are both a number of workers and an address.
    """

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        if address is not None and workers is not None:
            raise ArgumentError(
                f"{workers} workers for the cluster at '{address}'", "it has its own: leave the number out"
            )
        self._opened = ExitStack()
        self._pending: set[Future[Any]] = set()
        self._closed = False
        self._address = address
        try:
            self._client = self._connected(workers or processors())
            self._check()
        except BaseException:
            self._opened.close()
            raise
        self._counted_s = 0.0
        self._workers = 1

    def _connected(self, workers: int) -> Any:
        dask = _distributed()
        if self._address is None:
            here = dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",
                preload="earmark.executors._preload",
                silence_logs=logging.ERROR,
            )
            return self._opened.enter_context(
                dask.Client(self._opened.enter_context(here), set_as_default=False)
            )
        try:
            _knock(self._address)
            client = dask.Client(self._address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ExecutorError(
                f"there is no Dask scheduler at '{self._address}'",
                "start one with `dask scheduler`, and give the address that it prints",
            ) from error
        return self._opened.enter_context(client)

    def _check(self) -> None:
        """Ask every worker for its version of Earmark; one that comes later says it at its first job."""
        found = self._client.run(importlib.metadata.version, "earmark", on_error="return")
        if not found:
            raise ExecutorError(
                f"the cluster at '{self._address}' has no workers", "start some with `dask worker ADDRESS`"
            )
        for worker, theirs in found.items():
            if isinstance(theirs, importlib.metadata.PackageNotFoundError):
                raise ExecutorError(f"Earmark is not installed for the worker {worker}", SAME_VERSION)
            if isinstance(theirs, str) and theirs != version():
                raise ExecutorError(
                    f"the worker {worker} has Earmark {theirs}, not {version()}", SAME_VERSION
                )

    @property
    def workers(self) -> int:
        """How many jobs the cluster does at the same time; it may grow and shrink."""
        now_s = time.monotonic()
        if now_s > self._counted_s + _COUNTED_S:
            self._workers = max(1, sum(self._client.nthreads().values()))
            self._counted_s = now_s
        return self._workers

    def submit(self, task: str, *arguments: Any) -> "Future[Any]":
        """Have a task done by some worker."""
        payload = packed(task, arguments)
        if self._closed:
            raise ArgumentError("work for an executor that is closed", "submit it before")
        ours: Future[Any] = Future()
        theirs = self._client.submit(answer, payload, pure=False, key=f"{task}-{uuid.uuid4()}")
        self._pending.add(ours)
        ours.add_done_callback(self._pending.discard)
        ours.add_done_callback(lambda done: theirs.cancel() if done.cancelled() else None)
        theirs.add_done_callback(lambda done: self._finish(task, done, ours))
        return ours

    def _finish(self, task: str, theirs: Any, ours: "Future[Any]") -> None:
        """Pass on what became of a job."""
        if not ours.set_running_or_notify_cancel():
            return
        try:
            settle(ours, theirs.result())  # waits once more where the answer was lost with the worker
        except BaseException as error:  # noqa: BLE001 - no caller may wait for ever for an answer
            ours.set_exception(_failure(task, error))
        theirs.release()

    def close(self, *, now: bool = False) -> None:
        """Finish the jobs under way, or drop them `now`; closing twice is fine."""
        self._closed = True
        pending = list(self._pending)
        if now:
            for future in pending:
                future.cancel()
        wait(pending)
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close(now=raised[0] is not None)


def _distributed() -> Any:
    """Import Dask's half that works on other machines; most of it has no types."""
    try:
        import distributed  # noqa: PLC0415 - most who share out work never need it
        import distributed.scheduler  # noqa: PLC0415
    except ImportError as error:
        raise EarmarkError("Dask is not installed", "pip install 'earmark[cluster]'") from error
    return distributed


def _knock(address: str) -> None:
    """See that a scheduler answers: where none does Dask's client waits, some for ever, and cannot be closed.

    Raises
    ------
    OSError, ValueError
        If there is none, or there can be none at such an address.
    """
    dask = _distributed()
    socket.create_connection(dask.comm.get_address_host_port(address), _CONNECT_S).close()

    async def shake_hands() -> None:
        arguments = dask.Security().get_connection_args("client")
        # What listens there may be anything: by itself this waits for ever for the first word.
        comm = await asyncio.wait_for(dask.comm.connect(address, **arguments), _CONNECT_S)
        await comm.close()

    with ThreadPoolExecutor(1) as elsewhere:  # the caller may have a loop of its own, as notebooks do
        elsewhere.submit(asyncio.run, shake_hands()).result()


def _failure(task: str, error: BaseException) -> ExecutorError:
    """Say why a job has no answer; what the task itself raised is an answer."""
    if isinstance(error, _distributed().scheduler.KilledWorker):
        return WorkerDiedError(
            f"{error.allowed_failures + 1} workers of the cluster died at this job of '{task}'",
            "their logs say how; if they ran out of memory, give each fewer jobs at a time",
        )
    if isinstance(error, CancelledError | asyncio.CancelledError):
        return ExecutorError(
            "the connection to the Dask scheduler was lost",
            "start it again, and then the work: what was stored is not done twice",
        )
    if isinstance(error, ModuleNotFoundError) and error.name == "earmark":
        return ExecutorError("Earmark is not installed for a worker of the cluster", SAME_VERSION)
    return ExecutorError(f"the cluster could not do a job of '{task}': {error}", "its logs say more")
