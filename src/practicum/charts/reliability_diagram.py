"""Reliability diagrams: accuracy over confidence."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from practicum.charts import axes, line_chart, svg, tables
from practicum.formatting import percent, value_with_range
from practicum.statistics.classification import CalibrationBin

SIDE = 220
"""Pixels."""
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_reliability(title: str, bins: Sequence[CalibrationBin], unit: str) -> Markup:
    """Accuracy over confidence, bin by bin, with 95 % intervals; a larger point stands for more samples.

    On the dashed diagonal, confidence equals accuracy. A table with the same data follows. `unit` is the plural noun of
    a sample, such as `images`.
    """
    total = sum(part.right.total for part in bins)
    across = axes.number_axis(TICKS, ["0", "25", "50", "75", percent(1)], "confidence")
    shapes = [
        *line_chart.draw_grid(across, axes.ValueAxis(TICKS), SIDE, share=True),
        svg.stretched([Markup('<polyline class="diagonal" points="0,100 100,0"/>')]),
        *(shape for part in bins for shape in _draw_bin(part, total)),
    ]
    rows = [
        [
            f"{100 * part.low:.0f} to {percent(part.high)}",
            str(part.right.total),
            percent(part.confidence),
            value_with_range(part.right.value, part.right.low, part.right.high, True),
        ]
        for part in bins
    ]
    description = " ".join(f"Confidence {row[2]}: accuracy {row[3]}, of {row[1]}." for row in rows)
    chart = svg.chart("square", title, description, SIDE, shapes)
    return chart + tables.folded_table(title, ["Confidence", unit.capitalize(), "Mean confidence", "Accuracy"], rows)


def _draw_bin(part: CalibrationBin, total: int) -> list[Markup]:
    x = 100 * part.confidence
    top, y, bottom = (SIDE * (1 - share) for share in (part.right.high, part.right.value, part.right.low))
    radius = 3 + 5 * (part.right.total / total) ** 0.5
    return [svg.vertical_line(x, top, bottom, "whisker"), svg.dot(x, y, radius)]
