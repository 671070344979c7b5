"""What figures are put together from: frames, tables, and numbers as people read them. Colours are the page's.

A chart is as wide as its page leaves it, and its text keeps its size: places across are percentages, places down are
pixels. What lies beside the plot (names, numbers at the axes) hangs over its edge, where the style sheet keeps room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from markupsafe import Markup, escape

NBSP = "\u00a0"
SERIES = 6
"""How many colours there are for lines and points: `s0` to `s5`."""


# --- numbers ------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Three figures that count: `0.943`, `12.4`, `1e-05`."""
    return f"{value:.3f}" if 0.001 <= abs(value) < 1000 or value == 0 else f"{value:.2e}"


def percent(share: float) -> str:
    """A share of 1 in whole percent: `86 %`."""
    return f"{100 * share:.0f}{NBSP}%"


def short(value: float) -> str:
    """A setting or a tick as one would type it: `20`, `0.5`, `1e-5`."""
    text = f"{value:g}"
    if "e" not in text:
        return text
    digits, power = text.split("e")
    return f"{digits}e{int(power)}"


def spread(mean: float, low: float, high: float, share: bool) -> str:
    """A mean with the least and greatest it comes from: `86 % (83 to 89)`; alone where they read the same."""
    if not isfinite(mean):
        return "no finite number"
    words = percent(mean) if share else number(mean)
    least, most = (f"{100 * one:.0f}" if share else number(one) for one in (low, high))
    return words if least == most else f"{words} ({least} to {most})"


def count(many: int, one: str, more: str = "") -> str:
    """`1 point`, `2 points`."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


# --- pieces -------------------------------------------------------------------------------------------------------


def joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def picture(css: str, title: str, told: str, height: float, parts: Iterable[Markup]) -> Markup:
    """An SVG as wide as there is room, `height` pixels high, that says in words what it shows."""
    opening = Markup('<svg class="{}" width="100%" height="{:g}" role="img" aria-label="{}"><title>{}</title>').format(
        css, height, f"{title}. {told}", title
    )
    return opening + Markup("<desc>{}</desc>").format(told) + joined(parts) + Markup("</svg>")


def stretched(parts: Iterable[Markup]) -> Markup:
    """Shapes in a square of 100 by 100 that is stretched over the plot."""
    return Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>').format(joined(parts))


def label(x: float, y: float, text: str, anchor: str = "middle", css: str = "", dx: float = 0) -> Markup:
    """Text at a place: `x` in percent, `y` in pixels, `dx` pixels beside it."""
    return Markup('<text{} x="{:.4g}%" y="{:.4g}" dx="{:g}" dy=".35em" text-anchor="{}">{}</text>').format(
        Markup(' class="{}"').format(css) if css else "", x, y, dx, anchor, text
    )


def level(y: float) -> Markup:
    """A thin line across the plot."""
    return Markup('<line class="grid" x1="0" x2="100%" y1="{0:.4g}" y2="{0:.4g}"/>').format(y)


def table(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str | Markup]],
    css: str = "",
    words: int = 1,
) -> Markup:
    """A table whose first column names its rows; the first `words` columns hold words, the others numbers."""

    def cell(at: int, text: str | Markup) -> Markup:
        if at == 0:
            return Markup('<th scope="row">{}</th>').format(text)
        return (Markup("<td>{}</td>") if at < words else Markup('<td class="num">{}</td>')).format(text)

    heads = joined(
        Markup('<th scope="col"{}>{}</th>').format("" if at < words else Markup(' class="num"'), text)
        for at, text in enumerate(head)
    )
    body = joined(Markup("<tr>{}</tr>").format(joined(cell(at, text) for at, text in enumerate(row))) for row in rows)
    return framed(title, Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(heads, body), css)


def framed(title: str, inner: Markup, css: str = "") -> Markup:
    """The inside of a table in a frame that scrolls where it is too wide."""
    return Markup('<div class="table{}" tabindex="0" role="region" aria-label="{}"><table>{}</table></div>').format(
        Markup(" ") + escape(css) if css else "", title, inner
    )


def details(summary: str, inner: Markup) -> Markup:
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, inner)


def figure(number: int, title: str, inner: Iterable[Markup], css: str = "") -> Markup:
    """The whole: its caption first, as it says what is seen."""
    return Markup('<figure class="drawn{}" id="figure-{}"><figcaption>{}</figcaption>{}</figure>').format(
        Markup(" ") + escape(css) if css else "", number, title, joined(inner)
    )


def note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text)
