"""What happens to a run, told while it happens: plain data, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Queued:
    """It waits for its turn. Told again whenever the number changes."""

    ahead: int
    """Runs that will begin before it."""


@dataclass(frozen=True)
class Started:
    """Its turn has come: an interpreter is at work for it."""


@dataclass(frozen=True)
class Output:
    """A piece of what it writes, as written: the carriage returns and colours of progress bars are still in it."""

    stream: Stream
    text: str


@dataclass(frozen=True)
class Evaluated:
    """One of the values asked for is known."""

    name: str
    value: Any
    seconds: float
    """What evaluating it took."""


@dataclass(frozen=True)
class Epoch:
    """An epoch of training has ended. Told by Keras itself: the code need not do anything for it."""

    number: int
    """From 1."""
    epochs: int
    """As many as `fit` was asked for."""
    metrics: Mapping[str, float]
    """As in Keras's `History`: `loss`, `val_accuracy`, …"""
    seconds: float
    """From the epoch's beginning to its end, validation included."""


RunEvent = Queued | Started | Output | Evaluated | Epoch
OnEvent = Callable[[RunEvent], None]
"""Called with each event as it happens, from the thread that called `Pool.run`. What it raises ends the run."""
