"""What the keys of figures may hold, beside what `practicum.kinds.validators` knows already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from practicum.kinds.json_values import is_json
from practicum.kinds.validators import Validator, dotted_name, is_finite_number, parameters

LONGEST = 40
"""Letters of a name that is written into a figure."""


def listed(names: Iterable[str]) -> str:
    """Names in a row, as code: `a`, `b` and `c`."""
    spans = [f"`{one}`" for one in names]
    return spans[0] if len(spans) == 1 else f"{', '.join(spans[:-1])} and {spans[-1]}"


def texts(what: str, least: int, most: int) -> Validator:
    """A list of different short texts; `what` says of what."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"must be a list of {least} to {most} {what}"
        if not all(isinstance(one, str) and one.strip() and len(one) <= LONGEST for one in value):
            return f"must hold {what}, each in quotes and of at most {LONGEST} letters"
        return None if len(set(value)) == len(value) else f"must hold different {what}: one stands in it twice"

    return check


def label(what: str) -> Validator:
    """A short text; `what` says of what."""

    def check(value: Any) -> str | None:
        good = isinstance(value, str) and value.strip() and len(value) <= LONGEST
        return None if good else f"must be {what}, in quotes, of at most {LONGEST} letters"

    return check


def names(what: str, most: int) -> Validator:
    """A list of different Python names; `what` says of what."""
    one = dotted_name(what)

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            return f"must be a list of 1 to {most} names: {what}"
        objections = (one(inner) for inner in value)
        objection = next((text for text in objections if text), None)
        if objection:
            return f"holds a name that {objection}"
        return None if len(set(value)) == len(value) else "must hold different names: one stands in it twice"

    return check


def given(value: Any) -> str | None:
    """Parameters of an experiment, besides its seed."""
    if objection := parameters(value):
        return objection
    return "holds `seed`: which seeds are drawn is said by `seeds`, or `seed`" if "seed" in value else None


def parameter(value: Any) -> str | None:
    """The name of a parameter that is varied."""
    if objection := dotted_name("a parameter's name")(value):
        return objection
    return "must be a parameter other than `seed`" if value == "seed" else None


def settings(value: Any) -> str | None:
    """What a parameter is set to, one line each."""
    if not isinstance(value, list) or not 2 <= len(value) <= 8:
        return "must be a list of 2 to 8 values"
    if not all(is_json(one) and not isinstance(one, (list, dict)) for one in value):
        return "must hold numbers, texts or truths"
    return None if _different(value) else "must hold different values: one stands in it twice"


def places(value: Any) -> str | None:
    """Numbers along an axis."""
    if not isinstance(value, list) or not 2 <= len(value) <= 20 or not all(map(is_finite_number, value)):
        return "must be a list of 2 to 20 numbers"
    if max(map(abs, value)) > 1e15:
        return "must hold numbers up to 1e15"
    return None if value == sorted(set(value)) else "must hold different numbers, the least first"


def seed(value: Any) -> str | None:
    """One seed."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32
    return None if good else "must be a whole number, not below 0"


def tables(what: str, most: int) -> Validator:
    """A list of tables; `what` says how one is written."""

    def check(value: Any) -> str | None:
        good = isinstance(value, list) and 1 <= len(value) <= most and all(isinstance(one, dict) for one in value)
        return None if good else f"must be 1 to {most} tables, each begun by a line `{what}`"

    return check


def same_length(key: str, value: Sequence[Any], count: int, what: str) -> Iterator[tuple[str, str]]:
    """A mistake if a list does not have as many members as there are of `what`."""
    if len(value) != count:
        yield key, f"`{key}` holds {len(value)}, and there are {count} {what}: write one for each"


def varied(table: Mapping[str, Any], key: str, parameter: Any) -> Iterator[tuple[str, str]]:
    """A mistake if a parameter that is varied is given too."""
    held = table.get("given", {})
    if isinstance(held, dict) and isinstance(parameter, str) and parameter in held:
        yield key, f"`given` holds `{parameter}` too, which is varied: take it out of `given`"


def _different(values: Sequence[Any]) -> bool:
    return len({(type(one), one) for one in values}) == len(values)
