"""When two values are the same answer."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.kinds.equality import is_equal
from practicum.kinds.literals import parse_literal, value_text
from practicum.model import Opaque

NAN = math.nan
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (6, 6.0), (NAN, NAN), ([NAN], [NAN]), (-0.0, 0), ({1: NAN}, {1.0: NAN}), ({1, 2}, {2.0, 1}), ({NAN}, {float("nan")}),
        ({(1, NAN)}, {(1.0, NAN)}), (frozenset({1}), {1}), ((1, [2]), (1.0, [2.0])), (2 + 0j, 2), ("a", "a"), (None, None),
        ({"a": (1,)}, {"a": (1,)}), (10**400, 10**400),
    ],
)  # fmt: skip
def test_the_same(left: Any, right: Any) -> None:
    """Python's `==`, and NaN equals NaN, wherever it stands."""
    assert is_equal(left, right)
    assert is_equal(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1), (False, 0), ([True], [1]), ({True}, {1}), ({True: 1}, {1: 1}), ({(True,)}, {(1,)}), ({1: True}, {1: 1}),
        ([1], (1,)), ("1", 1), (b"a", "a"), (0.3, 0.1 + 0.2), (None, 0), (None, False), ([], ()), ({}, set()), ([1], [1, 2]),
        (Opaque("f", "f"), Opaque("f", "f")), (10**400, 1.0), (math.inf, -math.inf), ({1: 2}, {1: 3}), ({1: 2}, {2: 2}),
    ],
)  # fmt: skip
def test_not_the_same(left: Any, right: Any) -> None:
    """`True` is not `1`, a list is no tuple, and what is no plain data equals nothing."""
    assert not is_equal(left, right)
    assert not is_equal(right, left)


@pytest.mark.parametrize(
    ("left", "right", "tolerance", "close"),
    [
        (0.3, 0.1 + 0.2, 1e-6, True), ([0.3], [0.1 + 0.2], 1e-6, True), ({"a": 0.3}, {"a": 0.1 + 0.2}, 1e-6, True),
        (0.0, 1e-7, 1e-6, True), (1e9, 1e9 + 1, 1e-6, True), (1e9, 1e9 + 1e4, 1e-6, False), (1, 1.05, 0.1, True),
        (1, 2, 5.0, False), (10**400, 1.5, 1e-6, False), (1j, 1.0000001j, 1e-6, True), (True, 1.0, 1.0, False),
        (math.inf, 1.0, 1e-6, False),
    ],
)  # fmt: skip
def test_tolerance_is_for_floats(left: Any, right: Any, tolerance: float, close: bool) -> None:
    """Relative or absolute, within lists, tuples and dicts; two integers are equal or not."""
    assert is_equal(left, right, tolerance=tolerance) is close


def test_strict_tells_1_from_1_0() -> None:
    """Everywhere: alone, in lists, as members and keys."""
    pairs = [(1, 1.0), ([1], [1.0]), ({1}, {1.0}), ({1: 0}, {1.0: 0}), ({0: 1}, {0: 1.0})]

    assert all(is_equal(left, right) and not is_equal(left, right, strict=True) for left, right in pairs)
    assert is_equal(1, 1, strict=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (0.0, -0.0), ([0.0], [-0.0]), ((0.0,), (-0.0,)), ({"a": 0.0}, {"a": -0.0}), ({0.0}, {-0.0}), ({0.0: 1}, {-0.0: 1}),
        ({(0.0,)}, {(-0.0,)}), (complex(0.0, 1), complex(-0.0, 1)), (complex(1, 0.0), complex(1, -0.0)),
    ],
)  # fmt: skip
def test_strict_tells_the_signs_of_zero(left: Any, right: Any) -> None:
    """Python prints them differently, everywhere. Within a tolerance they are the same."""
    assert is_equal(left, right)
    assert not is_equal(left, right, strict=True)
    assert is_equal(left, left, strict=True)
    assert is_equal(right, right, strict=True)
    assert is_equal(-0.0, 0.0, strict=True, tolerance=1e-9)


@given(plain)
def test_a_value_is_the_same_as_itself_and_as_its_literal(value: Any) -> None:
    """What is shown to a learner, typed back, is the same answer."""
    assert is_equal(value, value, strict=True)
    assert is_equal(parse_literal(value_text(value)), value)


@given(plain, plain)
def test_sameness_goes_both_ways(left: Any, right: Any) -> None:
    """It does not matter which of the two the learner gave."""
    assert is_equal(left, right) is is_equal(right, left)


@pytest.mark.parametrize(
    "text", ["", "x", "1 +", "f(1)", "__import__('os')", "1 if 2 else 3", "[x for x in []]", "(" * 9999]
)
def test_what_is_no_literal_is_refused(text: str) -> None:
    """Nothing is run to read an answer."""
    with pytest.raises(ValueError):
        parse_literal(text)
