"""`sweep`: a number over a parameter's values, the mean over seeds as a line and their range as a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from practicum.charts import axes, figure, interactive_chart, line_chart, svg, tables
from practicum.charts.interactive_chart import ReadoutTable
from practicum.charts.line_chart import Series
from practicum.figures import settings as own
from practicum.figures.base import (
    Figure,
    KeyMistake,
    describe_band,
    duplicate_names,
    figure_id,
    inner_mistakes,
    is_share,
    seeds_of,
)
from practicum.figures.base import number as result_number
from practicum.formatting import literal, value_with_range
from practicum.kinds import validators
from practicum.model import Measured, Measurement


class SweepFigure(Figure):
    """One line per experiment; a slider reads the measured values and nothing in between."""

    name = "sweep"
    keys = {
        "title": validators.text("what the figure shows"),
        "over": own.parameter,
        "values": own.places,
        "measure": validators.dotted_name("a number that the experiments return"),
        "unit": own.label("what the values count, as in `images per class`"),
        "lines": own.tables("[[lines]]", 6),
        "seeds": validators.seeds,
        "percent": validators.boolean,
        "slider": validators.boolean,
    }
    required = ("title", "over", "values", "measure", "unit", "lines")
    inner = {
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "name": own.label("the line's name"),
    }
    inner_required = ("experiment", "name")

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """Each line's own keys; lines of the same name."""
        if "lines" not in valid:
            return
        yield from inner_mistakes(table["lines"], "lines", self.inner, self.inner_required)
        yield from duplicate_names(table["lines"], "lines")
        for line in table["lines"]:
            yield from own.varied(line, "lines", table.get("over"))

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """Each line's experiment at each value with each seed."""
        return tuple(
            call for line in table["lines"] for value in table["values"] for call in _calls(table, line, value)
        )

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Lines over the values and their table; with `slider`, a readout of each value."""
        title, values, unit = table["title"], table["values"], table["unit"]
        lines = [_line(table, line, measured, index) for index, line in enumerate(table["lines"])]
        bounds = [bound for line in lines for bound in (*line.low, *line.high)]
        share = is_share(table, bounds, title, table["measure"])
        readouts = _readouts(table, lines, share)
        description = " ".join(f"{readouts.readout(row)}." for row in range(len(values)))
        across = axes.number_axis(values, [literal(value) for value in values], unit)
        chart = line_chart.draw_lines(title, description, lines, across, share=share, height=svg.PLOT_HEIGHT)
        if table.get("slider"):
            data = tables.data_table(title, readouts.head, readouts.rows)
            body = interactive_chart.add_slider(
                figure_id(number), chart, readouts, data, start=len(values) // 2, label=unit.capitalize()
            )
        else:
            body = chart + tables.folded_table(title, readouts.head, readouts.rows)
        return figure.figure(title, [body, figure.note(_note(table, lines))], figure_id(number))


def _readouts(table: Mapping[str, Any], lines: Sequence[Series], share: bool) -> ReadoutTable:
    return ReadoutTable(
        [table["unit"].capitalize(), *(line.name for line in lines)],
        [
            [
                literal(value),
                *(value_with_range(line.mean[row], line.low[row], line.high[row], share) for line in lines),
            ]
            for row, value in enumerate(table["values"])
        ],
        f"{table['unit'].capitalize()} = ",
    )


def _note(table: Mapping[str, Any], lines: Sequence[Series]) -> str:
    gaps = [line.name for line in lines if len(line.finite_steps) < len(line.mean)]
    return " ".join(
        [
            describe_band(seeds_of(table)),
            "Measured at the marked values only.",
            *(f"{name}: gaps are values that are not finite." for name in gaps),
        ]
    )


def _line(
    table: Mapping[str, Any], line: Mapping[str, Any], measured: Mapping[Measurement, Measured], index: int
) -> Series:
    """A line through the mean over seeds at each value."""
    points = [
        [result_number(measured[call], table["measure"]) for call in _calls(table, line, value)]
        for value in table["values"]
    ]
    return Series(
        line["name"],
        tuple(sum(numbers) / len(numbers) for numbers in points),
        tuple(min(numbers) for numbers in points),
        tuple(max(numbers) for numbers in points),
        colour=index,
        dots=True,
    )


def _calls(table: Mapping[str, Any], line: Mapping[str, Any], value: float) -> tuple[Measurement, ...]:
    """A line's calls at one value of the parameter, one per seed."""
    params = {**line.get("given", {}), table["over"]: value}
    return tuple(Measurement(line["experiment"], params, seed) for seed in seeds_of(table))
