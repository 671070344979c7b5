"""SVG elements of charts.

A chart is as wide as its page leaves it, and its text keeps its size: places across are percentages, places down are
pixels. Labels beside the plot overhang its edge, where the style sheet keeps room. Colours come from the style sheet.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from practicum.formatting import truncate

COLOURS = 6
"""The number of series colours in the style sheet: classes `s0` to `s5`."""
PLOT_HEIGHT = 240
"""Pixels from the bottom to the top of a chart that has a page's whole width."""


def join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def chart(css: str, title: str, description: str, height: float, parts: Iterable[Markup]) -> Markup:
    """An SVG image of full width and `height` pixels, with a description for screen readers."""
    opening = Markup(
        '<svg class="chart {}" width="100%" height="{:g}" role="img" aria-label="{}"><title>{}</title>'
    ).format(css, height, f"{title}. {description}", title)
    return opening + Markup("<desc>{}</desc>").format(description) + join(parts) + Markup("</svg>")


def stretched(parts: Iterable[Markup]) -> Markup:
    """Shapes in a square of 100 by 100 units that is stretched over the plot."""
    return Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>').format(join(parts))


def label(x: float, y: float, text: str, anchor: str = "middle", css: str = "", dx: float = 0) -> Markup:
    """Text at `x` percent and `y` pixels, moved by `dx` pixels."""
    return Markup('<text{} x="{:.4g}%" y="{:.4g}" dx="{:g}" dy=".35em" text-anchor="{}">{}</text>').format(
        Markup(' class="{}"').format(css) if css else "", x, y, dx, anchor, text
    )


def truncated_label(
    x: float, y: float, text: str, anchor: str, css: str, narrow: int, wide: int, dx: float = 0
) -> Markup:
    """A label that is cut to `wide` characters, and to `narrow` on a phone; the style sheet shows one of the two."""
    if len(text) <= narrow:
        return label(x, y, text, anchor, css, dx)
    return label(x, y, truncate(text, narrow), anchor, f"{css} narrow", dx) + label(
        x, y, truncate(text, wide), anchor, f"{css} wide", dx
    )


def edge_anchor(share: float) -> str:
    """The text anchor that keeps a label at `share` of the width inside the chart."""
    return "start" if share < 0.12 else "end" if share > 0.88 else "middle"


def horizontal_line(y: float, css: str = "grid", start: float = 0, end: float = 100) -> Markup:
    """A line at `y` pixels, from `start` to `end` percent."""
    return Markup('<line class="{0}" x1="{1:.4g}%" x2="{2:.4g}%" y1="{3:.4g}" y2="{3:.4g}"/>').format(
        css, start, end, y
    )


def vertical_line(x: float, top: float, bottom: float, css: str) -> Markup:
    """A line at `x` percent, from `top` to `bottom` pixels."""
    return Markup('<line class="{0}" x1="{1:.4g}%" x2="{1:.4g}%" y1="{2:.4g}" y2="{3:.4g}"/>').format(
        css, x, top, bottom
    )


def dot(x: float, y: float, radius: float, css: str = "dot") -> Markup:
    """A circle at `x` percent and `y` pixels."""
    return Markup('<circle class="{}" cx="{:.4g}%" cy="{:.4g}" r="{:.3g}"/>').format(css, x, y, radius)
