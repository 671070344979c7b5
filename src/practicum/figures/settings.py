"""Values of figures' keys, besides those that `practicum.kinds.validators` checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from practicum.formatting import join_words
from practicum.kinds.json_values import is_json
from practicum.kinds.validators import Validator, dotted_name, is_finite_number, parameters

LONGEST = 40
"""Characters of a name that is written into a figure."""


def join_names(names: Iterable[str]) -> str:
    """Names as code: `a`, `b` and `c`."""
    return join_words([f"`{one}`" for one in names])


def texts(subject: str, least: int, most: int) -> Validator:
    """A list of different short texts; `subject` says what they name."""

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            return f"must be a list of {least} to {most} {subject}"
        if not all(isinstance(text, str) and text.strip() and len(text) <= LONGEST for text in value):
            return f"must hold {subject}, each in quotes and of at most {LONGEST} characters"
        return None if len(set(value)) == len(value) else f"must hold different {subject}: one is there twice"

    return check


def label(subject: str) -> Validator:
    """A short text; `subject` says what it names."""

    def check(value: Any) -> str | None:
        valid = isinstance(value, str) and value.strip() and len(value) <= LONGEST
        return None if valid else f"must be {subject}, in quotes, of at most {LONGEST} characters"

    return check


def names(subject: str, most: int) -> Validator:
    """A list of different Python names; `subject` says what they name."""
    check_name = dotted_name(subject)

    def check(value: Any) -> str | None:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            return f"must be a list of 1 to {most} names: {subject}"
        objections = (check_name(item) for item in value)
        objection = next((text for text in objections if text), None)
        if objection:
            return f"holds a name that {objection}"
        return None if len(set(value)) == len(value) else "must hold different names: one is there twice"

    return check


def given(value: Any) -> str | None:
    """Parameters of an experiment, without its seed."""
    if objection := parameters(value):
        return objection
    return "holds `seed`: set it with the keys `seeds` or `seed` instead" if "seed" in value else None


def parameter(value: Any) -> str | None:
    """The name of a parameter that is varied."""
    if objection := dotted_name("a parameter's name")(value):
        return objection
    return "must be a parameter other than `seed`" if value == "seed" else None


def parameter_values(value: Any) -> str | None:
    """The values of a varied parameter, one line each."""
    if not isinstance(value, list) or not 2 <= len(value) <= 8:
        return "must be a list of 2 to 8 values"
    if not all(is_json(item) and not isinstance(item, (list, dict)) for item in value):
        return "must hold numbers, strings or booleans"
    different = len({(type(item), item) for item in value}) == len(value)
    return None if different else "must hold different values: one is there twice"


def places(value: Any) -> str | None:
    """Numbers along an axis."""
    if not isinstance(value, list) or not 2 <= len(value) <= 20 or not all(map(is_finite_number, value)):
        return "must be a list of 2 to 20 numbers"
    if max(map(abs, value)) > 1e15:
        return "must hold numbers up to 1e15"
    return None if value == sorted(set(value)) else "must hold different numbers in ascending order"


def seed(value: Any) -> str | None:
    """One seed."""
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32
    return None if valid else "must be a whole number, 0 or more"


def tables(heading: str, most: int) -> Validator:
    """A list of tables; `heading` is the line that opens one."""

    def check(value: Any) -> str | None:
        valid = isinstance(value, list) and 1 <= len(value) <= most and all(isinstance(item, dict) for item in value)
        return None if valid else f"must be 1 to {most} tables, each opened by a line `{heading}`"

    return check


def same_length(key: str, value: Sequence[Any], count: int, subject: str) -> Iterator[tuple[str, str]]:
    """A mistake if a list does not have as many items as there are of `subject`."""
    if len(value) != count:
        yield key, f"`{key}` holds {len(value)}, and there are {count} {subject}: write one for each"


def varied(table: Mapping[str, Any], key: str, parameter: Any) -> Iterator[tuple[str, str]]:
    """A mistake if a varied parameter is in `given` too."""
    fixed = table.get("given", {})
    if isinstance(fixed, dict) and isinstance(parameter, str) and parameter in fixed:
        yield key, f"`given` holds `{parameter}` too, which is varied: remove it from `given`"
