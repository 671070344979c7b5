"""What the keys of `[proof]` and `[goal]` may hold: each says what is wrong with a value, and what it should be."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from practicum.kinds.base import Found
from practicum.kinds.equality import literal
from practicum.kinds.json_values import is_json
from practicum.model import Json
from practicum.python_source.parsing import parse_expression

Setting = Callable[[Any], str | None]
"""From a value to what is wrong with it, to be read after the key's name; None if nothing is."""

Settings = Mapping[str, Setting]


def wrong(
    table: Mapping[str, Any], settings: Settings, place: str, holder: str, known: Iterable[str]
) -> Iterator[Found]:
    """The keys of a table that mean nothing to its `holder`, and the values that say nothing.

    `place` is the table's name; `known` are the keys to suggest for one that is misspelt.
    """
    for key, value in table.items():
        if key not in settings:
            near = difflib.get_close_matches(key[:100], list(known), n=1)
            there = f"it may hold {', '.join(f'`{name}`' for name in settings)}"
            hint = f"did you mean `{near[0]}`?" if near else there
            yield Found(f"{place}.{key}", f"`{key}` means nothing in {holder}: {hint}")
        elif objection := settings[key](value):
            yield Found(f"{place}.{key}", f"`{key}` {objection}")


def expression(value: Any) -> str | None:
    """A Python expression."""
    if not isinstance(value, str):
        return f"must be a Python expression in quotes, not {_short(value)}"
    try:
        parse_expression(value)
    except SyntaxError as reason:
        return f"must be a Python expression, and {_short(value)} is none: {reason.msg}"
    return None


def one_of(*allowed: str) -> Setting:
    """One of a few words."""

    def check(value: Any) -> str | None:
        words = " or ".join(f'"{word}"' for word in allowed)
        return None if value in allowed else f"must be {words}, not {_short(value)}"

    return check


def words(what: str) -> Setting:
    """Text; `what` says of what."""

    def check(value: Any) -> str | None:
        good = isinstance(value, str) and value.strip()
        return None if good else f"must be {what}, in quotes, not {_short(value)}"

    return check


def name(what: str) -> Setting:
    """A Python name, dots allowed; `what` says of what."""

    def check(value: Any) -> str | None:
        good = isinstance(value, str) and all(part.isidentifier() for part in value.split("."))
        return None if good else f"must be {what}, in quotes, not {_short(value)}"

    return check


def pattern(value: Any) -> str | None:
    """A regular expression."""
    if not isinstance(value, str):
        return f"must be text in quotes, not {_short(value)}"
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError) as reason:
        return f"is no regular expression: {reason}"
    return None


def truth(value: Any) -> str | None:
    """`true` or `false`."""
    return None if isinstance(value, bool) else f"must be true or false, not {_short(value)}"


def number(value: Any) -> str | None:
    """A finite number."""
    return None if is_finite(value) else f"must be a number, not {_short(value)}"


def tolerance(value: Any) -> str | None:
    """A finite number from 0 up."""
    if number(value) or value < 0:
        return f"must be a number such as 1e-6, not {_short(value)}"
    return None


def count_of_seeds(value: Any) -> str | None:
    """A whole number from 2 to 100."""
    good = isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= 100
    return None if good else f"must be a number from 2 to 100, not {_short(value)}: one seed alone shows no chance"


def seeds(value: Any) -> str | None:
    """A number of seeds, or a list of different ones."""
    if not isinstance(value, list):
        return count_of_seeds(value)
    whole = all(isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < 2**32 for seed in value)
    if whole and 2 <= len(set(value)) == len(value) <= 100:
        return None
    return "must hold from 2 to 100 different whole numbers, none below 0"


def arguments(value: Any) -> str | None:
    """A table of what to hand to a function."""
    if not isinstance(value, dict):
        return f"must be a table of parameters, such as `{{ epochs = 5 }}`, not {_short(value)}"
    for key, inner in value.items():
        if not key.isidentifier():
            return f"holds `{key}`, which is no parameter's name"
        if not is_json(inner):
            return f"holds {key} = {_short(inner)}: parameters are numbers, texts, truths and lists of them"
    return None


def is_finite(value: Any) -> bool:
    """Whether a value is a number that a float can hold."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) <= sys.float_info.max


def json_literal(text: str) -> Json:
    """The value that a literal stands for, if JSON can carry it. Raises ValueError."""
    value: Json = literal(text)
    if not is_json(value):
        raise ValueError(f"`{text}` is neither a number, text, a truth nor a list of them")
    return value


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an integer of thousands of digits
        text = "such a number"
    return text if len(text) <= 60 else text[:59] + "…"
