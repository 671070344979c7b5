"""Every number that a proof or a page plots is the number in the evidence that the plot's labels claim it to be."""

from __future__ import annotations

import ast
import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from random import Random
from statistics import fmean
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import figures
from practicum.model import Drawing, Measured, Measurement, Page, Topic, Verdict
from practicum.prove.catalogue import Catalogue, Entry, load
from practicum.prove.evidence_file import evidence_path
from practicum.settings import shipped_courses
from practicum.statistics.classification import Predictions
from practicum.web.proof_view import CurveChart, option_results, proof_view
from tests.charts.plotted import Line, Plot, read_plot, read_table
from tests.examples import examples

CURVES = {"Validation accuracy": "val_curve", "Training accuracy": "train_curve", "Training loss": "loss"}


@dataclass(frozen=True)
class Recorded:
    """A run in an evidence file, and what Python binds its parameters to."""

    function: str
    bound: tuple[tuple[str, str], ...]
    written: Mapping[str, Any]
    seed: int
    numbers: Mapping[str, float]
    curves: Mapping[str, Sequence[float]]
    images: Mapping[str, str]
    """PNG files in Base64."""


class Binding:
    """What Python itself passes to a function of `experiments.py`: its defaults and the keywords of a call."""

    def __init__(self, source: str) -> None:
        definitions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        for definition in definitions:
            definition.decorator_list = []
            definition.body = [ast.Return(ast.parse("dict(locals())", mode="eval").body)]
        module = ast.fix_missing_locations(ast.Module(definitions, []))
        self.functions: dict[str, Any] = {}
        exec(compile(module, "experiments.py", "exec"), {}, self.functions)  # noqa: S102

    def __call__(self, function: str, params: Mapping[str, Any], seed: int) -> tuple[tuple[str, str], ...]:
        bound = self.functions[function](**params, seed=seed)
        return tuple(sorted((name, repr(value)) for name, value in bound.items() if name != "seed"))


def groups_of(runs: Sequence[Recorded]) -> list[list[Recorded]]:
    """The runs that Python gives the same function and the same values, in the order of their first."""
    found: dict[object, list[Recorded]] = {}
    for run in runs:
        found.setdefault((run.function, run.bound), []).append(run)
    return list(found.values())


def tree(html: object) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def check_line(plot: Plot, line: Line, curves: Sequence[Sequence[float]], places: Sequence[float]) -> None:
    """A line is the mean of these runs as far as all of them go; the band is their range, or each is drawn whole."""
    common = min(map(len, curves))
    steps = [[curve[step] for curve in curves] for step in range(common)]
    means, lows, highs = ([f(values) for values in steps] for f in (fmean, min, max))

    assert plot.shows(line.mean, means, places[:common])
    if len(set(map(len, curves))) > 1:
        unmatched = list(line.runs)
        for curve in curves:
            curve_places = places[: len(curve)] if len(curve) > 1 else [places[0]] * 2
            values = curve if len(curve) > 1 else [curve[0]] * 2
            drawn = next(run for run in unmatched if plot.shows(run, values, curve_places))
            unmatched.remove(drawn)
        assert not unmatched
        assert not line.band
    else:
        assert not line.runs
        edge = [*highs, *reversed(lows)] if lows != highs and common > 1 else []
        assert plot.shows(line.band, edge, [*places[:common], *reversed(places[:common])] if edge else [])


def check_chart(chart: CurveChart, name: str, groups: Sequence[Sequence[Recorded]]) -> None:
    """A chart has one line and one column for each group of runs, with each of its runs at full length."""
    groups = [group for group in groups if any(name in run.curves for run in group)]
    curves = [[run.curves[name] for run in group] for group in groups]
    plot = read_plot(next(tree(chart.svg).iter("svg")))
    head, *rows = read_table(tree(chart.table))
    longest = max(len(curve) for group in curves for curve in group)
    places = [step / max(1, longest - 1) for step in range(longest)]

    assert sorted(plot.lines) == list(range(len(groups)))
    assert len(set(head[1:])) == len(groups)
    assert [row[0] for row in rows] == [str(step + 1) for step in range(longest)]
    assert all(abs(places[int(label) - 1] - place) < 0.001 for label, place in plot.across)
    for number, group in enumerate(curves):
        check_line(plot, plot.lines[number], group, places)
        for step, row in enumerate(rows):
            reached = [curve[step] for curve in group if len(curve) > step]
            count = f" ({len(reached)} of {len(group)} runs)" if len(reached) < len(group) else ""
            assert row[1 + number] in ({f"{text}{count}" for text in written(fmean(reached))} if reached else {""})


