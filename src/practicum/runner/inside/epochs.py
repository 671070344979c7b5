"""Reports every Keras training epoch, by adding a callback to every `fit`."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_METRICS = 32
"""Maximum number of reported metrics per epoch."""
MAX_NAME = 100
"""Maximum number of characters in a metric's name."""

quiet = False
"""Whether epochs are currently not reported."""


def report_epochs(send: Callable[[dict[str, Any]], None]) -> None:
    """Call `send` with every epoch of every training from now on. Does nothing if Keras is not loaded."""
    keras = sys.modules.get("keras")
    if keras is None:
        return
    kind = keras.callbacks.CallbackList
    original = kind.__init__

    def __init__(self: Any, callbacks: Any = None, add_history: bool = False, *more: Any, **named: Any) -> None:
        original(self, callbacks, add_history, *more, **named)
        if add_history:  # which only `fit` asks for
            reporter = _callback(keras, send)
            reporter.set_params(self.params)
            self.callbacks.append(reporter)  # after the code's own, which may change the metrics

    kind.__init__ = __init__


def _callback(keras: Any, send: Callable[[dict[str, Any]], None]) -> Any:
    class EpochReporter(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if quiet:
                return
            scalars = [(name, value) for name, value in (logs or {}).items() if _is_number(value)]
            metrics = {str(name)[:MAX_NAME]: float(value) for name, value in scalars[:MAX_METRICS]}
            took = time.perf_counter() - self.began
            epochs = int((self.params or {}).get("epochs") or 0)
            send({"number": epoch + 1, "epochs": epochs, "metrics": metrics, "seconds": took})

    return EpochReporter()


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
