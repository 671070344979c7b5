"""A badge as an SVG image: for the page, to save, and to show to others."""

from __future__ import annotations

from math import cos, pi, sin
from textwrap import wrap

from markupsafe import Markup

PAPER, INK, SOFT, ACCENT = "#fbfaf7", "#1c1b19", "#5f5c56", "#0b6657"
SANS = "ui-sans-serif, -apple-system, 'Segoe UI', Inter, Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


def seal(segments: int) -> Markup:
    """The round mark alone, in the page's own colours: a ring of a segment a problem, and a tick."""
    mark = _seal(60, 60, segments, "var(--accent)", "var(--accent-ink)")
    return Markup('<svg viewBox="0 0 120 120" aria-hidden="true">{}</svg>').format(mark)


def badge_svg(name: str, topic: str, date: str, holder: str = "", segments: int = 5) -> str:
    """The whole badge: mark, name, topic, day, and its holder's name if they want it there. 352 by 440 units."""
    rows = wrap(name, 22)[:2]
    y = 296
    parts = []
    for row in rows:
        parts.append(_text(row, y, 25, INK, 700))
        y += 31
    if holder:
        parts.append(_text(holder, y + 2, 17, ACCENT, 600))
        y += 27
    parts.append(_text(topic, y, 14.5, SOFT, 400))
    parts.append(_text(f"{date} · practicum", y + 22, 14.5, SOFT, 400))
    words = f"{name}, earned on {date}" + (f" by {holder}" if holder else "")
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 352 440" width="704" height="880" role="img" '
            'aria-label="{}"><title>{}</title><rect x="1" y="1" width="350" height="438" rx="24" fill="{}" '
            'stroke="#e2dfd8" stroke-width="2"/><g transform="translate(176 144) scale(1.55)">{}</g>{}</svg>'
        ).format(words, words, PAPER, _seal(0, 0, segments, ACCENT, PAPER), Markup("").join(parts))
    )


def _text(words: str, y: float, size: float, colour: str, weight: int) -> Markup:
    return Markup(
        '<text x="176" y="{}" text-anchor="middle" font-family="{}" font-size="{}" font-weight="{}" fill="{}">{}</text>'
    ).format(y, SANS, size, weight, colour, words)


def _seal(x: float, y: float, segments: int, ink: str, paper: str) -> Markup:
    arcs = Markup("").join(_arc(x, y, 52, index, max(1, segments), ink) for index in range(max(1, segments)))
    tick = Markup(
        '<circle cx="{}" cy="{}" r="39" fill="{}"/><path d="M{} {}l11 11.5 22-25" fill="none" stroke="{}" '
        'stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/>'
    ).format(x, y, ink, x - 16.5, y + 1.5, paper)
    return arcs + tick


def _arc(x: float, y: float, radius: float, index: int, count: int, ink: str) -> Markup:
    """One segment of the ring, with a gap to the next; a single one is nearly closed."""
    whole = 2 * pi / count
    gap = 0.22 if count > 1 else 0.02
    start = index * whole - pi / 2 + gap / 2
    end = start + whole - gap
    return Markup(
        '<path d="M{:.2f} {:.2f}A{} {} 0 {} 1 {:.2f} {:.2f}" fill="none" stroke="{}" stroke-width="6" '
        'stroke-linecap="round"/>'
    ).format(
        x + radius * cos(start),
        y + radius * sin(start),
        radius,
        radius,
        int(end - start > pi),
        x + radius * cos(end),
        y + radius * sin(end),
        ink,
    )
