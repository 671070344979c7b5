"""A learner's runs of one project beside each other: a table, and their curves on one chart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

from practicum.charts import line_chart as charts
from practicum.runner import Epoch
from practicum.store import RunRecord
from practicum.web import shelf, story
from practicum.web.epochs import number

DRAWN = 5
"""Runs on the chart: the newest."""
_MEASURES = {
    "val_accuracy": "Validation accuracy",
    "accuracy": "Accuracy",
    "val_loss": "Validation loss",
    "loss": "Loss",
}
"""What is drawn: the first of these that the newest run has."""


def listed(
    url: str, records: Sequence[RunRecord], total: int, under_way: Callable[[RunRecord], bool]
) -> dict[str, Any]:
    """The newest of `total` runs for the template, the newest first, counted from the oldest there ever was."""
    rows = [row(url, record, under_way(record), total - place) for place, record in enumerate(records)]
    curves = [trained for record in records if (trained := shelf.trained(record.result or {}))][:DRAWN]
    plot = [story.series(trained) for trained in reversed(curves)]
    return {"rows": rows, "trained": bool(curves), "chart": _chart(records, total) if curves else None, "plot": plot}


def row(url: str, record: RunRecord, under_way: bool, place: int = 0) -> dict[str, Any]:
    """One run in a line."""
    kept = record.result or {}
    trained = shelf.trained(kept)
    return {
        "id": record.id,
        "url": f"{url}/run/{record.id}",
        "number": place,
        "take": "Submission" if record.mode == "submission" else "Run",
        "when": _when(record.started),
        "iso": datetime.fromtimestamp(record.started / 1000, UTC).isoformat(timespec="seconds"),
        "epochs": len(trained) or "",
        "accuracy": _last(trained, "accuracy"),
        "val_accuracy": _last(trained, "val_accuracy"),
        "seconds": "" if record.ended is None else f"{(record.ended - record.started) / 1000:.1f}",
        "verdict": _verdict(record, under_way),
        "met": bool(kept.get("met")),
        "under_way": under_way,
    }


def _when(moment: int) -> str:
    """The day and the minute, by the server's clock, which is the learner's own on their machine."""
    there = datetime.fromtimestamp(moment / 1000).astimezone()
    return f"{there.day} {there:%b %H:%M}"


def _last(trained: Sequence[Epoch], name: str) -> str:
    value = trained[-1].metrics.get(name) if trained else None
    return "" if value is None else number(value)


def _verdict(record: RunRecord, under_way: bool) -> str:
    kept = record.result
    if under_way:
        return "running"
    if kept is None or kept.get("interrupted"):
        return "interrupted: the service ended"
    if kept.get("fault"):
        return "a fault of ours"
    if "scores" in kept:
        if kept["cancelled"]:
            return "stopped"
        if kept["reason"]:
            return "not graded"
        return f"{'goal met' if kept['met'] else 'goal not met'}: {fmean(kept['scores']):.4g}"
    if kept["stopped"]:
        return "stopped" if kept["stopped"] == "cancelled" else f"stopped: {kept['stopped']}"
    if kept["failure"]:
        line = kept["failure"]["line"]
        return f"{kept['failure']['type']}{f' at line {line}' if line else ''}"
    return "ran to its end"


def _chart(records: Sequence[RunRecord], total: int) -> dict[str, Any] | None:
    """The last runs' curves: of the first measure that the newest of them has."""
    curves = [(total - place, shelf.trained(record.result or {})) for place, record in enumerate(records)]
    curves = [(place, trained) for place, trained in curves if trained][:DRAWN]
    for name, words in _MEASURES.items():
        lines = [
            charts.line(f"run {place}", [values], key=index == 0)
            for index, (place, trained) in enumerate(curves)
            if len(values := _curve(trained, name)) > 0
        ]
        if lines and lines[0].key:
            title = f"{words} of your last runs"
            return {"title": title, "svg": charts.chart(title, lines), "table": charts.table(lines, title)}
    return None


def _curve(trained: Sequence[Epoch], name: str) -> list[float]:
    values = [epoch.metrics[name] for epoch in trained if name in epoch.metrics]
    return values if all(map(math.isfinite, values)) else []
