"""A recorded run as the store keeps it: JSON of a bounded size, and back."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from practicum.application.run_report import shortened
from practicum.model import Failure
from practicum.runner import Epoch, FigureImage, Result

MAX_EPOCHS = 500
"""Epochs that are kept: of more, that many evenly spaced ones, and the last."""
MAX_METRICS = 16
"""Metrics that are kept of an epoch, the first ones: loss and metrics, and the same on the validation set."""
MAX_NAME = 60
"""Characters of a metric's name."""
MAX_FIGURES = 1 << 20
"""Bytes of all figures of a run."""


def to_json(result: Result) -> dict[str, Any]:
    """Return all of a result that a page shows, except its figures (:func:`encode_figures`)."""
    failure = result.failure
    return {
        "stdout": shortened(result.stdout),
        "stderr": shortened(result.stderr),
        "epochs": [_epoch_to_json(epoch) for epoch in _thinned(result.epochs)],
        "failure": None
        if failure is None
        else {**vars(failure), "bases": list(failure.bases), "packages": list(failure.packages)},
        "traceback": shortened(result.traceback),
        "stopped": result.stopped,
        "why": result.why,
        "seconds": result.seconds,
    }


def from_json(record: Mapping[str, Any], figures: Sequence[str] = ()) -> Result:
    """Return the result that :func:`to_json` and :func:`encode_figures` were given, as far as it was kept."""
    failure = record["failure"]
    return Result(
        stdout=record["stdout"],
        stderr=record["stderr"],
        failure=None if failure is None else _read_failure(failure),
        traceback=record["traceback"],
        figures=tuple(FigureImage(b64decode(png)) for png in figures),
        epochs=recorded_epochs(record),
        seconds=record["seconds"],
        stopped=record["stopped"],
        why=record["why"],
    )


def _read_failure(record: Mapping[str, Any]) -> Failure:
    # Older records have no packages.
    return Failure(**{**record, "bases": tuple(record["bases"]), "packages": tuple(record.get("packages", ()))})


def recorded_epochs(record: Mapping[str, Any]) -> tuple[Epoch, ...]:
    """Return the epochs of a recorded run."""
    return tuple(
        Epoch(number, epochs, {name: math.nan if value is None else value for name, value in metrics.items()}, seconds)
        for number, epochs, metrics, seconds in record.get("epochs", ())
    )


def _epoch_to_json(epoch: Epoch) -> list[Any]:
    first = list(epoch.metrics.items())[:MAX_METRICS]
    metrics = {name[:MAX_NAME]: value if math.isfinite(value) else None for name, value in first}
    return [epoch.number, epoch.epochs, metrics, round(epoch.seconds, 3)]


def _thinned(epochs: Sequence[Epoch]) -> Sequence[Epoch]:
    step = -(-len(epochs) // MAX_EPOCHS)
    return epochs if step <= 1 else [*epochs[:-1:step], epochs[-1]]


def encode_figures(figures: Sequence[FigureImage]) -> list[str]:
    """Return figures as base64 PNG, as many as there is room for."""
    encoded, room = [], MAX_FIGURES
    for figure in figures:
        room -= len(figure.png)
        if room < 0:
            break
        encoded.append(b64encode(figure.png).decode())
    return encoded
