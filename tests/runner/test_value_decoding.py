"""Encoding and decoding of values, and messages that a job may forge."""

# ruff: noqa: E501 - a table is read by its rows

from __future__ import annotations

import contextlib
import datetime
import json
import math
import pathlib
import time
import zoneinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.model import Failure, Opaque
from practicum.runner.inside.value_encoding import encode_value
from practicum.runner.value_decoding import (
    InvalidMessage,
    decode_value,
    parse_json,
    read_count,
    read_duration,
    read_failure,
    read_metrics,
    read_traceback,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text(st.characters(), max_size=20)
    | st.binary(max_size=20)
)
HASHABLE = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3), max_leaves=6
)
PLAIN = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=4)
        | st.sets(HASHABLE, max_size=4)
        | st.frozensets(HASHABLE, max_size=4)
    ),
    max_leaves=20,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("int", "float", "complex", "str", "bytes", "tuple", "set", "dict", "opaque", "failure", "x"),
                    *("narrow", "range", "fraction", "decimal", "date", "datetime", "time", "timedelta", "path"),
                ]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)


def travel(value: object) -> Any:
    return decode_value(parse_json(json.dumps(encode_value(value)).encode()))


def same(a: object, b: object) -> bool:
    """Equal, and of the same types all the way down."""
    return repr(a) == repr(b) if not isinstance(a, set | frozenset) else a == b and type(a) is type(b)


@given(PLAIN)
def test_plain_values_return_as_they_were(value: object) -> None:
    """Every plain value survives the way, with its type: 1 is not 1.0, a tuple no list, True not 1."""
    back = travel(value)

    assert back == value
    assert type(back) is type(value)


@given(st.lists(SCALARS))
def test_types_survive_inside(value: list[object]) -> None:
    """The elements keep their types too."""
    back = travel(value)

    assert all(same(a, b) for a, b in zip(back, value, strict=True))


@pytest.mark.parametrize(
    "value",
    [
        range(3), range(5, -(2**60), -2), Decimal("1.10"), Decimal("-0E+7"), Decimal("NaN"), Decimal("-Infinity"), Fraction(-1, 3),
        datetime.date(2026, 1, 31), datetime.datetime.fromisoformat("2026-01-31T01:02:03.000004"), datetime.time(1, 2), datetime.timedelta(-1, 2, 3),
        datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC), pathlib.PosixPath("a/é/\ud800"), [{"a": (Fraction(1, 2),)}],
    ],
)  # fmt: skip
def test_values_of_the_standard_library_return_as_they_were(value: object) -> None:
    """Inside containers too."""
    assert repr(travel(value)) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("sNaN"), Decimal("1" * 9_000), Fraction(1, 3**6_000),
        datetime.datetime(2026, 1, 31, tzinfo=zoneinfo.ZoneInfo("UTC")), zoneinfo.ZoneInfo("UTC"),
    ],
)  # fmt: skip
def test_values_that_no_text_states_are_opaque(value: object) -> None:
    """A signalling NaN, numbers of thousands of digits, a time zone by name."""
    assert isinstance(travel(value), Opaque)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.1), "0.1"), (np.float32(123456789), "1.2345679e+08"), (np.float32("nan"), "nan"), (np.float16(1e4), "1e+04"),
        (np.array([0.1, -0.0], "float32"), "[0.1, -0.0]"), (np.array([[1 / 3], [np.inf]], "float16"), "[[0.3333], [inf]]"),
        (np.array(0.1, "float32"), "0.1"), (np.zeros((2, 0), "float32"), "[[], []]"), ((np.float64(0.1),), "(0.1,)"),
        (np.array([0.1 - 0.2j], "complex64"), "[(0.1-0.2j)]"),
        (np.ma.masked_array([0.5, 0.25], [False, True], "float32"), "[0.5, None]"),
    ],
)  # fmt: skip
def test_numbers_of_narrow_types_return_as_numpy_prints_them(value: object, text: str) -> None:
    """Alone and in arrays of any shape."""
    assert repr(travel(value)) == text


def test_nan_returns() -> None:
    """NaN is a value like others."""
    assert math.isnan(travel(float("nan")))


