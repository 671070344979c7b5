"""The charts of a fit's report, drawn from its record."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from practicum.charts import axes, confusion_matrix, figure, interval_chart, line_chart, svg, tables
from practicum.charts.interval_chart import IntervalRow
from practicum.charts.line_chart import Series
from practicum.charts.reliability_diagram import draw_reliability
from practicum.formatting import NBSP, decimals, duration, percent, printable, whole_number
from practicum.lab.fit_record import Candidate, TrainingCurves
from practicum.lab.learning_curve import CurvePoint, LearningCurve
from practicum.statistics.classification import Predictions
from practicum.statistics.intervals import Interval, Proportion

BINS = 10
DIVERGED = 1e12
"""Losses from here on are not drawn."""
CI = f"95{NBSP}% confidence interval"


def accuracy_line(accuracy: Interval, majority_share: float) -> Markup:
    """The accuracy on a line from 0 to 100 %, beside that of always predicting the largest class."""
    return interval_chart.draw_interval("Accuracy", accuracy, majority_share, "Largest class only:")


def learning_curve(curve: LearningCurve) -> Markup:
    """Accuracy over images per class: measured with whiskers, then extrapolated with a band."""
    measured = [point for point in curve.points if _is_finite(point)]
    expected = [point for point in curve.forecast if _is_finite(point)]
    if not measured and not expected:
        return Markup("")
    title = "Accuracy by images per class"
    sizes = sorted({point.per_class for point in (*measured, *expected)})
    lines = [_point_series("measured", sizes, measured, is_key=True)]
    if expected:
        # The extrapolation continues from the last measured point.
        lines.append(_point_series("expected", sizes, [*measured[-1:], *expected]))
    across = axes.number_axis(sizes, [whole_number(size) for size in sizes], "images per class")
    bounds = [bound for point in (*measured, *expected) for bound in (point.accuracy.low, point.accuracy.high)]
    rows = [[str(point.per_class), "measured", *_cells(point.accuracy)] for point in measured]
    rows += [[str(point.per_class), "expected", *_cells(point.accuracy)] for point in expected]
    description = " ".join(f"{row[0]} images per class, {row[1]}: {row[2]}, from {row[3]} to {row[4]}." for row in rows)
    chart = line_chart.draw_lines(
        title,
        description,
        lines,
        across,
        values=axes.share_axis(bounds),
        share=True,
        height=svg.PLOT_HEIGHT,
        named=False,
    )
    keys = [("dot", f"measured, with its {CI}"), *([("band", f"expected, with its {CI}")] if expected else [])]
    head = ["Images per class", "Source", "Accuracy", "From", "To"]
    return figure.figure(title, [figure.legend(keys), chart, tables.folded_table(title, head, rows, 2)])


def calibration(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Markup:
    """Accuracy over confidence in ten bins."""
    title = "Confidence and accuracy"
    bins = Predictions(labels.tolist(), probabilities.tolist()).calibration_bins(BINS)
    keys = [
        ("dot", "one confidence bin; a larger point stands for more images"),
        ("diagonal", "perfect calibration"),
    ]
    note = figure.note("Vertical axis: accuracy. Below the diagonal the model is overconfident.")
    return figure.figure(title, [figure.legend(keys), draw_reliability(title, bins, "images"), note])


def candidates(tried: Sequence[Candidate]) -> Markup:
    """The accuracy of each strategy that was tried."""
    title = "Accuracy of the strategies tried"
    chart = interval_chart.draw_interval_rows(
        title,
        [
            IntervalRow(printable(candidate.name) + (" (chosen)" if candidate.chosen else ""), candidate.accuracy,
                        candidate.chosen)
            for candidate in tried
        ],
    )  # fmt: skip
    rows = [
        [
            printable(candidate.name), printable(candidate.description), *_cells(candidate.accuracy),
            "–" if candidate.better is None else percent(candidate.better), duration(candidate.seconds),
        ]
        for candidate in tried
    ]  # fmt: skip
    head = ["Strategy", "Description", "Accuracy", "From", "To", "P(chosen is better)", "Time"]
    keys = [("dot", "chosen"), ("open-dot", "also tried"), ("interval", CI)]
    return figure.figure(title, [figure.legend(keys), chart, tables.folded_table(title, head, rows, 2)])


def training(curves: TrainingCurves) -> Markup:
    """Two charts of one training: accuracy on training and validation images, and the training loss."""
    name = printable(curves.name)
    shares = [value for values in (curves.train_accuracy, curves.val_accuracy) for value in values if isfinite(value)]
    losses = tuple(value if abs(value) < DIVERGED else nan for value in curves.loss)
    charts = Markup("")
    if shares:
        lines = [
            _curve_series("training", curves.train_accuracy, 0),
            _curve_series("validation", curves.val_accuracy, 1),
        ]
        charts += _epoch_chart(f"Accuracy: {name}", lines, axes.share_axis(shares))
    if any(map(isfinite, losses)):
        charts += _epoch_chart(f"Training loss: {name}", [_curve_series("training", losses, 0)], None)
    return charts


def recall(confusion: NDArray[np.int64], classes: Sequence[str]) -> Markup:
    """The recall of each class, with its interval."""
    title = "Recall by class"
    shares = [Proportion(int(counts[k]), int(counts.sum())) for k, counts in enumerate(confusion)]
    names = [printable(name) for name in classes]
    chart = interval_chart.draw_bars(
        title, [IntervalRow(name, share.interval) for name, share in zip(names, shares, strict=True)]
    )
    rows = [
        [name, str(share.total), str(share.successes), *_cells(share.interval)]
        for name, share in zip(names, shares, strict=True)
    ]
    keys = [("bar", "recall: the share of the class's images that were recognised"), ("whisker", CI)]
    head = ["Class", "Images", "Recognised", "Recall", "From", "To"]
    return figure.figure(title, [figure.legend(keys), chart, tables.folded_table(title, head, rows)])


def confusion(matrix: NDArray[np.int64], classes: Sequence[str]) -> Markup:
    """How many images of each class were predicted as which class."""
    title = "Confusion matrix"
    table = confusion_matrix.draw_confusion(title, matrix.tolist(), [printable(name) for name in classes])
    note = figure.note(
        f"{int(np.trace(matrix))} of {int(matrix.sum())} predictions are on the diagonal: they are correct. "
        "The stronger the colour of a cell, the larger its share of the row."
    )
    return figure.figure(title, [table, note])


def _epoch_chart(title: str, lines: Sequence[Series], values: axes.ValueAxis | None) -> Markup:
    steps = max(len(line.mean) for line in lines)
    share = values is not None
    format_value = percent if share else decimals
    rows = [
        [str(step + 1), *(format_value(line.mean[step]) if step < len(line.mean) else "" for line in lines)]
        for step in range(steps)
    ]
    ends = (
        (line.name, *map(format_value, (line.mean[0], line.mean[-1])), len(line.mean)) for line in lines if line.mean
    )
    description = " ".join(
        f"{name}: {first} at epoch 1, {last} at epoch {epochs}." for name, first, last, epochs in ends
    )
    across = axes.step_axis(steps, "epoch")
    chart = line_chart.draw_lines(title, description, lines, across, values=values, share=share)
    head = ["Epoch", *(line.name.capitalize() for line in lines)]
    return figure.figure(title, [chart, tables.folded_table(title, head, rows)])


def _curve_series(name: str, values: tuple[float, ...], colour: int) -> Series:
    return Series(name, values, values, values, colour=colour)


def _point_series(name: str, sizes: Sequence[int], points: Sequence[CurvePoint], *, is_key: bool = False) -> Series:
    """The points at their sizes; sizes without a point become gaps."""
    by_size = {point.per_class: point.accuracy for point in points}
    missing = Interval(nan, nan, nan)
    intervals = [by_size.get(size, missing) for size in sizes]
    return Series(
        name,
        tuple(interval.value for interval in intervals),
        tuple(interval.low for interval in intervals),
        tuple(interval.high for interval in intervals),
        is_key=is_key,
        dots=is_key,
        whiskers=is_key,
    )


def _is_finite(point: CurvePoint) -> bool:
    interval = point.accuracy
    return point.per_class > 0 and all(map(isfinite, (interval.low, interval.value, interval.high)))


def _cells(interval: Interval) -> list[str]:
    return [percent(interval.value), percent(interval.low), percent(interval.high)]
