"""Line charts as SVG: means over several runs, with their range as a band or as whiskers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from markupsafe import Markup

from practicum.charts import axes, svg, tables
from practicum.charts.axes import PlaceAxis, ValueAxis
from practicum.formatting import decimals, literal, percent

HEIGHT = 182
"""Pixels from the bottom to the top of a small chart."""
DASHES = ("", "6 4", "2 3", "10 3 2 3", "1 4", "14 4", "4 2", "8 2 2 2")
ROW_HEIGHT = 15
"""Pixels between two rows of the names at the lines' ends."""
NAME_WIDTH = 16
"""Characters in a row of a name; longer names are wrapped."""
LARGEST = 1e300
"""Numbers beyond it cannot be placed: even their difference overflows."""
NAME_MARGINS = (5, 8, 11, NAME_WIDTH)
"""Characters for which the style sheet keeps room beside a chart: classes `n5`, `n8`, …"""


@dataclass(frozen=True)
class Series:
    """One line: the mean, the least and the greatest value at each step, all of one length.

    Values that are not finite leave a gap.
    """

    name: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    is_key: bool = False
    """Whether this is the line of the correct answer."""
    colour: int | None = None
    """Index of the series colour; None where only the key line stands out."""
    dots: bool = False
    """Whether each step is marked, because nothing was measured in between."""
    whiskers: bool = False
    """Whether the range is drawn as a whisker at each step instead of a band."""

    def segments(self) -> Iterator[list[int]]:
        """The steps that can be drawn, split at gaps."""
        finite = [
            all(isfinite(value) and abs(value) <= LARGEST for value in values)
            for values in zip(self.mean, self.low, self.high, strict=True)
        ]
        for is_finite, steps in groupby(range(len(finite)), lambda step: finite[step]):
            if is_finite:
                yield list(steps)

    @property
    def finite_steps(self) -> list[int]:
        return [step for segment in self.segments() for step in segment]

    @property
    def css(self) -> str:
        return " right" if self.is_key else "" if self.colour is None else f" s{self.colour % svg.COLOURS}"


def mean_series(
    name: str, curves: Sequence[Sequence[float]], is_key: bool = False, colour: int | None = None
) -> Series:
    """The mean and range over several curves, cut to the shortest."""
    steps = list(zip(*curves, strict=False))
    return Series(
        name,
        tuple(sum(values) / len(values) for values in steps),
        tuple(min(values) for values in steps),
        tuple(max(values) for values in steps),
        is_key,
        colour,
    )


def draw_epochs(title: str, lines: Sequence[Series], unit: str = "epoch") -> Markup:
    """Draw lines over steps that are counted from 1, each named at its end.

    A line with a value that is not finite (a loss that diverged) is left out.
    """
    lines = [line for line in lines if line.mean and len(line.finite_steps) == len(line.mean)]
    if not lines:
        return Markup("")
    axis = axes.step_axis(max(len(line.mean) for line in lines), unit)
    return draw_lines(title, describe(lines, unit), lines, axis)


def draw_lines(
    title: str,
    description: str,
    lines: Sequence[Series],
    across: PlaceAxis,
    *,
    values: ValueAxis | None = None,
    share: bool = False,
    height: int = HEIGHT,
    named: bool = True,
) -> Markup:
    """Draw lines over any places; empty where no line has a finite value.

    Args:
        title: What the chart shows.
        description: The data in words, for screen readers.
        lines: As many values each as there are places, or fewer.
        across: The horizontal axis.
        values: The vertical axis; by default one that holds all values.
        share: Whether values are shares of 1, written in percent.
        height: The least height in pixels; long names at the lines' ends may need more.
        named: Whether each line is named at its end. Otherwise the caller adds a legend.
    """
    lines = [line for line in lines if line.finite_steps]
    if not lines:
        return Markup("")
    values = values or axes.value_axis(
        min(line.low[step] for line in lines for step in line.finite_steps),
        max(line.high[step] for line in lines for step in line.finite_steps),
    )
    names = {line.name: textwrap.wrap(line.name, NAME_WIDTH) or [line.name] for line in lines} if named else {}
    plot = _Plot(across, values, max(height, ROW_HEIGHT * sum(map(len, names.values()))))
    longest = max((len(row) for rows in names.values() for row in rows), default=0)
    margin = next((margin for margin in NAME_MARGINS if longest <= margin), NAME_WIDTH) if named else 0
    shapes = [
        *draw_grid(across, values, plot.height, share),
        *_draw_shapes(plot, lines),
        *_draw_names(plot, lines, names),
    ]
    return svg.chart(f"n{margin}", title, description, plot.height, shapes)


