"""Numbers and names as text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum import formatting
from practicum.formatting import NBSP


@pytest.mark.parametrize(
    ("share", "expected"), [(0.874, "87"), (0, "0"), (1, "100"), (0.004, "0.4"), (0.996, "99.6"), (0.9996, "100")]
)
def test_percent_never_rounds_to_certainty(share: float, expected: str) -> None:
    assert formatting.percent(share) == f"{expected}{NBSP}%"


@pytest.mark.parametrize(
    ("value", "expected"), [(0, "0"), (0.9434, "0.943"), (12.44, "12.4"), (1e-5, "1.0e-05"), (math.inf, "inf")]
)
def test_number_has_three_significant_digits(value: float, expected: str) -> None:
    assert formatting.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(20.0, "20"), (0.5, "0.5"), (1e-5, "1e-5"), (1e20, "1e20"), (-2.5e-7, "-2.5e-7")]
)
def test_literal_is_what_one_types(value: float, expected: str) -> None:
    assert formatting.literal(value) == expected
    assert float(expected) == value


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.41, "0.4_s"), (12, "12_s"), (200, "3_min 20_s"), (180, "3_min"), (3900, "1_h 5_min")]
)
def test_duration(seconds: float, expected: str) -> None:
    assert formatting.duration(seconds) == expected.replace("_", NBSP)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(1, "1 byte"), (812, "812 bytes"), (16_400_000, f"16.4{NBSP}MB")],
)
def test_file_size(size: int, expected: str) -> None:
    assert formatting.file_size(size) == expected


def test_value_with_range_drops_a_range_that_reads_the_same() -> None:
    assert formatting.value_with_range(0.86, 0.83, 0.89, True) == f"86{NBSP}% (83 to 89)"
    assert formatting.value_with_range(0.5, 0.5, 0.5, False) == "0.500"
    assert formatting.value_with_range(math.nan, 0, 1, True) == "no finite number"


def test_join_words() -> None:
    assert [formatting.join_words(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_counted_has_the_right_noun() -> None:
    assert formatting.counted(1, "image") == "1 image"
    assert formatting.counted(1234, "class", "classes") == "1,234 classes"


def test_long_date_keeps_what_is_no_date() -> None:
    assert formatting.long_date("2026-11-24") == "24 November 2026"
    assert formatting.long_date("today\0") == "today\N{REPLACEMENT CHARACTER}"


@given(st.text(), st.integers(2, 30))
def test_truncated_text_fits(text: str, length: int) -> None:
    """A text that fits is unchanged; the middle is cut so that both ends stay."""
    start, ends = formatting.truncate(text, length), formatting.truncate_middle(text, length)

    assert len(start) <= length
    assert len(ends) <= length
    if len(text) <= length:
        assert start == ends == text
    elif length > 2:
        assert (ends[0], ends[-1]) == (text[0], text[-1])


@given(st.text())
def test_printable_text_has_no_control_characters(text: str) -> None:
    """Neither control characters nor marks that change the direction of writing; ordinary text is unchanged."""
    clean = formatting.printable(text)

    assert len(clean) == len(text)
    assert not set(clean) & set("\0\n\x1b\x7f\u202e\u2066\u2028")
    assert formatting.printable(clean) == clean
