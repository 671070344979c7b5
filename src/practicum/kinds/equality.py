"""Equality of answers: Python's `==`, except that `True` is not `1` and NaN equals NaN."""

from __future__ import annotations

import cmath
import math
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from practicum.model import Opaque
from practicum.narrow_floats import NarrowFloat


def is_equal(left: Any, right: Any, *, tolerance: float = 0.0, strict: bool = False) -> bool:
    """Whether two plain values are the same answer.

    A list is not equal to a tuple, nor `True` to `1`; NaN equals NaN. A :class:`NarrowFloat` equals the decimal that
    NumPy prints for it and the number that its bits stand for.

    Args:
        left: A value made of None, booleans, numbers, strings, bytes and containers of these.
        right: Such a value too.
        tolerance: How far two numbers may differ, relative or absolute, as in :func:`math.isclose`. It does not apply
            to members of sets and keys of dicts.
        strict: Whether `6` and `6.0` differ; and, without a tolerance, `0.0` and `-0.0`, and `Decimal('1.1')` and
            `Decimal('1.10')`.
    """
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _is_number(left) and _is_number(right):
        return _is_same_number(left, right, tolerance, tolerance) and (
            not strict or _number_form(left, tolerance) == _number_form(right, tolerance)
        )
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and _has_equal_items(left, right, tolerance, strict)
    if isinstance(left, Mapping):
        return isinstance(right, Mapping) and _is_equal_mapping(left, right, tolerance, strict)
    if isinstance(left, (set, frozenset)):
        return isinstance(right, (set, frozenset)) and _members(left, strict) == _members(right, strict)
    return type(left) is type(right) and bool(left == right)


def is_close(left: float, right: float, relative: float) -> bool:
    """Whether two numbers differ by at most this fraction of the larger one.

    Only 0 is close to 0, and two integers are close only if they are equal.
    """
    return _is_same_number(left, right, relative, 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex, Decimal, Fraction))


def _is_same_number(left: Any, right: Any, relative: float, absolute: float) -> bool:
    if isinstance(left, NarrowFloat) and not isinstance(right, NarrowFloat):
        return _is_same_number(right, left, relative, absolute)
    if isinstance(right, NarrowFloat) and not isinstance(left, NarrowFloat):
        return any(_is_same_number(left, number, relative, absolute) for number in (float(right), right.exact))
    if left == right or (left != left and right != right):
        return True
    if relative <= 0 or (isinstance(left, int) and isinstance(right, int)):
        return False
    try:
        return cmath.isclose(left, right, rel_tol=relative, abs_tol=absolute)
    except OverflowError:  # an integer beyond the range of floats
        return False


def _number_form(value: Any, tolerance: float = 0.0) -> tuple[Any, ...]:
    """What `strict` compares besides the value: the type, and the signs of zeros unless there is a tolerance."""
    if isinstance(value, Decimal):
        return (Decimal, None if tolerance else str(value))
    parts = (value.real, value.imag) if isinstance(value, complex) else (value,)
    zeros = (part for part in parts if isinstance(part, float) and part == 0 and not tolerance)
    kind = float if isinstance(value, NarrowFloat) else type(value)
    return (kind, *(math.copysign(1, zero) for zero in zeros))


def _has_equal_items(left: Sequence[Any], right: Sequence[Any], tolerance: float, strict: bool) -> bool:
    pairs = zip(left, right, strict=False)
    return len(left) == len(right) and all(is_equal(a, b, tolerance=tolerance, strict=strict) for a, b in pairs)


def _is_equal_mapping(left: Mapping[Any, Any], right: Mapping[Any, Any], tolerance: float, strict: bool) -> bool:
    left_values = {_member(key, strict): value for key, value in left.items()}
    right_values = {_member(key, strict): value for key, value in right.items()}
    return left_values.keys() == right_values.keys() and all(
        is_equal(value, right_values[key], tolerance=tolerance, strict=strict) for key, value in left_values.items()
    )


def _members(values: Any, strict: bool) -> set[Hashable]:
    return {_member(value, strict) for value in values}


def _member(value: Any, strict: bool) -> Hashable:
    """A hashable object that is equal for two members or keys exactly where :func:`is_equal` holds for them."""
    if isinstance(value, tuple):
        return (tuple, *(_member(item, strict) for item in value))
    if isinstance(value, frozenset):
        return (frozenset, frozenset(_member(item, strict) for item in value))
    form: tuple[Any, ...] = (float,)
    if isinstance(value, bool) or not _is_number(value):
        form = (type(value),)
    elif strict:
        form = _number_form(value)
    return (form, None) if value != value else (form, value)
