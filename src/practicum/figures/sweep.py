"""A number over a parameter's values: the mean of several seeds, and a band from the least to the greatest of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from practicum.charts import interactive_chart, line_chart, scales, svg
from practicum.charts.interactive_chart import Rows
from practicum.charts.line_chart import Line
from practicum.figures import settings as own
from practicum.figures.base import TALL, Figure, Wrong, across_seeds, inner_mistakes, seeds_of, shares, value
from practicum.kinds import validators
from practicum.model import Measured, Measurement


class SweepFigure(Figure):
    """`sweep`: one line an experiment; a slider reads what was measured at each value, and nothing between."""

    name = "sweep"
    keys = {
        "title": validators.text("what the figure shows"),
        "over": own.parameter,
        "values": own.places,
        "measure": validators.dotted_name("a number that the experiments give"),
        "unit": own.label("what the values count, as in `images a class`"),
        "lines": own.tables("[[lines]]", 6),
        "seeds": validators.seeds,
        "percent": validators.boolean,
        "slider": validators.boolean,
    }
    required = ("title", "over", "values", "measure", "unit", "lines")
    inner = {
        "experiment": validators.dotted_name("a function of experiments.py"),
        "given": own.given,
        "name": own.label("what the line is called"),
    }
    inner_required = ("experiment", "name")

    def clashes(self, table: Mapping[str, Any], sound: frozenset[str]) -> Iterator[Wrong]:
        """Each line's own keys; no two lines of one name."""
        if "lines" not in sound:
            return
        yield from inner_mistakes(table["lines"], "lines", self.inner, self.inner_required)
        names = [line.get("name") for line in table["lines"]]
        if any(name in names[:at] for at, name in enumerate(names) if isinstance(name, str)):
            yield "lines", "two of `[[lines]]` have one name: give each its own"
        for line in table["lines"]:
            yield from own.varied(line, "lines", table.get("over"))

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """Each line's experiment at each value with each seed."""
        return tuple(call for line in table["lines"] for value in table["values"] for call in _at(table, line, value))

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """Lines over the values, their table, and with `slider` a way along them."""
        places = table["values"]

        def seen(line: Mapping[str, Any], place: float) -> list[float]:
            return [value(measured[call], table["measure"]) for call in _at(table, line, place)]

        drawn = [
            _line(line["name"], [seen(line, place) for place in places], at) for at, line in enumerate(table["lines"])
        ]
        edges = [edge for one in drawn for edge in (*one.low, *one.high)]
        share = shares(table, edges, table["title"], table["measure"])
        labels = [svg.short(place) for place in places]
        rows = Rows(
            [table["unit"].capitalize(), *(one.name for one in drawn)],
            [
                [words, *(svg.spread(one.mean[at], one.low[at], one.high[at], share) for one in drawn)]
                for at, words in enumerate(labels)
            ],
            "With ",
            f" {table['unit']}",
        )
        told = " ".join(f"{rows.read(at)}." for at in range(len(places)))
        across = scales.values(places, labels, table["unit"])
        picture = line_chart.drawn(table["title"], told, drawn, across, share, TALL)
        data = svg.table(table["title"], rows.head, rows.rows)
        if table.get("slider"):
            what = table["unit"].capitalize()
            body = interactive_chart.read(f"figure-{number}", picture, rows, data, len(places) // 2, what)
        else:
            body = picture + svg.details("The same as a table", data)
        gaps = [one.name for one in drawn if len(one.drawn) < len(places)]
        left = [f"{name}: where it is left open, it is not a number or infinite." for name in gaps]
        note = " ".join([across_seeds(seeds_of(table)), "Measured at the marked values, and nowhere between.", *left])
        return svg.figure(number, table["title"], [body, svg.note(note)])


def _line(name: str, seen: list[list[float]], series: int) -> Line:
    """A line from what the seeds gave at each place."""
    return Line(
        name,
        tuple(sum(some) / len(some) for some in seen),
        tuple(min(some) for some in seen),
        tuple(max(some) for some in seen),
        series=series,
        dots=True,
    )


def _at(table: Mapping[str, Any], line: Mapping[str, Any], value: float) -> tuple[Measurement, ...]:
    """A line's calls at one value of the parameter, one a seed."""
    params = {**line.get("given", {}), table["over"]: value}
    return tuple(Measurement(line["experiment"], params, seed) for seed in seeds_of(table))
