"""Cancels runs from another thread, without polling."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Cancellation(threading.Event):
    """Ends every run it was passed to, running or waiting, once it is set. Setting it is final and thread-safe."""

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
    def on_set(self, call: Callable[[], object]) -> Iterator[None]:
        """Call `call` when this is set while the context is open, or at once if it is already set.

        Args:
            call: Must return quickly and be safe to call from any thread. It is never called after the context has
                closed, so the objects it uses may be closed then.
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
