"""A table of misconceptions: what is off about a wrong value or a wrong prediction of what is printed.

A misconception is recognized by its correction: it holds where the answer, so corrected, would be right. The hint names
the mistake and never the key. It contains no number, so that it reveals none by chance.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import Any

from practicum.kinds.equality import is_equal
from practicum.kinds.literals import is_literal, parse_literal, value_text

IsRight = Callable[[Any], bool]
"""Returns whether an answer would be graded as right."""
LARGEST = 1e15
"""The largest number that is looked at: beyond it, floats have no places left for a correction."""
LONGEST = 5
"""The most elements whose order is looked at: they have 120 orders."""


@dataclass(frozen=True)
class Misconception:
    """A mistake that learners make. `holds(answered, key, is_right)`: whether it explains a wrong answer."""

    name: str
    hint: str
    holds: Callable[[Any, Any, IsRight], bool]


def hint(table: Sequence[Misconception], answered: Any, key: Any, is_right: IsRight) -> str:
    """Return the hint of the first misconception that explains a wrong answer; empty if none does, or it has the key.

    Args:
        table: `VALUES` or `PRINTED`.
        answered: The wrong answer, as a value or as printed text.
        key: The right one.
        is_right: Returns whether another answer would be right.
    """
    found = recognize(table, answered, key, is_right)
    return found.hint if found and not reveals(found.hint, key) else ""


def recognize(table: Sequence[Misconception], answered: Any, key: Any, is_right: IsRight) -> Misconception | None:
    """Return the first misconception of a table that explains a wrong answer, or None."""
    return next((row for row in table if row.holds(answered, key, is_right)), None)


def reveals(text: str, key: Any) -> bool:
    """Return whether a text contains a key, a line of it, or a text in it, in capital or small letters."""
    forms = {value_text(key), *_texts(key)}
    return any(re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE) for form in forms if form)


def _texts(value: Any) -> Iterator[str]:
    """The lines of each text in a value, and the value itself where it contains no others."""
    match value:
        case str():
            yield from (line.strip() for line in value.split("\n"))
        case dict():
            yield from (text for pair in value.items() for item in pair for text in _texts(item))
        case list() | tuple() | set() | frozenset():
            yield from (text for item in value for text in _texts(item))
        case _:
            yield value_text(value)


# --- corrections of a value


Corrections = Callable[[Any], Iterator[Any]]


def _corrected_by(corrections: Corrections) -> Callable[[Any, Any, IsRight], bool]:
    """A misconception that holds where one of these corrections makes the answer right."""
    return lambda answered, key, is_right: any(map(is_right, corrections(answered)))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _shifted(number: Any, places: int) -> float | int:
    """The number with its decimal point moved, without the rounding of a multiplication."""
    moved = Decimal(repr(number)).scaleb(places)
    return int(moved) if isinstance(number, int) and moved == moved.to_integral_value() else float(moved)


def _negated(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and answered:
        yield -answered


def _percent_or_fraction(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and 0 < answered < 1:
        yield _shifted(answered, 2)
    elif _is_number(answered) and 1 <= answered < 100:
        yield _shifted(answered, -2)


def _decimal_point_moved(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and answered:
        for places in (1, 2, 3, 6):
            yield from (_shifted(answered, places), _shifted(answered, -places))


def _complement(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and 0 <= answered <= 100:
        whole = 1 if answered <= 1 else 100
        yield float(whole - Decimal(repr(answered)))


def _reciprocal(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and answered:
        yield 1 / answered


def _square_or_root(answered: Any) -> Iterator[Any]:
    if _is_number(answered) and answered > 0:
        yield from (answered * answered, math.sqrt(answered))


def _reordered(answered: Any) -> Iterator[Any]:
    if isinstance(answered, list | tuple) and 2 <= len(answered) <= LONGEST:
        yield from map(type(answered), permutations(answered))


def _transposed(answered: Any) -> Iterator[Any]:
    if isinstance(answered, list) and answered and all(isinstance(row, list) for row in answered):
        yield [list(column) for column in zip(*answered, strict=False)]


def _without_first(answered: Any) -> Iterator[Any]:
    if isinstance(answered, tuple) and len(answered) > 1:
        yield answered[1:]


def _of_another_type(answered: Any) -> Iterator[Any]:
    if isinstance(answered, str) and is_literal(answered):
        yield parse_literal(answered)
    elif isinstance(answered, bool):
        yield from (int(answered), float(answered), str(answered))
    elif _is_number(answered):
        yield from (float(answered), str(answered))
        if float(answered).is_integer():
            yield int(answered)
        if answered in (0, 1):
            yield bool(answered)


def _in_another_container(answered: Any) -> Iterator[Any]:
    if isinstance(answered, list | tuple):
        yield from (list(answered), tuple(answered))
        if len(answered) == 1:
            yield answered[0]
    else:
        yield from ([answered], (answered,))


def _in_other_case(answered: Any, key: Any, is_right: IsRight) -> bool:
    return isinstance(answered, str) and isinstance(key, str) and answered.casefold() == key.casefold()


# --- relations that no correction of the answer alone shows


def _is_next_to(answered: Any, key: Any, is_right: IsRight) -> bool:
    is_count = all(isinstance(count, int) and not isinstance(count, bool) and count >= 0 for count in (answered, key))
    return is_count and abs(answered - key) == 1


def _lacks_first(answered: Any, key: Any, is_right: IsRight) -> bool:
    return isinstance(key, tuple) and isinstance(answered, tuple) and len(key) > 1 and is_right((key[0], *answered))


def _differs_in_length(answered: Any, key: Any, is_right: IsRight) -> bool:
    return isinstance(key, list | tuple) and type(answered) is type(key) and len(answered) != len(key)


_DTYPE = re.compile(r"(?:np\.|numpy\.|tf\.)?(u?int|b?float|complex)(\d+)|bool|object")


def _dtypes(answered: Any, key: Any) -> tuple[re.Match[str], re.Match[str]] | None:
    if not (isinstance(answered, str) and isinstance(key, str)):
        return None
    one, other = _DTYPE.fullmatch(answered), _DTYPE.fullmatch(key)
    return (one, other) if one and other and one[0] != other[0] else None


def _differs_in_bits(answered: Any, key: Any, is_right: IsRight) -> bool:
    found = _dtypes(answered, key)
    return bool(found and found[0][1] and found[0][1] == found[1][1] and found[0][2] != found[1][2])


def _differs_in_dtype(answered: Any, key: Any, is_right: IsRight) -> bool:
    found = _dtypes(answered, key)
    return bool(found and found[0][1] != found[1][1])


_CONTAINER = "The content is right, but what it is in is not: a list, a tuple and a single value are different."

VALUES = (
    Misconception("sign", "Only the sign is wrong.", _corrected_by(_negated)),
    Misconception(
        "percent",
        "The digits are right. A percentage and a fraction are written differently: check which is asked for.",
        _corrected_by(_percent_or_fraction),
    ),
    Misconception(
        "decimal-point",
        "The digits are right, but the decimal point is in the wrong place. Check the units.",
        _corrected_by(_decimal_point_moved),
    ),
    Misconception("type", "The value is right, but its type is not.", _corrected_by(_of_another_type)),
    Misconception(
        "off-by-one",
        "This is next to the right answer. If you counted, check where to begin and whether the last element counts.",
        _is_next_to,
    ),
    Misconception(
        "complement",
        "This and the right answer add up to the whole. Check which part of it is asked for.",
        _corrected_by(_complement),
    ),
    Misconception(
        "reciprocal", "This is the reciprocal: numerator and denominator are exchanged.", _corrected_by(_reciprocal)
    ),
    Misconception(
        "square", "Check the exponents: this and the right answer differ by a square.", _corrected_by(_square_or_root)
    ),
    Misconception(
        "order",
        "The elements are right, but not their order. In a shape, it is that of the axes.",
        _corrected_by(_reordered),
    ),
    Misconception("transposed", "Rows and columns are exchanged.", _corrected_by(_transposed)),
    Misconception("no-batch", "The first element is missing. In a shape, it is the axis of the batch.", _lacks_first),
    Misconception(
        "batch",
        "Without its first element this is right. In a shape, that is the axis of the batch.",
        _corrected_by(_without_first),
    ),
    Misconception("container", _CONTAINER, _corrected_by(_in_another_container)),
    Misconception(
        "length", "The number of elements is wrong. In a shape, it is the number of axes.", _differs_in_length
    ),
    Misconception("bits", "The kind of number is right, but not how many bits it has.", _differs_in_bits),
    Misconception("dtype", "This is a dtype, but of another kind of value.", _differs_in_dtype),
    Misconception("case", "Only capital and small letters differ.", _in_other_case),
)
"""Misconceptions about a value, the most specific first."""


# --- printed text


def _same_without(pattern: str) -> Callable[[Any, Any, IsRight], bool]:
    """A misconception that holds where two texts differ only in what a pattern matches."""
    return lambda answered, key, is_right: re.sub(pattern, "", answered) == re.sub(pattern, "", key)


def _has_same_numbers(answered: str, key: str, is_right: IsRight) -> bool:
    """Whether only the notation of numbers differs, such as that of an integer and a float."""
    pairs = list(zip(re.split(r"([\s,()\[\]]+)", answered), re.split(r"([\s,()\[\]]+)", key), strict=False))
    whole = len(re.split(r"[\s,()\[\]]+", answered)) == len(re.split(r"[\s,()\[\]]+", key))
    return whole and all(one == other or _is_same_number(one, other) for one, other in pairs)


def _is_same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _begins_like(answered: str, key: str, is_right: IsRight) -> bool:
    lines, wanted = answered.split("\n"), key.split("\n")
    return len(lines) < len(wanted) and lines == wanted[: len(lines)]


def _goes_on(answered: str, key: str, is_right: IsRight) -> bool:
    return _begins_like(key, answered, is_right)


def _has_lines_in_other_order(answered: str, key: str, is_right: IsRight) -> bool:
    return sorted(answered.split("\n")) == sorted(key.split("\n"))


def _differs_in_line_count(answered: str, key: str, is_right: IsRight) -> bool:
    return answered.count("\n") != key.count("\n")


PRINTED = (
    Misconception("quotes", "Only quotation marks differ.", _same_without(r"['\"]")),
    Misconception("spaces", "Only spaces or line breaks differ.", _same_without(r"\s")),
    Misconception("case", "Only capital and small letters differ.", _in_other_case),
    Misconception(
        "notation", "The values are right, but numbers are written differently. Check their types.", _has_same_numbers
    ),
    Misconception("unfinished", "This is right as far as it goes: more is printed.", _begins_like),
    Misconception("too-much", "The beginning is right, but less is printed.", _goes_on),
    Misconception("line-order", "The lines are right, but not their order.", _has_lines_in_other_order),
    Misconception("lines", "The number of lines is wrong.", _differs_in_line_count),
)
"""Misconceptions about what is printed, the most specific first."""


# --- wrong answers that learners give


def value_mistakes(key: Any) -> Iterator[tuple[Any, str]]:
    """Yield wrong values that learners give for a key, each with the hint of its misconception, or an empty one."""

    def is_right(answered: Any) -> bool:
        return is_equal(answered, key, tolerance=1e-5)

    for value in map(_rounded, _wrong_values(key)):
        if not is_right(value):
            yield value, hint(VALUES, value, key, is_right)


def printed_mistakes(key: str) -> Iterator[tuple[str, str]]:
    """Yield wrong outputs that learners predict, each with the hint of its misconception, or an empty one."""
    for text in _wrong_outputs(key):
        if text.rstrip() != key.rstrip():
            yield text, hint(PRINTED, text, key, lambda answered: bool(answered.rstrip() == key.rstrip()))


def _wrong_values(key: Any) -> Iterator[Any]:
    match key:
        case bool():
            yield not key
        case int():
            yield from (key + 1, key - 1, key + 2, 2 * key)
        case float() if abs(key) < LARGEST and key.is_integer():
            yield from _wrong_values(int(key))
        case str():
            yield from (key[::-1], key[:-1], key + key[-1:], key.swapcase())
        case list() | tuple():
            yield from (key[:-1], key[::-1])
    yield from _changed_items(key)
    for corrections in _CORRECTIONS:
        yield from corrections(key)


def _changed_items(key: Any) -> Iterator[Any]:
    """The container with its last number off by one."""
    if isinstance(key, list | tuple) and key and _is_number(key[-1]):
        yield from (type(key)([*key[:-1], key[-1] + step]) for step in (1, -1))


_CORRECTIONS: tuple[Corrections, ...] = (
    *(_percent_or_fraction, _reordered, _without_first, _transposed, _complement, _negated, _reciprocal),
    *(_square_or_root, _decimal_point_moved, _in_another_container, _of_another_type),
)
"""What corrects a mistake also makes it, the most plausible first."""


def _rounded(value: Any) -> Any:
    """A float without the digits that only arithmetic gives it."""
    return float(f"{value:.6g}") if isinstance(value, float) and math.isfinite(value) else value


def _wrong_outputs(key: str) -> Iterator[str]:
    for number in reversed(list(re.finditer(r"(?<![\w.])-?\d+(?![\w.])", key))[-2:]):
        for step in (1, -1):
            yield f"{key[: number.start()]}{int(number[0]) + step}{key[number.end() :]}"
    lines = key.split("\n")
    if len(lines) > 1:
        yield from ("\n".join(lines[:-1]), "\n".join(reversed(lines)), "\n".join([*lines, lines[-1]]))
    yield re.sub(r"(?<![\w.])\d+(?![\w.])", r"\g<0>.0", key)
    yield from (key.replace("'", ""), f"'{key}'", key[::-1] if len(lines) == 1 else "", "None")
