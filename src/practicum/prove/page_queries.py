"""The queries in a page's braces: which measurements they need, and their answers once those exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import fmean, stdev
from typing import Any

from practicum.course.placeholders import PageQuery, PlaceholderError, find_queries
from practicum.model import Json, Measured, Measurement, Page, Prose

SEEDS = 5
"""Default number of seeds over which an experiment is measured: as many as for a claim."""


class Sample(float):
    """A number measured with several seeds. As a float it is the mean."""

    values: tuple[float, ...]

    def __new__(cls, values: Iterable[float]) -> Sample:
        listed = tuple(values)
        self = super().__new__(cls, fmean(listed))
        self.values = listed
        return self

    def __str__(self) -> str:
        """Return the mean with four significant digits, and a whole number without a decimal point."""
        return f"{float(self):.4g}"

    @property
    def low(self) -> float:
        """The minimum over the seeds."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The maximum over the seeds."""
        return max(self.values)

    @property
    def sd(self) -> float:
        """The standard deviation over the seeds; 0 for a single seed."""
        return stdev(self.values) if len(self.values) > 1 else 0.0


class MeasuredAnswer:
    """An experiment's numbers as attributes, its parameters too. The attribute of a curve is its last value."""

    def __init__(self, results: list[Measured], params: Mapping[str, Json]) -> None:
        self._results = results
        self._params = params

    def __getattr__(self, name: str) -> Any:
        if name in self._params:
            return self._params[name]
        first = self._results[0]
        if name in first.numbers:
            return Sample(result.numbers[name] for result in self._results)
        if first.curves.get(name):
            return Sample(result.curves[name][-1] for result in self._results)
        available = ", ".join([*first.numbers, *first.curves])
        raise PlaceholderError(
            "unknown-result", f"`{first.measurement.function}` returns no `{name}`; it returns {available}"
        )


def queries_in(prose: Prose) -> tuple[PageQuery, ...]:
    """Return the queries in one block of prose; none in a fence that is shown as it is."""
    return () if prose.verbatim else tuple(find_queries(prose.text))


def page_queries(page: Page) -> tuple[PageQuery, ...]:
    """Return every query in the page's prose."""
    return tuple(query for block in page.blocks if isinstance(block, Prose) for query in queries_in(block))


def expressions(page: Page) -> tuple[str, ...]:
    """Return the expressions that the prose wants evaluated after the cells."""
    asked = page_queries(page)
    found = (query.positional[0] for query in asked if query.function == "gives" and query.positional)
    return tuple(dict.fromkeys(map(str, found)))


def calls(page: Page) -> Iterator[Measurement]:
    """Yield the measurements that the prose needs."""
    for query in page_queries(page):
        if query.function != "gives":
            for settings in _settings(query.function, query.positional, query.named):
                yield from _measurements(str(query.positional[0]), settings, _seeds(query.named))


def answer_functions(
    measured: Mapping[Measurement, Measured], values: Mapping[str, Json]
) -> Mapping[str, Callable[..., Any]]:
    """Return the functions that braces call, by name. Each raises PlaceholderError for what was not measured."""

    def answer(function: str, settings: Mapping[str, Json], seeds: int) -> MeasuredAnswer:
        needed = list(_measurements(function, settings, seeds))
        missing = [call.call for call in needed if call not in measured]
        if missing:
            raise PlaceholderError("not-measured", f"{missing[0]} was not measured")
        return MeasuredAnswer([measured[call] for call in needed], settings)

    def measured_answer(*positional: Any, **named: Any) -> MeasuredAnswer:
        (settings,) = _settings("measured", positional, named)
        return answer(str(positional[0]), settings, _seeds(named))

    def best(*positional: Any, **named: Any) -> MeasuredAnswer:
        alternatives = _settings("best", positional, named)
        candidates = [answer(str(positional[0]), settings, _seeds(named)) for settings in alternatives]
        sign = -1 if named.get("want") == "lowest" else 1
        measure = str(named.get("measure", "val_accuracy"))
        return max(candidates, key=lambda candidate: sign * getattr(candidate, measure))

    def gives(expression: str) -> Any:
        if expression not in values:
            raise PlaceholderError("not-evaluated", f"`{expression}` was not evaluated")
        return values[expression]

    return {"measured": measured_answer, "best": best, "gives": gives}


_OPTIONS = {"measured": {"seeds"}, "best": {"seeds", "measure", "want"}, "gives": set[str]()}
"""For each function, the named arguments that are not parameters of the experiment."""


def find_mistakes(query: PageQuery, experiments: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a query, as far as it can be known before anything runs."""
    positional = query.positional
    if query.function == "gives":
        if len(positional) != 1 or query.named or not isinstance(positional[0], str):
            yield '`gives` takes one expression in quotes: `gives("x.shape")`'
        return
    if not positional or positional[0] not in experiments:
        available = ", ".join(sorted(experiments)) or "none"
        yield f"the first argument of `{query.function}` is an experiment's name in quotes; there is {available}"
    elif query.function == "measured" and len(positional) != 1:
        yield '`measured` takes parameters by name: `measured("from_scratch", images=20)`'
    elif query.function == "best" and not (len(positional) == 3 and isinstance(positional[2], (list, tuple))):
        yield '`best` takes a parameter and its values: `best("fine_tune", "learning_rate", [1e-5, 1e-4])`'


def _settings(function: str, positional: tuple[Any, ...], named: Mapping[str, Any]) -> list[dict[str, Json]]:
    """Return the experiment's parameters for each setting in query."""
    params = {name: value for name, value in named.items() if name not in _OPTIONS[function]}
    if function == "measured":
        return [params]
    return [{**params, str(positional[1]): value} for value in positional[2]]


def _seeds(named: Mapping[str, Any]) -> int:
    return int(named.get("seeds", SEEDS))


def _measurements(function: str, settings: Mapping[str, Json], seeds: int) -> Iterator[Measurement]:
    for seed in range(seeds):
        yield Measurement(function, dict(settings), seed)
