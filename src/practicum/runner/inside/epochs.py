"""Keras tells of each epoch that ends, whatever the code does about it: a callback that every `fit` gets."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NAMES = 32
"""Metrics of one epoch that are told."""
LETTERS = 100
"""Of a metric's name."""

quiet = False
"""Whether epochs are told to nobody for now."""


def tell(send: Callable[[dict[str, Any]], None]) -> None:
    """Have every training from now on tell `send` of its epochs. Nothing happens where Keras is not loaded."""
    keras = sys.modules.get("keras")
    if keras is None:
        return
    kind = keras.callbacks.CallbackList
    original = kind.__init__

    def __init__(self: Any, callbacks: Any = None, add_history: bool = False, *more: Any, **named: Any) -> None:
        original(self, callbacks, add_history, *more, **named)
        if add_history:  # which only `fit` asks for
            told = _callback(keras, send)
            told.set_params(self.params)
            self.callbacks.append(told)  # after those of the code, which may have changed the metrics

    kind.__init__ = __init__


def _callback(keras: Any, send: Callable[[dict[str, Any]], None]) -> Any:
    class Told(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.began = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if quiet:
                return
            single = [(name, value) for name, value in (logs or {}).items() if _single(value)]
            metrics = {str(name)[:LETTERS]: float(value) for name, value in single[:NAMES]}
            took = time.perf_counter() - self.began
            epochs = int((self.params or {}).get("epochs") or 0)
            send({"number": epoch + 1, "epochs": epochs, "metrics": metrics, "seconds": took})

    return Told()


def _single(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
