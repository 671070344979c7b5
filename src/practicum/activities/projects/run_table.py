"""A learner's runs of one project beside each other: a table, and their curves on one chart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

from practicum.application.epoch_table import format_metric
from practicum.application.event_log import plot_series
from practicum.application.projects import SUBMISSION, TopicProject, count_recorded_runs, is_in_progress
from practicum.application.run_serialization import recorded_epochs
from practicum.charts import line_chart
from practicum.runner import Epoch
from practicum.store import RunRecord

MAX_CURVES = 5
"""Runs on the chart: the newest."""
_MEASURES = {
    "val_accuracy": "Validation accuracy",
    "accuracy": "Accuracy",
    "val_loss": "Validation loss",
    "loss": "Loss",
}
"""What is charted: the first of these that the newest run has."""


def run_table(project: TopicProject, records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return the newest runs for the template, the newest first, numbered from the oldest there ever was."""
    total = count_recorded_runs(project)
    rows = [row(project, record, total - place) for place, record in enumerate(records)]
    curves = [epochs for record in records if (epochs := recorded_epochs(record.result or {}))][:MAX_CURVES]
    return {
        "rows": rows,
        "trained": bool(curves),
        "chart": _chart(records, total) if curves else None,
        "plot": [plot_series(epochs) for epochs in reversed(curves)],
    }


def row(project: TopicProject, record: RunRecord, number: int = 0) -> dict[str, Any]:
    """Return one run as a row."""
    data, running = record.result or {}, is_in_progress(project, record)
    epochs = recorded_epochs(data)
    return {
        "id": record.id,
        "url": f"{project.path}/run/{record.id}",
        "number": number,
        "kind": "Submission" if record.mode == SUBMISSION else "Run",
        "when": _when(record.started),
        "iso": datetime.fromtimestamp(record.started / 1000, UTC).isoformat(timespec="seconds"),
        "epochs": len(epochs) or "",
        "accuracy": _last(epochs, "accuracy"),
        "val_accuracy": _last(epochs, "val_accuracy"),
        "seconds": "" if record.ended is None else f"{(record.ended - record.started) / 1000:.1f}",
        "result": _result(record, running),
        "met": bool(data.get("met")),
    }


def _when(moment: int) -> str:
    """The day and the minute, by the server's clock, which on one's own machine is one's own."""
    local = datetime.fromtimestamp(moment / 1000).astimezone()
    return f"{local.day} {local:%b %H:%M}"


def _last(epochs: Sequence[Epoch], name: str) -> str:
    value = epochs[-1].metrics.get(name) if epochs else None
    return "" if value is None else format_metric(value)


def _result(record: RunRecord, running: bool) -> str:
    data = record.result
    if running:
        return "running"
    if data is None or data.get("interrupted"):
        return "interrupted: the service ended"
    if data.get("fault"):
        return "a fault in practicum"
    if "scores" in data:
        return _submission_result(data)
    if data["stopped"]:
        return "stopped" if data["stopped"] == "cancelled" else f"stopped: {data['stopped']}"
    if data["failure"]:
        line = data["failure"]["line"]
        return f"{data['failure']['type']}{f' at line {line}' if line else ''}"
    return "ran to the end"


def _submission_result(data: Mapping[str, Any]) -> str:
    if data["cancelled"]:
        return "stopped"
    if data["reason"]:
        return "not graded"
    return f"{'goal met' if data['met'] else 'goal not met'}: {fmean(data['scores']):.4g}"


def _chart(records: Sequence[RunRecord], total: int) -> dict[str, Any] | None:
    """The last runs' curves of the first measure that the newest of them has."""
    curves = [(total - place, recorded_epochs(record.result or {})) for place, record in enumerate(records)]
    curves = [(number, epochs) for number, epochs in curves if epochs][:MAX_CURVES]
    for name, label in _MEASURES.items():
        lines = [
            line_chart.mean_series(f"run {number}", [values], is_key=index == 0)
            for index, (number, epochs) in enumerate(curves)
            if len(values := _curve(epochs, name)) > 0
        ]
        if lines and lines[0].is_key:
            title = f"{label} of your last runs"
            return {
                "title": title,
                "svg": line_chart.draw_epochs(title, lines),
                "table": line_chart.tabulate(lines, title),
            }
    return None


def _curve(epochs: Sequence[Epoch], name: str) -> list[float]:
    values = [epoch.metrics[name] for epoch in epochs if name in epoch.metrics]
    return values if all(map(math.isfinite, values)) else []
