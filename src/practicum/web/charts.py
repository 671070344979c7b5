"""Line charts as SVG, made on the server: for the eye, for a screen reader, and for both colour schemes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from markupsafe import Markup

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 38, 74, 8, 30
DASHES = ("", "6 4", "2 3", "10 3 2 3", "1 4", "14 4", "4 2", "8 2 2 2")
SPREAD = 300
"""From which factor between the least and the greatest value on a chart goes by powers of ten."""
GAP = 13
"""Pixels between two names at the lines' ends."""


@dataclass(frozen=True)
class Line:
    """One line: the mean of several seeds, and the least and greatest of them at each step. All of one length."""

    name: str
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    key: bool = False
    """Whether it is the one that the right answer is about."""


def line(name: str, curves: Sequence[Sequence[float]], key: bool = False) -> Line:
    """A line from the curves of several seeds, cut to the shortest."""
    steps = list(zip(*curves, strict=False))
    return Line(
        name,
        tuple(sum(values) / len(values) for values in steps),
        tuple(min(values) for values in steps),
        tuple(max(values) for values in steps),
        key,
    )


def chart(title: str, lines: Sequence[Line], unit: str = "epoch") -> Markup:
    """The lines over their steps, each named at its end, the steps counted from 1.

    A line with a value that is no number (a loss that ran off) is left out.
    """
    lines = [one for one in lines if one.mean and all(map(isfinite, (*one.low, *one.high)))]
    if not lines:
        return Markup("")
    steps = max(len(one.mean) for one in lines)
    frame = _frame(steps, min(min(one.low) for one in lines), max(max(one.high) for one in lines))
    parts = [*_grid(frame, unit), *_lines(frame, lines), *_names(frame, lines)]
    told = Markup("<title>{}</title><desc>{}</desc>").format(title, _told(lines, unit))
    opening = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
        WIDTH, HEIGHT, f"{title}. {_told(lines, unit)}"
    )
    return opening + told + Markup("").join(parts) + Markup("</svg>")


def table(lines: Sequence[Line], title: str, unit: str = "epoch") -> Markup:
    """The same data as a table: a row a step, a column a line."""
    head = Markup("").join(Markup('<th scope="col" class="num">{}</th>').format(one.name) for one in lines)
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            step + 1,
            Markup("").join(
                Markup('<td class="num">{}</td>').format(number(one.mean[step]) if step < len(one.mean) else "")
                for one in lines
            ),
        )
        for step in range(max((len(one.mean) for one in lines), default=0))
    )
    return Markup(
        '<div class="table" tabindex="0" role="region" aria-label="{}"><table><thead><tr><th scope="col">{}</th>{}</tr>'
        "</thead><tbody>{}</tbody></table></div>"
    ).format(title, unit.capitalize(), head, rows)


def number(value: float) -> str:
    """Three figures that count: `0.943`, `12.4`, `1e-05`."""
    return f"{value:.3f}" if 0.001 <= abs(value) < 1000 or value == 0 else f"{value:.2e}"


@dataclass(frozen=True)
class _Frame:
    """Where values lie in the picture. `ticks` reach from its foot to its head."""

    steps: int
    ticks: tuple[float, ...]
    powers: bool
    """Whether equal distances are equal factors, not equal differences."""

    def x(self, step: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (step / max(1, self.steps - 1))

    def y(self, value: float) -> float:
        low, high, at = (self._height(one) for one in (self.ticks[0], self.ticks[-1], value))
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (at - low) / (high - low))

    def _height(self, value: float) -> float:
        return log10(value) if self.powers else value

    def path(self, values: Sequence[float]) -> str:
        return " ".join(f"{self.x(step):.1f},{self.y(value):.1f}" for step, value in enumerate(values))


def _frame(steps: int, low: float, high: float) -> _Frame:
    """A frame for values from `low` to `high`: by powers of ten where one line would flatten the others."""
    if low > 0 and SPREAD < high / low < 1e12:
        first, last = floor(log10(low)), ceil(log10(high))
        stride = -(-(last - first) // 6)  # At most seven ticks.
        return _Frame(steps, tuple(10.0**power for power in range(first, last + stride, stride)), True)
    return _Frame(steps, tuple(_ticks(low, high)), False)


def _ticks(low: float, high: float) -> list[float]:
    """Four to seven round values that hold all the data."""
    # Differences that floats can hardly tell apart are none.
    reach = max((high - low) or abs(high) or 1.0, 1e-9 * max(abs(low), abs(high)), 1e-12)
    rough = reach / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    last = first + 1
    while last * step < high - 1e-9 * reach:
        last += 1
    return [index * step for index in range(first, last + 1)]


def _grid(frame: _Frame, unit: str) -> list[Markup]:
    parts = []
    for tick in frame.ticks:
        y = f"{frame.y(tick):.1f}"
        parts.append(Markup('<path class="grid" d="M{} {}H{}"/>').format(LEFT, y, WIDTH - RIGHT))
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end" dy="0.35em">{}</text>').format(LEFT - 7, y, f"{tick:g}")
        )
    foot = HEIGHT - BOTTOM + 18
    for step in sorted({0, frame.steps - 1}):
        words = f"{unit} {step + 1}" if step == 0 else str(step + 1)
        anchor = "start" if step == 0 else "end"
        parts.append(
            Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(frame.x(step), foot, anchor, words)
        )
    return parts


def _lines(frame: _Frame, lines: Sequence[Line]) -> list[Markup]:
    """The bands first, then the lines over them."""
    bands, strokes = [], []
    for index, one in enumerate(lines):
        css = " key" if one.key else ""
        if one.low != one.high and len(one.mean) > 1:
            edge = frame.path(one.high) + " " + " ".join(reversed(frame.path(one.low).split()))
            bands.append(Markup('<polygon class="band{}" points="{}"/>').format(css, edge))
        dash = DASHES[index % len(DASHES)]
        if len(one.mean) == 1:
            x, y = frame.x(0), frame.y(one.mean[0])
            strokes.append(Markup('<circle class="line{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(css, x, y))
        else:
            dashes = Markup(' stroke-dasharray="{}"').format(dash) if dash and not one.key else ""
            strokes.append(Markup('<polyline class="line{}" points="{}"{}/>').format(css, frame.path(one.mean), dashes))
    return bands + strokes


def _names(frame: _Frame, lines: Sequence[Line]) -> list[Markup]:
    """Each line's name at its end, pushed apart where they would meet."""
    ends = sorted(lines, key=lambda one: frame.y(one.mean[-1]))
    places: list[float] = []
    for one in ends:
        y = max(frame.y(one.mean[-1]), TOP + 4)
        places.append(max(y, places[-1] + GAP) if places else y)
    limit: float = HEIGHT - BOTTOM
    for index in reversed(range(len(places))):  # What was pushed below the foot goes up again, and pushes in turn.
        places[index] = min(places[index], limit)
        limit = places[index] - GAP
    return [
        Markup('<text class="name{}" x="{}" y="{:.1f}" dy="0.35em">{}</text>').format(
            " key" if one.key else "", WIDTH - RIGHT + 7, place, one.name
        )
        for one, place in zip(ends, places, strict=True)
    ]


def _told(lines: Sequence[Line], unit: str) -> str:
    """The chart in words: where each line starts and ends."""
    return " ".join(
        f"{one.name}: {number(one.mean[0])} at {unit} 1, {number(one.mean[-1])} at {unit} {len(one.mean)}."
        for one in lines
    )
