"""Work shared out to processes on this machine.

Why not :class:`concurrent.futures.ProcessPoolExecutor`: one worker that dies breaks its whole pool and does
not say which job it was; and it imports the caller's main program again in each worker. Here every worker is
a fresh Python at the other end of a pipe, served by a thread that knows which job it gave to it.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import IO, Any, NamedTuple, Self

from earmark.errors import ArgumentError, ExecutorError, WorkerDiedError
from earmark.executors._tasks import packed, settle
from earmark.executors._worker import receive, send

MOST_DEATHS = 2
"""A job is given up when this many workers died of it; all work is, when as many died before they had any."""

_START = """\
import json, sys
sys.path[:] = json.loads(sys.argv.pop())
from earmark.executors._worker import main
main()
"""
# One worker per processor: threads of their own would only get in each other's way.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
# Ctrl-C goes to a whole group of processes; elsewhere than on Windows the signal itself is blocked.
if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _FLAGS = 0


class _Job(NamedTuple):
    """What to do, packed, and for whom."""

    task: str
    payload: bytes
    future: "Future[Any]"


class _DeadError(Exception):
    """The worker died at its job; the argument says how."""


class _StillbornError(_DeadError):
    """The worker died before it was ready for any."""


class Processes:
    """Does jobs in processes of their own, started when there is work for them.

    A worker ignores Ctrl-C, which is the caller's to handle, and ends when the caller does, however it ends.

    Parameters
    ----------
    workers : int, optional
        Number of processes; as many as there are processors that this process may use by default.
    address : None
        There is none.

    Raises
    ------
    ArgumentError
        If there is an address.
    """

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        if address is not None:
            raise ArgumentError(
                f"the address '{address}' for processes on this machine",
                "leave the address out, or choose the executor 'dask'",
            )
        self.workers = workers or processors()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._running: set[_Worker] = set()
        self._closed = False
        self._dropped = False

    def submit(self, task: str, *arguments: Any) -> "Future[Any]":
        """Have a task done by the next worker that is free."""
        payload = packed(task, arguments)
        job = _Job(task, payload, Future())
        with self._lock:
            if self._closed:
                raise ArgumentError("work for an executor that is closed", "submit it before")
            self._jobs.put(job)
            if len(self._threads) < self.workers:
                thread = threading.Thread(target=self._serve, name="earmark-worker", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:
                    raise _none_starts(str(error), "use fewer workers") from error
                self._threads.append(thread)
        return job.future

    def close(self, *, now: bool = False) -> None:
        """Finish the jobs under way, or drop them `now`; closing twice is fine."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for _ in self._threads:
                    self._jobs.put(None)
            if now:
                self._dropped = True
                for worker in self._running:
                    worker.kill()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close(now=raised[0] is not None)

    def _serve(self) -> None:
        """Give one worker after another its jobs, as long as there are any."""
        worker: _Worker | None = None
        while (job := self._jobs.get()) is not None:
            if self._dropped:
                job.future.cancel()
            if job.future.set_running_or_notify_cancel():
                worker = self._do(job, worker)
        if worker is not None:
            self._end(worker)

    def _do(self, job: _Job, worker: "_Worker | None") -> "_Worker | None":
        """Have a job done, by other workers if need be; return the worker that is left."""
        deaths: list[_DeadError] = []
        while (given_up := _gave_up(job.task, deaths)) is None:
            try:
                if worker is None or not worker.alive():
                    self._end(worker)
                    worker = self._begin()
                settle(job.future, worker.answer(job.payload))
            except _DeadError as death:
                self._end(worker)
                worker = None
                if self._dropped:
                    job.future.set_exception(CancelledError())
                    return None
                deaths.append(death)
            except BaseException as surprise:  # noqa: BLE001 - no caller may wait for ever for an answer
                job.future.set_exception(surprise)
                return worker
            else:
                return worker
        job.future.set_exception(given_up)
        return worker

    def _begin(self) -> "_Worker":
        with self._lock:
            if self._dropped:
                raise _DeadError("not started")
            try:
                with _deaf_to_interrupts():
                    worker = _Worker()
            except OSError as error:  # of processes, memory or open files there are too many
                raise _none_starts(error.strerror or str(error), "use fewer workers") from error
            self._running.add(worker)
        return worker

    def _end(self, worker: "_Worker | None") -> None:
        if worker is not None:
            with self._lock:
                self._running.discard(worker)
            worker.end()


class _Worker:
    """One process, and the two pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - Python itself
            [sys.executable, "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            creationflags=_FLAGS,
        )
        self._ready = False

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None and back is not None  # noqa: S101, PT018 - Popen was asked for both
        return to, back

    def alive(self) -> bool:
        """Tell whether it still runs: one that died between two jobs has not died of either."""
        return self._process.poll() is None

    def answer(self, payload: bytes) -> bytes:
        """Give it a job and wait for the answer.

        Raises
        ------
        _DeadError
            If it dies of it.
        """
        to, back = self._pipes
        try:
            if not self._ready:
                self._ready = receive(back) == b"ready"
            send(to, payload)
            return receive(back)
        except (EOFError, OSError) as error:
            self.kill()  # it has gone, or can no longer be talked to
            code = self._process.wait()
            how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            raise (_DeadError if self._ready else _StillbornError)(how) from error

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """Close the pipes, which ends it, and wait until it has gone."""
        for pipe in self._pipes:
            try:
                pipe.close()
            except OSError:  # what was not yet written to a process that died
                continue
        self._process.wait()


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach: what is blocked in the thread stays blocked in them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def processors() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gave_up(task: str, deaths: list[_DeadError]) -> ExecutorError | None:
    """Return what to say of a job that is not tried again, if it is not."""
    stillborn = [str(death) for death in deaths if isinstance(death, _StillbornError)]
    at_work = [str(death) for death in deaths if not isinstance(death, _StillbornError)]
    if len(at_work) >= MOST_DEATHS:
        return WorkerDiedError(
            f"{len(at_work)} worker processes died at this job of '{task}': {_then(at_work)}",
            "if the system ran out of memory, use fewer workers; else what the job works on may be to blame",
        )
    if len(stillborn) >= MOST_DEATHS:
        return _none_starts(_then(stillborn), "what it printed says why")
    return None


def _none_starts(why: str, hint: str) -> ExecutorError:
    return ExecutorError(f"no worker process can be started: {why}", hint)


def _then(deaths: list[str]) -> str:
    return " then ".join(dict.fromkeys(deaths))
