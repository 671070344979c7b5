"""Figures over anything that could be measured: well formed, in their frame, readable without picture or script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import figures
from practicum.charts.line_chart import HEIGHT
from practicum.model import Measured, Measurement
from tests.figures.making import TABLES, draw, measured

ANY = st.floats(allow_nan=True, allow_infinity=True)


def tree(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)


def over(name: str, table: Mapping[str, object], numbers: Sequence[Measured]) -> ElementTree.Element:
    """A figure over exactly these measurements, in the order of its calls."""
    figure = figures.ALL[name]
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


@pytest.mark.parametrize("name", figures.ALL)
def test_a_figure_is_well_formed_and_says_what_it_shows(name: str) -> None:
    """Its caption, a picture with words, and a table of the same data; no colours and no style of its own."""
    html = draw(name)
    figure = tree(html)

    assert words(figure[0]) == TABLES[name]["title"]
    pictures = [one for one in figure.iter("svg") if one.get("role") == "img"]
    assert pictures
    for picture in pictures:
        assert picture.get("aria-label")
        assert picture.find("title") is not None
        assert len(picture.findtext("desc") or "") > 20
    assert len(list(figure.iter("table"))) >= 1
    assert not re.search(r"#[0-9a-f]{3,6}\b(?!-)|rgb|style=|<script|on\w+=", html)
    in_frame(figure)


@pytest.mark.parametrize("name", figures.ALL)
def test_a_figure_is_small(name: str) -> None:
    """A page of several stays a page."""
    assert len(draw(name).encode()) < (25_000 if name == "predictions" else 15_000)


@pytest.mark.parametrize("name", figures.ALL)
def test_figures_of_one_page_share_no_id(name: str) -> None:
    """Even two of the same sort."""
    ids = [re.findall(r'\bid="([^"]+)"', draw(name, number=number)) for number in (1, 2)]

    assert ids[0]
    assert len({*ids[0], *ids[1]}) == len(ids[0]) + len(ids[1])


@pytest.mark.parametrize("name", figures.ALL)
def test_what_an_author_writes_is_escaped(name: str) -> None:
    """Titles, names and classes are text."""
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
    functions = {"from_scratch", "validation_scores", "val_accuracy", "images", "train_curve", "val_curve"}
    return f"<i>{value}" if isinstance(value, str) and value not in functions else value


@given(st.lists(st.lists(ANY, min_size=1, max_size=12), min_size=4, max_size=4), st.booleans())
def test_any_curves_make_a_chart(curves: list[list[float]], play: bool) -> None:
    """Of different lengths, equal, huge, infinite, or no numbers at all."""
    table = {**TABLES["chart"], "seeds": 2, "play": play}
    calls = figures.ALL["chart"].calls(table)
    pairs = [curves[:2], curves[2:]]
    seen = [
        Measured(call, {}, {"train_curve": tuple(a), "val_curve": tuple(b)})
        for call, (a, b) in zip(calls, pairs, strict=True)
    ]

    figure = over("chart", table, seen)

    in_frame(figure)
    longest = max(min(len(pair[at]) for pair in pairs) for at in (0, 1))
    assert len(list(figure.iter("tr"))) == 1 + longest


@given(st.lists(ANY, min_size=20, max_size=20), st.lists(st.floats(-1e15, 1e15), min_size=5, max_size=5, unique=True))
def test_any_numbers_make_a_sweep(numbers: list[float], places: list[float]) -> None:
    """Over any values."""
    table = {**TABLES["sweep"], "seeds": 2, "values": sorted(places)}
    calls = figures.ALL["sweep"].calls(table)

    figure = over("sweep", table, [Measured(c, {"val_accuracy": n}) for c, n in zip(calls, numbers, strict=True)])

    in_frame(figure)
    assert len(list(figure.iter("tr"))) == 6


@given(st.lists(st.tuples(ANY, ANY, st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=30))
def test_any_points_make_a_map(points: list[tuple[float, float, int, int]]) -> None:
    """Those without a place are left out, and it says so; a map without points cannot be drawn."""
    lists = {key: tuple(float(one[at]) for one in points) for at, key in enumerate(("x", "y", "label", "part"))}
    table = {**TABLES["scatter"], "panels": TABLES["scatter"]["panels"][:1]}
    (call,) = figures.ALL["scatter"].calls(table)
    placed = [one for one in points if all(abs(place) <= 1e150 for place in one[:2])]
    if not placed:
        with pytest.raises(ValueError, match="no point that has a place"):
            over("scatter", table, [Measured(call, {}, lists)])
        return

    figure = over("scatter", table, [Measured(call, {}, lists)])

    drawn = [pair for line in figure.iter("polyline") for pair in (line.get("points") or "").split()]
    assert all(0 <= int(place) <= 1000 for pair in drawn for place in pair.split(","))
    assert len(drawn) >= len(placed)
    assert ("without a place left out" in words(figure)) == (len(placed) < len(points))


@given(st.lists(st.tuples(st.integers(0, 2), *[st.floats(0.01, 1)] * 3), min_size=1, max_size=40))
def test_any_probabilities_make_predictions(samples: list[tuple[int, float, float, float]]) -> None:
    """One sample, one class that never comes up, ties."""
    rows = [[score / sum(one[1:]) for score in one[1:]] for one in samples]
    lists = {"label": tuple(float(one[0]) for one in samples)}
    lists |= {f"score_{k}": tuple(row[k] for row in rows) for k in range(3)}
    table = {"experiment": "e", "classes": ["a", "b", "c"], "positive": "b", "title": "t"}

    figure = over("predictions", table, [Measured(Measurement("e", {}, 0), {}, lists)])

    in_frame(figure)
    confusion = texts(figure, "What was taken for what")[2:]
    assert sum(int(cell) for row in confusion for cell in row[1:]) == len(samples)


def test_a_chart_reads_means_and_the_band_over_seeds() -> None:
    """The table has the mean, and the least and greatest; shares are percentages where the title says accuracy."""
    table = {**TABLES["chart"], "seeds": 2}
    calls = figures.ALL["chart"].calls(table)
    curves = [(0.5, 0.8), (0.7, 0.9)]
    seen = [Measured(c, {}, {"train_curve": one, "val_curve": one}) for c, one in zip(calls, curves, strict=True)]

    figure = over("chart", table, seen)

    assert texts(figure, TABLES["chart"]["title"])[1:] == [
        ["1", *["60 % (50 to 70)"] * 2],
        ["2", *["85 % (80 to 90)"] * 2],
    ]
    assert "Each line is the mean of 2 seeds" in words(figure)
    plain = over("chart", {**table, "percent": False}, seen)
    assert texts(plain, TABLES["chart"]["title"])[1][1] == "0.600 (0.500 to 0.700)"


def test_a_chart_says_where_trainings_ended_apart_and_where_numbers_ran_off() -> None:
    """Nothing is left out silently."""
    table = {**TABLES["chart"], "seeds": 2}
    calls = figures.ALL["chart"].calls(table)
    seen = [
        Measured(calls[0], {}, {"train_curve": (0.1, 0.2, 0.3), "val_curve": (0.1, 0.2, 0.3)}),
        Measured(calls[1], {}, {"train_curve": (0.1, 0.2), "val_curve": (0.1, float("nan"), 0.3)}),
    ]

    told = words(over("chart", table, seen))

    assert "training: up to epoch 2, at which the first of its trainings ended." in told
    assert "validation: where it is left open, it is not a number or infinite." in told


def test_a_varied_chart_names_its_lines_by_the_values() -> None:
    """One line a value of the parameter."""
    table = {
        "title": "t",
        "experiment": "fine_tune",
        "series": ["val_curve"],
        "vary": "learning_rate",
        "values": [1e-5, 1e-3],
    }

    html = draw("chart", table)

    assert [call.params["learning_rate"] for call in figures.ALL["chart"].calls(table)] == [1e-5] * 5 + [1e-3] * 5
    assert "learning rate 1e-5" in html
    assert "<practicum-curves" not in html


def test_a_sweep_reads_only_what_was_measured() -> None:
    """The sentence in the page is that of one measured value; each value has a row, and a dot on each line."""
    figure = tree(draw("sweep"))
    reads = next(one for one in figure.iter("p") if "reads" in one.get("class", ""))

    rows = texts(figure, TABLES["sweep"]["title"])
    assert [row[0] for row in rows] == ["Images a class", "2", "5", "10", "20", "50"]
    assert words(reads) == f"With 10 images a class: from scratch {rows[3][1]}, pretrained base {rows[3][2]}"
    assert len([one for one in figure.iter("circle") if "dot" in one.get("class", "")]) == 10
    assert next(one for one in figure.iter("input")).get("max") == "4"


def test_a_map_tells_points_apart_by_shape_and_parts_by_filling() -> None:
    """Five classes have five shapes; what was trained on is filled."""
    figure = tree(draw("scatter"))

    marks = {one.get("id"): one[0] for one in figure.iter("marker")}
    assert len({one.get("d") for one in marks.values()}) == 5
    assert len({one.get("class") for one in marks.values()}) == 10
    assert {"filled: trained on", "open: validation"} < {words(one) for one in figure.iter("li")}
    used = {re.sub(r"url\(#|\)", "", one.get("marker-mid", "")) for one in figure.iter("polyline")}
    assert used == set(marks)


def test_many_points_are_told_by_their_centres() -> None:
    """More than three hundred places are not read by anyone; it says so."""
    table = {**TABLES["scatter"], "panels": TABLES["scatter"]["panels"][:1]}
    (call,) = figures.ALL["scatter"].calls(table)
    lists = dict.fromkeys(("x", "y", "label"), (1.0,) * 301)

    figure = over("scatter", table, [Measured(call, {}, lists)])

    assert "Of more than 300 points only counts and centres are listed." in words(figure)
    assert texts(figure, table["title"]) == [
        ["Panel and class", "Part", "Points", "Centre"],
        ["before: square", "trained on", "301", "(1.0, 1.0)"],
    ]


def test_accuracy_is_told_with_what_so_few_leave_open() -> None:
    """In words."""
    labels = (0.0,) * 200
    right = tuple([0.9] * 172 + [0.1] * 28)
    lists = {"label": labels, "score_0": right, "score_1": tuple(1 - one for one in right)}
    table = {"experiment": "e", "classes": ["a", "b"], "title": "t", "unit": "pictures"}

    figure = over("predictions", table, [Measured(Measurement("e", {}, 0), {}, lists)])

    told = words(figure)
    assert "Of 200 pictures 172 are right: 86 %. So few pictures leave 81 to 90 % open (95 % interval)." in told
    assert "<practicum-curves" not in str(figure)


def test_thresholds_are_counted_anew() -> None:
    """From calling everything the class to calling nothing it: precision of nothing is not defined."""
    figure = tree(draw("predictions"))
    rows = texts(figure, "From which probability on to call it “star”")

    assert len(rows) == 22
    assert rows[1][:5] == ["0.00", "40", "160", "0", "0"]
    assert rows[-1] == ["1.00", "0", "0", "40", "160", "not defined", "0 % (0 to 9)", "0 %"]


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        (
            "chart",
            {"train_curve": None},
            r"from_scratch\(images=20, seed=0\) gives no list `train_curve`: its lists are",
        ),
        ("sweep", {"val_accuracy": None}, "gives no number `val_accuracy`"),
        ("scatter", {"x": (1.0,)}, "of different lengths"),
        ("scatter", {"label": (7.0,) * 120}, "gives the label 7: `classes` names 0 to 4"),
        ("predictions", {"score_4": None}, "gives no list `score_4`"),
        ("predictions", {"label": (0.5,) * 200}, "gives the label 0.5"),
        ("predictions", {"label": ()}, "different lengths, or empty"),
        ("predictions", {"score_0": (2.0,) * 200}, "no probabilities"),
        ("predictions", {"score_0": (float("nan"),) * 200}, "no probabilities"),
    ],
)
def test_what_cannot_be_drawn_says_why(name: str, spoil: Mapping[str, object], message: str) -> None:
    """In the words that the prover reports."""
    figure = figures.ALL[name]
    seen = {call: measured(call) for call in figure.calls(TABLES[name])}
    for call, one in seen.items():
        curves = {key: value for key, value in {**one.curves, **spoil}.items() if value is not None}
        numbers = {key: value for key, value in one.numbers.items() if key not in spoil}
        seen[call] = Measured(call, numbers, curves)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match=message):
        figure.draw(TABLES[name], seen, 1)


def test_long_names_are_broken_and_stay_in_the_picture() -> None:
    """Six lines that end at one place, each named in forty letters."""
    lines = [{"experiment": "frozen_base", "name": f"{n} of a very long name of forty letter"} for n in range(6)]

    figure = tree(draw("sweep", {**TABLES["sweep"], "lines": lines}))

    in_frame(figure)
    assert all(len(words(one)) <= 16 for one in figure.iter("text") if "name" in one.get("class", ""))
    assert float(next(figure.iter("svg")).get("height", 0)) > HEIGHT
