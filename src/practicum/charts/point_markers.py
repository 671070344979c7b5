"""Marker shapes of points: each class has a shape of its own, so that it can be distinguished without colours."""

from __future__ import annotations

from markupsafe import Markup

from practicum.charts.svg import COLOURS, join

SHAPES = (
    "M10 0A10 10 0 1 1 -10 0A10 10 0 1 1 10 0Z",  # circle
    "M-9 -9H9V9H-9Z",  # square
    "M0 -11L11 9H-11Z",  # triangle
    "M0 -13L4 -4H13L6 2L8 12L0 6L-8 12L-6 2L-13 -4H-4Z",  # star
    "M-4 -11H4V-4H11V4H4V11H-4V4H-11V-4H-4Z",  # plus
    "M0 -13L10 0L0 13L-10 0Z",  # diamond
    "M0 11L-11 -9H11Z",  # triangle, pointing down
    "M-11 -6L-6 -11L0 -5L6 -11L11 -6L5 0L11 6L6 11L0 5L-6 11L-11 6L-5 0Z",  # cross
)
"""Outlines in a square of 28 by 28 around the origin."""
VIEW_BOX = "-14 -14 28 28"


def marker_definitions(ident: str, classes: int, size: int) -> Markup:
    """SVG markers of each class, filled (`ident-0f`) and open (`ident-0o`), `size` units wide."""
    return join(
        Markup(
            '<marker id="{0}-{1}{2}" viewBox="{3}" markerWidth="{4}" markerHeight="{4}" markerUnits="userSpaceOnUse">'
            '<path class="{5} s{6}" d="{7}"/></marker>'
        ).format(ident, k, suffix, VIEW_BOX, size, css, k % COLOURS, SHAPES[k])
        for k in range(classes)
        for suffix, css in (("f", "full"), ("o", "open"))
    )


def class_points(ident: str, k: int, filled: bool, places: list[tuple[int, int]]) -> Markup:
    """All points of one class: an invisible line with a marker at each of its corners."""
    if len(places) == 1:
        places = places * 2  # A line needs two corners.
    path = " ".join(f"{x},{y}" for x, y in places)
    marker = Markup("url(#{}-{}{})").format(ident, k, "f" if filled else "o")
    return Markup('<polyline points="{0}" marker-start="{1}" marker-mid="{1}" marker-end="{1}"/>').format(path, marker)


def class_key(k: int) -> Markup:
    """A class's shape for the legend."""
    return _key(f"full s{k % COLOURS}", SHAPES[k])


def filling_key(filled: bool) -> Markup:
    """A shape for the legend that stands for all classes, filled or open."""
    return _key("full any" if filled else "open any", SHAPES[0])


def _key(css: str, path: str) -> Markup:
    return Markup('<svg class="sample" viewBox="{}" aria-hidden="true"><path class="{}" d="{}"/></svg>').format(
        VIEW_BOX, css, path
    )
