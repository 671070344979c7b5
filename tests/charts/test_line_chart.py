"""Charts that can be read by eye, by ear, and in both colour schemes."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from practicum.charts.line_chart import GAP, HEIGHT, chart, line, table

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)


def test_a_chart_says_what_it_shows() -> None:
    """Its title, and in words where each line starts and ends."""
    svg = str(
        chart("Validation accuracy", [line("1e-05", [[0.2, 0.9], [0.4, 0.7]], key=True), line("0.1", [[0.2, 0.2]])])
    )

    assert 'role="img"' in svg
    assert "<title>Validation accuracy</title>" in svg
    assert "1e-05: 0.300 at epoch 1, 0.800 at epoch 2." in svg
    assert 'class="line right"' in svg


def test_colours_come_from_the_page() -> None:
    """None stands in the picture, so that it suits light and dark alike."""
    svg = str(chart("t", [line("a", [[1, 2, 3], [2, 3, 4]]), line("b", [[3, 2, 1]])]))

    assert not re.search(r"#[0-9a-f]{3}|rgb|style=", svg)


def test_names_are_escaped() -> None:
    svg = str(chart("<b>", [line("<script>", [[1, 2]])]))

    assert "<script>" not in svg
    ElementTree.fromstring(svg)


def test_a_line_with_what_is_no_number_is_left_out() -> None:
    """A loss that ran off the scale takes nothing else with it."""
    svg = str(chart("t", [line("a", [[1, float("nan")]]), line("b", [[1, 2]])]))

    assert "a: " not in svg
    assert "b: " in svg
    assert chart("t", [line("a", [[float("inf")]])]) == ""


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=20), min_size=1, max_size=8))
def test_any_numbers_give_a_picture_inside_its_frame(curves: list[list[float]]) -> None:
    """Whatever was measured: one value, equal values, huge ones."""
    svg = ElementTree.fromstring(str(chart("t", [line(str(n), [curve]) for n, curve in enumerate(curves)])))

    for shape in svg.iter():
        for pair in (shape.get("points") or "").split():
            x, y = map(float, pair.split(","))
            assert 0 <= x <= 100
            assert 0 <= y <= 100


def test_one_line_that_runs_off_does_not_flatten_the_others() -> None:
    """A loss of 0.5 beside one of 5,000: the axis goes by powers of ten, and both can be read."""
    svg = ElementTree.fromstring(str(chart("t", [line("a", [[0.9, 0.5]]), line("b", [[5000, 2000]])])))
    ends = [float((shape.get("points") or "").split(",")[-1]) for shape in svg.iter() if shape.get("points")]
    texts = [shape.text for shape in svg.iter() if shape.text]

    assert {"0.1", "1", "10", "100", "1000"} <= set(texts)
    assert abs(ends[0] - ends[1]) < 90


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_names_at_the_ends_keep_their_distance(ends: list[float]) -> None:
    """However close the lines come, no name covers another, and none leaves the picture."""
    svg = ElementTree.fromstring(str(chart("t", [line(f"n{n}", [[0.5, end]]) for n, end in enumerate(ends)])))
    places = sorted(float(shape.get("y") or 0) for shape in svg.iter() if (shape.get("class") or "").startswith("name"))

    assert all(after - before >= GAP - 0.2 for before, after in pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= HEIGHT


def test_the_table_holds_the_same_data() -> None:
    html = str(table([line("a", [[0.25, 0.5]]), line("b", [[1.0]])], "Loss"))

    assert html.count("<tr>") == 3
    assert "0.250" in html
    assert '<th scope="row">2</th>' in html
