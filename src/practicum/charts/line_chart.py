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
    """At each step, over the runs that reached it."""
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
    runs: tuple[tuple[float, ...], ...] = ()
    """Each run's own values, if the runs end at different steps: each is drawn, and their mean as far as all reach."""

    @property
    def common_steps(self) -> int:
        """The number of steps that every run reached."""
        return min(map(len, self.runs), default=len(self.mean))

    def count_at(self, step: int) -> int:
        """The number of runs that reached a step, where they end at different steps."""
        return sum(len(run) > step for run in self.runs)

    def segments(self) -> Iterator[list[int]]:
        """The steps at which the mean can be drawn, split at gaps."""
        steps = range(self.common_steps)
        return _drawable([(self.mean[step], self.low[step], self.high[step]) for step in steps])

    @property
    def finite_steps(self) -> list[int]:
        return [step for segment in self.segments() for step in segment]

    @property
    def drawn_values(self) -> list[float]:
        """Every value that has a place in the plot."""
        of_runs = [run[step] for run in self.runs for step in _drawable_steps(run)]
        return [bounds[step] for bounds in (self.low, self.high) for step in self.finite_steps] + of_runs

    @property
    def end(self) -> float:
        """The last value that is drawn: of the run that can be drawn furthest, or of the mean."""
        ends = [(steps[-1], run[steps[-1]]) for run in self.runs if (steps := _drawable_steps(run))]
        return max(ends)[1] if ends else self.mean[self.finite_steps[-1]]

    def value_at(self, step: int, written: str) -> str:
        """A value of the mean as it is written in a table, with the number of runs where some have ended."""
        count = self.count_at(step)
        return written if count == len(self.runs) else f"{written} ({count} of {len(self.runs)} runs)"

    @property
    def css(self) -> str:
        return " right" if self.is_key else "" if self.colour is None else f" s{self.colour % svg.COLOURS}"


def _drawable(steps: Sequence[Sequence[float]]) -> Iterator[list[int]]:
    """The steps of which every value can be placed, split at gaps."""
    finite = [all(isfinite(value) and abs(value) <= LARGEST for value in values) for values in steps]
    for is_finite, group in groupby(range(len(finite)), lambda step: finite[step]):
        if is_finite:
            yield list(group)


def _drawable_steps(values: Sequence[float]) -> list[int]:
    return [step for segment in _drawable([(value,) for value in values]) for step in segment]


def mean_series(
    name: str, curves: Sequence[Sequence[float]], is_key: bool = False, colour: int | None = None
) -> Series:
    """The mean and range at each step of the runs that reached it; the runs themselves too if their ends differ."""
    steps = [[run[step] for run in curves if len(run) > step] for step in range(max(map(len, curves), default=0))]
    return Series(
        name,
        tuple(sum(values) / len(values) for values in steps),
        tuple(min(values) for values in steps),
        tuple(max(values) for values in steps),
        is_key,
        colour,
        runs=tuple(map(tuple, curves)) if len(set(map(len, curves))) > 1 else (),
    )


def draw_epochs(title: str, lines: Sequence[Series], unit: str = "epoch") -> Markup:
    """Draw lines over steps that are counted from 1, each named at its end.

    A line ends, or has a gap, where its value is not finite: a loss that diverged.
    """
    axis = axes.step_axis(max((len(line.mean) for line in lines), default=1), unit)
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
    lines = [line for line in lines if line.drawn_values]
    if not lines:
        return Markup("")
    drawn = [value for line in lines for value in line.drawn_values]
    values = values or axes.value_axis(min(drawn), max(drawn))
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
        [
            str(step + 1),
            *(line.value_at(step, decimals(line.mean[step])) if step < len(line.mean) else "" for line in lines),
        ]
        for step in range(max((len(line.mean) for line in lines), default=0))
    ]
    return tables.data_table(title, [unit.capitalize(), *(line.name for line in lines)], rows)


def describe(lines: Sequence[Series], unit: str) -> str:
    """The chart in words: where each line starts and ends."""
    return " ".join(
        f"{line.name}: {decimals(line.mean[0])} at {unit} 1, "
        f"{line.value_at(len(line.mean) - 1, decimals(line.mean[-1]))} at {unit} {len(line.mean)}."
        for line in lines
        if line.mean
    )


def describe_runs(line: Series, unit: str) -> str:
    """How a line is drawn whose runs end at different steps; empty for another."""
    if not line.runs:
        return ""
    ends = sorted(map(len, line.runs))
    return (
        f"its {len(ends)} runs end at {unit}s {ends[0]} to {ends[-1]}. "
        "Thin lines are the single runs; the thick line is their mean, as far as all of them go."
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
        for run in line.runs:
            bands += [_run_stroke(plot, line, index, run, part) for part in _drawable([(value,) for value in run])]
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
            if line.low != line.high and not line.whiskers and not line.runs:
                edge = plot.points(segment, line.high) + plot.points(segment, line.low)[::-1]
                bands.append(_band(line, index, edge))
            strokes.append(_stroke(plot, line, index, segment))
    yield svg.stretched(bands + strokes)
    yield from marks


def _band(line: Series, index: int, edge: Sequence[str]) -> Markup:
    return Markup('<polygon class="band{}" data-band="{}" points="{}"/>').format(line.css, index, " ".join(edge))


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


def _run_stroke(plot: _Plot, line: Series, index: int, run: Sequence[float], segment: Sequence[int]) -> Markup:
    """One run alone. A segment of a single step is a line to itself, which its round ends make a point."""
    steps = segment if len(segment) > 1 else [*segment, *segment]
    return Markup('<polyline class="run{}" data-run="{}" points="{}"/>').format(
        line.css, index, " ".join(plot.points(steps, run))
    )


def _draw_names(plot: _Plot, lines: Sequence[Series], names: dict[str, list[str]]) -> Iterator[Markup]:
    """Each line's name at its end, pushed apart where two would overlap."""
    if not names:
        return
    ends = sorted(lines, key=lambda line: plot.y(line.end))
    places: list[float] = []  # the middle of each name's first row
    least = 4.0
    for line in ends:
        y = max(plot.y(line.end), least)
        places.append(y)
        least = y + ROW_HEIGHT * len(names[line.name])
    limit: float = plot.height
    for index in reversed(range(len(places))):  # What was pushed below the plot moves up again and pushes in turn.
        places[index] = min(places[index], limit - ROW_HEIGHT * (len(names[ends[index].name]) - 1))
        limit = places[index] - ROW_HEIGHT
    for line, place in zip(ends, places, strict=True):
        for row, text in enumerate(names[line.name]):
            yield svg.label(100, place + ROW_HEIGHT * row, text, "start", f"name{line.css}", dx=8)
