"""Draws a figure whose text and links contain scripts, for the page that shows it.

Contained: the images contain no script element.
"""

from __future__ import annotations

from practicum.runner import Result

from ..catalogue import KERAS, Attack, World, nothing_escaped


def inert(result: Result, world: World) -> None:
    for figure in result.figures:
        image = getattr(figure, "png", figure)
        assert image.startswith(b"\x89PNG"), image[:20]
        assert "<script" not in getattr(figure, "svg", "").lower()
    assert result.figures, result
    nothing_escaped(result, world)


ATTACK = Attack(
    code="""
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.set_title("</svg><script>alert(1)</script>")
points = axes.scatter([1], [1])
points.set_urls(["javascript:alert(1)"])
axes.set_gid('"><script>alert(1)</script>')
""",
    judge=inert,
    limits=KERAS,
)
