"""What one model said of every sample: how often it is right, where it errs, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isnan
from typing import Any

from markupsafe import Markup

from practicum.charts import interactive_chart, line_chart, scales, svg
from practicum.charts.interactive_chart import Rows
from practicum.charts.line_chart import Line
from practicum.figures import settings as own
from practicum.figures.base import Figure, Wrong, curve
from practicum.kinds import validators
from practicum.model import Measured, Measurement
from practicum.statistics.classification import BinaryCounts, CalibrationBin, Predictions
from practicum.statistics.intervals import Proportion

ROUNDING = 0.01
"""How far from 1 probabilities may sum up: evidence keeps seven digits."""
MANY = 1000
SHADES = 5
BINS = 10
"""Steps of certainty; of fewer than a hundred samples, half as many."""
SQUARE = 220
STEPS = 20
"""Thresholds from 0 to 1, each 0.05 above the one before."""
NONE = "not defined"
"""A share of nothing."""


class PredictionReport(Figure):
    """`predictions`: of an experiment that gives a list `label`, and for each class k its probabilities, `score_k`."""

    name = "predictions"
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "seed": own.seed,
        "classes": own.texts("names of classes", 2, 12),
        "positive": own.label("the class that the threshold is about"),
        "unit": own.label("what is told apart, as in `pictures`"),
    }
    required = ("title", "experiment", "classes")

    def clashes(self, table: Mapping[str, Any], sound: frozenset[str]) -> Iterator[Wrong]:
        """The positive class is one of the classes."""
        if sound >= {"positive", "classes"} and table["positive"] not in table["classes"]:
            yield "positive", f"`positive` is none of the classes: write {_one_of(table['classes'])}"

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """One: predictions of several trainings are not one model's."""
        return (Measurement(table["experiment"], table.get("given", {}), table.get("seed", 0)),)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Accuracy with its interval, confusion, each class, calibration, and the threshold of the positive class."""
        (call,) = self.calls(table)
        classes: list[str] = table["classes"]
        scores = _scores(measured[call], len(classes))
        unit = table.get("unit", "samples")
        body = [
            _accuracy(scores.accuracy, unit),
            _confusion(scores.confusion_matrix(), classes),
            _each_class(scores, classes, unit),
            _calibration(scores, unit),
        ]
        if "positive" in table:
            body.append(_threshold(scores, classes.index(table["positive"]), table["positive"], f"figure-{number}"))
        return svg.figure(number, table["title"], body, "predictions")


# --- what was measured ----------------------------------------------------------------------------------------------


def _scores(one: Measured, classes: int) -> Predictions:
    """Labels and probabilities. Raises ValueError where they do not fit each other or are none."""
    call = one.measurement.call
    labels = curve(one, "label")
    columns = [curve(one, f"score_{k}") for k in range(classes)]
    if not labels or any(len(column) != len(labels) for column in columns):
        raise ValueError(f"{call} gives lists `label` and `score_k` of different lengths, or empty ones")
    if wrong := [label for label in labels if label not in range(classes)]:
        raise ValueError(f"{call} gives the label {wrong[0]:g}: `classes` names 0 to {classes - 1}")
    rows = tuple(zip(*columns, strict=True))
    if not all(0 <= score <= 1 for row in rows for score in row) or any(abs(sum(row) - 1) > ROUNDING for row in rows):
        raise ValueError(f"{call} gives scores that are no probabilities: from 0 to 1, and 1 in sum over the classes")
    return Predictions(tuple(map(int, labels)), rows)


def _with_interval(share: Proportion) -> str:
    return svg.spread(share.value, share.low, share.high, True) if share.total else NONE


def _f1(counts: BinaryCounts) -> str:
    return NONE if isnan(counts.f1) else svg.percent(counts.f1)


# --- its parts ------------------------------------------------------------------------------------------------------


def _accuracy(right: Proportion, unit: str) -> Markup:
    low, high = f"{100 * right.low:.0f}", svg.percent(right.high)
    many = "So few" if right.total < MANY else "Even so many"
    told = '<p class="answer">Of {} {} {} are right: <b>{}</b>. {} {} leave {} to {} open (95{}% interval).</p>'
    return Markup(told).format(
        f"{right.total:,}", unit, f"{right.successes:,}", svg.percent(right.value), many, unit, low, high, svg.NBSP
    )


def _group(title: str, inner: Iterable[Markup]) -> Markup:
    return Markup('<div class="group" role="group" aria-label="{0}"><p class="label">{0}</p>{1}</div>').format(
        title, svg.joined(inner)
    )


def _confusion(counts: list[list[int]], classes: list[str]) -> Markup:
    """What was what, and was called what: shaded by the share of its row."""

    def cell(true: int, said: int) -> Markup:
        many, whole = counts[true][said], sum(counts[true])
        shade = min(SHADES, 1 + int(SHADES * many / whole)) if many else 0
        hit = " hit" if true == said else ""
        return Markup('<td class="num q{}{}">{}</td>').format(shade, hit, many)

    heads = svg.joined(Markup('<th scope="col" class="num">{}</th>').format(name) for name in classes)
    rows = svg.joined(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            name, svg.joined(cell(true, said) for said in range(len(classes)))
        )
        for true, name in enumerate(classes)
    )
    head = Markup(
        '<thead><tr><th scope="col" rowspan="2">What it is</th><th scope="colgroup" class="num" colspan="{}">'
        "What it was called</th></tr><tr>{}</tr></thead>"
    ).format(len(classes), heads)
    title = "What was taken for what"
    return _group(title, [svg.framed(title, head + Markup("<tbody>{}</tbody>").format(rows), "confusion")])


def _each_class(scores: Predictions, classes: list[str], unit: str) -> Markup:
    rows = []
    for k, name in enumerate(classes):
        counts = scores.of_class(k)
        precision, recall = _with_interval(counts.precision), _with_interval(counts.recall)
        rows.append([name, precision, recall, _f1(counts), str(counts.tp + counts.fn)])
    title = "Class by class"
    head = ["Class", "Precision", "Recall", "F1", unit.capitalize()]
    return _group(
        title, [svg.table(title, head, rows), svg.note("In brackets: what so few leave open (95 % intervals).")]
    )


def _calibration(scores: Predictions, unit: str) -> Markup:
    """How often it was right over how sure it was: on the diagonal its certainty is just right."""
    many = BINS if len(scores.labels) >= 100 else BINS // 2
    bins = scores.calibration_bins(many)
    title = "How far its certainty can be trusted"
    rows = [
        [
            f"{100 * one.low:.0f} to {svg.percent(one.high)}",
            str(one.right.total),
            svg.percent(one.confidence),
            _with_interval(one.right),
        ]
        for one in bins
    ]
    told = " ".join(f"{row[2]} sure: {row[3]} right, of {row[1]}." for row in rows)
    across = scales.values([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", svg.percent(1)], "how sure it is")
    shapes = [svg.stretched([Markup('<polyline class="even" points="0,100 100,0"/>')])]
    shapes += [_dot(one, len(scores.labels)) for one in bins]
    grid = line_chart.grid(across, scales.Height((0.0, 0.25, 0.5, 0.75, 1.0)), SQUARE, share=True)
    picture = svg.picture("chart square", title, told, SQUARE, [*grid, *shapes])
    sure = sum(one.confidence * one.right.total for one in bins) / len(scores.labels)
    summary = (
        f"On average it is {svg.percent(sure)} sure and {svg.percent(scores.accuracy.value)} right. Certainty and "
        f"truth lie {100 * scores.calibration_error(many):.1f} percentage points apart (expected calibration error, "
        f"{many} steps). A larger point stands for more {unit}; its bar is what so few leave open."
    )
    table = svg.table(title, ["How sure", unit.capitalize(), "On average", "Right"], rows)
    return _group(title, [picture, svg.note(summary), svg.details("The same as a table", table)])


def _dot(one: CalibrationBin, whole: int) -> Markup:
    x, y, low, high = (
        f"{100 * one.confidence:.4g}%",
        *(SQUARE * (1 - at) for at in (one.right.value, one.right.low, one.right.high)),
    )
    return Markup(
        '<line class="reach" x1="{0}" x2="{0}" y1="{1:.4g}" y2="{2:.4g}"/>'
        '<circle class="dot" cx="{0}" cy="{3:.4g}" r="{4:.1f}"/>'
    ).format(x, low, high, y, 3 + 5 * (one.right.total / whole) ** 0.5)


def _threshold(scores: Predictions, k: int, positive: str, ident: str) -> Markup:
    """What comes of each threshold: the table is what the slider reads."""
    counted = [scores.at_threshold(k, step / STEPS) for step in range(STEPS + 1)]
    labels = [f"{step / STEPS:.2f}" for step in range(STEPS + 1)]
    rows = Rows(
        [
            "Threshold",
            "true positives",
            "false positives",
            "false negatives",
            "true negatives",
            "precision",
            "recall",
            "F1",
        ],
        [
            [words, *map(str, (c.tp, c.fp, c.fn, c.tn)), _with_interval(c.precision), _with_interval(c.recall), _f1(c)]
            for words, c in zip(labels, counted, strict=True)
        ],
        "At a threshold of ",
    )
    drawn = [
        _over("precision", [c.precision for c in counted], 0),
        _over("recall", [c.recall for c in counted], 1),
        Line("F1", *((tuple(c.f1 for c in counted),) * 3), series=2),
    ]
    title = f"From which probability on to call it “{positive}”"
    across = scales.values([step / STEPS for step in range(STEPS + 1)], labels, "threshold")
    middle = STEPS // 2
    picture = line_chart.drawn(title, f"{rows.read(middle)}.", drawn, across, True)
    table = svg.details("All thresholds as a table", svg.table(title, rows.head, rows.rows))
    return _group(title, [interactive_chart.read(ident, picture, rows, table, middle, "Threshold")])


def _over(name: str, shares: list[Proportion], series: int) -> Line:
    value, low, high = (tuple(getattr(one, edge) for one in shares) for edge in ("value", "low", "high"))
    return Line(name, value, low, high, series=series)


def _one_of(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names[:-1]) + f' or "{names[-1]}"'
