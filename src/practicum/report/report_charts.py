"""Charts as SVG, with a table of the same numbers: for the eye, for a screen reader, for paper, at any width.

A chart is as wide as the page leaves it, and its text keeps its size: places along it are percentages. What lies above
and beside the axes hangs over the picture's edge, where the style sheet keeps room for it. Colours are the page's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from practicum.formatting import counted, cut, lasted, number, percent, shown, whole
from practicum.lab.fit_record import Candidate, Epochs
from practicum.lab.learning_curve import CurvePoint, LearningCurve
from practicum.statistics.intervals import Interval, wilson_interval

HEIGHT = 240
"""Pixels from the foot of a plot to its head."""
BINS = 10
LEAST = 1e-9
"""No axis is shorter: below it, rounding leaves nothing to draw."""

Cell = str | Markup


@dataclass(frozen=True)
class Scale:
    """Where values lie between two ends, from 0 to 1; by factors where `log`."""

    low: float
    high: float
    log: bool = False

    def at(self, value: float) -> float:
        low, high, here = (log10(one) if self.log else one for one in (self.low, self.high, self._held(value)))
        return (here - low) / (high - low)

    def _held(self, value: float) -> float:
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class Plane:
    """A plot: percentages across, pixels down."""

    x: Scale
    y: Scale
    height: float = HEIGHT

    def across(self, value: float) -> str:
        return f"{100 * self.x.at(value):.2f}%"

    def down(self, value: float) -> str:
        return f"{self.height * (1 - self.y.at(value)):.1f}"

    def path(self, pairs: Iterable[tuple[float, float]]) -> str:
        """The points for a picture of 100 by 100 that is stretched over the plot."""
        return " ".join(f"{100 * self.x.at(x):.2f},{100 * (1 - self.y.at(y)):.2f}" for x, y in pairs)


# --- the charts ---------------------------------------------------------------------------------------------------


def answer(accuracy: Interval, guessing: float) -> Markup:
    """The accuracy on a line from 0 to 100 %, with its interval, and where guessing would lie."""
    scale = Scale(0, 1)
    low, value, high, guess = (
        f"{100 * scale.at(one):.2f}%" for one in (accuracy.low, accuracy.value, accuracy.high, guessing)
    )
    parts = [
        _bar("track", "0%", "100%", 22),
        _bar("reach", low, high, 22),
        Markup('<line class="mark" x1="{0}" x2="{0}" y1="12" y2="32"/>').format(guess),
        Markup('<circle class="dot" cx="{}" cy="22" r="7"/>').format(value),
        _text(guess, 48, percent(guessing) + " by guessing", _anchor(scale.at(guessing)), "name"),
    ]
    told = f"Accuracy {_range(accuracy)}; guessing would reach {percent(guessing)}"
    return _svg("line", told, 56, parts)


def learning_curve(curve: LearningCurve) -> Markup:
    """Accuracy over pictures per class: measured with error bars, then extrapolated with its band."""
    known = [point for point in (*curve.points, *curve.ahead) if _finite(point.accuracy) and point.per_class > 0]
    if not known:
        return Markup("")
    ahead = [point for point in curve.ahead if point in known]
    measured = [point for point in curve.points if point in known]
    sizes = [point.per_class for point in known]
    x = Scale(min(sizes) * 0.9, max(sizes) * 1.1, log=True)
    plane = Plane(x, _shares([edge for point in known for edge in (point.accuracy.low, point.accuracy.high)]))
    parts = [*_levels(plane), *_sizes(plane, sizes)]
    bridge = [*measured[-1:], *ahead]
    if ahead:
        edge = [(p.per_class, p.accuracy.high) for p in bridge] + [
            (p.per_class, p.accuracy.low) for p in reversed(bridge)
        ]
        parts.append(_stretched(_polygon(plane, edge), _polyline(plane, _path(bridge), "line ahead")))
    parts.append(_stretched(_polyline(plane, _path(measured), "line key")))
    parts += [part for point in measured for part in _with_error(plane, point)]
    parts += [_diamond(plane, point.per_class, point.accuracy.value) for point in ahead]
    told = " ".join(f"{point.per_class} of each class: {_range(point.accuracy)}." for point in measured)
    key = [
        ("dot", "measured, with its 95 % interval"),
        *([("diamond", "expected, with its 95 % band")] if ahead else []),
    ]
    rows = [[str(point.per_class), "measured", *_cells(point.accuracy)] for point in measured]
    rows += [[str(point.per_class), "expected", *_cells(point.accuracy)] for point in ahead]
    head = ["Pictures of each class", "How known", "Accuracy", "From", "To"]
    title = "Accuracy by pictures of each class"
    return _figure(title, _svg("plot", f"{title}. {told}", HEIGHT, parts), _legend(key), _table(title, head, rows, 3))


def calibration(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Markup:
    """How often it was right, over how sure it was, in ten steps; on the diagonal its certainty is just right."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    step = np.minimum((sure * BINS).astype(int), BINS - 1)
    plane = Plane(Scale(0, 1), Scale(0, 1))
    parts = [*_levels(plane), *_shares_across(plane)]
    parts.append(_stretched(Markup('<polyline class="line even" points="0,100 100,0"/>')))
    rows: list[list[Cell]] = []
    dots = []
    for index in sorted(set(step.tolist())):
        inside = step == index
        said, interval = float(sure[inside].mean()), wilson_interval(int(right[inside].sum()), int(inside.sum()))
        at = plane.across(said)
        parts.append(_error(plane, at, interval))
        radius = 3.5 + 4 * float(inside.sum() / len(labels)) ** 0.5
        dots.append(
            Markup('<circle class="dot" cx="{}" cy="{}" r="{:.1f}"/>').format(at, plane.down(interval.value), radius)
        )
        named = f"{percent(index / BINS)} to {percent((index + 1) / BINS)}"
        rows.append([named, str(int(inside.sum())), percent(said), *_cells(interval)])
    title = "How far its certainty can be trusted"
    told = " ".join(f"Sure to {row[2]}: right in {row[3]} of {row[1]}." for row in rows)
    key = [("dot", "pictures it was about as sure of; larger: more of them"), ("even", "certainty that is just right")]
    head = ["Certainty", "Pictures", "Mean certainty", "Right", "From", "To"]
    svg = _svg("plot square", f"{title}. {told}", HEIGHT, [*parts, *dots])
    axes = Markup('<p class="axes">Down: how often it was right. Across: how sure it was.</p>')
    return _figure(title, svg, axes + _legend(key), _table(title, head, rows, 1))


