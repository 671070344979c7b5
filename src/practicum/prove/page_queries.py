"""What a page's braces ask for: which measurements that takes, and the answers once they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import fmean, stdev
from typing import Any

from practicum.course.placeholders import PageQuery, PlaceholderError, find_queries
from practicum.model import Json, Measured, Measurement, Page, Prose

SEEDS = 5
"""Over how many seeds an experiment is measured, unless it is said: as many as for a claim."""


class Sample(float):
    """A number over several seeds: as a float it is their mean."""

    values: tuple[float, ...]

    def __new__(cls, values: Iterable[float]) -> Sample:
        listed = tuple(values)
        self = super().__new__(cls, fmean(listed))
        self.values = listed
        return self

    def __str__(self) -> str:
        """Without a filter: a whole number as one, else four figures that count."""
        return f"{float(self):.4g}"

    @property
    def low(self) -> float:
        """The least over the seeds."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The greatest over the seeds."""
        return max(self.values)

    @property
    def sd(self) -> float:
        """Their standard deviation; 0 for a single one."""
        return stdev(self.values) if len(self.values) > 1 else 0.0


class Answer:
    """An experiment's numbers as attributes. A curve's attribute is its last value."""

    def __init__(self, found: list[Measured], params: Mapping[str, Json]) -> None:
        self._found = found
        self._params = params

    def __getattr__(self, name: str) -> Any:
        if name in self._params:
            return self._params[name]
        first = self._found[0]
        if name in first.numbers:
            return Sample(one.numbers[name] for one in self._found)
        if first.curves.get(name):
            return Sample(one.curves[name][-1] for one in self._found)
        there = ", ".join([*first.numbers, *first.curves])
        raise PlaceholderError("unknown-result", f"`{first.measurement.function}` gives no `{name}`; it gives {there}")


def asked(page: Page) -> tuple[PageQuery, ...]:
    """Every question in the page's prose."""
    return tuple(
        one
        for block in page.blocks
        if isinstance(block, Prose) and not block.verbatim
        for one in find_queries(block.text)
    )


def expressions(page: Page) -> tuple[str, ...]:
    """The expressions that the prose wants evaluated after the cells."""
    given = (one.positional[0] for one in asked(page) if one.function == "gives" and one.positional)
    return tuple(dict.fromkeys(str(expression) for expression in given))


def calls(page: Page) -> Iterator[Measurement]:
    """The measurements that the prose asks for."""
    for one in asked(page):
        if one.function != "gives":
            for settings in _settings(one.function, one.positional, one.named):
                yield from _measurements(str(one.positional[0]), settings, _seeds(one.named))


def answers(measured: Mapping[Measurement, Measured], values: Mapping[str, Json]) -> Mapping[str, Callable[..., Any]]:
    """The functions that answer. Each raises PlaceholderError for what was not measured."""

    def of(function: str, settings: Mapping[str, Json], seeds: int) -> Answer:
        calls = list(_measurements(function, settings, seeds))
        missing = [call.call for call in calls if call not in measured]
        if missing:
            raise PlaceholderError("not-measured", f"{missing[0]} was not measured")
        return Answer([measured[call] for call in calls], settings)

    def tell(*positional: Any, **named: Any) -> Answer:
        (settings,) = _settings("measured", positional, named)
        return of(str(positional[0]), settings, _seeds(named))

    def best(*positional: Any, **named: Any) -> Answer:
        candidates = [of(str(positional[0]), one, _seeds(named)) for one in _settings("best", positional, named)]
        sign = -1 if named.get("want") == "lowest" else 1
        return max(candidates, key=lambda one: sign * getattr(one, str(named.get("measure", "val_accuracy"))))

    def gives(expression: str) -> Any:
        if expression not in values:
            raise PlaceholderError("not-evaluated", f"`{expression}` was not evaluated")
        return values[expression]

    return {"measured": tell, "best": best, "gives": gives}


_OWN = {"measured": {"seeds"}, "best": {"seeds", "measure", "want"}, "gives": set[str]()}


def mistakes(one: PageQuery, experiments: frozenset[str]) -> Iterator[str]:
    """What is wrong with a question, before anything is run."""
    if one.function == "gives":
        if len(one.positional) != 1 or one.named or not isinstance(one.positional[0], str):
            yield '`gives` takes one expression in quotes: `gives("x.shape")`'
        return
    if not one.positional or one.positional[0] not in experiments:
        there = ", ".join(sorted(experiments)) or "none"
        yield f"`{one.function}` begins with the name of an experiment, in quotes; there is {there}"
    elif one.function == "measured" and len(one.positional) != 1:
        yield '`measured` takes parameters by name: `measured("from_scratch", images=20)`'
    elif one.function == "best" and not (len(one.positional) == 3 and isinstance(one.positional[2], (list, tuple))):
        yield '`best` takes a parameter and its values: `best("fine_tune", "learning_rate", [1e-5, 1e-4])`'


def _settings(function: str, positional: tuple[Any, ...], named: Mapping[str, Any]) -> list[dict[str, Json]]:
    """The parameters of each setting that is asked about."""
    given = {name: value for name, value in named.items() if name not in _OWN[function]}
    if function == "measured":
        return [given]
    return [{**given, str(positional[1]): value} for value in positional[2]]


def _seeds(named: Mapping[str, Any]) -> int:
    return int(named.get("seeds", SEEDS))


def _measurements(function: str, settings: Mapping[str, Json], seeds: int) -> Iterator[Measurement]:
    for seed in range(seeds):
        yield Measurement(function, dict(settings), seed)
