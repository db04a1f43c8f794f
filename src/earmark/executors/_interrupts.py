"""Interrupts that cannot be lost."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_HEARD = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def certain_interrupts() -> Iterator[None]:
    """See to it that Ctrl-C ends a block, whatever becomes of the exception that it raises inside.

    Python raises :class:`KeyboardInterrupt` wherever the main thread happens to be. In a function that C
    calls, such as the file's ``read`` that PyAV calls, the exception is printed and dropped, and what was
    under way goes on or fails for a reason that is none. So a note is taken as well, and looked at when the
    block ends.
    """
    came: list[int] = []

    def noted(before: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        def handle(number: int, frame: FrameType | None) -> Any:
            came.append(number)
            return before(number, frame)

        return handle

    before = {}
    if threading.current_thread() is threading.main_thread():  # the only one that handles signals
        before = {number: handler for number in _HEARD if callable(handler := signal.getsignal(number))}
    for number, handler in before.items():
        signal.signal(number, noted(handler))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            raise KeyboardInterrupt