def candidates(tried: Sequence[Candidate]) -> Markup:
    """What was tried, each a dot with its interval, and its name above."""
    scale = _shares([edge for one in tried for edge in (one.accuracy.low, one.accuracy.high)])
    row, parts = 46, []
    height = row * len(tried)
    plane = Plane(scale, Scale(0, 1), height)
    for tick in _ticks(scale):
        parts.append(
            Markup('<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(plane.across(tick), height)
        )
        parts.append(_text(plane.across(tick), height + 18, percent(tick), _anchor(scale.at(tick))))
    for index, one in enumerate(tried):
        y, css = index * row + 32, " key" if one.chosen else ""
        name = shown(one.name) + (" (chosen)" if one.chosen else "")
        parts += _named("0%", index * row + 16, name, "start", 34, 70, f"name{css}")
        parts.append(_text("100%", index * row + 16, percent(one.accuracy.value), "end", f"name{css}"))
        parts.append(_bar(f"reach{css}", plane.across(one.accuracy.low), plane.across(one.accuracy.high), y))
        shape = Markup('<circle class="dot{}" cx="{}" cy="{}" r="{}"/>')
        parts.append(shape.format(css or " open", plane.across(one.accuracy.value), y, 6 if one.chosen else 5))
    title = "Accuracy of what was tried"
    told = " ".join(f"{shown(one.name)}: {_range(one.accuracy)}." for one in tried)
    head = ["Tried", "What it does", "Accuracy", "From", "To", "Chosen beats it", "Time"]
    rows: list[list[Cell]] = [
        [shown(one.name), shown(one.what), *_cells(one.accuracy), _chance(one), lasted(one.seconds)] for one in tried
    ]
    key = [("dot", "chosen"), ("open", "also tried"), ("reach", "95 % interval")]
    return _figure(title, _svg("rows", f"{title}. {told}", height, parts), _legend(key), _table(title, head, rows, 3))


def training(one: Epochs) -> Markup:
    """Two plots of one training: accuracy on training and validation pictures, and the loss."""
    name = shown(one.name)
    both = {"training": one.train_accuracy, "validation": one.val_accuracy}
    shares = [value for values in both.values() for value in values if isfinite(value)]
    losses = [value for value in one.loss if _sane(value)]
    drawn = Markup("")
    if shares:
        drawn += _epochs(f"Accuracy, {name}", both, _shares(shares), percent)
    if losses:
        low, high = min(0.0, *losses), max(losses)
        drawn += _epochs(
            f"Training loss, {name}",
            {"loss": one.loss},
            _round(low, high if high > low else low + max(1.0, abs(low))),
            number,
        )
    return drawn


def recall(confusion: NDArray[np.int64], classes: Sequence[str]) -> Markup:
    """Of each class's pictures the share that was recognised, as bars with intervals."""
    row = 28
    height = row * len(classes)
    plane = Plane(Scale(0, 1), Scale(0, 1), height)
    parts, rows = [], []
    for tick in (0, 0.5, 1):
        parts.append(
            Markup('<line class="grid" x1="{0}" x2="{0}" y1="0" y2="{1}"/>').format(plane.across(tick), height)
        )
        parts.append(_text(plane.across(tick), height + 18, percent(tick), _anchor(tick)))
    for index, (name, counts) in enumerate(zip(classes, confusion, strict=True)):
        total, right = int(counts.sum()), int(counts[index])
        y = index * row + row / 2
        parts += _named("0%", y + 4, shown(name), "end", 14, 24, "name", dx=-12)
        if not total:
            rows.append([shown(name), "0", "0", "–", "–", "–"])
            continue
        part = wilson_interval(right, total)
        bar = Markup('<rect class="bar" x="0%" y="{:.1f}" width="{}" height="14" rx="3"/>')
        parts.append(bar.format(y - 7, plane.across(part.value)))
        parts.append(_bar("whisker", plane.across(part.low), plane.across(part.high), y))
        rows.append([shown(name), str(total), str(right), *_cells(part)])
    title = "Recognised, class by class"
    told = " ".join(f"{row[0]}: {row[2]} of {row[1]}." for row in rows)
    key = [("bar", "share of its pictures that were recognised"), ("whisker", "95 % interval")]
    head = ["Class", "Pictures", "Recognised", "Share", "From", "To"]
    return _figure(title, _svg("bars", f"{title}. {told}", height, parts), _legend(key), _table(title, head, rows, 1))


def confusion(matrix: NDArray[np.int64], classes: Sequence[str]) -> Markup:
    """True classes down, predicted ones across; the fuller a cell, the larger its share of the row."""
    names = [shown(name) for name in classes]
    many = len(names)
    cell = 58 if many <= 4 else 46 if many <= 6 else 38 if many <= 14 else 30
    left = 14 + 7.2 * min(16, max(map(len, names)))
    flat = max(map(len, names)) * 7.2 <= cell
    top = 44.0 if flat else 36 + 7.0 * min(16, max(map(len, names)))
    width, height = left + cell * many + 2, top + cell * many + 2
    parts = [
        _text(f"{left:.0f}", 13, "predicted", "start"),
        _text(f"{left - 12:.0f}", f"{top - 12:.0f}", "true", "end"),
    ]
    for index, name in enumerate(names):
        middle = left + cell * (index + 0.5)
        turned = Markup("") if flat else Markup(' transform="rotate(-90 {:.1f} {:.1f})"').format(middle + 4, top - 10)
        place = Markup('<text class="name" x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>')
        x, anchor = (middle, "middle") if flat else (middle + 4, "start")
        parts.append(place.format(x, top - 10, anchor, turned, _titled(name, 16)))
        parts.append(place.format(left - 12, top + cell * (index + 0.5) + 4, "end", "", _titled(name, 16)))
    parts += _heat(matrix, names, left, top, cell)
    title = "What it took for what"
    told = f"{title}. {int(np.trace(matrix))} of {int(matrix.sum())} lie on the diagonal, where it was right."
    opening = Markup(
        '<svg class="chart heat" role="img" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}" '
        'aria-label="{2}">'
    )
    svg = opening.format(width, height, told) + Markup("").join(parts) + Markup("</svg>")
    scroll = Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(title, svg)
    key = [("right", "right"), ("mistaken", "mistaken; the fuller, the larger its share of the row")]
    rows: list[list[Cell]] = [
        [name, *(str(count) for count in counts)] for name, counts in zip(names, matrix.tolist(), strict=True)
    ]
    return _figure(title, scroll, _legend(key), _table(title, ["True \\ predicted", *names], rows, 1))


# --- what they are made of ------------------------------------------------------------------------------------------


def _figure(title: str, svg: Markup, legend: Markup, table: Markup) -> Markup:
    return Markup(
        '<figure class="figure"><figcaption>{}</figcaption>{}{}<details><summary>{}</summary>{}</details></figure>'
    ).format(title, legend, svg, Markup('The numbers<span class="sr">: {}</span>').format(title), table)


def _svg(kind: str, told: str, height: float, parts: Sequence[Markup]) -> Markup:
    opening = Markup('<svg class="chart {}" role="img" width="100%" height="{}" aria-label="{}">')
    return opening.format(kind, height, told) + Markup("").join(parts) + Markup("</svg>")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], words: int) -> Markup:
    """The numbers themselves; the first `words` columns hold words, or name the row."""
    heads = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_right(index >= words), name) for index, name in enumerate(head)
    )
    lines = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            row[0],
            Markup("").join(
                Markup("<td{}>{}</td>").format(_right(index >= words), cell) for index, cell in enumerate(row[1:], 1)
            ),
        )
        for row in rows
    )
    return Markup(
        '<div class="table" tabindex="0" role="region" aria-label="{}: the numbers"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(title, heads, lines)


def _right(number: bool) -> Markup:
    return Markup(' class="num"') if number else Markup("")


def _legend(keys: Sequence[tuple[str, str]]) -> Markup:
    shapes = {
        "dot": '<circle class="dot" cx="11" cy="7" r="5"/>',
        "open": '<circle class="dot open" cx="11" cy="7" r="5"/>',
        "diamond": '<path class="diamond" d="M11 2l5 5-5 5-5-5z"/>',
        "even": '<line class="line even" x1="0" x2="22" y1="7" y2="7"/>',
        "reach": '<line class="reach" x1="1" x2="21" y1="7" y2="7"/>',
        "bar": '<rect class="bar" x="0" y="1" width="22" height="12" rx="3"/>',
        "whisker": '<line class="whisker" x1="1" x2="21" y1="7" y2="7"/>',
        "right": '<rect class="cell right" x="4" y="0.5" width="13" height="13" fill-opacity="0.45"/>',
        "mistaken": '<rect class="cell wrong" x="4" y="0.5" width="13" height="13" fill-opacity="0.45"/>',
        "solid": '<line class="line key" x1="0" x2="22" y1="7" y2="7"/>',
        "dashed": '<line class="line ahead" x1="0" x2="22" y1="7" y2="7"/>',
    }
    items = Markup("").join(
        Markup('<li><svg class="chart" width="22" height="14" aria-hidden="true">{}</svg>{}</li>').format(
            Markup(shapes[shape]), words
        )
        for shape, words in keys
    )
    return Markup('<ul class="legend">{}</ul>').format(items)


def _heat(matrix: NDArray[np.int64], names: Sequence[str], left: float, top: float, cell: int) -> list[Markup]:
    """The cells, each with its count; on the diagonal framed and bold, so that it needs no colour."""
    parts = []
    totals = np.maximum(matrix.sum(axis=1), 1)
    for row, counts in enumerate(matrix.tolist()):
        for column, count in enumerate(counts):
            x, y = left + cell * column, top + cell * row
            css = "right" if row == column else "wrong"
            told = f"{counted(count, 'picture')} of {names[row]} taken for {names[column]}"
            parts.append(
                Markup(
                    '<g><title>{}</title><rect class="cell {}" x="{:.1f}" y="{:.1f}" width="{}" height="{}" '
                    'fill-opacity="{:.3f}"/>'
                    '<text class="count {}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text></g>'
                ).format(
                    told, css, x + 1, y + 1, cell - 2, cell - 2, 0.45 * (count / totals[row]) ** 0.5,
                    css if count else "none", x + cell / 2, y + cell / 2 + 4.5,
                    count if count or css == "right" else "·",
                )
            )  # fmt: skip
    return parts


def _epochs(title: str, lines: dict[str, tuple[float, ...]], y: Scale, words: object) -> Markup:
    """Lines over epochs; the last one solid, the one before it dashed."""
    said = percent if words is percent else number
    steps = max(len(values) for values in lines.values())
    plane = Plane(Scale(1, max(2, steps)), y)
    parts = _levels(plane, said)
    for step in sorted({1, steps}):
        parts.append(_text(plane.across(step), HEIGHT + 18, f"epoch {step}", _anchor(plane.x.at(step))))
    for index, values in enumerate(lines.values()):
        css = "line key" if index == len(lines) - 1 else "line ahead"
        pairs = [(float(step), value) for step, value in enumerate(values, 1) if _sane(value)]
        parts.append(_stretched(_polyline(plane, pairs, css)))
        parts += [_dot(plane, *pair, css="dot small") for pair in pairs if len(pairs) == 1]
    told = " ".join(
        f"{name}: {said(values[0])} at first, {said(values[-1])} at last." for name, values in lines.items() if values
    )
    names = list(lines)
    key = [*(("dashed", name) for name in names[:-1]), ("solid", names[-1])]
    rows: list[list[Cell]] = [
        [str(step + 1), *(said(values[step]) if step < len(values) else "" for values in lines.values())]
        for step in range(steps)
    ]
    table = _table(title, ["Epoch", *(name.capitalize() for name in names)], rows, 1)
    return _figure(title, _svg("plot", f"{title}. {told}", HEIGHT, parts), _legend(key), table)


def _levels(plane: Plane, said: object = percent) -> list[Markup]:
    """The lines across, with what they stand for."""
    parts = []
    for tick in _ticks(plane.y):
        parts.append(Markup('<line class="grid" x1="0%" x2="100%" y1="{0}" y2="{0}"/>').format(plane.down(tick)))
        parts.append(
            _text("0%", plane.down(tick), percent(tick) if said is percent else f"{tick:g}", "end", dx=-8, dy="0.35em")
        )
    return parts


def _sizes(plane: Plane, sizes: Sequence[int]) -> list[Markup]:
    """The sizes below the plot, those left out that would touch a neighbour on a phone."""
    parts: list[Markup] = []
    last = -1.0
    for size in sorted(set(sizes)):
        at = plane.x.at(size)
        if at - last >= 0.11:
            parts.append(
                Markup('<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
                    plane.across(size), HEIGHT, HEIGHT + 5
                )
            )
            parts.append(_text(plane.across(size), HEIGHT + 20, whole(size), "middle"))
            last = at
    return parts


def _shares_across(plane: Plane) -> list[Markup]:
    return [_text(plane.across(tick), HEIGHT + 18, percent(tick), _anchor(tick)) for tick in (0, 0.5, 1)]


def _with_error(plane: Plane, point: CurvePoint) -> list[Markup]:
    return [
        _error(plane, plane.across(point.per_class), point.accuracy),
        _dot(plane, point.per_class, point.accuracy.value),
    ]


def _error(plane: Plane, at: str, interval: Interval) -> Markup:
    return Markup('<line class="whisker" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
        at, plane.down(interval.low), plane.down(interval.high)
    )


def _dot(plane: Plane, x: float, y: float, css: str = "dot") -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{}" r="5"/>').format(css, plane.across(x), plane.down(y))


def _diamond(plane: Plane, x: float, y: float) -> Markup:
    return Markup(
        '<svg x="{}" y="{}" width="1" height="1" overflow="visible"><path class="diamond" d="M0-6l6 6-6 6-6-6z"/></svg>'
    ).format(plane.across(x), plane.down(y))


def _bar(css: str, start: str, end: str, y: float) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(css, start, end, y=y)


def _stretched(*shapes: Markup) -> Markup:
    """A picture of 100 by 100 over the whole plot; strokes keep their width."""
    return Markup('<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">{}</svg>').format(
        Markup("").join(shapes)
    )


def _polyline(plane: Plane, pairs: Sequence[tuple[float, float]], css: str) -> Markup:
    return Markup('<polyline class="{}" points="{}"/>').format(css, plane.path(pairs))


def _polygon(plane: Plane, pairs: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polygon class="band" points="{}"/>').format(plane.path(pairs))


def _path(points: Sequence[CurvePoint]) -> list[tuple[float, float]]:
    return [(point.per_class, point.accuracy.value) for point in points]


def _text(x: str, y: float | str, words: str, anchor: str, css: str = "", dx: int = 0, dy: str = "0") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" dx="{}" dy="{}" text-anchor="{}">{}</text>').format(
        css, x, y, dx, dy, anchor, words
    )


def _named(x: str, y: float, name: str, anchor: str, few: int, most: int, css: str, dx: int = 0) -> list[Markup]:
    """A name twice, cut for a phone and for a wide page; the style sheet shows one of them."""
    if len(name) <= few:
        return [_text(x, y, name, anchor, css, dx)]
    return [
        _text(x, y, cut(name, few), anchor, f"{css} narrow", dx),
        _text(x, y, cut(name, most), anchor, f"{css} wide", dx),
    ]


def _titled(name: str, most: int) -> Markup:
    if len(name) <= most:
        return Markup("{}").format(name)
    return Markup("<title>{}</title>{}").format(name, cut(name, most))


def _anchor(at: float) -> str:
    """How a text stands to its place, so that it stays inside."""
    return "start" if at < 0.12 else "end" if at > 0.88 else "middle"


def _shares(values: Sequence[float]) -> Scale:
    """From a round share below the values to one above, never beyond 0 and 100 %, and at least 20 points high."""
    known = [value for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = max(0.0, floor(min(known) * 10) / 10), min(1.0, ceil(max(known) * 10) / 10)
    return Scale(round(max(0.0, min(low, high - 0.2)), 1), round(max(high, low + 0.2, 0.2), 1) if high < 1 else 1.0)


def _round(low: float, high: float) -> Scale:
    """From a round number below to one above, never quite so close that nothing lies between."""
    high = max(high, low + LEAST)
    step = _step((high - low) / 4)
    return Scale(floor(low / step) * step, ceil(high / step - 1e-9) * step)


def _ticks(scale: Scale) -> list[float]:
    """Round values from end to end, seven at most."""
    step = _step((scale.high - scale.low) / 5)
    first, last = ceil(scale.low / step - 1e-9), floor(scale.high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _step(rough: float) -> float:
    power: float = 10.0 ** floor(log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def _sane(value: float) -> bool:
    """Whether it is a number that can be drawn, and none that ran off."""
    return abs(value) < 1e12


def _finite(interval: Interval) -> bool:
    return all(map(isfinite, (interval.low, interval.value, interval.high)))


def _range(interval: Interval) -> str:
    return f"{percent(interval.value)}, from {percent(interval.low)} to {percent(interval.high)}"


def _cells(interval: Interval) -> list[Cell]:
    return [percent(interval.value), percent(interval.low), percent(interval.high)]


def _chance(one: Candidate) -> str:
    return "–" if one.better is None else f"to {percent(one.better)}"
