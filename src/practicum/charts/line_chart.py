"""Line charts as SVG, made on the server: for the eye, for a screen reader, and for both colour schemes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from markupsafe import Markup

from practicum.charts import scales, svg
from practicum.charts.scales import Across, Height
from practicum.charts.svg import number

HEIGHT = 182
"""Pixels from the foot of a plot to its head."""
DASHES = ("", "6 4", "2 3", "10 3 2 3", "1 4", "14 4", "4 2", "8 2 2 2")
GAP = 15
"""Pixels between two rows of names at the lines' ends."""
WIDEST = 16
"""Letters of a row of a name: longer ones are broken."""
LARGEST = 1e300
"""Numbers beyond it have no place: not even their difference can be computed."""
ROOMS = (5, 8, 11, WIDEST)
"""Letters for which the style sheet keeps room beside a chart: `.n5`, `.n8`, …"""


@dataclass(frozen=True)
class Line:
    """One line: the mean of several seeds, and the least and greatest of them at each step. All of one length.

    What is no number leaves a gap.
    """

    name: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    key: bool = False
    """Whether it is the one that the right answer is about."""
    series: int | None = None
    """Which of the figures' colours it has; none where one line alone is to stand out."""
    dots: bool = False
    """Whether each step is marked, as nothing was measured between."""

    def runs(self) -> Iterator[list[int]]:
        """The steps at which it can be drawn, gaps apart."""
        known = [
            all(isfinite(edge) and abs(edge) <= LARGEST for edge in edges)
            for edges in zip(self.mean, self.low, self.high, strict=True)
        ]
        for good, run in groupby(range(len(known)), lambda step: known[step]):
            if good:
                yield list(run)

    @property
    def drawn(self) -> list[int]:
        return [step for run in self.runs() for step in run]

    @property
    def css(self) -> str:
        return " right" if self.key else "" if self.series is None else f" s{self.series % svg.SERIES}"


def line(name: str, curves: Sequence[Sequence[float]], key: bool = False, series: int | None = None) -> Line:
    """A line from the curves of several seeds, cut to the shortest."""
    steps = list(zip(*curves, strict=False))
    return Line(
        name,
        tuple(sum(values) / len(values) for values in steps),
        tuple(min(values) for values in steps),
        tuple(max(values) for values in steps),
        key,
        series,
    )


def chart(title: str, lines: Sequence[Line], unit: str = "epoch") -> Markup:
    """The lines over their steps, each named at its end, the steps counted from 1.

    A line with a value that is no number (a loss that ran off) is left out.
    """
    lines = [one for one in lines if one.mean and len(one.drawn) == len(one.mean)]
    if not lines:
        return Markup("")
    across = scales.steps(max(len(one.mean) for one in lines), unit)
    return drawn(title, told(lines, unit), lines, across)


def drawn(
    title: str, words: str, lines: Sequence[Line], across: Across, share: bool = False, least: int = HEIGHT
) -> Markup:
    """The lines over any places, gaps left open; nothing where none has a number. `words` say what is seen."""
    lines = [one for one in lines if one.drawn]
    if not lines:
        return Markup("")
    height = scales.height(
        min(one.low[step] for one in lines for step in one.drawn),
        max(one.high[step] for one in lines for step in one.drawn),
    )
    names = {one.name: textwrap.wrap(one.name, WIDEST) or [one.name] for one in lines}
    plot = _Plot(across, height, max(least, GAP * sum(map(len, names.values()))))
    longest = max(len(row) for rows in names.values() for row in rows)
    room = next((room for room in ROOMS if longest <= room), WIDEST)
    shapes = [*grid(across, height, plot.pixels, share), *_lines(plot, lines), *_names(plot, lines, names)]
    return svg.picture(f"chart n{room}", title, words, plot.pixels, shapes)


def table(lines: Sequence[Line], title: str, unit: str = "epoch") -> Markup:
    """The same data as a table: a row a step, a column a line."""
    rows = [
        [str(step + 1), *(number(one.mean[step]) if step < len(one.mean) else "" for one in lines)]
        for step in range(max((len(one.mean) for one in lines), default=0))
    ]
    return svg.table(title, [unit.capitalize(), *(one.name for one in lines)], rows)


