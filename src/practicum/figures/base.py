"""What every figure of a page answers: its settings, what must be measured, and its HTML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, ClassVar

from markupsafe import Markup

from practicum.errors import CodedError
from practicum.figures.settings import join_names
from practicum.kinds.validators import Schema, check_table
from practicum.model import Image, Measured, Measurement

SEEDS = 5
"""The number of seeds of a curve by default: 0 to 4."""

SHARES = ("accuracy", "precision", "recall", "share")
"""Words in a title or in the name of a number that mark a share of 1."""

KeyMistake = tuple[str, str]
"""A key of a figure's table, and what is wrong with it. For a key in a list of tables, it is the key of the list."""


class FigureError(CodedError, ValueError):
    """A figure cannot be drawn from what was measured.

    Codes: `missing-list`, `missing-number`, `empty-lists`, `different-lengths`, `unknown-label`, `no-probabilities`,
    `no-points`, `missing-image`.
    """


class Figure(ABC):
    """A kind of figure. A subclass has a module of its own and is listed in the registry."""

    name: ClassVar[str]
    """The first word of its fence."""
    keys: ClassVar[Schema]
    """The allowed values of each key of its table."""
    has_script: ClassVar[bool] = False
    """Whether its page loads `style.css` and `script.js` of this package."""
    required: ClassVar[tuple[str, ...]]
    """The keys without which it cannot be drawn."""

    def mistakes(self, table: Mapping[str, Any]) -> Iterator[KeyMistake]:
        """All mistakes in a figure's table, before anything is measured."""
        found = list(table_mistakes(table, self.keys, self.required, f"a `{self.name}`"))
        yield from found
        yield from self.conflicts(table, frozenset(table) - {key for key, _ in found})

    def conflicts(self, table: Mapping[str, Any], valid: frozenset[str]) -> Iterator[KeyMistake]:
        """Mistakes between keys; `valid` are the keys whose own value is right."""
        yield from ()

    @abstractmethod
    def calls(self, table: Mapping[str, Any]) -> tuple[Measurement, ...]:
        """The experiments to measure, for a table without mistakes."""

    @abstractmethod
    def draw(self, table: Mapping[str, Any], measured: Mapping[Measurement, Measured], number: int) -> Markup:
        """The figure as HTML: readable without scripts, with its data as a table. `number` is its place on its page.

        Raises:
            FigureError: If the results do not fit the figure (a curve is missing, labels have another length).
            KeyError: If a call was not measured.
        """


def figure_id(number: int) -> str:
    """The element id of the figure at that place on its page."""
    return f"figure-{number}"


def table_mistakes(
    table: Mapping[str, Any], schema: Schema, required: Sequence[str], holder: str
) -> Iterator[KeyMistake]:
    """Unknown keys, invalid values and missing keys."""
    for found in check_table(table, schema, "", holder, schema):
        yield found.part.removeprefix("."), found.message
    missing = [key for key in required if key not in table]
    if missing:
        yield "", f"{holder} needs {join_names(missing)}"


def inner_mistakes(
    tables: Sequence[Mapping[str, Any]], key: str, schema: Schema, required: Sequence[str]
) -> Iterator[KeyMistake]:
    """The same for each table of a list such as `[[lines]]`."""
    for number, table in enumerate(tables, 1):
        for _, message in table_mistakes(table, schema, required, f"`[[{key}]]`"):
            yield key, f"number {number} of `[[{key}]]`: {message}"


def duplicate_names(tables: Sequence[Mapping[str, Any]], key: str) -> Iterator[KeyMistake]:
    """A mistake if two tables of a list have the same `name`."""
    names = [name for table in tables if isinstance(name := table.get("name"), str)]
    if len(set(names)) < len(names):
        yield key, f"two of `[[{key}]]` have the same name: give each its own"


def seeds_of(table: Mapping[str, Any]) -> tuple[int, ...]:
    """The seeds of a table: `seeds = 3` are 0, 1 and 2."""
    seeds = table.get("seeds", SEEDS)
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)


def describe_band(seeds: Sequence[int]) -> str:
    """What lines and bands are, in a sentence."""
    return f"Each line is the mean over {len(seeds)} seeds; its band reaches from the lowest to the highest of them."


def is_share(table: Mapping[str, Any], values: Iterable[float], *names: str) -> bool:
    """Whether values are written in percent: as the table sets it, else if they are shares by name and by value."""
    if "percent" in table:
        return bool(table["percent"])
    finite = [value for value in values if isfinite(value)]
    by_name = any(word in name.lower() for name in names for word in SHARES)
    return by_name and all(0 <= value <= 1 for value in finite)


def curve(result: Measured, name: str) -> tuple[float, ...]:
    """A list that an experiment returned.

    Raises:
        FigureError: If it returned no list of that name.
    """
    if name not in result.curves:
        known = f"its lists are {join_names(sorted(result.curves))}" if result.curves else "it returns no lists"
        raise FigureError("missing-list", f"{result.measurement.call} returns no list `{name}`: {known}")
    return result.curves[name]


def number(result: Measured, name: str) -> float:
    """A number that an experiment returned; of a list its last value.

    Raises:
        FigureError: If it returned nothing of that name.
    """
    if name in result.numbers:
        return result.numbers[name]
    if result.curves.get(name):
        return result.curves[name][-1]
    known = f"its numbers are {join_names(sorted(result.numbers))}" if result.numbers else "it returns no numbers"
    raise FigureError("missing-number", f"{result.measurement.call} returns no number `{name}`: {known}")


def image(result: Measured, name: str) -> Image:
    """An image that an experiment returned.

    Raises:
        FigureError: If it returned no image of that name.
    """
    if name not in result.images:
        known = f"its images are {join_names(sorted(result.images))}" if result.images else "it returns no images"
        raise FigureError("missing-image", f"{result.measurement.call} returns no image `{name}`: {known}")
    return result.images[name]


def same_lengths(result: Measured, *names: str) -> list[tuple[float, ...]]:
    """Lists that an experiment returned, each with an item for the same thing.

    Raises:
        FigureError: If one is missing, or has another length, or they are empty.
    """
    lists = [curve(result, name) for name in names]
    if len(set(map(len, lists))) != 1:
        message = f"{result.measurement.call} returns lists {join_names(names)} of different lengths"
        raise FigureError("different-lengths", message)
    if not lists[0]:
        raise FigureError("empty-lists", f"{result.measurement.call} returns an empty list `{names[0]}`")
    return lists


def check_labels(result: Measured, labels: Iterable[float], classes: int) -> None:
    """Raise FigureError if a label is not the number of a class."""
    if unknown := [label for label in labels if label not in range(classes)]:
        message = f"{result.measurement.call} returns the label {unknown[0]:g}: `classes` names 0 to {classes - 1}"
        raise FigureError("unknown-label", message)