def written(value: float) -> set[str]:
    """A number with three decimals, as tables have it: either of two if it lies between them."""
    form = ".3f" if 0.001 <= abs(value) < 1000 or value == 0 else ".2e"
    return {format(value * (1 + sign * 1e-14), form) for sign in (-1, 1)}


# --- the shipped course


@cache
def shipped() -> Catalogue:
    return load(shipped_courses()[0])


def recorded(entry: Entry, variant: int) -> list[Recorded]:
    """The runs of one variant as the evidence file itself has them."""
    found = json.loads((shipped().root / evidence_path(entry.subject)).read_text())["variants"][variant].get(
        "measured", []
    )
    bind = Binding(shipped().topic(entry.topic).experiments)
    return [
        Recorded(
            one["function"],
            bind(one["function"], one["params"], one["seed"]),
            one["params"],
            one["seed"],
            one.get("numbers", {}),
            one.get("curves", {}),
            one.get("images", {}),
        )
        for one in found
    ]


def proofs() -> Iterator[tuple[Entry, int]]:
    for entry in shipped().entries.values():
        for number in range(len(entry.problem.variants)):
            yield entry, number


def label_holds(label: str, run: Recorded, code: str | None) -> bool:
    """Whether a line's label is true of a run: its function, and each parameter that it names."""
    bound = dict(run.bound)
    facts = {run.function.replace("_", " "), *([code] if code else [])}
    for name, value in bound.items():
        words = name.replace("_", " ")
        facts |= {f"{words} {value.lower() if value == 'None' else value}"}
        facts |= {words} if value == "True" else {f"not {words}"} if value == "False" else set()
    return all(part in facts for part in label.split(", "))


@pytest.mark.parametrize(("entry", "number"), [pytest.param(*one, id=f"{one[0].path}-{one[1]}") for one in proofs()])
def test_a_shipped_proof_plots_exactly_the_runs_that_its_labels_name(entry: Entry, number: int) -> None:
    """Each curve of each group of runs, whole; each label is true of its runs and of no other's."""
    topic, runs = shipped().topic(entry.topic), recorded(entry, number)
    view, groups = proof_view(entry, number, topic), groups_of(runs)
    variant, proof = entry.problem.variants[number], entry.problem.variants[number].proof

    plotted = {name for run in runs for name, curve in run.curves.items() if len(curve) > 1}
    assert {CURVES[chart.caption] for chart in view.charts} == plotted
    for chart in view.charts:
        check_chart(chart, CURVES[chart.caption], groups)
        plot, (head, *_) = read_plot(next(tree(chart.svg).iter("svg"))), read_table(tree(chart.table))
        shown = [group for group in groups if any(CURVES[chart.caption] in run.curves for run in group)]
        for index, label in enumerate(head[1:]):
            codes = {
                option.code: repr(ast.literal_eval(option.code))
                for option in variant.options
                if option.code and "vary" in proof
            }
            true = [
                at
                for at, group in enumerate(shown)
                if all(
                    label_holds(
                        label, run, next((c for c, v in codes.items() if dict(run.bound)[proof["vary"]] == v), None)
                    )
                    for run in group
                )
            ]
            assert true == [index]
            if plot.lines[index].css not in ("", "right"):
                assert plot.lines[index].name == label


