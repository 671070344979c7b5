"""Options that are numbers or ranges of numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from practicum.lint.item import ItemOption, LintItem, quoted
from practicum.lint.prose import prose
from practicum.lint.rule import Flaw, Rule, Severity, each_item
from practicum.lint.sources import HALADYNA, NBME, Source

_RANGE_WORDS = frozenset({"range", "ranges", "interval", "intervals"})
"""Words of a question whose answer is a range, so that its distractors may be narrower or wider ones."""
_VALUE = r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
_UNIT = r"(?P<unit>\s*(?:%|[a-zA-Z]+(?: [a-z]+)?)?)"
_RANGE = re.compile(
    rf"(?:between )?(?P<low>{_VALUE})\s*%?\s*(?:-|–|—|to|and)\s*(?P<high>{_VALUE}){_UNIT}", re.IGNORECASE
)
_BELOW = re.compile(rf"(?:less than|fewer than|below|under|at most|up to|<|≤|<=)\s*(?P<high>{_VALUE}){_UNIT}", re.I)
_ABOVE = re.compile(rf"(?:more than|greater than|above|over|at least|>|≥|>=)\s*(?P<low>{_VALUE}){_UNIT}", re.I)
_POINT = re.compile(rf"(?P<low>{_VALUE}){_UNIT}", re.IGNORECASE)


@dataclass(frozen=True)
class NumericRange:
    """The numbers that an option stands for. A single number is a range without width."""

    low: float
    high: float
    unit: str

    def overlaps(self, other: NumericRange) -> bool:
        """Whether both contain the same numbers. That they touch does not count."""
        if self.unit != other.unit:
            return False
        low, high = max(self.low, other.low), min(self.high, other.high)
        is_point_within = low == high and any(r.low == r.high and o.low < low < o.high for r, o in self._pairs(other))
        return low < high or is_point_within

    def _pairs(self, other: NumericRange) -> tuple[tuple[NumericRange, NumericRange], ...]:
        return (self, other), (other, self)


def numeric_range(option: ItemOption) -> NumericRange | None:
    """The range that an option is, or None if it is no number."""
    text = " ".join(option.text.strip(" .`$").split())
    for pattern in (_RANGE, _BELOW, _ABOVE, _POINT):
        if match := pattern.fullmatch(text):
            found = match.groupdict()
            low, high = _number(found.get("low")), _number(found.get("high"))
            if pattern is _POINT:
                high = low
            is_range = low is None or high is None or low <= high
            return NumericRange(*_bounds(low, high), found["unit"].strip().lower()) if is_range else None
    return None


def _bounds(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high


def _number(text: str | None) -> float | None:
    return None if text is None else float(text.replace(",", "").replace("−", "-"))


def overlapping_ranges(item: LintItem) -> Iterator[Flaw]:
    """Ranges of numbers that contain the same numbers, where the answer is a number and one option is right."""
    ranges = [(option, numeric_range(option)) for option in item.options]
    asks_for_range = not _RANGE_WORDS.isdisjoint(prose(item.question).words)
    if len(item.keys) != 1 or asks_for_range or any(found is None for _, found in ranges):
        return
    for (left, one), (right, other) in combinations(ranges, 2):
        if one and other and one.overlaps(other):
            message = f"{quoted([left, right])} overlap"
            yield Flaw(item, f"{message}: separate the ranges, so that a number is in one of them", right.line)
            return


def unordered_numbers(item: LintItem) -> Iterator[Flaw]:
    """Numbers that are shown in no order."""
    ranges = [numeric_range(option) for option in item.options]
    values = [found.low for found in ranges if found and found.low == found.high]
    is_fixed = not item.is_shuffled and len(item.options) == len(values) > 2
    if is_fixed and values not in (sorted(values), sorted(values, reverse=True)):
        yield Flaw(item, "the options are numbers in no order: sort them, so that none is overlooked")


RULES = (
    Rule(
        "overlapping-ranges",
        Severity.WARNING,
        "Ranges of numbers do not overlap.",
        (Source(HALADYNA, "guideline 22"), Source(NBME, "technical item flaws: numeric data not stated consistently")),
        each_item(overlapping_ranges),
    ),
    Rule(
        "unordered-numbers",
        Severity.NOTE,
        "Numbers whose order is not random are sorted.",
        (Source(HALADYNA, "guideline 21"),),
        each_item(unordered_numbers),
    ),
)
