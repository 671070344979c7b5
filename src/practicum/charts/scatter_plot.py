"""Scatter plots of samples in two dimensions, as maps whose distances can be compared in all directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot
from statistics import fmean

from markupsafe import Markup

from practicum.charts import point_markers
from practicum.charts.svg import join
from practicum.formatting import counted, percent

SIDE, MARKER = 1000, 32
"""Units of a map's side, and of a point on it."""


@dataclass(frozen=True)
class ScatterPoint:
    """A sample's place on a map."""

    x: float
    y: float
    label: int
    filled: bool
    sample: int = 0
    """The number of its sample, from 0."""


@dataclass(frozen=True)
class ScatterMap:
    """The points of one map, and how many samples were left out because their place is not finite."""

    name: str
    points: tuple[ScatterPoint, ...]
    left_out: int

    def centre(self, k: int) -> tuple[float, float] | None:
        """The mean place of a class; None of a class without points."""
        members = [point for point in self.points if point.label == k]
        return (fmean(point.x for point in members), fmean(point.y for point in members)) if members else None

    def describe_separation(self) -> str:
        """The share of points nearest to their own class's centre, in a sentence."""
        centres = {k: place for k in {point.label for point in self.points} if (place := self.centre(k))}
        nearest = sum(
            min(centres, key=lambda k: hypot(point.x - centres[k][0], point.y - centres[k][1])) == point.label
            for point in self.points
        )
        sentence = f"{percent(nearest / len(self.points))} of the points are nearest to the centre of their own class."
        left_out = f" {counted(self.left_out, 'point')} without finite coordinates left out." if self.left_out else ""
        return sentence + left_out


def draw_map(scatter: ScatterMap, classes: list[str], ident: str, definitions: Markup) -> Markup:
    """A square map with one scale in both directions. `definitions` are the markers that `ident` begins with."""
    place = place_on_map(scatter, MARKER)
    groups = [
        point_markers.class_points(ident, k, filled, places)
        for filled in (True, False)
        for k in range(len(classes))
        if (places := [place(point) for point in scatter.points if (point.label, point.filled) == (k, filled)])
    ]
    return frame_map(scatter, classes, definitions, join(groups))


def place_on_map(scatter: ScatterMap, margin: int) -> Callable[[ScatterPoint], tuple[int, int]]:
    """Return what places a point on a map of `SIDE` by `SIDE`, with a margin on all sides."""
    left, right = min(point.x for point in scatter.points), max(point.x for point in scatter.points)
    bottom, top = min(point.y for point in scatter.points), max(point.y for point in scatter.points)
    reach = max(right - left, top - bottom) or 1.0
    inner = SIDE - 2 * margin

    def place(point: ScatterPoint) -> tuple[int, int]:
        across = (point.x - (left + right) / 2) / reach
        up = (point.y - (bottom + top) / 2) / reach
        return round(SIDE / 2 + inner * across), round(SIDE / 2 - inner * up)

    return place


def frame_map(scatter: ScatterMap, classes: list[str], definitions: Markup, points: Markup) -> Markup:
    """A map with its description around what is drawn of its points."""
    count = counted(len(scatter.points), "point")
    description = f"{count}. {scatter.describe_separation()} {_describe_centres(scatter, classes)}"
    opening = Markup('<svg class="map" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><title>{2}</title>').format(
        SIDE, f"{scatter.name}: {description}", scatter.name
    )
    defs = Markup("<desc>{}</desc><defs>{}</defs>").format(description, definitions)
    return opening + defs + points + Markup("</svg>")


def coordinates(x: float, y: float) -> str:
    """`(1.2, -0.35)`."""
    return f"({_coordinate(x)}, {_coordinate(y)})"


def _describe_centres(scatter: ScatterMap, classes: list[str]) -> str:
    centres = [(name, centre) for k, name in enumerate(classes) if (centre := scatter.centre(k))]
    return f"Centres: {', '.join(f'{name} {coordinates(*centre)}' for name, centre in centres)}."


def _coordinate(value: float) -> str:
    return f"{value:.1f}" if 1 <= abs(value) < 1e6 else f"{value:.2g}"