def operands(entry: Entry, number: int, option: int) -> list[tuple[str, Mapping[str, Any], str]]:
    """The calls of experiments that an option's claim makes, with the number it takes of each; in its order."""
    variant = entry.problem.variants[number]
    if "best" in variant.proof:
        key = next(at for at, one in enumerate(variant.options) if one.key)
        shown = range(len(variant.options)) if option == key else (option, key)
        values = [ast.literal_eval(variant.options[at].code or "") for at in shown]
        given, vary = variant.proof.get("given", {}), variant.proof["vary"]
        return [(variant.proof["best"], {**given, vary: value}, variant.proof["measure"]) for value in values]
    found = []
    for function, keywords, name in re.findall(r"(\w+)\(([^()]*)\)\.(\w+)", variant.options[option].claim or ""):
        given = {k: ast.literal_eval(v) for k, v in re.findall(r"(\w+)=([^,\s]+)", keywords) if k != "seed"}
        found.append((function, given, name))
    return [one for at, one in enumerate(found) if one not in found[:at]]


def percent(shape: ElementTree.Element, name: str) -> float:
    return float(shape.get(name, "nan").rstrip("%"))


@pytest.mark.parametrize(("entry", "number"), [pytest.param(*one, id=f"{one[0].path}-{one[1]}") for one in proofs()])
def test_the_bars_of_an_option_are_the_numbers_that_its_claim_compares(entry: Entry, number: int) -> None:
    """The mean over the runs, their range, and both in words: from 0 to 100 %, or all by one scale from 0."""
    topic, runs = shipped().topic(entry.topic), recorded(entry, number)
    variant = entry.problem.variants[number]

    shown = option_results(entry, number, range(len(variant.options)), topic)

    for at, option in enumerate(shown):
        wanted = operands(entry, number, at) if runs else []
        assert bool(option.bars) == bool(wanted)
        svgs = list(tree(option.bars).iter("svg"))
        bars = [bar for svg in svgs for bar in svg.iter("rect")]
        texts = [text.text or "" for svg in svgs for text in svg.iter("text") if text.get("class") == "value"]
        lines = [line for svg in svgs for line in svg.iter("line") if line.get("class") == "whisker"]
        assert len(bars) == len(texts) == len(wanted)
        taken = [
            [run.numbers[name] for run in runs if (run.function, run.written) == (function, params)]
            for function, params, name in wanted
        ]
        for index, values in enumerate(taken):
            unit = 100.0 if "%" in texts[index] else 1.0
            full = 1.0 if unit == 100 else fmean(taken[0]) / (percent(bars[0], "width") / 100)
            assert full >= max(values)
            middle = float(bars[index].get("y", "nan")) + float(bars[index].get("height", "nan")) / 2
            assert abs(percent(bars[index], "width") - 100 * fmean(values) / full) < 0.06
            ends = [(percent(one, "x1"), percent(one, "x2")) for one in lines if float(one.get("y1", "nan")) == middle]
            assert len(ends) == (min(values) < max(values))
            for low, high in ends:
                assert abs(low - 100 * min(values) / full) < 0.06
                assert abs(high - 100 * max(values) / full) < 0.06
            numbers = [float(part) for part in re.findall(r"[\d.]+", texts[index])]
            assert abs(numbers[0] - unit * fmean(values)) <= (0.5 if unit == 100 else 0.0005)


def drawings() -> Iterator[tuple[Entry, int]]:
    for entry in shipped().pages.values():
        assert isinstance(entry.subject, Page)
        for number, block in enumerate(entry.subject.blocks):
            if isinstance(block, Drawing):
                yield entry, number


def drawn_figure(entry: Entry, number: int) -> tuple[Drawing, ElementTree.Element]:
    """A drawing of a page, and the figure that the page shows for it."""
    assert entry.verdict is Verdict.PROVED
    assert isinstance(entry.subject, Page)
    assert entry.evidence is not None
    block = entry.subject.blocks[number]
    assert isinstance(block, Drawing)
    measured = {one.measurement: one for one in entry.evidence.variants[0].measured}
    return block, ElementTree.fromstring(str(figures.get(block.figure).draw(block.table, measured, 1)))


def runs_with(runs: Sequence[Recorded], function: str, given: Mapping[str, Any], seeds: int) -> list[Recorded]:
    """The runs that Python makes of a call with these keywords."""
    bind = Binding(shipped().topic("small-datasets").experiments)
    found = [run for run in runs if (run.function, run.bound) == (function, bind(function, given, 0))]
    one_each = {run.seed: run for run in found if run.written == given and run.seed < seeds}
    assert sorted(one_each) == list(range(seeds))
    return list(one_each.values())


