"""Where values lie on an axis, and which of them are written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

SPREAD = 300
"""From which factor between the least and the greatest value a height goes by powers of ten."""
APART = 10
"""The same for places across: the values of a parameter that is tried at many sizes."""
NEAR, WIDE = 0.08, 0.19
"""How far the words at the foot of a chart must stand from each other, as a share of its width; on a phone."""


@dataclass(frozen=True)
class Height:
    """The values from a chart's foot to its head."""

    ticks: tuple[float, ...]
    powers: bool = False
    """Whether equal distances are equal factors, not equal differences."""

    def at(self, value: float) -> float:
        """How high a value lies, from 0 to 1."""
        low, high, here = (self._height(one) for one in (self.ticks[0], self.ticks[-1], value))
        return (here - low) / (high - low)

    def _height(self, value: float) -> float:
        return log10(value) if self.powers else value


@dataclass(frozen=True)
class Across:
    """The places of steps or values along a chart's foot, from 0 to 1, and what is written there."""

    places: tuple[float, ...]
    labels: tuple[str, ...]
    unit: str
    """What they count, below them."""

    def shown(self) -> list[tuple[int, bool]]:
        """Which labels are written: each with whether there is room for it on a phone too."""
        last = len(self.places) - 1
        chosen: dict[int, bool] = {0: True, last: True} if last else {0: True}
        for distance, everywhere in ((WIDE, True), (NEAR, False)):
            for index in range(1, last):
                if index not in chosen and self.labels[index] and self._apart(index, chosen, distance):
                    chosen[index] = everywhere
        return sorted(chosen.items())

    def _apart(self, index: int, others: dict[int, bool], distance: float) -> bool:
        return all(abs(self.places[index] - self.places[other]) >= distance for other in others)


def steps(many: int, unit: str) -> Across:
    """Steps counted from 1, all as far from the next: `1`, `10`, `20`, …"""
    places = tuple(step / max(1, many - 1) for step in range(many))
    stride = next((size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500) if many / size <= 6), many)
    labels = (
        str(step + 1) if step == 0 or (step + 1) % stride == 0 or step + 1 == many else "" for step in range(many)
    )
    return Across(places, tuple(labels), unit)


def values(numbers: Sequence[float], labels: Sequence[str], unit: str) -> Across:
    """The values of a parameter, in order; by factors where they span ten times the least or more."""
    if numbers[0] > 0 and numbers[-1] / numbers[0] >= APART:
        numbers = [log10(one) for one in numbers]
    reach = numbers[-1] - numbers[0] or 1.0
    return Across(tuple((one - numbers[0]) / reach for one in numbers), tuple(labels), unit)


def height(low: float, high: float) -> Height:
    """For values from `low` to `high`: by powers of ten where one line would flatten the others."""
    if low > 0 and SPREAD < high / low < 1e12:
        first, last = floor(log10(low)), ceil(log10(high))
        stride = -(-(last - first) // 6)  # At most seven ticks.
        return Height(tuple(10.0**power for power in range(first, last + stride, stride)), True)
    return Height(tuple(_ticks(low, high)))


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
