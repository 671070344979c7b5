"""What came of a kept run, as the store keeps it: JSON of a bounded size, and a run's result again."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from practicum.model import Failure
from practicum.runner import Epoch, FigureImage, Result
from practicum.web.outcome import clipped

EPOCHS = 500
"""Epochs that are kept: of more, as many evenly spaced, and the last."""
METRICS = 16
"""Of an epoch, the first: loss and metrics, and the same of the validation."""
NAME = 60
"""Letters of a metric's name."""
PICTURES = 1 << 20
"""Bytes of all pictures of a run that are kept."""


def to_json(result: Result) -> dict[str, Any]:
    """All of a result that a page shows, but for its :func:`pictures`."""
    failure = result.failure
    return {
        "stdout": clipped(result.stdout),
        "stderr": clipped(result.stderr),
        "epochs": [_epoch(epoch) for epoch in _thinned(result.epochs)],
        "failure": None if failure is None else {**vars(failure), "bases": list(failure.bases)},
        "traceback": clipped(result.traceback),
        "stopped": result.stopped,
        "why": result.why,
        "seconds": result.seconds,
    }


def of_json(kept: Mapping[str, Any], figures: Sequence[str] = ()) -> Result:
    """The result that :func:`to_json` and :func:`pictures` were given, as far as it was kept."""
    failure = kept["failure"]
    return Result(
        stdout=kept["stdout"],
        stderr=kept["stderr"],
        failure=None if failure is None else Failure(**{**failure, "bases": tuple(failure["bases"])}),
        traceback=kept["traceback"],
        figures=tuple(FigureImage(b64decode(png)) for png in figures),
        epochs=trained(kept),
        seconds=kept["seconds"],
        stopped=kept["stopped"],
        why=kept["why"],
    )


def trained(kept: Mapping[str, Any]) -> tuple[Epoch, ...]:
    """The epochs of a kept run."""
    return tuple(
        Epoch(number, epochs, {name: math.nan if value is None else value for name, value in metrics.items()}, seconds)
        for number, epochs, metrics, seconds in kept.get("epochs", ())
    )


def _epoch(epoch: Epoch) -> list[Any]:
    told = list(epoch.metrics.items())[:METRICS]
    metrics = {name[:NAME]: value if math.isfinite(value) else None for name, value in told}
    return [epoch.number, epoch.epochs, metrics, round(epoch.seconds, 3)]


def _thinned(trained: Sequence[Epoch]) -> Sequence[Epoch]:
    step = -(-len(trained) // EPOCHS)
    return trained if step <= 1 else [*trained[:-1:step], trained[-1]]


def pictures(figures: Sequence[FigureImage]) -> list[str]:
    """Pictures as text, PNG in base64, as many as there is room for."""
    kept, room = [], PICTURES
    for figure in figures:
        room -= len(figure.png)
        if room < 0:
            break
        kept.append(b64encode(figure.png).decode())
    return kept
