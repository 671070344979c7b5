"""`scatter`: maps in two dimensions beside each other, with a point per sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import Any

from markupsafe import Markup

from practicum.charts import figure, point_markers, scatter_plot, svg, tables
from practicum.charts.scatter_plot import ScatterMap, ScatterPoint, coordinates
from practicum.figures import settings as own
from practicum.figures.base import (
    Figure,
    FigureError,
    KeyMistake,
    check_labels,
    curve,
    duplicate_names,
    figure_id,
    inner_mistakes,
)
from practicum.kinds import validators
from practicum.model import Measured, Measurement

CLASSES = len(point_markers.SHAPES)
LISTED = 300
"""Points whose coordinates are listed; of more, only the classes' centres."""
FARTHEST = 1e150
"""Coordinates beyond which even distances overflow."""
TRAINING, VALIDATION = "training", "validation"


class ScatterFigure(Figure):
    """Panels of points, each from an experiment that returns lists `x`, `y`, `label` and optionally `part`."""

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
        "name": own.label("the panel's name"),
    }
    inner_required = ("experiment", "name")

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """Each panel's own keys; panels of the same name."""
        if "panels" in valid:
            yield from inner_mistakes(table["panels"], "panels", self.inner, self.inner_required)
            yield from duplicate_names(table["panels"], "panels")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """One per panel."""
        return tuple(_call(table, panel) for panel in table["panels"])

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The panels, their legend, and the points' coordinates as a table."""
        classes: list[str] = table["classes"]
        ident = figure_id(number)
        maps = [_map(panel["name"], measured[_call(table, panel)], len(classes)) for panel in table["panels"]]
        definitions = point_markers.marker_definitions(ident, len(classes), scatter_plot.MARKER)
        panels = svg.join(
            Markup('<div class="panel"><p class="label">{}</p>{}<p class="small soft">{}</p></div>').format(
                scatter.name,
                scatter_plot.draw_map(scatter, classes, ident, Markup("") if index else definitions),
                scatter.describe_separation(),
            )
            for index, scatter in enumerate(maps)
        )
        body = [Markup('<div class="panels">{}</div>').format(panels), _legend(classes, maps), _data(table, maps)]
        return figure.figure(table["title"], body, ident, "maps")


def _call(table: Mapping[str, Any], panel: Mapping[str, Any]) -> Measurement:
    return Measurement(panel["experiment"], panel.get("given", {}), table.get("seed", 0))


def _map(name: str, result: Measured, classes: int) -> ScatterMap:
    """The points of a panel.

    Raises:
        FigureError: If the lists do not fit each other or the classes.
    """
    xs, ys, labels = (curve(result, key) for key in ("x", "y", "label"))
    parts = result.curves.get("part", (0.0,) * len(xs))
    if len({len(xs), len(ys), len(labels), len(parts)}) != 1:
        message = f"{result.measurement.call} returns lists `x`, `y`, `label` and `part` of different lengths"
        raise FigureError("different-lengths", message)
    check_labels(result, labels, classes)
    points = tuple(
        ScatterPoint(x, y, int(label), part == 0)
        for x, y, label, part in zip(xs, ys, labels, parts, strict=True)
        if all(isfinite(place) and abs(place) <= FARTHEST for place in (x, y))
    )
    if not points:
        raise FigureError("no-points", f"{result.measurement.call} returns no point with finite coordinates")
    return ScatterMap(name, points, len(xs) - len(points))


def _legend(classes: Sequence[str], maps: Sequence[ScatterMap]) -> Markup:
    entries = [(point_markers.class_key(k), name) for k, name in enumerate(classes)]
    if not all(point.filled for scatter in maps for point in scatter.points):
        entries += [
            (point_markers.filling_key(True), f"filled: {TRAINING}"),
            (point_markers.filling_key(False), f"open: {VALIDATION}"),
        ]
    return figure.legend_of(entries)


def _data(table: Mapping[str, Any], maps: Sequence[ScatterMap]) -> Markup:
    """A row per class of each panel: the number of points, their centre, and, if few, their coordinates."""
    listed = sum(len(scatter.points) for scatter in maps) <= LISTED
    rows = []
    for scatter in maps:
        for k, name in enumerate(table["classes"]):
            for part, filled in ((TRAINING, True), (VALIDATION, False)):
                points = [point for point in scatter.points if (point.label, point.filled) == (k, filled)]
                if points:
                    row = [f"{scatter.name}: {name}", part, str(len(points)), _centre(points)]
                    rows.append(row + ([" ".join(coordinates(p.x, p.y) for p in points)] if listed else []))
    head = ["Panel and class", "Part", "Points", "Centre", *(["Coordinates"] if listed else [])]
    data = tables.data_table(table["title"], head, rows, text_columns=2)
    note = Markup("") if listed else figure.note(f"Of more than {LISTED} points only counts and centres are listed.")
    return tables.details("Show as a table", data + note, table["title"])


def _centre(points: Sequence[ScatterPoint]) -> str:
    return coordinates(fmean(point.x for point in points), fmean(point.y for point in points))
