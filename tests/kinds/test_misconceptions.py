"""Hints for wrong answers: each is shown where its relation holds, only there, and never has the key."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from practicum import kinds
from practicum.kinds.equality import is_equal
from practicum.kinds.literals import parse_literal, value_text
from practicum.kinds.misconceptions import PRINTED, VALUES, printed_mistakes, recognize, reveals, value_mistakes
from practicum.model import OptionFinding, Variant, VariantFinding, Verdict

COUNTS = st.integers(3, 998)
FRACTIONS = st.integers(1, 9_999).map(lambda digits: digits / 10_000)
SHAPES = st.lists(st.integers(2, 99), min_size=2, max_size=4).map(tuple)
TEXTS = st.text("abAB'\" \n.(),10", min_size=1, max_size=12)
SIMPLE = (
    st.booleans() | st.integers(-12, 110) | st.sampled_from([0.1, 0.25, 0.5, 0.75, 2.0, 25.0]) | st.sampled_from("a1")
)
VALUE = SIMPLE | st.lists(SIMPLE, max_size=3) | st.lists(SIMPLE, max_size=3).map(tuple)
DTYPES = st.sampled_from(["float16", "float32", "float64", "int8", "int64", "uint8", "bool"])


def finding(key: str) -> VariantFinding:
    return VariantFinding({}, Verdict.PROVED, "", (OptionFinding("", True, True, key),))


def asked(**proof: Any) -> Variant:
    return Variant({}, "", "", proof=proof)


def recognized(answered: Any, key: Any, **proof: Any) -> str:
    """The name of the misconception that explains a wrong value in `predict`; empty if none does."""
    variant, found, kind = asked(value="x", **proof), finding(value_text(key)), kinds.get("predict")
    row = recognize(VALUES, answered, key, lambda value: kind.grade(variant, (value_text(value),), found))
    return row.name if row else ""


def recognized_text(answered: str, key: str) -> str:
    """The same for printed text."""
    row = recognize(PRINTED, answered, key, lambda text: text == key)
    return row.name if row else ""


def near(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=1e-9)


RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "sign": lambda answered, key: answered != 0 and str(-answered) in (str(key), f"{key}.0"),
    "percent": lambda answered, key: near(answered, 100 * key) or near(100 * answered, key),
    "decimal-point": lambda answered, key: near(math.log10(answered / key), round(math.log10(answered / key)) or 9),
    "type": lambda answered, key: (
        (type(answered) is not type(key) and str(answered).strip("'") in (str(key), f"{key}.0"))
        or float(answered) == float(key)
    ),
    "off-by-one": lambda answered, key: {answered - key} <= {1, -1},
    "complement": lambda answered, key: near(answered + key, 1) or near(answered + key, 100),
    "reciprocal": lambda answered, key: near(answered * key, 1),
    "square": lambda answered, key: near(answered**2, key) or near(key**2, answered),
    "order": lambda answered, key: sorted(map(repr, answered)) == sorted(map(repr, key)) and answered != key,
    "transposed": lambda answered, key: [list(row) for row in zip(*key, strict=True)] == answered,
    "no-batch": lambda answered, key: key[1:] == answered,
    "batch": lambda answered, key: answered[1:] == key,
    "container": lambda answered, key: type(answered) is not type(key),
    "length": lambda answered, key: len(answered) != len(key),
    "bits": lambda answered, key: answered.rstrip("0123456789") == key.rstrip("0123456789"),
    "dtype": lambda answered, key: answered.rstrip("0123456789") != key.rstrip("0123456789"),
    "case": lambda answered, key: answered != key and answered.lower() == key.lower(),
}
"""What each misconception about a value means, without the corrections by which it is recognized."""


def test_every_row_has_its_relation() -> None:
    assert [row.name for row in VALUES] == list(RELATIONS)


@given(VALUE | DTYPES, VALUE | DTYPES)
@example(0.25, 25.0)
@example(0, 1)
def test_a_value_is_explained_only_where_the_relation_holds(answered: Any, key: Any) -> None:
    name = recognized(answered, key)

    if name and not kinds.get("predict").grade(asked(value="x"), (value_text(answered),), finding(value_text(key))):
        assert RELATIONS[name](answered, key)


MISTAKES: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], Any]]] = {
    "sign": (COUNTS | FRACTIONS, lambda key: -key),
    "percent": (FRACTIONS, lambda key: round(100 * key, 2)),
    "decimal-point": (COUNTS, lambda key: 10 * key),
    "off-by-one": (COUNTS, lambda key: key - 1),
    "complement": (FRACTIONS, lambda key: round(1 - key, 4)),
    "order": (SHAPES, lambda key: key[::-1]),
    "no-batch": (SHAPES, lambda key: key[1:]),
    "batch": (SHAPES, lambda key: (None, *key)),
    "container": (SHAPES, list),
    "type": (COUNTS, lambda key: f"{key}"),
    "bits": (st.sampled_from(["float32", "int64"]), lambda key: {"float32": "float64", "int64": "int32"}[key]),
    "dtype": (st.sampled_from(["float32", "int64"]), lambda key: {"float32": "int32", "int64": "float64"}[key]),
}
"""Keys, and how a learner who makes this mistake gets from the key to the answer."""


@pytest.mark.parametrize("name", MISTAKES)
@given(data=st.data())
def test_a_mistake_is_explained(name: str, data: st.DataObject) -> None:
    """By its own row, or by another that explains the same pair: `0.5` is as far from 5 % as it is from its half."""
    keys, mistake = MISTAKES[name]
    key = data.draw(keys)
    answered = mistake(key)
    assume(answered != key)
    found = recognized(answered, key)

    assert found == name or (found and RELATIONS[found](answered, key))


@pytest.mark.parametrize(
    ("answered", "key", "name"),
    [
        (-3, 3, "sign"),
        (72.5, 0.725, "percent"),
        (0.725, 72.5, "percent"),
        (4.2, 0.0042, "decimal-point"),
        (6.0, 6, "type"),
        (1, True, "type"),
        ("6", 6, "type"),
        (9, 10, "off-by-one"),
        (0.2, 0.8, "complement"),
        (0.4, 2.5, "reciprocal"),
        (0.3, 0.09, "square"),
        ((3, 32, 32), (32, 32, 3), "order"),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], "transposed"),
        ((32, 32, 3), (None, 32, 32, 3), "no-batch"),
        ((1, 32, 32, 3), (32, 32, 3), "batch"),
        ([1, 2], (1, 2), "container"),
        (3, (3,), "container"),
        ((4, 5, 6), (1, 2), "length"),
        ("float64", "float32", "bits"),
        ("int32", "float32", "dtype"),
        ("Adam", "adam", "case"),
        (0.31, 0.47, ""),
        ("adam", "sgd", ""),
        (False, True, ""),
    ],
)
def test_examples(answered: Any, key: Any, name: str) -> None:
    assert recognized(answered, key, strict=True) == name


@pytest.mark.parametrize(
    ("answered", "key", "name"),
    [
        ("'a'", "a", "quotes"),
        ("[1,2]", "[1, 2]", "spaces"),
        ("true", "True", "case"),
        ("[1, 2.0]", "[1.0, 2.0]", "notation"),
        ("1\n2", "1\n2\n3", "unfinished"),
        ("1\n2\n3", "1\n2", "too-much"),
        ("2\n1", "1\n2", "line-order"),
        ("5\n6", "1\n2\n3", "lines"),
        ("loss 0.4", "loss 0.5", ""),
    ],
)
def test_examples_of_printed_text(answered: str, key: str, name: str) -> None:
    assert recognized_text(answered, key) == name


PRINTED_RELATIONS: dict[str, Callable[[str, str], bool]] = {
    "quotes": lambda answered, key: (
        not set(answered.translate({34: "", 39: ""})) ^ set(key.translate({34: "", 39: ""}))
    ),
    "spaces": lambda answered, key: "".join(answered.split()) == "".join(key.split()),
    "case": lambda answered, key: answered.lower() == key.lower(),
    "notation": lambda answered, key: answered.count("\n") == key.count("\n") and re.search(r"\d", key) is not None,
    "unfinished": lambda answered, key: key.startswith(f"{answered}\n"),
    "too-much": lambda answered, key: answered.startswith(f"{key}\n"),
    "line-order": lambda answered, key: sorted(answered.split("\n")) == sorted(key.split("\n")),
    "lines": lambda answered, key: len(answered.split("\n")) != len(key.split("\n")),
}


@given(TEXTS, TEXTS)
@example("1", "1.0")
def test_printed_text_is_explained_only_where_the_relation_holds(answered: str, key: str) -> None:
    name = recognized_text(answered, key)

    assert list(PRINTED_RELATIONS) == [row.name for row in PRINTED]
    if name and answered != key:
        assert PRINTED_RELATIONS[name](answered, key)


@given(
    st.sampled_from([*VALUES, *PRINTED]),
    VALUE | TEXTS | st.sampled_from(["sign", "Only spaces", "right\nwrong", "type"]),
)
def test_a_hint_never_contains_the_key(row: Any, key: Any) -> None:
    """A hint has no digit, and is not shown where its words are the key."""
    assert not re.search(r"\d", row.hint)
    if not isinstance(key, str) or not key.replace(" ", "").isalnum() or reveals(row.hint, key):
        return
    words = " ".join(re.findall(r"\w+", row.hint.lower()))
    assert f" {key.lower().strip()} " not in f" {words} "


def test_a_key_that_is_a_word_of_the_hint_hides_it() -> None:
    """Also in capital letters, and as one of several lines."""
    assert reveals("Only the sign is wrong.", "sign")
    assert reveals("Only the sign is wrong.", "right\nSign")
    assert reveals("Only the sign is wrong.", ["loss", "sign"])
    assert not reveals("Only the sign is wrong.", "signs")
    assert not reveals("Only the sign is wrong.", 3)


@pytest.mark.parametrize(
    ("kind", "proof", "answer", "key", "has_hint"),
    [
        ("number", {"value": "x", "tolerance": 0.01}, "72", "0.7234", True),
        ("number", {"value": "x", "significant": 2}, "0.99", "98.7654", True),
        ("number", {"value": "x"}, "5", "0.3", False),
        ("predict", {"value": "x"}, "[1, 2]", "(1, 2)", True),
        ("predict", {"value": "x"}, "float64", "'float32'", True),
        ("predict", {"prints": True}, "'a'", "a", True),
        ("predict", {"prints": True}, "sign", "Sign", True),
    ],
)
def test_a_kind_gives_the_hint(kind: str, proof: dict[str, Any], answer: str, key: str, has_hint: bool) -> None:
    """Within the tolerance of the problem; nothing without a key."""
    variant, chosen = asked(**proof), kinds.get(kind)
    assert not chosen.grade(variant, (answer,), finding(key))

    assert bool(chosen.wrong_answer_hint(variant, (answer,), finding(key))) is has_hint
    assert chosen.wrong_answer_hint(variant, (answer,), None) == ""


@given(VALUE, VALUE)
def test_any_answer_can_be_looked_at(answered: Any, key: Any) -> None:
    """No pair of answer and key fails, and the hint that a learner sees does not have the key."""
    variant, found = asked(value="x"), finding(value_text(key))
    text = kinds.get("predict").wrong_answer_hint(variant, (value_text(answered),), found)

    assert not (text and reveals(text, key))


@given(st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False), FRACTIONS | COUNTS)
def test_any_number_can_be_looked_at(answered: float, key: float) -> None:
    kinds.get("number").wrong_answer_hint(asked(value="x"), (repr(answered),), finding(repr(key)))


KEYS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6),
    st.booleans(),
    st.text("abc1 ", max_size=5),
    st.lists(st.integers(-9, 9), max_size=4),
    st.lists(st.integers(-9, 9), max_size=4).map(tuple),
)


@given(KEYS)
def test_typical_wrong_values_are_wrong_literals(key: Any) -> None:
    """Each differs from the key, can be stated by an option, and its hint does not contain the key."""
    for value, text in itertools.islice(value_mistakes(key), 40):
        assert not is_equal(value, key)
        assert is_equal(parse_literal(value_text(value)), value)
        assert not text or not reveals(text, key)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        (6, 7),
        (0.25, 25.0),
        (True, False),
        ((2, 3), (3, 2)),
        ((None, 5), (5,)),
        ([1, 2], [1, 3]),
        ("ab", "ba"),
        (4.0, 5),
    ],
)
def test_typical_wrong_values_are_among_them(key: object, wrong: object) -> None:
    assert any(is_equal(value, wrong) for value, _ in value_mistakes(key))


@given(st.text("ab12 .\n-'", max_size=12))
def test_typical_wrong_outputs_are_wrong(key: str) -> None:
    for text, _ in printed_mistakes(key):
        assert text.rstrip() != key.rstrip()


@pytest.mark.parametrize(
    ("key", "wrong"), [("1 4", "1 5"), ("a\nb", "b\na"), ("a\nb", "a"), ("3", "3.0"), ("['a']", "[a]")]
)
def test_typical_wrong_outputs_are_among_them(key: str, wrong: str) -> None:
    assert wrong in [text for text, _ in printed_mistakes(key)]
