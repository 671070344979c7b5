"""Charts that put every number where it belongs."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from practicum.lab.fit_record import Candidate, Epochs
from practicum.lab.learning_curve import CurvePoint
from practicum.report import report_charts as charts
from practicum.statistics.intervals import Interval
from tests.examples import examples
from tests.lab import records

SHARES = st.floats(0, 1)


def drawn(figure: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{figure}</div>")


def picture(figure: str) -> ElementTree.Element:
    """The chart itself, without its legend's keys."""
    return next(one for one in drawn(figure).iter("svg") if one.get("role") == "img")


def share(text: str | None) -> float:
    return float((text or "").removesuffix("%"))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, value, high = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    return Interval(value=value, low=low, high=high)


def every_chart() -> dict[str, str]:
    told = records.fit_record()
    return {
        "answer": str(charts.answer(told.scores.accuracy, 0.25)),
        "curve": str(charts.learning_curve(records.curve())),
        "calibration": str(charts.calibration(told.labels, told.probabilities)),
        "candidates": str(charts.candidates(told.candidates)),
        "training": str(charts.training(told.training[0])),
        "recall": str(charts.recall(told.scores.confusion, told.classes)),
        "confusion": str(charts.confusion(told.scores.confusion, told.classes)),
    }


@pytest.mark.parametrize("name", sorted(every_chart()))
def test_a_chart_can_be_read_by_ear_and_in_both_schemes(name: str) -> None:
    """A picture with a name, and no colour of its own; beneath it the numbers in a table, but for the answer's line."""
    chart = drawn(every_chart()[name])
    pictures = [one for one in chart.iter("svg") if one.get("role") == "img"]

    assert pictures
    assert all(one.get("aria-label") for one in pictures)
    assert (
        len(list(chart.iter("table"))) == len(list(chart.iter("details"))) == (0 if name == "answer" else len(pictures))
    )
    assert not re.search(r"#[0-9a-f]{3}\b|rgb|style=|<script", every_chart()[name])


@examples(40)
@given(st.lists(st.tuples(st.integers(1, 5000), intervals()), min_size=1, max_size=8, unique_by=lambda one: one[0]))
def test_the_learning_curve_keeps_inside_its_plot(points: list[tuple[int, Interval]]) -> None:
    """More pictures lie further right, more accuracy higher, and each value within its error bar."""
    points.sort(key=lambda one: one[0])
    chart = picture(
        str(charts.learning_curve(records.curve(points=tuple(CurvePoint(*one) for one in points), ahead=())))
    )
    dots = [(share(one.get("cx")), float(one.get("cy", "nan"))) for one in chart.iter("circle")]
    bars = [
        (float(one.get("y2", "nan")), float(one.get("y1", "nan")))
        for one in chart.iter("line") if one.get("class") == "whisker"
    ]  # fmt: skip

    assert len(dots) == len(bars) == len(points)
    assert all(0 <= x <= 100 and 0 <= y <= charts.HEIGHT for x, y in dots)
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    for (_, y), (top, foot) in zip(dots, bars, strict=True):
        assert top - 0.06 <= y <= foot + 0.06
    for (_, one), (_, first) in pairwise(points):
        ys = [y for (_, y), (_, known) in zip(dots, points, strict=True) if known in (one, first)]
        assert (one.value <= first.value) == (ys[0] >= ys[1]) or abs(one.value - first.value) < 0.01


@examples(40)
@given(st.lists(intervals(), min_size=1, max_size=8))
def test_candidates_lie_on_their_intervals(tried: list[Interval]) -> None:
    """Each dot between the ends of its bar, all inside the plot, the better further right."""
    made = [Candidate(f"way {n}", "", one, 1.0, n == 0, None) for n, one in enumerate(tried)]
    chart = picture(str(charts.candidates(made)))
    dots = [share(one.get("cx")) for one in chart.iter("circle")]
    bars = [
        (share(one.get("x1")), share(one.get("x2"))) for one in chart.iter("line") if "reach" in one.get("class", "")
    ]

    assert len(dots) == len(bars) == len(tried)
    assert all(0 <= low <= x <= high <= 100 for x, (low, high) in zip(dots, bars, strict=True))
    assert sorted(range(len(dots)), key=lambda n: (dots[n], tried[n].value)) == sorted(
        range(len(dots)), key=lambda n: (tried[n].value, tried[n].value)
    )


@examples(20)
@given(st.integers(2, 30), st.integers(0, 5))
def test_confusion_shows_every_count(classes: int, seed: int) -> None:
    """As text in its cell and again in the table, for 2 classes or 30; fuller where the share is larger."""
    matrix = np.random.default_rng(seed).integers(0, 40, (classes, classes))
    figure = str(charts.confusion(matrix, [f"class {n}" for n in range(classes)]))
    chart = picture(figure)
    counts = [int((one.text or "0").replace("·", "0")) for one in chart.iter("text") if "count" in one.get("class", "")]
    full = [float(one.get("fill-opacity", "nan")) for one in chart.iter("rect")]
    cells = [int(one.text or "x") for one in drawn(figure).iter("td")]

    assert counts == cells == matrix.ravel().tolist()
    assert all(0 <= one <= 0.45 for one in full)
    for row in range(classes):
        here = full[row * classes : (row + 1) * classes]
        assert [here[n] for n in np.argsort(matrix[row], kind="stable")] == sorted(here)


@examples(30)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 99))
def test_calibration_counts_every_picture_once(n: int, classes: int, seed: int) -> None:
    """The bins hold all pictures, and every dot lies inside."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), n)
    figure = str(charts.calibration(rng.integers(0, classes, n), probabilities))
    counts = [int(row.findall("td")[0].text or "0") for row in drawn(figure).iter("tr") if row.findall("td")]
    dots = list(picture(figure).iter("circle"))

    assert sum(counts) == n
    assert len(dots) == len(counts)
    assert all(0 <= share(one.get("cx")) <= 100 and 0 <= float(one.get("cy", "nan")) <= charts.HEIGHT for one in dots)


@example([5e-324])
@given(st.lists(st.floats(), max_size=9))
def test_a_loss_that_runs_off_breaks_nothing(losses: list[float]) -> None:
    """What is a number is drawn inside the plot, what is none left out."""
    figure = charts.training(Epochs("head", tuple(losses), (0.5,), (0.4,)))

    for one in drawn(str(figure)).iter("polyline"):
        for pair in (one.get("points") or "").split():
            assert all(-0.01 <= float(part) <= 100.01 for part in pair.split(","))


def test_a_class_without_pictures_has_no_bar() -> None:
    """Nothing is divided by nothing."""
    chart = picture(str(charts.recall(np.array([[3, 1], [0, 0]]), ["full", "empty"])))

    assert len(list(chart.iter("rect"))) == 1
