"""Maps in two dimensions beside each other: every point one sample, its class told by colour and by shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot, isfinite
from statistics import fmean
from typing import Any

from markupsafe import Markup

from practicum.charts import markers, svg
from practicum.figures import settings as own
from practicum.figures.base import Figure, Wrong, curve, inner_mistakes
from practicum.kinds import validators
from practicum.model import Measured, Measurement

CLASSES = len(markers.SHAPES)
SIDE, MARKER = 1000, 32
"""Units of a map's side, and of a point on it."""
LISTED = 300
"""Points whose places are listed; of more, only the centres of classes."""
FARTHEST = 1e150
"""Places beyond which even distances cannot be computed."""
PARTS = ("trained on", "validation")


class ScatterFigure(Figure):
    """`scatter`: panels of points, each an experiment that gives lists `x`, `y`, `label` and perhaps `part`."""

    name = "scatter"
    keys = {
        "title": validators.text("what the figure shows"),
        "classes": own.texts("names of classes", 1, CLASSES),
        "panels": own.tables("[[panels]]", 4),
        "seed": own.seed,
    }
    required = ("title", "classes", "panels")
    inner = {
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "name": own.label("what the panel is called"),
    }
    inner_required = ("experiment", "name")

    def clashes(self, table: Mapping[str, Any], sound: frozenset[str]) -> Iterator[Wrong]:
        """Each panel's own keys; no two panels of one name."""
        if "panels" not in sound:
            return
        yield from inner_mistakes(table["panels"], "panels", self.inner, self.inner_required)
        names = [panel.get("name") for panel in table["panels"]]
        if any(name in names[:at] for at, name in enumerate(names) if isinstance(name, str)):
            yield "panels", "two of `[[panels]]` have one name: give each its own"

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """One a panel."""
        return tuple(_call(table, panel) for panel in table["panels"])

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The panels, their legend, and the points' places as a table."""
        classes: list[str] = table["classes"]
        ident = f"figure-{number}"
        maps = [_map(panel["name"], measured[_call(table, panel)], len(classes)) for panel in table["panels"]]
        shapes = markers.definitions(ident, len(classes), MARKER)
        panels = svg.joined(
            Markup('<div class="panel"><p class="label">{}</p>{}<p class="small soft">{}</p></div>').format(
                one.name, _panel(one, classes, ident, shapes if at == 0 else Markup("")), one.nearest()
            )
            for at, one in enumerate(maps)
        )
        body = [Markup('<div class="panels">{}</div>').format(panels), _legend(classes, maps), _data(table, maps)]
        return svg.figure(number, table["title"], body, "maps")


@dataclass(frozen=True)
class Point:
    """A sample's place on a map."""

    x: float
    y: float
    label: int
    fresh: bool
    """Whether it is one that was not trained on."""


@dataclass(frozen=True)
class Map:
    """What one experiment gave: its points, and how many of them have no place."""

    name: str
    points: tuple[Point, ...]
    lost: int

    def centre(self, k: int) -> tuple[float, float] | None:
        """The mean place of a class; None of one without points."""
        own = [point for point in self.points if point.label == k]
        return (fmean(point.x for point in own), fmean(point.y for point in own)) if own else None

    def nearest(self) -> str:
        """How well the classes lie apart, in a sentence: a number for those who cannot see the map."""
        centres = {k: place for k in {point.label for point in self.points} if (place := self.centre(k))}
        own = sum(
            min(centres, key=lambda k: hypot(point.x - centres[k][0], point.y - centres[k][1])) == point.label
            for point in self.points
        )
        told = f"{svg.percent(own / len(self.points))} lie nearest to the centre of their own class."
        return told + (f" {svg.count(self.lost, 'point')} without a place left out." if self.lost else "")


def _call(table: Mapping[str, Any], panel: Mapping[str, Any]) -> Measurement:
    return Measurement(panel["experiment"], panel.get("given", {}), table.get("seed", 0))


