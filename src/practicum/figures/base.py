"""What a figure is: what may stand in its fence, what must be measured for it, and how it is drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar

from markupsafe import Markup

from practicum.figures.settings import listed
from practicum.kinds.validators import Schema, check_table
from practicum.model import Measured, Measurement

SEEDS = 5
"""How many seeds a curve is drawn from where its author says nothing: 0 to 4."""

SHARES = ("accuracy", "precision", "recall", "share")
"""Words in a title or in the name of a number that tell a share of 1."""
TALL = 240
"""Pixels from the foot to the head of a chart that has the whole width of a page."""

Wrong = tuple[str, str]
"""The key that a mistake is about, and what is wrong with it. A key within a table of tables is that of the list."""


class Figure(ABC):
    """One sort of figure. A subclass lives in a module of its own and is listed in the registry."""

    name: ClassVar[str]
    """The first word of its fence."""
    keys: ClassVar[Schema]
    """What each key of its table may hold."""
    required: ClassVar[tuple[str, ...]]
    """The keys that it cannot be drawn without."""

    def mistakes(self, table: Mapping[str, Any]) -> Iterator[Wrong]:
        """All that is wrong with a figure's table as written, before anything is measured."""
        found = list(table_mistakes(table, self.keys, self.required, f"a `{self.name}`"))
        yield from found
        yield from self.clashes(table, frozenset(table) - {key for key, _ in found})

    def clashes(self, table: Mapping[str, Any], sound: frozenset[str]) -> Iterator[Wrong]:
        """What is wrong between keys; `sound` are those whose own value is right."""
        yield from ()

    @abstractmethod
    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """What must be measured, for a table without mistakes."""

    @abstractmethod
    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The figure as HTML: reads without scripts, its data as a table beside it. `number` is its place on its page.

        Raises ValueError if what was measured is not what the figure shows (a curve is missing, labels have another
        length), and KeyError if a call was not measured.
        """


def table_mistakes(table: Mapping[str, Any], settings: Schema, required: Sequence[str], holder: str) -> Iterator[Wrong]:
    """Keys that mean nothing or hold what they must not, and those that are missing."""
    for found in check_table(table, settings, "", holder, settings):
        yield found.part.removeprefix("."), found.message
    missing = [key for key in required if key not in table]
    if missing:
        yield "", f"{holder} needs {listed(missing)}"


def inner_mistakes(
    tables: Sequence[Mapping[str, Any]], key: str, settings: Schema, required: Sequence[str]
) -> Iterator[Wrong]:
    """The same for each table of a list, `[[lines]]`: all are about the list's key."""
    for number, table in enumerate(tables, 1):
        for _, message in table_mistakes(table, settings, required, f"`[[{key}]]`"):
            yield key, f"number {number} of `[[{key}]]`: {message}"


def seeds_of(table: Mapping[str, Any]) -> tuple[int, ...]:
    """The seeds that a table asks for: `seeds = 3` are 0, 1 and 2."""
    asked = table.get("seeds", SEEDS)
    return tuple(range(asked)) if isinstance(asked, int) else tuple(asked)


def across_seeds(seeds: Sequence[int]) -> str:
    """What lines and bands are, in a sentence."""
    return f"Each line is the mean of {len(seeds)} seeds, its band reaches from the least to the greatest of them."


def shares(table: Mapping[str, Any], values: Iterable[float], *names: str) -> bool:
    """Whether numbers are written as percentages: as the table says, else if they are shares and are called so."""
    if "percent" in table:
        return bool(table["percent"])
    known = [one for one in values if isfinite(one)]
    called = any(word in name.lower() for name in names for word in SHARES)
    return called and all(0 <= one <= 1 for one in known)


def curve(one: Measured, name: str) -> tuple[float, ...]:
    """A list that an experiment gave. Raises ValueError if it gave none of that name."""
    if name not in one.curves:
        there = f"its lists are {listed(sorted(one.curves))}" if one.curves else "it gives no lists"
        raise ValueError(f"{one.measurement.call} gives no list `{name}`: {there}")
    return one.curves[name]


def value(one: Measured, name: str) -> float:
    """A number that an experiment gave; of a list its last. Raises ValueError if it gave nothing of that name."""
    if name in one.numbers:
        return one.numbers[name]
    if one.curves.get(name):
        return one.curves[name][-1]
    there = f"its numbers are {listed(sorted(one.numbers))}" if one.numbers else "it gives no numbers"
    raise ValueError(f"{one.measurement.call} gives no number `{name}`: {there}")
