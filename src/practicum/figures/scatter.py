"""`scatter`: maps in two dimensions beside each other, with a point per sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import Any

from markupsafe import Markup

from practicum.charts import figure, point_markers, scatter_plot, svg, tables
from practicum.charts.scatter_plot import ScatterMap, ScatterPoint, coordinates
from practicum.figures import image_views
from practicum.figures import settings as own
from practicum.figures.base import (
    Figure,
    FigureError,
    KeyMistake,
    check_labels,
    curve,
    duplicate_names,
    figure_id,
    image,
    inner_mistakes,
    number,
)
from practicum.figures.image_views import COLUMNS
from practicum.kinds import validators
from practicum.model import Measured, Measurement

CLASSES = len(point_markers.SHAPES)
LISTED = 300
"""Points whose coordinates are listed; of more, only the classes' centres."""
FARTHEST = 1e150
"""Coordinates beyond which even distances overflow."""
TILE = 88
"""Units of a thumbnail on a map whose side has 1000."""
THUMBNAILS = 80
"""The most points of a map that are shown as thumbnails."""
HINT = "Point at an image, or focus a map and press the arrow keys, to find it on both maps."
TRAINING, VALIDATION = "training", "validation"


class ScatterFigure(Figure):
    """Panels of points, each from an experiment that returns lists `x`, `y`, `label` and optionally `part`."""

    name = "scatter"
    has_script = True
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
        results = [measured[_call(table, panel)] for panel in table["panels"]]
        names = [panel["name"] for panel in table["panels"]]
        maps = [_map(name, result, len(classes)) for name, result in zip(names, results, strict=True)]
        definitions = point_markers.marker_definitions(ident, len(classes), scatter_plot.MARKER)
        panels = svg.join(
            Markup('<div class="panel"><p class="label">{}</p>{}<p class="small soft">{}</p></div>').format(
                scatter.name,
                _drawn(scatter, results[index], classes, (ident, index), Markup("") if index else definitions),
                scatter.describe_separation(),
            )
            for index, scatter in enumerate(maps)
        )
        frame = Markup('<div class="panels">{}</div>').format(panels)
        if any(_has_thumbnails(result) for result in results):
            frame = Markup(
                '<practicum-points>{}<p class="reads w1 reading" aria-live="polite">{}</p></practicum-points>'
            ).format(frame, HINT)
        body = [frame, _legend(classes, maps), _data(table, maps)]
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
        ScatterPoint(x, y, int(label), part == 0, sample)
        for sample, (x, y, label, part) in enumerate(zip(xs, ys, labels, parts, strict=True))
        if all(isfinite(place) and abs(place) <= FARTHEST for place in (x, y))
    )
    if not points:
        raise FigureError("no-points", f"{result.measurement.call} returns no point with finite coordinates")
    return ScatterMap(name, points, len(xs) - len(points))


def _has_thumbnails(result: Measured) -> bool:
    return "thumbnails" in result.images


def _drawn(
    scatter: ScatterMap, result: Measured, classes: list[str], place_on_page: tuple[str, int], definitions: Markup
) -> Markup:
    """A map of markers, or of thumbnails if the experiment returned some."""
    ident, own_id = place_on_page[0], "{}-{}".format(*place_on_page)
    if not _has_thumbnails(result) or len(scatter.points) > THUMBNAILS:
        return scatter_plot.draw_map(scatter, classes, ident, definitions)
    sheet, side = image(result, "thumbnails"), int(number(result, "side"))
    place = scatter_plot.place_on_map(scatter, TILE // 2)
    tiles = svg.join(_tile(point, classes, side, place(point), own_id) for point in scatter.points)
    used = image_views.definitions(sheet=(f"{own_id}-sheet", sheet)) + image_views.source(f"{own_id}-sheet", sheet)
    return used + scatter_plot.frame_map(scatter, classes, definitions, tiles)


def _tile(point: ScatterPoint, classes: list[str], side: int, place: tuple[int, int], own_id: str) -> Markup:
    """A thumbnail around its point, in a frame of its class's colour: dashed for a validation image."""
    x, y = point.sample % COLUMNS * side, point.sample // COLUMNS * side
    part = TRAINING if point.filled else VALIDATION
    return Markup(
        '<g class="point s{0}{1}" data-sample="{2}" data-words="{3}" transform="translate({4} {5})">'
        '<svg width="{6}" height="{6}" viewBox="{7} {8} {9} {9}"><use href="#{10}-sheet"/></svg>'
        '<rect width="{6}" height="{6}"/></g>'
    ).format(
        point.label % svg.COLOURS,
        "" if point.filled else " apart",
        point.sample,
        f"{classes[point.label]}, {part} image",
        place[0] - TILE // 2,
        place[1] - TILE // 2,
        TILE,
        x,
        y,
        side,
        own_id,
    )


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