def check_learning_curves(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    settings = [{**table.get("given", {}), table["vary"]: v} for v in table["values"]] if "vary" in table else [None]
    lines = [
        [
            run.curves[name]
            for run in runs_with(runs, table["experiment"], given or table.get("given", {}), seeds(table))
        ]
        for given in settings
        for name in table["series"]
    ]
    plot = read_plot(next(figure.iter("svg")))
    longest = max(len(curve) for group in lines for curve in group)
    assert sorted(plot.lines) == list(range(len(lines)))
    for number, group in enumerate(lines):
        check_line(plot, plot.lines[number], group, [step / (longest - 1) for step in range(longest)])
    check_cells(figure, [[[c[step] for c in group] for group in lines] for step in range(longest)])


def check_sweep(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    plot = read_plot(next(figure.iter("svg")))
    places = dict(plot.across)
    lines = [
        [
            [
                run.numbers[table["measure"]]
                for run in runs_with(
                    runs, line["experiment"], {**line.get("given", {}), table["over"]: v}, seeds(table)
                )
            ]
            for v in table["values"]
        ]
        for line in table["lines"]
    ]
    at = [places[f"{value:g}"] for value in table["values"]]
    for number, (line, points) in enumerate(zip(table["lines"], lines, strict=True)):
        check_line(plot, plot.lines[number], list(zip(*points, strict=True)), at)
        assert plot.lines[number].name == line["name"]
    check_cells(figure, [[line[row] for line in lines] for row in range(len(at))])


def seeds(table: Mapping[str, Any]) -> int:
    return int(table.get("seeds", 5))


def check_cells(figure: ElementTree.Element, rows: Sequence[Sequence[Sequence[float]]]) -> None:
    """The table has the mean and the range of each cell's values."""
    _, *shown = read_table(next(figure.iter("table")))
    assert len(shown) == len(rows)
    for (_, *cells), groups in zip(shown, rows, strict=True):
        for cell, values in zip(cells, groups, strict=True):
            numbers = [float(part) for part in re.findall(r"-?[\d.]+(?:e-?\d+)?", cell)]
            unit = 100 if "%" in cell else 1
            bounds = [fmean(values), min(values), max(values)] if len(numbers) == 3 else [fmean(values)]
            precision = 0.5 if unit == 100 else 0.0005 + 0.005 * abs(numbers[0])
            assert all(abs(n - unit * b) <= precision + 1e-9 for n, b in zip(numbers, bounds, strict=True))


def check_scatter(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    """Every sample of every panel, of its class and part, at its place: distances keep their proportions."""
    maps = [svg for svg in figure.iter("svg") if svg.get("class") == "map"]
    for panel, svg in zip(table["panels"], maps, strict=True):
        (run,) = runs_with(runs, panel["experiment"], panel.get("given", {}), 1)
        samples = list(zip(*(run.curves[key] for key in ("x", "y", "label", "part")), strict=True))
        reach = max(max(s[axis] for s in samples) - min(s[axis] for s in samples) for axis in (0, 1))
        shown: list[tuple[float, float]] = []
        expected: list[tuple[float, float]] = []
        for line in svg.iter("polyline"):
            found = re.search(r"-(\d+)([fo])\)$", line.get("marker-mid", ""))
            assert found
            kept = [s for s in samples if (s[2], s[3] == 0) == (int(found[1]), found[2] == "f")]
            shown += [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]  # type: ignore[misc]
            expected += [(s[0], -s[1]) for s in kept]
        for tile in (part for part in svg.iter("g") if part.get("data-sample")):
            sample = samples[int(tile.get("data-sample", ""))]
            across, down = map(float, re.findall(r"-?[\d.]+", tile.get("transform", "")))
            shown.append((across, down))
            expected.append((sample[0], -sample[1]))
            assert tile.get("class") == f"point s{int(sample[2])}{' apart' if sample[3] else ''}"
            assert tile_of(tile) == (int(tile.get("data-sample", "")), run.numbers["side"])
        assert len(shown) == len(expected) == len(samples)
        scale = max(max(p[axis] for p in shown) - min(p[axis] for p in shown) for axis in (0, 1)) / reach
        for axis in (0, 1):
            shifts = [point[axis] - scale * place[axis] for point, place in zip(shown, expected, strict=True)]
            assert max(shifts) - min(shifts) <= 2.1  # units of a thousand


def check_predictions(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    """The matrix counts the recorded labels and scores; thresholds and confidence follow from them."""
    (run,) = runs_with(runs, table["experiment"], table.get("given", {}), 1)
    classes = range(len(table["classes"]))
    rows = list(zip(*(run.curves[f"score_{k}"] for k in classes), strict=True))
    labels = [int(label) for label in run.curves["label"]]
    predicted = [max(classes, key=lambda k: row[k]) for row in rows]
    matrix = next(frame for frame in figure.iter("div") if "confusion" in (frame.get("class") or ""))
    counts = [
        [int(cell.text or "") for cell in row.findall("td")] for row in matrix.iter("tr") if row.find("td") is not None
    ]
    assert counts == [
        [sum((a, b) == (t, p) for a, b in zip(labels, predicted, strict=True)) for p in classes] for t in classes
    ]

    chart = next(
        svg for svg in figure.iter("svg") if list(svg.iter("polyline")) and svg.find(".//*[@data-line]") is not None
    )
    plot, k = read_plot(chart), table["classes"].index(table["positive"])
    count = len(plot.lines[1].mean)  # recall; precision has gaps
    steps = [step / (count - 1) for step in range(count)]
    for threshold, (place, height) in zip(steps, plot.lines[1].mean, strict=True):
        caught = sum(row[k] >= threshold for row, label in zip(rows, labels, strict=True) if label == k)
        assert abs(place - threshold) < 0.001
        assert abs(height - plot.height_of(caught / labels.count(k))) < 0.0006

    square = next(svg for svg in figure.iter("svg") if "square" in (svg.get("class") or ""))
    bins = Predictions(tuple(labels), tuple(rows)).calibration_bins(10)
    side = float(square.get("height", "nan"))
    dots = [
        (float(d.get("cx", "").rstrip("%")) / 100, 1 - float(d.get("cy", "")) / side) for d in square.iter("circle")
    ]
    for part, (x, y) in zip(bins, dots, strict=True):
        inside = [
            (max(row), label == guess)
            for row, label, guess in zip(rows, labels, predicted, strict=True)
            if part.low < max(row) <= part.high or (part.low == 0 and max(row) == 0)
        ]
        assert len(inside) == part.right.total
        assert abs(x - fmean(confidence for confidence, _ in inside)) < 0.001
        assert abs(y - fmean(right for _, right in inside)) < 0.001


def tile_of(part: ElementTree.Element) -> tuple[int, float]:
    """Which image of a sheet with four in a row is shown, and its side."""
    view = next(svg for svg in part.iter("svg")).get("viewBox", "")
    x, y, side, _ = map(float, view.split())
    return round(y / side) * 4 + round(x / side), side


def address(run: Recorded, name: str) -> str:
    """Where the service has an image that a run has returned."""
    return f"/images/{sha256(b64decode(run.images[name])).hexdigest()[:32]}.png"


def close(written: str | None, values: Sequence[float], precision: float = 1e-3) -> bool:
    """Whether a list of written numbers is these values, to the figures that are written."""
    numbers = [float(part) for part in (written or "").split()]
    return len(numbers) == len(values) and all(
        abs(n - value) <= precision * max(1, abs(value)) for n, value in zip(numbers, values, strict=True)
    )


def check_feature_maps(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    """Each image and each layer's maps of it are those of its run, with the values that colours stand for."""
    pairs = [(one, layer) for one in table["images"] for layer in table.get("layers", ())]
    found = list(next(figure.iter("template")).iter("img"))
    inputs, sheets = found[: len(table["images"])], found[len(table["images"]) :]
    for shown, img in zip(table["images"], inputs, strict=True):
        (run,) = runs_with(runs, table["input"], {**table.get("given", {}), **shown["given"]}, 1)
        assert (img.get("src"), img.get("data-name")) == (address(run, "image"), shown["name"])
        assert all(close(img.get(f"data-{key}"), run.curves[key]) for key in ("low", "high"))
    for (shown, layer), img in zip(pairs, sheets, strict=True):
        given = {**table.get("given", {}), **shown["given"], **layer["given"]}
        (run,) = runs_with(runs, table["experiment"], given, 1)
        size = [run.numbers[key] for key in ("height", "width", "channels")]
        assert (img.get("src"), img.get("data-layer")) == (address(run, "maps"), layer["name"])
        assert close(img.get("data-shape"), size)
        assert close(img.get("data-shown"), run.curves["channel"])
        assert all(close(img.get(f"data-{key}"), run.curves[key]) for key in ("low", "high", "mean"))


def check_activation_map(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    """For each image: its most probable classes, their logits and probabilities, and what each part adds."""
    names = {one["label"]: one["name"] for one in table["classes"]}
    images = list(next(figure.iter("template")).iter("img"))
    for shown, img in zip(table["images"], images, strict=True):
        given = {**table.get("given", {}), **shown["given"]}
        (pixels,), (run,) = (runs_with(runs, table[key], given, 1) for key in ("input", "experiment"))
        shares = [float(share.rstrip(" %")) / 100 for share in (img.get("data-shares") or "").split("|")]
        maps = (img.get("data-parts") or "").split("|")
        assert img.get("src") == address(pixels, "image")
        assert (img.get("data-classes") or "").split("|") == [names[label] for label in run.curves["label"]]
        assert close((img.get("data-logits") or "").replace("|", " "), run.curves["logit"], 0.006)
        assert all(abs(a - b) <= 0.005 for a, b in zip(shares, run.curves["probability"], strict=True))
        assert all(close(part, run.curves[f"map_{number}"], 0.006) for number, part in enumerate(maps))
    (run,) = runs_with(runs, table["experiment"], {**table.get("given", {}), **table["images"][0]["given"]}, 1)
    drawn = [part for part in figure.iter("g") if part.get("class") == "tint"]
    values = [run.curves[f"map_{number}"] for number in range(len(drawn))]
    low, high = min(map(min, values)), max(map(max, values))
    for tint, parts in zip(drawn, values, strict=True):
        shades = [float(square.get("fill-opacity", "nan")) for square in tint.iter("rect")]
        for shade, value in zip(shades, parts, strict=True):
            assert abs(shade / max_shade(drawn) - (value - low) / (high - low)) < 0.01


def max_shade(tints: Sequence[ElementTree.Element]) -> float:
    return max(float(square.get("fill-opacity", "nan")) for tint in tints for square in tint.iter("rect"))


def check_training_replay(table: Mapping[str, Any], figure: ElementTree.Element, runs: Sequence[Recorded]) -> None:
    """Both accuracies at each epoch; and each image at the probability of its own class, in the row of its class."""
    (run,) = runs_with(runs, table["experiment"], table.get("given", {}), 1)
    plot = read_plot(next(svg for svg in figure.iter("svg") if svg.find(".//*[@data-line]") is not None))
    names = ("train_accuracy", "val_accuracy")
    epochs = len(run.curves[names[0]])
    for number, name in enumerate(names):
        check_line(plot, plot.lines[number], [run.curves[name]], [step / (epochs - 1) for step in range(epochs)])
    check_cells(figure, [[[run.curves[name][step]] for name in names] for step in range(epochs)])

    replay = next(figure.iter("practicum-replay"))
    count = len(run.curves["label"])
    shares = [level / 200 for level in b64decode(replay.get("data-own", ""))]
    assert all(abs(a - b) <= 0.0026 for a, b in zip(shares, run.curves["own_probability"], strict=True))
    for key, curve in (("labels", "label"), ("predicted", "predicted")):
        assert [*map(int, replay.get(f"data-{key}", ""))] == list(run.curves[curve])
    tiles = [part for part in figure.iter("g") if part.get("data-image")]
    places = [(int(tile.get("data-image", "")), tile) for tile in tiles]
    assert sorted(place for place, _ in places) == list(range(count))
    last = {place: run.curves["own_probability"][-count:][place] for place, _ in places}
    across = {place: float(re.findall(r"[\d.]+", tile.get("transform", ""))[0]) for place, tile in places}
    least, most = min(last, key=last.__getitem__), max(last, key=last.__getitem__)
    scale = (across[most] - across[least]) / (last[most] - last[least])
    for place, tile in places:
        right = run.curves["predicted"][-count:][place] == run.curves["label"][place]
        assert abs(across[place] - across[least] - scale * (last[place] - last[least])) <= 0.11
        assert tile.get("class") == f"runner {'right' if right else 'mistaken'}"
        assert tile_of(tile) == (place, run.numbers["side"])


CHECKS = {
    "chart": check_learning_curves,
    "sweep": check_sweep,
    "scatter": check_scatter,
    "predictions": check_predictions,
    "feature_maps": check_feature_maps,
    "activation_map": check_activation_map,
    "training_replay": check_training_replay,
}


@pytest.mark.parametrize(("entry", "number"), [pytest.param(*one, id=f"{one[0].path}-{one[1]}") for one in drawings()])
def test_a_shipped_figure_plots_exactly_the_runs_that_its_fence_names(entry: Entry, number: int) -> None:
    """Of the experiment, the parameters and the seeds that the course's file sets."""
    block, figure = drawn_figure(entry, number)

    CHECKS[block.figure](block.table, figure, recorded(entry, 0))


# --- any evidence

VALUES = st.sampled_from([0, 1, 1.0, True, False, None, "1", "none", 0.5, 0.1234567, 0.12345671, -2])
PARAMETERS = ("rate", "copies", "pretrained")
HEIGHTS = (0.0, 0.2, 0.205, 0.9, 1.0, 1.25, -3.5, 640.0)


@st.composite
def experiment_runs(draw: st.DrawFn) -> tuple[str, tuple[Measured, ...]]:
    """A module of two functions with defaults, and runs of calls that write some of their parameters out."""
    source, calls, made = "", dict[str, Measurement](), Random(draw(st.integers(0, 999)))
    for function in ("small_cnn", "frozen_base"):
        defaults = draw(st.dictionaries(st.sampled_from(PARAMETERS), VALUES))
        source += f"def {function}(*, {''.join(f'{n}={v!r}, ' for n, v in defaults.items())}seed):\n    return 1\n\n"
        written = st.dictionaries(st.sampled_from(list(defaults)), VALUES) if defaults else st.just({})
        for params in draw(st.lists(written, max_size=4)):
            for seed in range(made.randint(1, 3)):
                call = Measurement(function, params, seed)
                calls[call.call] = call
    curves = [tuple(made.choice(HEIGHTS) for _ in range(made.choice((1, 2, 2, 5)))) for _ in calls]
    return source, tuple(Measured(call, {}, {"val_curve": c}) for call, c in zip(calls.values(), curves, strict=True))


@examples(60)
@given(experiment_runs())
def test_a_parameter_that_a_call_leaves_out_has_its_default(drawn: tuple[str, tuple[Measured, ...]]) -> None:
    """Runs share a line exactly if Python gives the function the same values, whether the call writes them or not."""
    source, measured = drawn
    entry = shipped().entries["small-datasets/challenge/01-why-transfer.md"]
    assert entry.evidence is not None
    finding = replace(entry.evidence.variants[0], measured=measured)
    other = replace(entry, evidence=replace(entry.evidence, variants=(finding,)))
    topic: Topic = replace(shipped().topic(entry.topic), experiments=source)
    bind = Binding(source)
    runs = [
        Recorded(m.function, bind(m.function, m.params, m.seed), m.params, m.seed, one.numbers, one.curves, {})
        for one in measured
        for m in (one.measurement,)
    ]

    view = proof_view(other, 0, topic)

    assert len(view.charts) == any(len(run.curves["val_curve"]) > 1 for run in runs)
    for chart in view.charts:
        check_chart(chart, "val_curve", groups_of(runs))
