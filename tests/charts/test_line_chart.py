"""Line charts can be read on screen and by a screen reader, in both colour schemes."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from practicum.charts.axes import step_axis
from practicum.charts.line_chart import HEIGHT, ROW_HEIGHT, Series, draw_epochs, draw_lines, mean_series, tabulate
from tests.charts.plotted import read_plot

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)


def test_a_chart_is_described_in_words() -> None:
    """Its title, and where each line starts and ends."""
    key = mean_series("1e-05", [[0.2, 0.9], [0.4, 0.7]], is_key=True)
    svg = ElementTree.fromstring(str(draw_epochs("Accuracy", [key, mean_series("0.1", [[0.2, 0.2]])])))
    description = svg.findtext("desc") or ""

    assert svg.get("role") == "img"
    assert svg.findtext("title") == "Accuracy"
    assert all(text in description for text in ("1e-05", "0.300", "0.800", "0.1"))
    assert len([line for line in svg.iter("polyline") if line.get("class") == "line right"]) == 1


def test_colours_come_from_the_style_sheet() -> None:
    svg = str(draw_epochs("t", [mean_series("a", [[1, 2, 3], [2, 3, 4]]), mean_series("b", [[3, 2, 1]])]))

    assert not re.search(r"#[0-9a-f]{3}|rgb|style=", svg)


def test_names_are_escaped() -> None:
    svg = str(draw_epochs("<b>", [mean_series("<script>", [[1, 2]])]))

    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_a_line_ends_where_its_values_are_no_longer_finite() -> None:
    """A diverged loss does not hide the other lines, nor what was measured before it diverged."""
    lines = [mean_series("a", [[1, 3, float("nan")]], colour=0), mean_series("b", [[1, 2, 2]], colour=1)]
    plot = read_plot(ElementTree.fromstring(str(draw_epochs("t", lines))))

    assert plot.shows(plot.lines[0].mean, [1, 3], [0, 0.5])
    assert plot.shows(plot.lines[1].mean, [1, 2, 2], [0, 0.5, 1])
    assert draw_epochs("t", [mean_series("a", [[float("inf")]])]) == ""


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=20), min_size=1, max_size=8))
def test_any_numbers_are_drawn_inside_the_plot(curves: list[list[float]]) -> None:
    """One value, equal values, huge values."""
    lines = [mean_series(str(n), [curve]) for n, curve in enumerate(curves)]
    svg = ElementTree.fromstring(str(draw_epochs("t", lines)))

    for shape in svg.iter():
        for pair in (shape.get("points") or "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 100
            assert 0 <= y <= 100


def test_a_diverging_line_does_not_flatten_the_others() -> None:
    """A loss of 0.5 beside one of 5,000: the axis is logarithmic."""
    lines = [mean_series("a", [[0.9, 0.5]]), mean_series("b", [[5000, 2000]])]
    svg = ElementTree.fromstring(str(draw_epochs("t", lines)))
    ends = [float((shape.get("points") or "").split(",")[-1]) for shape in svg.iter() if shape.get("points")]
    texts = [shape.text for shape in svg.iter() if shape.text]

    assert {"0.1", "1", "10", "100", "1000"} <= set(texts)
    assert abs(ends[0] - ends[1]) < 90


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_names_at_the_ends_keep_their_distance(ends: list[float]) -> None:
    """However close the lines end, no name covers another, and none leaves the plot."""
    lines = [mean_series(f"n{n}", [[0.5, end]]) for n, end in enumerate(ends)]
    svg = ElementTree.fromstring(str(draw_epochs("t", lines)))
    places = sorted(float(shape.get("y") or 0) for shape in svg.iter() if (shape.get("class") or "").startswith("name"))

    assert all(after - before >= ROW_HEIGHT - 0.2 for before, after in pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= HEIGHT


def test_the_table_holds_the_same_data() -> None:
    html = str(tabulate([mean_series("a", [[0.25, 0.5]]), mean_series("b", [[1.0]])], "Loss"))

    assert html.count("<tr>") == 3
    assert "0.250" in html
    assert '<th scope="row">2</th>' in html


def test_whiskers_replace_the_band() -> None:
    """One per step with a finite value, from the lowest to the highest value."""
    line = Series("a", (1.0, float("nan"), 3.0), (0.5, 0.0, 2.5), (1.5, 1.0, 3.5), dots=True, whiskers=True)
    svg = ElementTree.fromstring(str(draw_lines("t", "d", [line], step_axis(3, "epoch"), named=False)))
    whiskers = [shape for shape in svg.iter("line") if (shape.get("class") or "").startswith("whisker")]

    assert len(whiskers) == 2
    assert not list(svg.iter("polygon"))
    assert [(shape.get("x1"), float(shape.get("y1") or 0) < float(shape.get("y2") or 0)) for shape in whiskers] == [
        ("0%", True),
        ("100%", True),
    ]
    assert not [shape for shape in svg.iter("text") if "name" in (shape.get("class") or "")]
