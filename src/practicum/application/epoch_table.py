"""A training as a table of epochs that grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from practicum.formatting import counted
from practicum.runner import Epoch

SHOWN = 12
"""Epochs in the open part of the table; earlier ones are folded away."""
FOLDED = 200
"""Rows that are folded away; of more epochs, evenly spaced ones."""
COLUMNS = 8


@dataclass(frozen=True)
class EpochRow:
    """One epoch."""

    number: str
    """`3/10`."""
    cells: tuple[str, ...]
    seconds: str
    first: bool
    """Whether another training began with it."""


@dataclass(frozen=True)
class EpochTable:
    """The last epochs, and the earlier ones."""

    columns: tuple[str, ...]
    rows: tuple[EpochRow, ...]
    earlier: tuple[EpochRow, ...] = ()
    label: str = ""
    """A label for the earlier ones."""


def latest_epochs(epochs: Sequence[Epoch]) -> EpochTable:
    """Return the last epochs, while more are to come."""
    last = range(max(0, len(epochs) - SHOWN), len(epochs))
    columns = _columns(epochs[-SHOWN:])
    return EpochTable(columns, _rows(epochs, last, columns))


def epoch_table(epochs: Sequence[Epoch]) -> EpochTable | None:
    """Return all epochs of a training that has ended; None if nothing was trained."""
    if not epochs:
        return None
    before = len(epochs) - SHOWN
    if before <= 0:
        return latest_epochs(epochs)
    step = -(-before // FOLDED)
    every = f", one in {step}" if step > 1 else ""
    columns = _columns(epochs)
    return EpochTable(
        columns,
        _rows(epochs, range(before, len(epochs)), columns),
        _rows(epochs, range(0, before, step), columns),
        f"The {counted(before, 'epoch')} before{every}",
    )


def _columns(epochs: Sequence[Epoch]) -> tuple[str, ...]:
    """The metrics' names: the loss first, each beside its validation."""
    names = dict.fromkeys(name for epoch in epochs for name in epoch.metrics)
    bases = dict.fromkeys(["loss", *(name.removeprefix("val_") for name in names)])
    return tuple(name for base in bases for name in (base, f"val_{base}") if name in names)[:COLUMNS]


def _rows(epochs: Sequence[Epoch], indices: range, columns: tuple[str, ...]) -> tuple[EpochRow, ...]:
    return tuple(_row(epochs[index], columns, index > 0 and epochs[index].number == 1) for index in indices)


def _row(epoch: Epoch, columns: tuple[str, ...], first: bool) -> EpochRow:
    cells = tuple(format_metric(epoch.metrics[name]) if name in epoch.metrics else "" for name in columns)
    return EpochRow(f"{epoch.number}/{epoch.epochs}", cells, f"{epoch.seconds:.1f}", first)


def format_metric(value: float) -> str:
    """Return a metric with four decimals, or in scientific notation where those do not fit, so that columns compare."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"
