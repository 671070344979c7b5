"""The report of one fit: a single HTML file that needs neither network nor scripts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from practicum import formatting
from practicum.formatting import percent, printable
from practicum.lab.diagnosis import Finding
from practicum.lab.fit_record import FitRecord
from practicum.lab.image_set import Remark
from practicum.report import report_charts, summary
from practicum.report.output_files import write_atomically
from practicum.report.thumbnails import ThumbnailAlbum
from practicum.statistics.intervals import Interval

THUMBNAILS = 60
"""The most thumbnails in one report."""
MISTAKES = 18
"""The most thumbnails of confident mistakes."""
PER_FINDING = 12
"""The most thumbnails of one finding."""
FILES = 100
"""The most remarks on files that are listed; the rest are counted."""


def write(record: FitRecord, file: Path) -> None:
    """Write the report.

    Raises:
        OSError: If it cannot be written.
    """
    write_atomically(file, render(record))


def render(record: FitRecord) -> str:
    """The report as HTML."""
    album = ThumbnailAlbum(record, THUMBNAILS)
    mistakes = album.pick(summary.confident_mistakes(record, MISTAKES))
    findings = [(finding, album.pick(finding.rows[:PER_FINDING])) for finding in record.findings]
    return _template().render(
        record=record,
        accuracy=summary.describe_accuracy(record),
        caveats=summary.list_caveats(record),
        chart=_charts(record),
        scores=_scores(record),
        choice=summary.explain_choice(record),
        growth=summary.describe_growth(record),
        needs=summary.images_needed(record),
        findings=findings,
        mistakes=mistakes,
        mistake_count=int(np.sum(record.probabilities.argmax(axis=1) != record.labels)),
        files=[_files("Left out", record.left_out), _files("Used, with a remark", record.remarks)],
        provenance=_provenance(record),
        chart_style=_chart_style(),
    )


def _charts(record: FitRecord) -> dict[str, Any]:
    scores = record.scores
    return {
        "accuracy": report_charts.accuracy_line(scores.accuracy, summary.majority_share(record)),
        "confusion": report_charts.confusion(scores.confusion, record.classes),
        "recall": report_charts.recall(scores.confusion, record.classes),
        "calibration": report_charts.calibration(record.labels, record.probabilities),
        "candidates": report_charts.candidates(record.candidates) if record.candidates else "",
        "curve": report_charts.learning_curve(record.curve) if record.curve else "",
        "training": [report_charts.training(curves) for curves in record.training],
    }


def _scores(record: FitRecord) -> list[tuple[str, str, str]]:
    """Name, value with interval, and meaning."""
    scores = record.scores
    balanced = _with_interval(scores.balanced_accuracy, percent)
    return [
        ("Accuracy", _with_interval(scores.accuracy, percent), "the share of correct predictions"),
        *([("Balanced accuracy", balanced, "the mean recall over classes")] if summary.is_unbalanced(record) else []),
        (
            "Macro F1",
            _with_interval(scores.f1, percent),
            "the mean F1 over classes; F1 combines precision and recall",
        ),
        (
            "Calibration error",
            _with_interval(scores.calibration_error, percent),
            "the mean difference between confidence and accuracy",
        ),
        ("Log loss", _with_interval(scores.log_loss, formatting.number), "0 is perfect; confident mistakes cost most"),
    ]


def _provenance(record: FitRecord) -> list[tuple[str, str]]:
    versions = " · ".join(f"{printable(name)} {printable(version)}" for name, version in record.versions.items())
    facts = [
        ("Date", formatting.long_date(record.date)),
        ("Images from", printable(record.source)),
        ("Network", f"{printable(record.backbone)}, input of {record.side} × {record.side} pixels"),
        ("Seed", str(record.seed)),
        ("Time", formatting.duration(record.seconds)),
    ]
    return [*facts, *([("Versions", versions)] if versions else [])]


def _files(title: str, remarks: Sequence[Remark]) -> dict[str, Any]:
    rows = [(printable(remark.file), printable(remark.text)) for remark in remarks[:FILES]]
    return {"title": title, "count": len(remarks), "rows": rows, "more": len(remarks) - len(rows)}


def _with_interval(interval: Interval, format_value: Callable[[float], str]) -> str:
    value, low, high = (format_value(bound) for bound in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high})"


def _severity(finding: Finding) -> str:
    return {"stop": "Serious", "warn": "Warning", "note": "Note"}[finding.severity]


def _breakable(path: str) -> Markup:
    """A path that is wrapped after a slash rather than within a name."""
    return Markup("/<wbr>").join(path.split("/"))


@cache
def _chart_style() -> Markup:
    return Markup((files("practicum.charts") / "style.css").read_text("utf-8"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "printable": printable, "printable_block": formatting.printable_block, "percent": percent,
        "file_size": formatting.file_size, "number": formatting.number, "long_date": formatting.long_date,
        "counted": formatting.counted, "severity": _severity, "per_hundred": summary.per_hundred,
        "breakable": _breakable,
    }  # fmt: skip
    environment.filters.update(filters)
    return environment.get_template("report.html")
