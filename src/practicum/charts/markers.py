"""Shapes of points: each class has its own, so that no colour need be told from another."""

from __future__ import annotations

from markupsafe import Markup

from practicum.charts.svg import SERIES, joined

SHAPES = (
    "M10 0A10 10 0 1 1 -10 0A10 10 0 1 1 10 0Z",  # circle
    "M-9 -9H9V9H-9Z",  # square
    "M0 -11L11 9H-11Z",  # triangle
    "M0 -13L4 -4H13L6 2L8 12L0 6L-8 12L-6 2L-13 -4H-4Z",  # star
    "M-4 -11H4V-4H11V4H4V11H-4V4H-11V-4H-4Z",  # plus
    "M0 -13L10 0L0 13L-10 0Z",  # diamond
    "M0 11L-11 -9H11Z",  # triangle on its tip
    "M-11 -6L-6 -11L0 -5L6 -11L11 -6L5 0L11 6L6 11L0 5L-6 11L-11 6L-5 0Z",  # cross
)
"""Outlines in a square of 28 by 28 around 0."""
BOX = "-14 -14 28 28"


def definitions(ident: str, classes: int, size: int) -> Markup:
    """Markers for each class, filled (`ident-0f`) and open (`ident-0o`), `size` units of the picture wide."""
    return joined(
        Markup(
            '<marker id="{0}-{1}{2}" viewBox="{3}" markerWidth="{4}" markerHeight="{4}" markerUnits="userSpaceOnUse">'
            '<path class="{5} s{6}" d="{7}"/></marker>'
        ).format(ident, k, how, BOX, size, css, k % SERIES, SHAPES[k])
        for k in range(classes)
        for how, css in (("f", "full"), ("o", "open"))
    )


def points(ident: str, k: int, full: bool, places: list[tuple[int, int]]) -> Markup:
    """All points of one class: a line that nobody sees, with a marker at each of its corners."""
    if len(places) == 1:
        places = places * 2  # A line of one corner is none.
    path = " ".join(f"{x},{y}" for x, y in places)
    marker = Markup("url(#{}-{}{})").format(ident, k, "f" if full else "o")
    return Markup('<polyline points="{0}" marker-start="{1}" marker-mid="{1}" marker-end="{1}"/>').format(path, marker)


def sample(k: int) -> Markup:
    """A class's shape, for a legend."""
    return _sample(f"full s{k % SERIES}", SHAPES[k])


def any_class(full: bool) -> Markup:
    """A shape that stands for all, filled or open."""
    return _sample("full any" if full else "open any", SHAPES[0])


def _sample(css: str, path: str) -> Markup:
    return Markup('<svg class="sample" viewBox="{}" aria-hidden="true"><path class="{}" d="{}"/></svg>').format(
        BOX, css, path
    )