@given(JSON)
def test_forged_json_is_decoded_or_refused(data: object) -> None:
    """Any JSON is decoded to a value or refused."""
    with contextlib.suppress(InvalidMessage):
        decode_value(data)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"NaN", b"[" * 100_000, b'{"int": "zz"}', b'{"bytes": "!"}', b'{"set": [[]]}', b'{"dict": [[1]]}',
     b'{"range": [0, 1, 0]}', b'{"range": [0, 1]}', b'{"fraction": [1, 0]}', b'{"fraction": ["1", 2]}', b'{"decimal": "sNaN"}',
     b'{"decimal": "9999E+999999999999999999"}', b'{"date": "x"}', b'{"timedelta": [10000000000, 0, 0]}',
     b'{"path": 1}', b'{"narrow": ["float64", "1.0"]}', b'{"narrow": ["float32", [1.0]]}', b'{"narrow": ["float32", ["--"]]}',
     b'{"complex": ["1"]}', b'{"str": "gIA="}', b'{"opaque": [1, 2]}', b'{"unheard": 1}', b'{"failure": {}}', b"\xff"],
)  # fmt: skip
def test_refuses_garbage(content: bytes) -> None:
    """Messages that the encoder cannot have written are refused."""
    with pytest.raises(InvalidMessage):
        decode_value(parse_json(content))


def test_colliding_hashes_are_refused_quickly() -> None:
    """A set of numbers with equal hashes would take minutes to build, so the number of entries is limited."""
    data = {"set": [{"int": hex(k * (2**61 - 1))} for k in range(100_000)]}
    began = time.process_time()

    with pytest.raises(InvalidMessage):
        decode_value(data)

    assert time.process_time() - began < 30


def test_a_failure_travels() -> None:
    """A value that raised is a Failure."""
    data = {"failure": {"type": "E", "message": "m", "line": 2, "where": "x", "bases": ["B"], "memory": False}}
    data["failure"]["running"] = "check"

    assert decode_value(data) == Failure("E", "m", 2, "x", ("B",), "check")


TEXTS = st.text(st.characters(exclude_categories=())) | st.sampled_from([" " * 100_000, "\ud800" * 100_000])


@given(TEXTS, TEXTS, TEXTS, st.lists(TEXTS), st.integers())
def test_a_failure_is_no_longer_than_an_honest_one(
    kind: str, message: str, where: str, bases: list[str], line: int
) -> None:
    """Pages search and show failures, so their length is limited."""
    data = {"type": kind, "message": message, "line": line, "where": where, "running": message, "bases": bases}

    found = read_failure(data)

    assert len(found.type) <= 200
    assert len(found.message) <= 4_000
    assert len(found.where) <= 4_000
    assert len(found.running) <= 4_000
    assert len(found.bases) <= 20
    assert all(len(base) <= 200 for base in found.bases)
    assert found.line == line or abs(line) > 1 << 53
    repr(found).encode()
    assert len(read_traceback(message)) <= 20_003


@given(st.floats() | st.integers() | st.text() | st.none() | st.sampled_from(["1e999", "nan", "-1", 10**400]))
def test_a_duration_can_have_passed(data: object) -> None:
    """Other durations are refused."""
    with contextlib.suppress(InvalidMessage):
        assert 0 <= read_duration(data) < math.inf


@given(JSON | st.sampled_from([10**400, -(10**400)]))
def test_a_count_is_a_small_number(data: object) -> None:
    """Other counts are refused."""
    with contextlib.suppress(InvalidMessage):
        assert abs(read_count(data)) <= 1 << 53


def test_an_epoch_has_few_metrics_of_short_names() -> None:
    """As an honest job's has; a loss may be infinite or no number, as Keras tells it."""
    assert read_metrics({"dict": [["n" * 1_000, 1], ["loss", {"float": "inf"}]]}) == {"n" * 100: 1.0, "loss": math.inf}
    with pytest.raises(InvalidMessage):
        read_metrics({"dict": [[f"metric_{number}", 1] for number in range(33)]})


@pytest.mark.parametrize("size", [60_000, 3_000_000])
def test_large_values_are_opaque(size: int) -> None:
    """A value beyond the limits is reported by its type and beginning."""
    found = travel(list(range(size)))

    assert isinstance(found, Opaque)
    assert "[0, 1, 2" in found.text
