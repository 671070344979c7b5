"""`chart`: curves over epochs, the mean over seeds as a line and their range as a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from practicum.charts import axes, figure, interactive_chart, line_chart, svg, tables
from practicum.charts.interactive_chart import ReadoutTable
from practicum.charts.line_chart import Series
from practicum.figures import settings as own
from practicum.figures.base import Figure, FigureError, KeyMistake, curve, describe_band, figure_id, is_share, seeds_of
from practicum.formatting import literal, value_with_range
from practicum.kinds import validators
from practicum.model import Json, Measured, Measurement


class LearningCurves(Figure):
    """One line per curve, or one per value of a varied parameter; optionally stepped through epoch by epoch."""

    name = "chart"
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "series": own.names("a list that the experiment returns", 6),
        "names": own.texts("names", 1, 8),
        "vary": own.parameter,
        "values": own.parameter_values,
        "seeds": validators.seeds,
        "unit": own.label("what a step is, as in `epoch`"),
        "percent": validators.boolean,
        "play": validators.boolean,
    }
    required = ("title", "experiment", "series")

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """A varied parameter needs its values, and names go with lines."""
        if ("vary" in table) != ("values" in table):
            present, missing = ("vary", "values") if "vary" in table else ("values", "vary")
            yield present, f"`{present}` needs `{missing}` beside it"
        if "vary" in valid:
            yield from own.varied(table, "vary", table["vary"])
            if "series" in valid and len(table["series"]) > 1:
                yield "series", "`series` holds one name where a parameter is varied: each line is a value of it"
        if valid >= {"names", "series"} and ("values" not in table or "values" in valid):
            lines = table.get("values", table["series"])
            yield from own.same_length("names", table["names"], len(lines), "lines")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """Each setting with each seed."""
        return tuple(call for group in _groups(table) for call in group)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Lines and their table; with `play`, a slider through the epochs."""
        title, unit = table["title"], table.get("unit", "epoch")
        results = [[measured[call] for call in group] for group in _groups(table)]
        curves = [[curve(result, name) for result in group] for group in results for name in table["series"]]
        lines = [
            line_chart.mean_series(name, group, colour=index)
            for index, (name, group) in enumerate(zip(_names(table), curves, strict=True))
        ]
        steps = max(len(line.mean) for line in lines)
        if not steps:
            raise FigureError("empty-lists", "its curves are empty")
        share = is_share(table, [v for line in lines for v in (*line.low, *line.high)], title, *table["series"])
        readouts = _readouts(unit, lines, steps, share)
        description = f"{readouts.readout(0)}. {readouts.readout(steps - 1)}."
        chart = line_chart.draw_lines(
            title, description, lines, axes.step_axis(steps, unit), share=share, height=svg.PLOT_HEIGHT
        )
        data = tables.folded_table(title, readouts.head, readouts.rows)
        if table.get("play"):
            ident, label = figure_id(number), unit.capitalize()
            body = interactive_chart.add_slider(ident, chart, readouts, data, start=steps - 1, label=label, play=True)
        else:
            body = chart + data
        return figure.figure(title, [body, figure.note(_note(table, lines, curves, unit))], figure_id(number))


def _readouts(unit: str, lines: Sequence[Series], steps: int, share: bool) -> ReadoutTable:
    return ReadoutTable(
        [unit.capitalize(), *(line.name for line in lines)],
        [[str(step + 1), *(_cell(line, step, share) for line in lines)] for step in range(steps)],
        f"{unit.capitalize()} ",
    )


def _names(table: Mapping[str, Any]) -> list[str]:
    if "names" in table:
        return list(table["names"])
    if "vary" in table:
        values = (literal(value) if type(value) is float else str(value) for value in table["values"])
        return [f"{table['vary'].replace('_', ' ')} {value}" for value in values]
    return [name.replace("_", " ") for name in table["series"]]


def _cell(line: Series, step: int, share: bool) -> str:
    if step >= len(line.mean):
        return ""
    written = value_with_range(line.mean[step], line.low[step], line.high[step], share)
    return line.value_at(step, written)


def _note(
    table: Mapping[str, Any], lines: Sequence[Series], curves: Sequence[Sequence[Sequence[float]]], unit: str
) -> str:
    """What lines and bands are, where trainings ended at different steps, and where values are not finite."""
    sentences = [describe_band(seeds_of(table))]
    for line, group in zip(lines, curves, strict=True):
        if len({len(values) for values in group}) > 1:
            sentences.append(f"{line.name}: {line_chart.describe_runs(line, unit)}")
        if len(line.finite_steps) < line.common_steps:
            sentences.append(f"{line.name}: gaps are values that are not finite.")
    return " ".join(sentences)


def _groups(table: Mapping[str, Any]) -> list[tuple[Measurement, ...]]:
    """The calls of each setting, a group per line; one group where no parameter is varied."""
    given: dict[str, Json] = table.get("given", {})
    varied = [{**given, table["vary"]: value} for value in table["values"]] if "vary" in table else [given]
    return [tuple(Measurement(table["experiment"], params, seed) for seed in seeds_of(table)) for params in varied]
