"""Axes of charts: where a value lies, and which ticks and labels are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

LOG_VALUES = 300
"""From this ratio between the largest and the smallest value on, a value axis is logarithmic."""
LOG_PLACES = 10
"""The same for the places along a chart: a parameter that is tried at many sizes."""
NEAR, WIDE = 0.08, 0.19
"""The least distance between two labels below a chart, as a share of its width, on a wide page and on a phone."""
SHARE_SPAN = 0.2
"""An axis of shares covers at least 20 percentage points."""


@dataclass(frozen=True)
class ValueAxis:
    """The vertical axis: its ticks in order. The first and the last one are its ends."""

    ticks: tuple[float, ...]
    log: bool = False

    def position(self, value: float) -> float:
        """The value's height from 0 (bottom) to 1 (top)."""
        low, high, height = (self._scaled(bound) for bound in (self.ticks[0], self.ticks[-1], value))
        return (height - low) / (high - low)

    def _scaled(self, value: float) -> float:
        return log10(value) if self.log else value


@dataclass(frozen=True)
class PlaceAxis:
    """The horizontal axis: places from 0 to 1 with their labels, and the unit that is written below them."""

    places: tuple[float, ...]
    labels: tuple[str, ...]
    unit: str

    def visible_labels(self) -> list[tuple[int, bool]]:
        """The indices of the labels that fit, each with whether it fits on a phone too."""
        last = len(self.places) - 1
        chosen: dict[int, bool] = {0: True, last: True} if last else {0: True}
        for distance, on_phones in ((WIDE, True), (NEAR, False)):
            for index in range(1, last):
                if index not in chosen and self.labels[index] and self._is_free(index, chosen, distance):
                    chosen[index] = on_phones
        return sorted(chosen.items())

    def _is_free(self, index: int, chosen: Iterable[int], distance: float) -> bool:
        return all(abs(self.places[index] - self.places[other]) >= distance for other in chosen)


def step_axis(count: int, unit: str) -> PlaceAxis:
    """Steps counted from 1, evenly spaced, with round labels: `1`, `10`, `20`, …"""
    places = tuple(step / max(1, count - 1) for step in range(count))
    stride = next((size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500) if count / size <= 6), count)
    labels = (
        str(step + 1) if step == 0 or (step + 1) % stride == 0 or step + 1 == count else "" for step in range(count)
    )
    return PlaceAxis(places, tuple(labels), unit)


def number_axis(numbers: Sequence[float], labels: Sequence[str], unit: str) -> PlaceAxis:
    """Ascending numbers at their places; logarithmic where the largest is ten times the smallest or more."""
    if numbers[0] > 0 and numbers[-1] / numbers[0] >= LOG_PLACES:
        numbers = [log10(number) for number in numbers]
    reach = numbers[-1] - numbers[0] or 1.0
    return PlaceAxis(tuple((number - numbers[0]) / reach for number in numbers), tuple(labels), unit)


def value_axis(low: float, high: float) -> ValueAxis:
    """For values from `low` to `high`; logarithmic where one line would flatten the others."""
    if low > 0 and LOG_VALUES < high / low < 1e12:
        first, last = floor(log10(low)), ceil(log10(high))
        stride = -(-(last - first) // 6)  # seven ticks at most
        return ValueAxis(tuple(10.0**power for power in range(first, last + stride, stride)), log=True)
    return ValueAxis(tuple(round_ticks(low, high)))


def share_axis(values: Iterable[float]) -> ValueAxis:
    """For shares of 1: in steps of 10 percentage points or fewer, at least 20 points, never beyond 0 and 1."""
    shares = [min(1.0, max(0.0, value)) for value in values if isfinite(value)] or [0.0, 1.0]
    low, high = floor(min(shares) * 10) / 10, ceil(max(shares) * 10) / 10
    low = max(0.0, min(low, high - SHARE_SPAN))
    high = min(1.0, max(high, low + SHARE_SPAN))
    step = 0.05 if high - low < 0.25 else 0.1 if high - low < 0.65 else 0.2
    top = ceil(round((high - low) / step, 9))
    # Counted from the upper end, so that an axis up to 100 % has a tick there.
    return ValueAxis(tuple(round(max(0.0, high - step * index), 9) for index in reversed(range(top + 1))))


def round_ticks(low: float, high: float) -> list[float]:
    """Four to seven round values whose ends enclose `low` and `high`."""
    # Differences that floats can hardly represent count as none.
    reach = max((high - low) or abs(high) or 1.0, 1e-9 * max(abs(low), abs(high)), 1e-12)
    rough = reach / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    last = first + 1
    while last * step < high - 1e-9 * reach:
        last += 1
    return [index * step for index in range(first, last + 1)]
