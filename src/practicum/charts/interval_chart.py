"""Numbers with an interval along a horizontal axis: as one line, as rows of dots, or as bars."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from markupsafe import Markup

from practicum.charts import axes, svg
from practicum.charts.axes import ValueAxis
from practicum.formatting import percent
from practicum.statistics.intervals import Interval

ROW_HEIGHT = 46
BAR_ROW_HEIGHT = 28
NAME_HEIGHT, RESULT_NAME = 17, 36
"""Of a result's name: pixels of a row, and the characters that fit into it on a phone."""
LINE_HEIGHT = 56
SHARES = ValueAxis((0.0, 0.5, 1.0))


@dataclass(frozen=True)
class IntervalRow:
    """A named share; its interval is NaN where nothing was measured."""

    name: str
    interval: Interval
    is_key: bool = False
    """Whether it stands out."""


def describe_interval(interval: Interval) -> str:
    """`87 %, from 80 % to 92 %`."""
    return f"{percent(interval.value)}, from {percent(interval.low)} to {percent(interval.high)}"


def draw_interval(title: str, interval: Interval, reference: float, reference_name: str) -> Markup:
    """One share on a line from 0 to 100 %, with a mark at a reference value."""
    y = 22
    shapes = [
        svg.horizontal_line(y, "track"),
        svg.horizontal_line(y, "interval right", 100 * interval.low, 100 * interval.high),
        svg.vertical_line(100 * reference, 12, 32, "reference"),
        svg.dot(100 * interval.value, y, 7),
        svg.label(100 * reference, 48, f"{reference_name} {percent(reference)}", svg.edge_anchor(reference), "name"),
    ]
    description = f"{describe_interval(interval)}. {reference_name}: {percent(reference)}."
    return svg.chart("interval-line", title, description, LINE_HEIGHT, shapes)


def draw_interval_rows(title: str, rows: Sequence[IntervalRow]) -> Markup:
    """Each share as a dot on its interval, with its name above."""
    axis = axes.share_axis(bound for row in rows for bound in (row.interval.low, row.interval.high))
    height = ROW_HEIGHT * len(rows)
    shapes = _draw_ticks(axis, height)
    for index, row in enumerate(rows):
        y, css = ROW_HEIGHT * index + 32, " right" if row.is_key else ""
        low, value, high = (
            100 * axis.position(bound) for bound in (row.interval.low, row.interval.value, row.interval.high)
        )
        shapes += [
            svg.truncated_label(0, y - 20, row.name, "start", f"name{css}", 34, 70, dx=6),
            svg.label(100, y - 20, percent(row.interval.value), "end", f"name{css}", dx=-6),
            svg.horizontal_line(y, f"interval{css}", low, high),
            svg.dot(value, y, 6 if row.is_key else 5, "dot" if row.is_key else "dot open"),
        ]
    return svg.chart("interval-rows", title, _describe_rows(rows), height, shapes)


def draw_bars(title: str, rows: Sequence[IntervalRow]) -> Markup:
    """Each share as a bar from 0, with its interval as a whisker and its name at the left."""
    height = BAR_ROW_HEIGHT * len(rows)
    shapes = _draw_ticks(SHARES, height)
    for index, row in enumerate(rows):
        y = BAR_ROW_HEIGHT * (index + 0.5)
        shapes.append(svg.truncated_label(0, y, row.name, "end", "name", 14, 24, dx=-12))
        if isnan(row.interval.value):
            continue
        bar = Markup('<rect class="share-bar" x="0%" y="{:.4g}" width="{:.4g}%" height="14" rx="3"/>')
        shapes.append(bar.format(y - 7, 100 * row.interval.value))
        shapes.append(svg.horizontal_line(y, "whisker", 100 * row.interval.low, 100 * row.interval.high))
    return svg.chart("bars", title, _describe_rows(rows), height, shapes)


@dataclass(frozen=True)
class ResultBar:
    """The mean of a number over several runs, its lowest and highest value, and all three as they are written."""

    name: str
    mean: float
    low: float
    high: float
    written: str
    colour: int


def draw_results(title: str, bars: Sequence[ResultBar], end: float) -> Markup:
    """Numbers of 0 or more as bars from 0 to `end`, below their names and beside their values; ranges as whiskers."""
    shapes: list[Markup] = []
    top = 0
    for bar in bars:
        names = textwrap.wrap(bar.name, RESULT_NAME) or [""]
        shapes += [
            svg.label(0, top + NAME_HEIGHT * (row + 0.5), name, "start", "name") for row, name in enumerate(names)
        ]
        shapes += _result(bar, top + NAME_HEIGHT * len(names) + 9, end)
        top += NAME_HEIGHT * len(names) + 26
    description = " ".join(f"{bar.name}: {bar.written}." for bar in bars)
    return svg.chart("results", title, description, top - 8, shapes)


def _result(bar: ResultBar, y: float, end: float) -> Iterator[Markup]:
    low, mean, high = (100 * value / end for value in (bar.low, bar.mean, bar.high))
    yield svg.horizontal_line(y, "track")
    yield Markup('<rect class="result s{}" x="0" y="{:g}" width="{:.4g}%" height="12" rx="2"/>').format(
        bar.colour, y - 6, mean
    )
    if low < high:
        yield svg.horizontal_line(y, "whisker", low, high)
    yield svg.label(100, y, bar.written, "start", "value", dx=8)


def _describe_rows(rows: Sequence[IntervalRow]) -> str:
    return " ".join(f"{row.name}: {describe_interval(row.interval)}." for row in rows)


def _draw_ticks(axis: ValueAxis, height: float) -> list[Markup]:
    shapes = []
    for tick in axis.ticks:
        place = axis.position(tick)
        shapes.append(svg.vertical_line(100 * place, 0, height, "grid"))
        shapes.append(svg.label(100 * place, height + 14, percent(tick), svg.edge_anchor(place)))
    return shapes
