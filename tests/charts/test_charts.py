"""Interval charts, confusion matrices and reliability diagrams put every number where it belongs."""

from __future__ import annotations

from math import nan
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from practicum.charts import interval_chart
from practicum.charts.confusion_matrix import NAME_LENGTH, draw_confusion
from practicum.charts.interval_chart import IntervalRow
from practicum.charts.reliability_diagram import SIDE, draw_reliability
from practicum.statistics.classification import Predictions
from practicum.statistics.intervals import Interval
from tests.examples import examples

SHARES = st.floats(0, 1)


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def number(text: str | None) -> float:
    return float((text or "nan").removesuffix("%"))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, value, high = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    return Interval(value=value, low=low, high=high)


@examples(40)
@given(st.lists(intervals(), min_size=1, max_size=8))
def test_dots_lie_on_their_intervals(measured: list[Interval]) -> None:
    """All inside the plot, the larger further right."""
    rows = [IntervalRow(f"way {n}", interval, n == 0) for n, interval in enumerate(measured)]
    chart = tree(str(interval_chart.draw_interval_rows("t", rows)))
    dots = [number(circle.get("cx")) for circle in chart.iter("circle")]
    lines = [
        (number(line.get("x1")), number(line.get("x2")))
        for line in chart.iter("line")
        if "interval" in line.get("class", "")
    ]

    assert len(dots) == len(lines) == len(measured)
    assert all(
        -0.01 <= low <= x + 0.01 and x <= high + 0.01 <= 100.02 for x, (low, high) in zip(dots, lines, strict=True)
    )
    by_value = sorted(range(len(dots)), key=lambda n: measured[n].value)
    assert [dots[n] for n in by_value] == sorted(dots)


def test_a_row_without_a_measurement_has_no_bar() -> None:
    rows = [IntervalRow("full", Interval(0.75, 0.3, 0.95)), IntervalRow("empty", Interval(nan, nan, nan))]
    chart = tree(str(interval_chart.draw_bars("t", rows)))

    assert [bar.get("width") for bar in chart.iter("rect")] == ["75%"]
    assert len([text for text in chart.iter("text") if "name" in text.get("class", "")]) == 2


@examples(40)
@given(intervals(), SHARES)
def test_an_interval_is_drawn_to_scale(interval: Interval, reference: float) -> None:
    """From 0 at the left to 100 % at the right."""
    chart = tree(str(interval_chart.draw_interval("t", interval, reference, "chance")))
    lines = {line.get("class", ""): line for line in chart.iter("line")}
    (dot,) = chart.iter("circle")
    places = [
        number(lines["interval right"].get("x1")),
        number(dot.get("cx")),
        number(lines["interval right"].get("x2")),
        number(lines["reference"].get("x1")),
    ]

    expected = [100 * value for value in (interval.low, interval.value, interval.high, reference)]
    assert all(abs(place - value) < 0.01 for place, value in zip(places, expected, strict=True))


@examples(20)
@given(st.integers(2, 30), st.integers(0, 5))
def test_a_confusion_matrix_shows_every_count(classes: int, seed: int) -> None:
    """In its cell, darker where the share of the row is larger."""
    counts = [[(7 * row + 11 * column + seed) % 40 for column in range(classes)] for row in range(classes)]
    table = tree(str(draw_confusion("t", counts, [f"class {n}" for n in range(classes)])))
    rows = [row.findall("td") for row in table.iter("tr") if row.findall("td")]

    assert [[int(cell.text or "x") for cell in row] for row in rows] == counts
    for row, numbers in zip(rows, counts, strict=True):
        shades = [int(cell.get("class", "").split()[1].removeprefix("q")) for cell in row]
        in_order = sorted(range(classes), key=lambda n: numbers[n])
        assert [shades[n] for n in in_order] == sorted(shades)
        assert all((shade == 0) == (count == 0) for shade, count in zip(shades, numbers, strict=True))
    assert [[k for k, cell in enumerate(row) if "hit" in cell.get("class", "")] for row in rows] == [
        [k] for k in range(classes)
    ]


def test_long_class_names_are_shortened_and_kept_as_tooltips() -> None:
    names = [f"Donaudampfschifffahrtsgesellschaft_{n}" for n in range(2)]
    table = tree(str(draw_confusion("t", [[1, 0], [0, 1]], names)))
    spans = list(table.iter("span"))

    assert all(len(span.text or "") <= NAME_LENGTH for span in spans)
    assert {span.get("title") for span in spans} == set(names)
    assert len({span.text for span in spans}) == 2


@examples(30)
@given(st.lists(st.tuples(st.integers(0, 2), *[st.floats(0.01, 1)] * 3), min_size=1, max_size=40))
def test_a_reliability_diagram_counts_every_sample_once(samples: list[tuple[int, float, float, float]]) -> None:
    """The table's rows add up, and every dot lies inside the plot."""
    rows = [[score / sum(sample[1:]) for score in sample[1:]] for sample in samples]
    bins = Predictions([sample[0] for sample in samples], rows).calibration_bins(10)
    figure = tree(str(draw_reliability("t", bins, "images")))
    counts = [int(row.findall("td")[0].text or "x") for row in figure.iter("tr") if row.findall("td")]
    dots = list(figure.iter("circle"))

    assert sum(counts) == len(samples)
    assert len(dots) == len(counts)
    assert all(0 <= number(dot.get("cx")) <= 100 and 0 <= number(dot.get("cy")) <= SIDE for dot in dots)
