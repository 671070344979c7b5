"""Events of a run, reported while it runs, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Stream = Literal["stdout", "stderr"]


@dataclass(frozen=True)
class Queued:
    """The run waits in the queue. Reported again whenever its position changes."""

    ahead: int
    """Number of runs that will start before it."""
    wait: float | None = None
    """Expected seconds until it starts; None if that is not known yet."""


@dataclass(frozen=True)
class Started:
    """An interpreter has started the run."""


@dataclass(frozen=True)
class Output:
    """A piece of the run's output, unchanged: carriage returns and ANSI sequences are still in it."""

    stream: Stream
    text: str


@dataclass(frozen=True)
class Evaluated:
    """One of the job's `values` has been evaluated."""

    name: str
    value: Any
    seconds: float
    """Duration of the evaluation."""


@dataclass(frozen=True)
class Epoch:
    """A Keras training epoch has ended. Reported for every `fit`, whatever callbacks the code passes."""

    number: int
    """From 1."""
    epochs: int
    """The `epochs` argument of `fit`."""
    metrics: Mapping[str, float]
    """Metrics as in Keras's `History`: `loss`, `val_accuracy`, …"""
    seconds: float
    """Duration of the epoch, validation included."""


RunEvent = Queued | Started | Output | Evaluated | Epoch
OnEvent = Callable[[RunEvent], None]
"""Callback that receives each event, in the thread that called `Pool.run`. An exception it raises ends the run."""
