"""The report's charts show the record's numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from math import isfinite
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from practicum.charts.svg import PLOT_HEIGHT
from practicum.lab.fit_record import TrainingCurves
from practicum.lab.learning_curve import CurvePoint
from practicum.report import report_charts
from practicum.statistics.intervals import Interval
from tests.charts.test_charts import intervals, number, tree
from tests.examples import examples
from tests.lab import records


def image(figure: str) -> ElementTree.Element:
    """The chart itself, without its legend's keys."""
    return next(svg for svg in tree(figure).iter("svg") if svg.get("role") == "img")


def every_chart() -> dict[str, str]:
    record = records.fit_record()
    return {
        "accuracy": str(report_charts.accuracy_line(record.scores.accuracy, 0.25)),
        "curve": str(report_charts.learning_curve(records.curve())),
        "calibration": str(report_charts.calibration(record.labels, record.probabilities)),
        "candidates": str(report_charts.candidates(record.candidates)),
        "training": str(report_charts.training(record.training[0])),
        "recall": str(report_charts.recall(record.scores.confusion, record.classes)),
    }


@pytest.mark.parametrize("name", sorted(every_chart()))
def test_a_chart_is_accessible_in_both_colour_schemes(name: str) -> None:
    """Each SVG has a name and no colour of its own; all but the accuracy have their numbers as a table."""
    chart = tree(every_chart()[name])
    images = [svg for svg in chart.iter("svg") if svg.get("role") == "img"]

    assert images
    assert all(svg.get("aria-label") for svg in images)
    tables = 0 if name == "accuracy" else len(images)
    assert len(list(chart.iter("table"))) == len(list(chart.iter("details"))) == tables
    assert not re.search(r"#[0-9a-f]{3}\b|rgb|style=|<script", every_chart()[name])


@examples(40)
@given(st.lists(st.tuples(st.integers(1, 5000), intervals()), min_size=1, max_size=8, unique_by=lambda one: one[0]))
def test_the_learning_curve_stays_inside_its_plot(points: list[tuple[int, Interval]]) -> None:
    """More images lie further right, a higher accuracy higher, and each value within its whisker."""
    points.sort(key=lambda point: point[0])
    curve = records.curve(points=tuple(CurvePoint(*point) for point in points), forecast=())
    chart = image(str(report_charts.learning_curve(curve)))
    dots = [(number(circle.get("cx")), number(circle.get("cy"))) for circle in chart.iter("circle")]
    whiskers = [
        (number(line.get("y1")), number(line.get("y2")))
        for line in chart.iter("line") if "whisker" in line.get("class", "")
    ]  # fmt: skip

    assert len(dots) == len(whiskers) == len(points)
    assert all(0 <= x <= 100 and -0.01 <= y <= PLOT_HEIGHT + 0.01 for x, y in dots)
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    for (_, y), (top, bottom) in zip(dots, whiskers, strict=True):
        assert top - 0.06 <= y <= bottom + 0.06
    for ((_, one), (_, other)), ((_, y), (_, next_y)) in zip(pairwise(points), pairwise(dots), strict=True):
        assert (one.value <= other.value) == (y >= next_y) or abs(one.value - other.value) < 0.01


def test_the_extrapolation_continues_the_measured_curve() -> None:
    """Both lines share the last measured point, and the expected one has a band."""
    chart = image(str(report_charts.learning_curve(records.curve())))
    measured, expected = ((line.get("points") or "").split() for line in chart.iter("polyline"))

    assert measured[-1] == expected[0]
    assert len(expected) == 4
    assert len(list(chart.iter("polygon"))) == 1


def test_a_learning_curve_without_finite_points_is_empty() -> None:
    point = CurvePoint(5, Interval(float("nan"), 0, 1))

    assert report_charts.learning_curve(records.curve(points=(point,), forecast=())) == ""


@example([5e-324])
@example([-1e300, 1e11])
@given(st.lists(st.floats(), max_size=9))
def test_a_diverged_loss_is_left_out(losses: list[float]) -> None:
    """What can be drawn lies inside the plot."""
    figure = report_charts.training(TrainingCurves("head", tuple(losses), (0.5,), (0.4,)))

    drawn = [loss for loss in losses if isfinite(loss) and abs(loss) < report_charts.DIVERGED]
    assert len([svg for svg in tree(str(figure)).iter("svg") if svg.get("role") == "img"]) == 1 + bool(drawn)
    for line in tree(str(figure)).iter("polyline"):
        for pair in (line.get("points") or "").split():
            assert all(-0.1 <= float(place) <= 100.1 for place in pair.split(","))


def test_a_class_without_images_has_no_bar() -> None:
    chart = image(str(report_charts.recall(np.array([[3, 1], [0, 0]]), ["full", "empty"])))

    assert len(list(chart.iter("rect"))) == 1


def test_the_confusion_matrix_is_a_table() -> None:
    record = records.fit_record()
    table = tree(str(report_charts.confusion(record.scores.confusion, record.classes)))

    assert [int(cell.text or "x") for cell in table.iter("td")] == record.scores.confusion.ravel().tolist()
