"""The figure `bars`: one measured number per seed, as bars."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from practicum.charts import figure, tables
from practicum.figures import Figure
from practicum.figures.base import figure_id, number
from practicum.formatting import literal
from practicum.kinds import validators
from practicum.model import Measured, Measurement

SEEDS = range(3)


class Bars(Figure):
    """A bar per seed, and the numbers as a table."""

    name = "bars"
    keys = {
        "title": validators.text("what the figure shows"),
        "experiment": validators.dotted_name("a function of experiments.py"),
        "measure": validators.dotted_name("a number that the experiment returns"),
    }
    required = ("title", "experiment", "measure")

    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        return tuple(Measurement(table["experiment"], {}, seed) for seed in SEEDS)

    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number_on_page: int) -> Markup:
        values = [number(measured[call], table["measure"]) for call in self.calls(table)]
        highest = max(values)
        bars = Markup("").join(
            Markup('<rect x="{}" y="{:.1f}" width="40" height="{:.1f}" fill="currentColor"/>').format(
                60 * place, 100 - 100 * value / highest, 100 * value / highest
            )
            for place, value in enumerate(values)
        )
        svg = Markup('<svg viewBox="0 0 {} 100" role="img" aria-label="{}" height="100">{}</svg>').format(
            60 * len(values), table["title"], bars
        )
        rows = [[str(seed), literal(value)] for seed, value in zip(SEEDS, values, strict=True)]
        data = tables.folded_table(table["title"], ["Seed", "Value"], rows)
        return figure.figure(table["title"], [svg, data], figure_id(number_on_page))


BARS = Bars()
