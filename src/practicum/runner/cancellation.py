"""How a run is ended from outside, at once: nobody has to look every few milliseconds whether it was."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Cancellation(threading.Event):
    """Ends the runs it was given to, the running and the waiting, when it is set. From any thread, for good."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._calls: list[Callable[[], object]] = []

    def set(self) -> None:
        super().set()
        with self._guard:
            for call in self._calls:
                call()

    @contextlib.contextmanager
    def calling(self, call: Callable[[], object]) -> Iterator[None]:
        """While this context lasts, setting it calls `call` (quick, safe from any thread); now, if it is set already.

        After the context it is not called any more, so what `call` wakes may be closed then.
        """
        with self._guard:
            self._calls.append(call)
            if self.is_set():
                call()
        try:
            yield
        finally:
            with self._guard:
                self._calls.remove(call)
