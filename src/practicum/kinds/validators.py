"""Validators of TOML tables: each returns what is wrong with a key's value, or None."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from practicum.formatting import truncate
from practicum.kinds.base import PartMistake
from practicum.kinds.json_values import is_json
from practicum.kinds.literals import parse_literal
from practicum.python_source.parsing import parse_expression

Validator = Callable[[Any], str | None]
"""Returns what is wrong with a value, to be read after the key's name; None if it is valid."""

Schema = Mapping[str, Validator]
"""The keys that a table may have, each with its validator."""


def check_table(
    table: Mapping[str, Any], schema: Schema, place: str, holder: str, known: Iterable[str]
) -> Iterator[PartMistake]:
    """Mistakes with the codes `unknown-key` and `invalid-value`.

    Args:
        table: The table to check.
        schema: Its keys.
        place: The table's name, such as `proof`.
        holder: What the table belongs to, for messages: `` a `best` proof ``.
        known: The keys to suggest for a misspelt one.
    """
    for key, value in table.items():
        if key not in schema:
            near = difflib.get_close_matches(key[:100], list(known), n=1)
            allowed = f"its keys are {', '.join(f'`{name}`' for name in schema)}" if schema else "it has no keys"
            hint = f"did you mean `{near[0]}`?" if near else allowed
            yield PartMistake(f"{place}.{key}", "unknown-key", f"`{key}` is not a key of {holder}: {hint}")
        elif objection := schema[key](value):
            yield PartMistake(f"{place}.{key}", "invalid-value", f"`{key}` {objection}")


def expression(value: Any) -> str | None:
    """A Python expression."""
    if not isinstance(value, str):
        return f"must be a Python expression in quotes, not {_quoted(value)}"
    try:
        parse_expression(value)
    except SyntaxError as reason:
        return f"must be a Python expression, not {_quoted(value)}: {reason.msg}"
    return None


def one_of(*allowed: str) -> Validator:
    """One of a few strings."""

    def check(value: Any) -> str | None:
        words = " or ".join(f'"{word}"' for word in allowed)
        return None if value in allowed else f"must be {words}, not {_quoted(value)}"

    return check


def text(what: str) -> Validator:
    """A string that is not empty; `what` names its content for messages."""

    def check(value: Any) -> str | None:
        valid = isinstance(value, str) and value.strip()
        return None if valid else f"must be {what}, in quotes, not {_quoted(value)}"

    return check


def string(what: str) -> Validator:
    """A string, which may be empty; `what` names its content for messages."""

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) else f"must be {what}, in quotes, not {_quoted(value)}"

    return check


def boolean_or(validator: Validator) -> Validator:
    """`true`, `false`, or what another validator accepts."""
    return lambda value: None if isinstance(value, bool) else validator(value)


def literal(value: Any) -> str | None:
    """A Python literal in quotes, or a value of TOML."""
    try:
        parse_literal(literal_text(value))
    except ValueError as reason:
        return f"must be a value as Python prints it, such as `(None, 5)` or `'text'`: {reason}"
    return None


def literal_text(value: Any) -> str:
    """The Python literal that a valid value of `literal` states."""
    return value if isinstance(value, str) else repr(value)


def exception_name(value: Any) -> str | None:
    """The name of a specific exception class."""
    if value in ("Exception", "BaseException"):
        return f"must name a specific exception: every exception is an `{value}`"
    return dotted_name("an exception's name")(value)


def dotted_name(what: str) -> Validator:
    """A Python name, with or without dots; `what` names its content for messages."""

    def check(value: Any) -> str | None:
        valid = isinstance(value, str) and all(part.isidentifier() for part in value.split("."))
        return None if valid else f"must be {what}, in quotes, not {_quoted(value)}"

    return check


def regex(value: Any) -> str | None:
    """A regular expression."""
    if not isinstance(value, str):
        return f"must be a string in quotes, not {_quoted(value)}"
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as reason:
        return f"is not a regular expression: {reason}"
    return None


def boolean(value: Any) -> str | None:
    """`true` or `false`."""
    return None if isinstance(value, bool) else f"must be true or false, not {_quoted(value)}"


def number(value: Any) -> str | None:
    """A finite number."""
    return None if is_finite_number(value) else f"must be a number, not {_quoted(value)}"


def tolerance(value: Any) -> str | None:
    """A finite number of at least 0."""
    if number(value) or value < 0:
        return f"must be a number such as 1e-6, not {_quoted(value)}"
    return None


def digit_count(value: Any) -> str | None:
    """An integer from 1 to 15."""
    valid = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 15
    return None if valid else f"must be an integer from 1 to 15, not {_quoted(value)}"


def seed_count(value: Any) -> str | None:
    """An integer from 2 to 100."""
    valid = isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= 100
    return None if valid else f"must be an integer from 2 to 100, not {_quoted(value)}: one seed alone shows no chance"


def seeds(value: Any) -> str | None:
    """A number of seeds, or a list of different seeds."""
    if not isinstance(value, list):
        return seed_count(value)
    valid = all(isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**32 for seed in value)
    if valid and 2 <= len(set(value)) == len(value) <= 100:
        return None
    return "must hold 2 to 100 different integers of at least 0"


def parameters(value: Any) -> str | None:
    """A table of parameters for a function."""
    if not isinstance(value, dict):
        return f"must be a table of parameters, such as `{{ epochs = 5 }}`, not {_quoted(value)}"
    for key, parameter in value.items():
        if not key.isidentifier():
            return f"holds `{key}`, which is not a parameter's name"
        if not is_json(parameter):
            return f"holds {key} = {_quoted(parameter)}: parameters are numbers, strings, booleans and lists of these"
    return None


def is_finite_number(value: Any) -> bool:
    """Whether a value is a number in the range of floats."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) <= sys.float_info.max


def _quoted(value: Any) -> str:
    try:
        return truncate(repr(value), 60)
    except ValueError:  # an integer of thousands of digits
        return "such a number"