def tabulate(lines: Sequence[Series], title: str, unit: str = "epoch") -> Markup:
    """The same data as a table: a row per step, a column per line."""
    rows = [
        [str(step + 1), *(decimals(line.mean[step]) if step < len(line.mean) else "" for line in lines)]
        for step in range(max((len(line.mean) for line in lines), default=0))
    ]
    return tables.data_table(title, [unit.capitalize(), *(line.name for line in lines)], rows)


def describe(lines: Sequence[Series], unit: str) -> str:
    """The chart in words: where each line starts and ends."""
    return " ".join(
        f"{line.name}: {decimals(line.mean[0])} at {unit} 1, {decimals(line.mean[-1])} at {unit} {len(line.mean)}."
        for line in lines
    )


def draw_grid(across: PlaceAxis, values: ValueAxis, height: float, share: bool = False) -> Iterator[Markup]:
    """Thin lines at the ticks, and the labels of both axes."""
    for tick in values.ticks:
        y = height * (1 - values.position(tick))
        yield svg.horizontal_line(y)
        yield svg.label(0, y, percent(tick) if share else literal(tick), "end", dx=-7)
    for step, on_phones in across.visible_labels():
        yield svg.label(100 * across.places[step], height + 15, across.labels[step], css="" if on_phones else "wide")
    yield svg.label(50, height + 34, across.unit)


@dataclass(frozen=True)
class _Plot:
    """Where steps and values lie."""

    across: PlaceAxis
    values: ValueAxis
    height: int

    def x(self, step: int) -> float:
        """In percent of the width."""
        return 100 * self.across.places[step]

    def y(self, value: float) -> float:
        """In pixels from the top."""
        return self.height * (1 - self.values.position(value))

    def points(self, steps: Sequence[int], values: Sequence[float]) -> list[str]:
        """Points in the square of 100 by 100 units that is stretched over the plot."""
        return [f"{_brief(self.x(step))},{_brief(100 * (1 - self.values.position(values[step])))}" for step in steps]


def _brief(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")


def _draw_shapes(plot: _Plot, lines: Sequence[Series]) -> Iterator[Markup]:
    """The bands first, then the lines over them, then whiskers and dots."""
    bands, strokes, marks = [], [], []
    for index, line in enumerate(lines):
        for segment in line.segments():
            if line.whiskers:
                marks += [
                    svg.vertical_line(
                        plot.x(step), plot.y(line.high[step]), plot.y(line.low[step]), f"whisker{line.css}"
                    )
                    for step in segment
                ]
            if len(segment) == 1:
                marks.append(_single_point(plot, line, index, segment[0]))
                continue
            if line.dots:
                marks += [svg.dot(plot.x(step), plot.y(line.mean[step]), 3, f"dot{line.css}") for step in segment]
            if line.low != line.high and not line.whiskers:
                edge = plot.points(segment, line.high) + plot.points(segment, line.low)[::-1]
                bands.append(Markup('<polygon class="band{}" points="{}"/>').format(line.css, " ".join(edge)))
            strokes.append(_stroke(plot, line, index, segment))
    yield svg.stretched(bands + strokes)
    yield from marks


def _single_point(plot: _Plot, line: Series, index: int, step: int) -> Markup:
    return Markup('<circle class="line{}" data-line="{}" data-from="{}" cx="{:.4g}%" cy="{:.4g}" r="3"/>').format(
        line.css, index, step, plot.x(step), plot.y(line.mean[step])
    )


def _stroke(plot: _Plot, line: Series, index: int, segment: Sequence[int]) -> Markup:
    dash = DASHES[index % len(DASHES)]
    dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash and not line.is_key else ""
    return Markup('<polyline class="line{}" data-line="{}" data-from="{}" points="{}"{}/>').format(
        line.css, index, segment[0], " ".join(plot.points(segment, line.mean)), dashes
    )


def _draw_names(plot: _Plot, lines: Sequence[Series], names: dict[str, list[str]]) -> Iterator[Markup]:
    """Each line's name at its end, pushed apart where two would overlap."""
    if not names:
        return
    ends = sorted(lines, key=lambda line: plot.y(line.mean[line.finite_steps[-1]]))
    places: list[float] = []  # the middle of each name's first row
    least = 4.0
    for line in ends:
        y = max(plot.y(line.mean[line.finite_steps[-1]]), least)
        places.append(y)
        least = y + ROW_HEIGHT * len(names[line.name])
    limit: float = plot.height
    for index in reversed(range(len(places))):  # What was pushed below the plot moves up again and pushes in turn.
        places[index] = min(places[index], limit - ROW_HEIGHT * (len(names[ends[index].name]) - 1))
        limit = places[index] - ROW_HEIGHT
    for line, place in zip(ends, places, strict=True):
        for row, text in enumerate(names[line.name]):
            yield svg.label(100, place + ROW_HEIGHT * row, text, "start", f"name{line.css}", dx=8)