def told(lines: Sequence[Line], unit: str) -> str:
    """The chart in words: where each line starts and ends."""
    return " ".join(
        f"{one.name}: {number(one.mean[0])} at {unit} 1, {number(one.mean[-1])} at {unit} {len(one.mean)}."
        for one in lines
    )


@dataclass(frozen=True)
class _Plot:
    """Where steps and values lie in the picture."""

    across: Across
    height: Height
    pixels: int

    def x(self, step: int) -> float:
        """In percent of the width."""
        return 100 * self.across.places[step]

    def y(self, value: float) -> float:
        """In pixels from the head."""
        return self.pixels * (1 - self.height.at(value))

    def path(self, steps: Sequence[int], values: Sequence[float]) -> list[str]:
        """Points in the square of 100 by 100 that is stretched over the plot."""
        return [f"{_brief(self.x(step))},{_brief(100 * (1 - self.height.at(values[step])))}" for step in steps]


def _brief(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")


def grid(across: Across, height: Height, pixels: int, share: bool = False) -> Iterator[Markup]:
    """Thin lines at the ticks, and what is written beside and below the plot."""
    for tick in height.ticks:
        y = pixels * (1 - height.at(tick))
        yield svg.level(y)
        yield svg.label(0, y, svg.percent(tick) if share else f"{tick:g}", "end", dx=-7)
    for step, everywhere in across.shown():
        css = "" if everywhere else "wide"
        yield svg.label(100 * across.places[step], pixels + 15, across.labels[step], css=css)
    yield svg.label(50, pixels + 34, across.unit)


def _lines(plot: _Plot, lines: Sequence[Line]) -> Iterator[Markup]:
    """The bands first, then the lines over them, then the points that stand alone."""
    bands, strokes, dots = [], [], []
    for index, one in enumerate(lines):
        dash = DASHES[index % len(DASHES)]
        dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash and not one.key else ""
        for run in one.runs():
            if len(run) == 1:
                dots.append(
                    Markup(
                        '<circle class="line{}" data-line="{}" data-from="{}" cx="{:.4g}%" cy="{:.4g}" r="3"/>'
                    ).format(one.css, index, run[0], plot.x(run[0]), plot.y(one.mean[run[0]]))
                )
                continue
            if one.dots:
                dots += [
                    Markup('<circle class="dot{}" cx="{:.4g}%" cy="{:.4g}" r="3"/>').format(
                        one.css, plot.x(step), plot.y(one.mean[step])
                    )
                    for step in run
                ]
            if one.low != one.high:
                edge = plot.path(run, one.high) + plot.path(run, one.low)[::-1]
                bands.append(Markup('<polygon class="band{}" points="{}"/>').format(one.css, " ".join(edge)))
            strokes.append(
                Markup('<polyline class="line{}" data-line="{}" data-from="{}" points="{}"{}/>').format(
                    one.css, index, run[0], " ".join(plot.path(run, one.mean)), dashes
                )
            )
    yield svg.stretched(bands + strokes)
    yield from dots


def _names(plot: _Plot, lines: Sequence[Line], names: dict[str, list[str]]) -> Iterator[Markup]:
    """Each line's name at its end, pushed apart where they would meet."""
    ends = sorted(lines, key=lambda one: plot.y(one.mean[one.drawn[-1]]))
    places: list[float] = []  # Of the middle of each name's first row.
    foot = 4.0
    for one in ends:
        y = max(plot.y(one.mean[one.drawn[-1]]), foot)
        places.append(y)
        foot = y + GAP * len(names[one.name])
    limit: float = plot.pixels
    for index in reversed(range(len(places))):  # What was pushed below the foot goes up again, and pushes in turn.
        places[index] = min(places[index], limit - GAP * (len(names[ends[index].name]) - 1))
        limit = places[index] - GAP
    for one, place in zip(ends, places, strict=True):
        for row, text in enumerate(names[one.name]):
            yield svg.label(100, place + GAP * row, text, "start", f"name{one.css}", dx=8)
