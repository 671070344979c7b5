"""Curves over epochs: the mean of several seeds as a line, from the least to the greatest of them as a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from practicum.charts import interactive_chart, line_chart, scales, svg
from practicum.charts.interactive_chart import Rows
from practicum.charts.line_chart import Line, line
from practicum.figures import settings as own
from practicum.figures.base import TALL, Figure, Wrong, across_seeds, curve, seeds_of, shares
from practicum.kinds import validators
from practicum.model import Json, Measured, Measurement


class LearningCurves(Figure):
    """`chart`: one line a curve, or one line a value of a parameter; can be stepped through epoch by epoch."""

    name = "chart"
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "series": own.names("a list that the experiment gives", 6),
        "names": own.texts("names", 1, 8),
        "vary": own.parameter,
        "values": own.settings,
        "seeds": validators.seeds,
        "unit": own.label("what a step is, as in `epoch`"),
        "percent": validators.boolean,
        "play": validators.boolean,
    }
    required = ("title", "experiment", "series")

    def clashes(self, table: Mapping[str, Any], sound: frozenset[str]) -> Iterator[Wrong]:
        """Varied parameters stand in pairs with their values, and names with lines."""
        if ("vary" in table) != ("values" in table):
            there, missing = ("vary", "values") if "vary" in table else ("values", "vary")
            yield there, f"`{there}` needs `{missing}` beside it"
        if "vary" in sound:
            yield from own.varied(table, "vary", table["vary"])
            if "series" in sound and len(table["series"]) > 1:
                yield "series", "`series` holds one name where a parameter is varied: a line is then a value of it"
        if sound >= {"names", "series"} and ("values" not in table or "values" in sound):
            line_chart = table.get("values", table["series"])
            yield from own.same_length("names", table["names"], len(line_chart), "lines")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """Each setting with each seed."""
        return tuple(call for group in _groups(table) for call in group)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Lines, their table, and with `play` a way through them epoch by epoch."""
        unit = table.get("unit", "epoch")
        groups = [[measured[call] for call in group] for group in _groups(table)]
        every = [[curve(one, name) for one in group] for group in groups for name in table["series"]]
        names = _names(table)
        drawn = [line(name, curves, series=at) for at, (name, curves) in enumerate(zip(names, every, strict=True))]
        longest = max(len(one.mean) for one in drawn)
        if not longest:
            raise ValueError("its curves are empty")
        edges = [edge for one in drawn for edge in (*one.low, *one.high)]
        share = shares(table, edges, table["title"], *table["series"])
        rows = Rows(
            [unit.capitalize(), *(one.name for one in drawn)],
            [[str(step + 1), *(_cell(one, step, share) for one in drawn)] for step in range(longest)],
            f"{unit.capitalize()} ",
        )
        told = f"{rows.read(0)}. {rows.read(longest - 1)}."
        picture = line_chart.drawn(table["title"], told, drawn, scales.steps(longest, unit), share, TALL)
        data = svg.details("The same as a table", svg.table(table["title"], rows.head, rows.rows))
        if table.get("play"):
            body = interactive_chart.read(
                f"figure-{number}", picture, rows, data, longest - 1, unit.capitalize(), play=True
            )
        else:
            body = picture + data
        return svg.figure(number, table["title"], [body, svg.note(_note(table, drawn, every, unit))])


def _names(table: Mapping[str, Any]) -> list[str]:
    if "names" in table:
        return list(table["names"])
    if "vary" in table:
        words = (svg.short(one) if type(one) is float else str(one) for one in table["values"])
        return [f"{table['vary'].replace('_', ' ')} {one}" for one in words]
    return [name.replace("_", " ") for name in table["series"]]


def _cell(one: Line, step: int, share: bool) -> str:
    return svg.spread(one.mean[step], one.low[step], one.high[step], share) if step < len(one.mean) else ""


def _note(table: Mapping[str, Any], drawn: list[Line], every: list[list[tuple[float, ...]]], unit: str) -> str:
    """What lines and bands are; where trainings ended apart, and where numbers ran off."""
    told = [across_seeds(seeds_of(table))]
    for one, curves in zip(drawn, every, strict=True):
        if len({len(curve) for curve in curves}) > 1:
            told.append(f"{one.name}: up to {unit} {len(one.mean)}, at which the first of its trainings ended.")
        if len(one.drawn) < len(one.mean):
            told.append(f"{one.name}: where it is left open, it is not a number or infinite.")
    return " ".join(told)


def _groups(table: Mapping[str, Any]) -> list[tuple[Measurement, ...]]:
    """The calls of each setting: one where no parameter is varied."""
    given: dict[str, Json] = table.get("given", {})
    varied = [{**given, table["vary"]: one} for one in table["values"]] if "vary" in table else [given]
    return [tuple(Measurement(table["experiment"], params, seed) for seed in seeds_of(table)) for params in varied]
