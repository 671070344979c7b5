"""`predictions`: one model's predictions of every sample: accuracy, confusion, calibration and thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any

from markupsafe import Markup

from practicum.charts import axes, figure, interactive_chart, line_chart, reliability_diagram, tables
from practicum.charts.confusion_matrix import draw_confusion
from practicum.charts.interactive_chart import ReadoutTable
from practicum.charts.line_chart import Series
from practicum.figures import settings as own
from practicum.figures.base import Figure, FigureError, KeyMistake, check_labels, curve, figure_id
from practicum.formatting import NBSP, percent, value_with_range
from practicum.kinds import validators
from practicum.model import Measured, Measurement
from practicum.statistics.classification import BinaryCounts, Predictions
from practicum.statistics.intervals import Proportion

ROUNDING = 0.01
"""By how much a sum of probabilities may differ from 1: evidence keeps seven digits."""
BINS = 10
"""Confidence bins; half as many for fewer than a hundred samples."""
STEPS = 20
"""Thresholds from 0 to 1, each 0.05 above the one before."""
UNDEFINED = "not defined"
"""A share of nothing."""


class PredictionReport(Figure):
    """Of an experiment that returns a list `label`, and for each class k its probabilities, `score_k`."""

    name = "predictions"
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "seed": own.seed,
        "classes": own.texts("names of classes", 2, 12),
        "positive": own.label("the class that the threshold is about"),
        "unit": own.label("what a sample is, in the plural, as in `images`"),
    }
    required = ("title", "experiment", "classes")

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """The positive class must be one of the classes."""
        if valid >= {"positive", "classes"} and table["positive"] not in table["classes"]:
            *names, last = (f'"{name}"' for name in table["classes"])
            yield "positive", f"`positive` is not one of the classes: write {', '.join(names)} or {last}"

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """One, as predictions of several trainings are not one model's."""
        return (Measurement(table["experiment"], table.get("given", {}), table.get("seed", 0)),)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Accuracy with its interval, confusion, each class, calibration, and the positive class's thresholds."""
        (call,) = self.calls(table)
        classes: list[str] = table["classes"]
        predictions = _predictions(measured[call], len(classes))
        unit, ident = table.get("unit", "samples"), figure_id(number)
        confusion = "Confusion matrix"
        body = [
            _accuracy(predictions.accuracy, unit),
            figure.group(confusion, [draw_confusion(confusion, predictions.confusion_matrix(), classes)]),
            _class_table(predictions, classes, unit),
            _calibration(predictions, unit),
        ]
        if "positive" in table:
            body.append(_thresholds(predictions, classes.index(table["positive"]), table["positive"], ident))
        return figure.figure(table["title"], body, ident, "predictions")


def _predictions(result: Measured, classes: int) -> Predictions:
    """Labels and probabilities.

    Raises:
        FigureError: If they do not fit each other, or are no probabilities.
    """
    call = result.measurement.call
    labels = curve(result, "label")
    columns = [curve(result, f"score_{k}") for k in range(classes)]
    if not labels or any(len(column) != len(labels) for column in columns):
        message = f"{call} returns lists `label` and `score_k` that are empty or of different lengths"
        raise FigureError("different-lengths", message)
    check_labels(result, labels, classes)
    rows = tuple(zip(*columns, strict=True))
    if not all(0 <= score <= 1 for row in rows for score in row) or any(abs(sum(row) - 1) > ROUNDING for row in rows):
        message = f"{call} returns scores that are no probabilities: each from 0 to 1, and 1 in sum over the classes"
        raise FigureError("no-probabilities", message)
    return Predictions(tuple(map(int, labels)), rows)


def _share(share: Proportion) -> str:
    return value_with_range(share.value, share.low, share.high, True) if share.total else UNDEFINED


def _f1(counts: BinaryCounts) -> str:
    return UNDEFINED if isnan(counts.f1) else percent(counts.f1)


def _accuracy(accuracy: Proportion, unit: str) -> Markup:
    text = Markup('<p class="answer">{} of {} {} are correct: <b>{}</b>, 95{}% confidence interval {} to {}.</p>')
    return text.format(
        f"{accuracy.successes:,}",
        f"{accuracy.total:,}",
        unit,
        percent(accuracy.value),
        NBSP,
        f"{100 * accuracy.low:.0f}",
        percent(accuracy.high),
    )


def _class_table(predictions: Predictions, classes: Sequence[str], unit: str) -> Markup:
    rows = []
    for k, name in enumerate(classes):
        counts = predictions.of_class(k)
        total = str(counts.tp + counts.fn)
        rows.append([name, _share(counts.precision), _share(counts.recall), _f1(counts), total])
    title = "Scores by class"
    head = ["Class", "Precision", "Recall", "F1", unit.capitalize()]
    note = figure.note("In brackets: 95 % confidence intervals.")
    return figure.group(title, [tables.data_table(title, head, rows), note])


def _calibration(predictions: Predictions, unit: str) -> Markup:
    count = BINS if len(predictions.labels) >= 100 else BINS // 2
    title = "Confidence and accuracy"
    note = (
        f"Mean confidence is {percent(predictions.mean_confidence)}, accuracy {percent(predictions.accuracy.value)}. "
        f"They differ by {100 * predictions.calibration_error(count):.1f} percentage points on average over {count} "
        f"bins (expected calibration error). A larger point stands for more {unit}; its line is a 95 % confidence "
        "interval."
    )
    diagram = reliability_diagram.draw_reliability(title, predictions.calibration_bins(count), unit)
    return figure.group(title, [diagram, figure.note(note)])


def _thresholds(predictions: Predictions, k: int, positive: str, ident: str) -> Markup:
    """Precision, recall and F1 at each threshold; the slider reads the table."""
    thresholds = [step / STEPS for step in range(STEPS + 1)]
    counts = [predictions.at_threshold(k, threshold) for threshold in thresholds]
    labels = [f"{threshold:.2f}" for threshold in thresholds]
    readouts = ReadoutTable(
        ["Threshold", "true positives", "false positives", "false negatives", "true negatives", "precision", "recall",
         "F1"],
        [
            [label, *map(str, (c.tp, c.fp, c.fn, c.tn)), _share(c.precision), _share(c.recall), _f1(c)]
            for label, c in zip(labels, counts, strict=True)
        ],
        "At a threshold of ",
    )  # fmt: skip
    f1 = tuple(c.f1 for c in counts)
    lines = [
        _share_series("precision", [c.precision for c in counts], 0),
        _share_series("recall", [c.recall for c in counts], 1),
        Series("F1", f1, f1, f1, colour=2),
    ]
    title = f"Decision threshold for “{positive}”"
    across = axes.number_axis(thresholds, labels, "threshold")
    start = STEPS // 2
    chart = line_chart.draw_lines(title, f"{readouts.readout(start)}.", lines, across, share=True)
    data = tables.folded_table(title, readouts.head, readouts.rows)
    slider = interactive_chart.add_slider(ident, chart, readouts, data, start=start, label="Threshold")
    return figure.group(title, [slider])


def _share_series(name: str, shares: Sequence[Proportion], colour: int) -> Series:
    value, low, high = (tuple(getattr(share, bound) for share in shares) for bound in ("value", "low", "high"))
    return Series(name, value, low, high, colour=colour)
