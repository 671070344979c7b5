"""Numbers of narrow types, beside NumPy's own."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.narrow_floats import NarrowFloat, narrow, round_to

TYPES: dict[str, Any] = {"float16": np.float16, "float32": np.float32}


@given(st.floats(), st.sampled_from(sorted(TYPES)))
def test_a_number_is_rounded_as_numpy_rounds_it(number: float, dtype: str) -> None:
    """Ties, overflow, infinities and NaN included."""
    with np.errstate(all="ignore"):
        expected = float(TYPES[dtype](number))

    assert struct.pack("d", round_to(number, dtype)) == struct.pack("d", expected) or math.isnan(number)


@given(st.floats(width=32), st.sampled_from(sorted(TYPES)))
def test_what_numpy_prints_stands_for_the_same_bits(number: float, dtype: str) -> None:
    """So the decimal that learners see names exactly one number of the type."""
    with np.errstate(all="ignore"):
        held = TYPES[dtype](number)

    shown = NarrowFloat(str(held), dtype)

    assert repr(shown) == str(held)
    assert shown.exact == float(held) or math.isnan(number)
    assert float(narrow(number, dtype)) == float(shown) or math.isnan(number)


@pytest.mark.parametrize(
    ("number", "held"), [(0.1, 0.10009765625), (1.0, 1.0), (257.0, 256.0), (259.0, 260.0), (-0.0, -0.0)]
)
def test_a_bfloat16_keeps_eight_bits(number: float, held: float) -> None:
    """Ties go to the even one."""
    assert repr(round_to(number, "bfloat16")) == repr(held)


@pytest.mark.parametrize(
    ("text", "dtype"), [("a", "float32"), ("", "float32"), ("0.1", "float64"), (" 1", "float16"), ("1_0", "float16")]
)  # fmt: skip
def test_nothing_else_is_a_narrow_number(text: str, dtype: str) -> None:
    """The text comes from a run, which may forge it."""
    with pytest.raises(ValueError, match="narrow"):
        NarrowFloat(text, dtype)


def test_a_decimal_is_a_rounding_of_all_numbers_near_it() -> None:
    """A third with more digits than its type has."""
    third = NarrowFloat("0.33333334", "float32")

    assert third.is_rounding_of(1 / 3)
    assert third.is_rounding_of(0.33333333)
    assert not third.is_rounding_of(0.3333)
