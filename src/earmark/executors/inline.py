"""Work done at once, by whoever asks for it."""

from concurrent.futures import Future
from typing import Any, Self

from earmark.errors import ArgumentError
from earmark.executors._interrupts import certain_interrupts
from earmark.executors._tasks import checked, run


class Inline:
    """Does each job while it is submitted; Ctrl-C ends the job and the caller alike.

    Parameters
    ----------
    workers : int, optional
        1, or left out.
    address : None
        There is none.

    Raises
    ------
    ArgumentError
        If there is more than one worker, or an address.
    """

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        if workers not in (None, 1):
            raise ArgumentError(
                f"{workers} workers inline", "choose the executor 'processes' for more than one"
            )
        if address is not None:
            raise ArgumentError(f"the address '{address}' for work done here", "leave the address out")
        self.workers = 1

    def submit(self, task: str, *arguments: Any) -> "Future[Any]":
        """Do a task now; the future is finished."""
        future: Future[Any] = Future()
        checked(task)
        try:
            with certain_interrupts():
                future.set_result(run(task, arguments))
        except Exception as error:  # noqa: BLE001 - whatever the task raises is the future's
            future.set_exception(error)
        return future

    def close(self, *, now: bool = False) -> None:
        """Do nothing: no job is ever under way."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:
        self.close()
