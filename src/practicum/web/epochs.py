"""What was trained, epoch by epoch, as a small table that grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from practicum.runner import Epoch
from practicum.web.view import counted

SHOWN = 12
"""Epochs that are in sight; what was before is folded away."""
FOLDED = 200
"""Rows that are folded away at the most: of more, as many evenly spaced."""
COLUMNS = 8


@dataclass(frozen=True)
class Row:
    """One epoch."""

    number: str
    """`3/10`."""
    cells: tuple[str, ...]
    seconds: str
    first: bool
    """Whether a training began with it, after another."""


@dataclass(frozen=True)
class Table:
    """Its last rows, and those before."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    earlier: tuple[Row, ...] = ()
    label: str = ""
    """What is folded away, in words."""


def latest(epochs: Sequence[Epoch]) -> Table:
    """The last ones, while more are to come."""
    last = range(max(0, len(epochs) - SHOWN), len(epochs))
    columns = _columns(epochs[-SHOWN:])
    return Table(columns, _rows(epochs, last, columns))


def table(epochs: Sequence[Epoch]) -> Table | None:
    """All of them, in the end; None if nothing was trained."""
    if not epochs:
        return None
    before = len(epochs) - SHOWN
    if before <= 0:
        return latest(epochs)
    step = -(-before // FOLDED)
    every = f", one in {step}" if step > 1 else ""
    columns = _columns(epochs)
    return Table(
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


def _rows(epochs: Sequence[Epoch], which: range, columns: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(_row(epochs[index], columns, index > 0 and epochs[index].number == 1) for index in which)


def _row(epoch: Epoch, columns: tuple[str, ...], first: bool) -> Row:
    cells = tuple(number(epoch.metrics[name]) if name in epoch.metrics else "" for name in columns)
    return Row(f"{epoch.number}/{epoch.epochs}", cells, f"{epoch.seconds:.1f}", first)


def number(value: float) -> str:
    """A metric so that a column of them can be compared: four places, or powers of ten for what they do not fit."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.2e}"