def _map(name: str, one: Measured, classes: int) -> Map:
    """The points of a panel. Raises ValueError where the lists do not fit each other or the classes."""
    xs, ys, labels = (curve(one, key) for key in ("x", "y", "label"))
    part = one.curves.get("part", (0.0,) * len(xs))
    if len({len(xs), len(ys), len(labels), len(part)}) != 1:
        raise ValueError(f"{one.measurement.call} gives lists `x`, `y`, `label` and `part` of different lengths")
    if wrong := [label for label in labels if label not in range(classes)]:
        raise ValueError(f"{one.measurement.call} gives the label {wrong[0]:g}: `classes` names 0 to {classes - 1}")
    points = tuple(
        Point(x, y, int(label), which != 0)
        for x, y, label, which in zip(xs, ys, labels, part, strict=True)
        if all(isfinite(place) and abs(place) <= FARTHEST for place in (x, y))
    )
    if not points:
        raise ValueError(f"{one.measurement.call} gives no point that has a place")
    return Map(name, points, len(xs) - len(points))


def _panel(one: Map, classes: list[str], ident: str, shapes: Markup) -> Markup:
    """A square map: one unit is as long across as it is up, for distances are what it shows."""
    left, right = min(point.x for point in one.points), max(point.x for point in one.points)
    foot, head = min(point.y for point in one.points), max(point.y for point in one.points)
    reach = max(right - left, head - foot) or 1.0
    inner = SIDE - 2 * MARKER

    def place(point: Point) -> tuple[int, int]:
        across = (point.x - (left + right) / 2) / reach
        up = (point.y - (foot + head) / 2) / reach
        return round(SIDE / 2 + inner * across), round(SIDE / 2 - inner * up)

    groups = [
        markers.points(ident, k, not fresh, places)
        for fresh in (False, True)
        for k in range(len(classes))
        if (places := [place(point) for point in one.points if (point.label, point.fresh) == (k, fresh)])
    ]
    told = f"{svg.count(len(one.points), 'point')}. {one.nearest()} {_centres(one, classes)}"
    frame = Markup('<svg class="map" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><title>{2}</title>').format(
        SIDE, f"{one.name}: {told}", one.name
    )
    desc = Markup("<desc>{}</desc><defs>{}</defs>").format(told, shapes)
    return frame + desc + svg.joined(groups) + Markup("</svg>")


def _centres(one: Map, classes: list[str]) -> str:
    known = [(name, place) for k, name in enumerate(classes) if (place := one.centre(k))]
    return f"Centres: {', '.join(f'{name} {_written(*place)}' for name, place in known)}."


def _written(x: float, y: float) -> str:
    return f"({_brief(x)}, {_brief(y)})"


def _brief(value: float) -> str:
    """A place, no finer than it can be seen; `-0` is 0."""
    return f"{value:.1f}" if 1 <= abs(value) < 1e6 else f"{value:.2g}"


def _legend(classes: list[str], maps: list[Map]) -> Markup:
    entries = [(markers.sample(k), name) for k, name in enumerate(classes)]
    if any(point.fresh for one in maps for point in one.points):
        entries += [
            (markers.any_class(True), "filled: trained on"),
            (markers.any_class(False), "open: validation"),
        ]
    items = svg.joined(Markup("<li>{} {}</li>").format(*entry) for entry in entries)
    return Markup('<ul class="legend">{}</ul>').format(items)


def _data(table: Mapping[str, Any], maps: list[Map]) -> Markup:
    """A row for each class of each panel: how many points, their centre, and, of few, their places."""
    whole = sum(len(one.points) for one in maps) <= LISTED
    rows = [
        [f"{one.name}: {name}", PARTS[fresh], str(len(own)), _written(fmean(p.x for p in own), fmean(p.y for p in own))]
        + ([" ".join(_written(point.x, point.y) for point in own)] if whole else [])
        for one in maps
        for k, name in enumerate(table["classes"])
        for fresh in (False, True)
        if (own := [point for point in one.points if (point.label, point.fresh) == (k, fresh)])
    ]
    head = ["Panel and class", "Part", "Points", "Centre", *(["Places"] if whole else [])]
    told = svg.table(table["title"], head, rows, words=2)
    note = "" if whole else f"Of more than {LISTED} points only counts and centres are listed."
    return svg.details("The same as a table", told + (svg.note(note) if note else Markup("")))
