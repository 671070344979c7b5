"""Reading charts as a viewer does: every line's points back from the SVG, by the labels of its axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isclose, log10
from xml.etree import ElementTree

RESOLUTION = 0.0006
"""How far a point may lie from its value, as a share of the plot: places are written in tenths of a percent."""

Points = list[tuple[float, float]]
"""Places from 0 (left) to 1, with heights from 0 (bottom) to 1."""


@dataclass
class Line:
    """One line: its name at its end, the points of its mean and of single runs, and the edge of its band."""

    css: str
    name: str = ""
    mean: Points = field(default_factory=list)
    runs: list[Points] = field(default_factory=list)
    band: Points = field(default_factory=list)


@dataclass(frozen=True)
class Plot:
    """A line chart: the ticks of its value axis with their heights, and its lines by number."""

    ticks: tuple[tuple[float, float], ...]
    across: tuple[tuple[str, float], ...]
    """The labels below it with their places."""
    lines: dict[int, Line]

    def height_of(self, value: float) -> float:
        """Where a value lies by the axis, which is logarithmic if its ticks are not evenly spaced."""
        (low, bottom), (high, top) = self.ticks[0], self.ticks[-1]
        linear = [(tick - low) / (high - low) for tick, _ in self.ticks]
        heights = [(height - bottom) / (top - bottom) for _, height in self.ticks]
        if all(isclose(a, b, abs_tol=2e-4) for a, b in zip(linear, heights, strict=True)):
            return bottom + (top - bottom) * (value - low) / (high - low)
        return bottom + (top - bottom) * (log10(value) - log10(low)) / (log10(high) - log10(low))

    def shows(self, points: Points, values: Sequence[float], places: Sequence[float]) -> bool:
        """Whether points are exactly these values at these places."""
        expected = [(place, self.height_of(value)) for place, value in zip(places, values, strict=True)]
        return len(points) == len(expected) and all(
            abs(x - place) <= RESOLUTION and abs(y - height) <= RESOLUTION
            for (x, y), (place, height) in zip(points, expected, strict=True)
        )


def read_plot(svg: ElementTree.Element) -> Plot:
    """Return what a line chart shows."""
    height = float(svg.get("height", "nan"))
    texts = list(svg.iter("text"))
    ticks = [(_number(text.text), 1 - float(text.get("y", "nan")) / height) for text in texts if _is_tick(text)]
    across = [
        (text.text or "", float(text.get("x", "nan").rstrip("%")) / 100)
        for text in texts
        if isclose(float(text.get("y", "nan")), height + 15, abs_tol=0.01)
    ]
    lines: dict[int, Line] = {}
    for shape in svg.iter():
        if (number := shape.get("data-line", shape.get("data-run"))) is None:
            continue
        css = (shape.get("class") or "").partition(" ")[2]
        line = lines.setdefault(int(number), Line(css))
        (line.runs.append if shape.get("data-run") else line.mean.extend)(_points(shape, height))
    for number, line in lines.items():
        line.name = " ".join(text.text or "" for text in texts if text.get("class") == f"name {line.css}".strip())
        bands = [shape for shape in svg.iter("polygon") if shape.get("data-band") == str(number)]
        line.band = [point for band in bands for point in _points(band, height)]
    return Plot(tuple(sorted(ticks)), tuple(across), lines)


def read_table(frame: ElementTree.Element) -> list[list[str]]:
    """Return a table's rows as text, its head first."""
    return [["".join(cell.itertext()).strip() for cell in row] for row in frame.iter("tr")]


def _is_tick(text: ElementTree.Element) -> bool:
    return text.get("text-anchor") == "end" and text.get("x") == "0%"


def _number(text: str | None) -> float:
    written = (text or "nan").replace("\N{NO-BREAK SPACE}", "")
    return float(written.removesuffix("%")) / 100 if written.endswith("%") else float(written)


def _points(shape: ElementTree.Element, height: float) -> Points:
    """Of a line or band, or of a circle that stands for a line's only point."""
    if shape.tag == "circle":
        return [(float(shape.get("cx", "nan").rstrip("%")) / 100, 1 - float(shape.get("cy", "nan")) / height)]
    pairs = (pair.split(",") for pair in (shape.get("points") or "").split())
    return [(float(x) / 100, 1 - float(y) / 100) for x, y in pairs]
