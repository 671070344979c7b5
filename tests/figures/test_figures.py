"""Figures of any results are well formed, inside their frame, and readable without image or script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import figures
from practicum.charts.line_chart import HEIGHT
from practicum.figures.base import FigureError
from practicum.model import Measured, Measurement
from tests.figures.making import IMAGES_OF, TABLES, draw, measured

ANY = st.floats(allow_nan=True, allow_infinity=True)


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def over(name: str, table: Mapping[str, object], numbers: Sequence[Measured]) -> ElementTree.Element:
    """A figure over exactly these measurements, in the order of its calls."""
    figure = figures.get(name)
    calls = figure.calls(table)
    return tree(str(figure.draw(table, dict(zip(calls, numbers, strict=True)), 1)))


def in_frame(figure: ElementTree.Element) -> None:
    """Every point of a chart lies on its plot."""
    for chart in figure.iter("svg"):
        if "chart" not in chart.get("class", ""):
            continue
        tall = float(chart.get("height", "nan"))
        for shape in chart.iter():
            for pair in (shape.get("points") or "").split():
                assert all(0 <= float(place) <= 100 for place in pair.split(","))
            if shape.tag == "circle":
                assert 0 <= float(shape.get("cx", "nan").rstrip("%")) <= 100
                assert -0.01 <= float(shape.get("cy", "nan")) <= tall + 0.01
            if shape.tag == "text" and "name" in shape.get("class", ""):
                assert 0 <= float(shape.get("y", "nan")) <= tall


def words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def texts(figure: ElementTree.Element, name: str) -> list[list[str]]:
    """The rows of the table in a frame of that name."""
    frame = next(one for one in figure.iter("div") if one.get("aria-label") == name)
    return [[words(cell) for cell in row] for row in frame.iter("tr")]


@pytest.mark.parametrize("name", figures.registered())
def test_a_figure_is_well_formed_and_described(name: str) -> None:
    """A caption, an image with a description, a table of the same data; no colours and no style of its own."""
    html = draw(name)
    figure = tree(html)

    assert words(figure[0]) == TABLES[name]["title"]
    images = [svg for svg in figure.iter("svg") if svg.get("role") == "img"]
    assert images
    for image in images:
        assert image.get("aria-label")
        assert image.find("title") is not None
        assert len(image.findtext("desc") or "") > 20
    assert len(list(figure.iter("table"))) >= 1
    assert not re.search(r"#[0-9a-f]{3,6}\b(?!-)|rgb|style=|<script|on\w+=", html)
    in_frame(figure)


@pytest.mark.parametrize("name", figures.registered())
def test_a_figure_is_small(name: str) -> None:
    """In bytes of HTML, so that a page can hold several."""
    assert len(draw(name).encode()) < (25_000 if name == "predictions" else 15_000)


@pytest.mark.parametrize("name", figures.registered())
def test_figures_of_one_page_share_no_id(name: str) -> None:
    """Not even two of the same kind."""
    ids = [re.findall(r'\bid="([^"]+)"', draw(name, number=number)) for number in (1, 2)]

    assert ids[0]
    assert len({*ids[0], *ids[1]}) == len(ids[0]) + len(ids[1])


@pytest.mark.parametrize("name", figures.registered())
def test_what_an_author_writes_is_escaped(name: str) -> None:
    """Titles, names and classes are shown as text."""
    table = {key: _marked(value) for key, value in TABLES[name].items()}
    html = draw(name, table)

    assert "<i>" not in html
    assert "&lt;i&gt;" in html
    tree(html)


def _marked(value: object) -> object:
    """The same with a tag in each text that is shown."""
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if isinstance(value, dict):
        return {key: f"<i>{one}" if key == "name" else one for key, one in value.items()}
    functions = {"from_scratch", "validation_scores", "val_accuracy", "images", "train_curve", "val_curve", *IMAGES_OF}
    return f"<i>{value}" if isinstance(value, str) and value not in functions else value


@given(st.lists(st.lists(ANY, min_size=1, max_size=12), min_size=4, max_size=4), st.booleans())
def test_any_curves_make_a_chart(curves: list[list[float]], play: bool) -> None:
    """Of different lengths, equal, huge, infinite, or NaN."""
    table = {**TABLES["chart"], "seeds": 2, "play": play}
    calls = figures.get("chart").calls(table)
    pairs = [curves[:2], curves[2:]]
    seen = [
        Measured(call, {}, {"train_curve": tuple(a), "val_curve": tuple(b)})
        for call, (a, b) in zip(calls, pairs, strict=True)
    ]

    figure = over("chart", table, seen)

    in_frame(figure)
    assert len(list(figure.iter("tr"))) == 1 + max(map(len, curves))


@given(st.lists(ANY, min_size=20, max_size=20), st.lists(st.floats(-1e15, 1e15), min_size=5, max_size=5, unique=True))
def test_any_numbers_make_a_sweep(numbers: list[float], places: list[float]) -> None:
    """Over any values."""
    table = {**TABLES["sweep"], "seeds": 2, "values": sorted(places)}
    calls = figures.get("sweep").calls(table)

    figure = over("sweep", table, [Measured(c, {"val_accuracy": n}) for c, n in zip(calls, numbers, strict=True)])

    in_frame(figure)
    assert len(list(figure.iter("tr"))) == 6


@given(st.lists(st.tuples(ANY, ANY, st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=30))
def test_any_points_make_a_map(points: list[tuple[float, float, int, int]]) -> None:
    """Points without finite coordinates are left out and counted; a map without points cannot be drawn."""
    lists = {key: tuple(float(one[at]) for one in points) for at, key in enumerate(("x", "y", "label", "part"))}
    table = {**TABLES["scatter"], "panels": TABLES["scatter"]["panels"][:1]}
    (call,) = figures.get("scatter").calls(table)
    placed = [one for one in points if all(abs(place) <= 1e150 for place in one[:2])]
    if not placed:
        with pytest.raises(FigureError) as caught:
            over("scatter", table, [Measured(call, {}, lists)])
        assert caught.value.code == "no-points"
        return

    figure = over("scatter", table, [Measured(call, {}, lists)])

    drawn = [pair for line in figure.iter("polyline") for pair in (line.get("points") or "").split()]
    assert all(0 <= int(place) <= 1000 for pair in drawn for place in pair.split(","))
    assert len(drawn) >= len(placed)
    assert ("left out" in words(figure)) == (len(placed) < len(points))


@given(st.lists(st.tuples(st.integers(0, 2), *[st.floats(0.01, 1)] * 3), min_size=1, max_size=40))
def test_any_probabilities_make_predictions(samples: list[tuple[int, float, float, float]]) -> None:
    """One sample, a class that never occurs, ties."""
    rows = [[score / sum(one[1:]) for score in one[1:]] for one in samples]
    lists = {"label": tuple(float(one[0]) for one in samples)}
    lists |= {f"score_{k}": tuple(row[k] for row in rows) for k in range(3)}
    table = {"experiment": "e", "classes": ["a", "b", "c"], "positive": "b", "title": "t"}

    figure = over("predictions", table, [Measured(Measurement("e", {}, 0), {}, lists)])

    in_frame(figure)
    confusion = texts(figure, "Confusion matrix")[2:]
    assert sum(int(cell) for row in confusion for cell in row[1:]) == len(samples)


def test_a_chart_shows_the_mean_and_range_over_seeds() -> None:
    """Shares are written in percent, because the title contains `accuracy`."""
    table = {**TABLES["chart"], "seeds": 2}
    calls = figures.get("chart").calls(table)
    curves = [(0.5, 0.8), (0.7, 0.9)]
    seen = [Measured(c, {}, {"train_curve": one, "val_curve": one}) for c, one in zip(calls, curves, strict=True)]

    figure = over("chart", table, seen)

    assert texts(figure, TABLES["chart"]["title"])[1:] == [
        ["1", *["60 % (50 to 70)"] * 2],
        ["2", *["85 % (80 to 90)"] * 2],
    ]
    assert "2 seeds" in _note(figure)
    plain = over("chart", {**table, "percent": False}, seen)
    assert texts(plain, TABLES["chart"]["title"])[1][1] == "0.600 (0.500 to 0.700)"


def test_a_chart_notes_trainings_that_ended_early_and_gaps() -> None:
    """The note under the figure names the line; another line is not named."""
    table = {**TABLES["chart"], "seeds": 2}
    calls = figures.get("chart").calls(table)
    results = [
        Measured(calls[0], {}, {"train_curve": (0.1, 0.2, 0.3), "val_curve": (0.1, 0.2, 0.3)}),
        Measured(calls[1], {}, {"train_curve": (0.1, 0.2), "val_curve": (0.1, float("nan"), 0.3)}),
    ]

    note = _note(over("chart", table, results))

    assert "training: its 2 runs end at epochs 2 to 3" in note
    assert "validation: gaps" in note
    assert "training: gaps" not in note
    assert "validation: its" not in note


def _note(figure: ElementTree.Element) -> str:
    return words(next(part for part in figure.iter("p") if part.get("class") == "note"))


def test_a_varied_chart_names_its_lines_by_the_values() -> None:
    """One line per value of the parameter."""
    table = {
        "title": "t",
        "experiment": "fine_tune",
        "series": ["val_curve"],
        "vary": "learning_rate",
        "values": [1e-5, 1e-3],
    }

    html = draw("chart", table)

    assert [call.params["learning_rate"] for call in figures.get("chart").calls(table)] == [1e-5] * 5 + [1e-3] * 5
    assert "learning rate 1e-5" in html
    assert "<practicum-curves" not in html


def test_a_sweep_reads_out_measured_values_only() -> None:
    """The readout is that of one measured value; each value has a row, and a dot on each line."""
    figure = tree(draw("sweep"))
    reads = next(one for one in figure.iter("p") if "reads" in one.get("class", ""))

    rows = texts(figure, TABLES["sweep"]["title"])
    assert [row[0] for row in rows] == ["Images per class", "2", "5", "10", "20", "50"]
    assert words(reads) == f"Images per class = 10: from scratch {rows[3][1]}, pretrained base {rows[3][2]}"
    assert len([one for one in figure.iter("circle") if "dot" in one.get("class", "")]) == 10
    assert next(one for one in figure.iter("input")).get("max") == "4"


def test_a_map_has_a_shape_per_class_and_a_filling_per_part() -> None:
    """Five classes have five shapes; training points are filled."""
    figure = tree(draw("scatter"))

    marks = {one.get("id"): one[0] for one in figure.iter("marker")}
    assert len({one.get("d") for one in marks.values()}) == 5
    assert len({one.get("class") for one in marks.values()}) == 10
    assert {"filled: training", "open: validation"} < {words(one) for one in figure.iter("li")}
    used = {re.sub(r"url\(#|\)", "", one.get("marker-mid", "")) for one in figure.iter("polyline")}
    assert used == set(marks)


def test_many_points_are_summarised_by_their_centres() -> None:
    """Above three hundred points the table has no coordinates, and a note states it."""
    table = {**TABLES["scatter"], "panels": TABLES["scatter"]["panels"][:1]}
    (call,) = figures.get("scatter").calls(table)
    lists = dict.fromkeys(("x", "y", "label"), (1.0,) * 301)

    figure = over("scatter", table, [Measured(call, {}, lists)])

    assert "300 points" in _note(figure)
    assert texts(figure, table["title"]) == [
        ["Panel and class", "Part", "Points", "Centre"],
        ["before: square", "training", "301", "(1.0, 1.0)"],
    ]


def test_accuracy_has_its_interval() -> None:
    """172 of 200: 86 %, 81 to 90 %."""
    scores = tuple([0.9] * 172 + [0.1] * 28)
    lists = {"label": (0.0,) * 200, "score_0": scores, "score_1": tuple(1 - score for score in scores)}
    table = {"experiment": "e", "classes": ["a", "b"], "title": "t", "unit": "images"}

    figure = over("predictions", table, [Measured(Measurement("e", {}, 0), {}, lists)])

    answer = words(next(part for part in figure.iter("p") if part.get("class") == "answer"))
    assert re.findall(r"\d+", answer) == ["172", "200", "86", "95", "81", "90"]
    assert "<practicum-curves" not in str(figure)


def test_every_threshold_has_its_counts() -> None:
    """At 0 everything is predicted positive, at 1 nothing: then precision is not defined."""
    figure = tree(draw("predictions"))
    rows = texts(figure, "Decision threshold for “star”")

    assert len(rows) == 22
    assert rows[1][:5] == ["0.00", "40", "160", "0", "0"]
    assert rows[-1] == ["1.00", "0", "0", "40", "160", "not defined", "0 % (0 to 9)", "0 %"]


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("chart", {"train_curve": None}, "missing-list"),
        ("chart", {"train_curve": (), "val_curve": ()}, "empty-lists"),
        ("sweep", {"val_accuracy": None}, "missing-number"),
        ("scatter", {"x": (1.0,)}, "different-lengths"),
        ("scatter", {"label": (7.0,) * 120}, "unknown-label"),
        ("predictions", {"score_4": None}, "missing-list"),
        ("predictions", {"label": (0.5,) * 200}, "unknown-label"),
        ("predictions", {"label": ()}, "different-lengths"),
        ("predictions", {"score_0": (2.0,) * 200}, "no-probabilities"),
        ("predictions", {"score_0": (float("nan"),) * 200}, "no-probabilities"),
    ],
)
def test_unsuitable_results_are_rejected(name: str, changes: Mapping[str, object], code: str) -> None:
    """The error names the call."""
    figure = figures.get(name)
    results = {call: measured(call) for call in figure.calls(TABLES[name])}
    for call, result in results.items():
        curves = {key: value for key, value in {**result.curves, **changes}.items() if value is not None}
        numbers = {key: value for key, value in result.numbers.items() if key not in changes}
        results[call] = Measured(call, numbers, curves)  # type: ignore[arg-type]

    with pytest.raises(FigureError) as caught:
        figure.draw(TABLES[name], results, 1)

    assert caught.value.code == code
    assert code == "empty-lists" or "seed=0)" in caught.value.message


def test_long_names_are_wrapped_and_stay_inside_the_plot() -> None:
    """Six lines that end at the same place, each with a name of forty characters."""
    lines = [{"experiment": "frozen_base", "name": f"{n} of a very long name of forty letter"} for n in range(6)]

    figure = tree(draw("sweep", {**TABLES["sweep"], "lines": lines}))

    in_frame(figure)
    assert all(len(words(one)) <= 16 for one in figure.iter("text") if "name" in one.get("class", ""))
    assert float(next(figure.iter("svg")).get("height", 0)) > HEIGHT
