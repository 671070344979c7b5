"""Each tolerance lets through what people write for the same result, and still tells apart what differs."""

from __future__ import annotations

from typing import Any

import pytest

from practicum.audit import comparison
from practicum.audit.comparison import Level, Match, are_equal, compare
from practicum.audit.option_reading import read_option
from practicum.audit.outcome import NO_VALUE, Outcome, literal_value
from practicum.audit.question_phrases import Asks
from practicum.model import Failure


def printed(text: str, echoed: str | None = None) -> Outcome:
    return Outcome(text, value=literal_value(text), echoed=echoed, was_value=False)


def value(result: Any, kind: str = "", text: str = "") -> Outcome:
    return Outcome(text or repr(result), str(result), result, kind or type(result).__name__)


def raised(name: str, *bases: str) -> Outcome:
    return Outcome("", failure=Failure(name, "why", bases=(*bases, "Exception"), packages=("",) * (len(bases) + 2)))


def match(option: str, outcome: Outcome, asks: Asks | None = None, words: str = "") -> Match:
    asks = asks or (Asks.VALUE if outcome.was_value else Asks.PRINTS)
    return compare(read_option(option), outcome, asks, comparison.words_of(words))


ARRAY = value([1, 2], "ndarray", "array([1, 2])")
HALF = value(0.5, "float64", "np.float64(0.5)")

TOLERATED = [
    (comparison.WHITE_SPACE, printed("[1, 2]"), "`[1,2]`", "`[12]`"),
    (comparison.WHITE_SPACE, printed(" 1 2"), "1 2", "12"),
    (comparison.QUOTES, printed("['a']"), '`["a"]`', "`[a]`"),
    (comparison.QUOTES, value(["a"]), '`["a"]`', "`['b']`"),
    (comparison.QUOTES, value([1, 2]), "`[1,2]`", "`(1, 2)`"),
    (comparison.SET_ORDER, printed("{1, 2}"), "`{2, 1}`", "`[2, 1]`"),
    (comparison.SET_ORDER, value({1, 2}), "`{2, 1}`", "`{2, 3}`"),
    (comparison.DICT_ORDER, value({"a": 2, "b": 1}), "`{'b': 1, 'a': 2}`", "`{'b': 2, 'a': 1}`"),
    (comparison.ADDRESS, printed("<A object at 0x7f00aa>"), "`<A object at 0x…>`", "`<B object at 0x…>`"),
    (comparison.QUOTED, printed("hi"), "`'hi'`", "`'ha'`"),
    (comparison.QUOTED, value("hi"), "`hi`", "`ha`"),
    (comparison.ARRAY, printed("[1 2]"), "`[1, 2]`", "`[1, 3]`"),
    (comparison.ARRAY, printed("[1 2]"), "`array([1, 2])`", "`[[1, 2]]`"),
    (comparison.ARRAY, ARRAY, "`[1, 2]`", "`[1, 3]`"),
    (comparison.ARRAY, ARRAY, "`[1 2]`", "`[2 1]`"),
    (comparison.ARRAY, printed("array([1, 2])"), "`[1, 2]`", "`[1, 3]`"),
    (comparison.ARRAY, ARRAY, "`array([1 2])`", "`array([1 3])`"),
    (comparison.NUMPY, HALF, "`0.5`", "`0.25`"),
    (comparison.NUMPY, printed("0.5"), "`np.float64(0.5)`", "`np.float64(0.25)`"),
    (comparison.NUMPY, printed("[np.True_, np.False_]"), "`[True, False]`", "`[True, True]`"),
    (comparison.NOTATION, value(0.5), "`.5`", "`.25`"),
    (comparison.WHITE_SPACE, printed("A(x=1, y=2)"), "`A(x=1,y=2)`", "`A(x=12)`"),
    (comparison.WHOLE, value(6.0), "`6`", "`7`"),
    (comparison.WHOLE, value(3.0, "float64", "np.float64(3.0)"), "`3`", "`2`"),
    (comparison.WHOLE, value((3.0, 1.0), "tuple", "(np.float64(3.0), np.float64(1.0))"), "`(3, 1)`", "`(3, 2)`"),
    (comparison.WHOLE, printed("6.0"), "6", "60"),
    (comparison.WHOLE, value([1.0]), "`[1]`", "`[True]`"),
    (comparison.LINES, printed("1\n2\n3"), "1 2 3", "123"),
    (comparison.LINES, printed("1\n2"), "`1\\n2`", "`12`"),
    (comparison.CASE, printed("True"), "true", "false"),
    (comparison.ROUNDED, value(10 / 3), "`3.33`", "`3.34`"),
    (comparison.ROUNDED, printed("3.3333333333333335"), "3.333…", "3.3"),
    (comparison.CLASS, printed("<class 'int'>"), "`int`", "`float`"),
    (comparison.ECHO, printed("", "[1, 2]"), "`[1, 2]`", "`None`"),
    (comparison.ANY_ERROR, raised("TypeError"), "An error is raised", "3"),
    (comparison.BASE, raised("KeyError", "LookupError"), "`LookupError`", "`IndexError`"),
]


@pytest.mark.parametrize(("name", "outcome", "same", "other"), TOLERATED)
def test_each_tolerance_lets_the_same_through_and_tells_the_rest_apart(
    name: str, outcome: Outcome, same: str, other: str
) -> None:
    assert match(same, outcome) == Match(True, match(same, outcome).level, match(same, outcome).tolerance)
    assert name in match(same, outcome).tolerance
    assert match(other, outcome).holds is False


def test_every_tolerance_is_named_in_the_manual_with_its_exact_name() -> None:
    """And has a case above."""
    from tests.documents import DOCS

    text = (DOCS / "question-banks.md").read_text()
    names = {name for name, *_ in TOLERATED}
    tolerances = {name for name, _, _ in (*comparison._OF_PRINTED, *comparison._OF_VALUES) if name}

    assert tolerances <= names
    assert [name for name in tolerances | {comparison.ECHO} if f"| {name} |" not in text] == []


@pytest.mark.parametrize(
    ("option", "outcome"),
    [
        ("`hi`", printed("HI")),
        ("`'1'`", value(1)),
        ("`(1, 2)`", value([1, 2])),
        ("`1`", value(True)),
        ("`array([1, 2])`", value([1, 2])),
        ("`None`", printed("")),
        ("`[1, 2]`", value((1, 2))),
        ("`0`", value(False)),
        ("`ab`", printed("a b")),
        ("TypeError", printed("3")),
        ("IndexError", raised("KeyError", "LookupError")),
    ],
)
def test_what_differs_is_not_tolerated(option: str, outcome: Outcome) -> None:
    assert match(option, outcome).holds is False


@pytest.mark.parametrize(
    "option",
    ["The numbers from 1 to 3", "It depends", "Both A and B", "A list of words", "![](a.png)", "`1` and then it stops"],
)
def test_words_are_not_compared(option: str) -> None:
    assert match(option, printed("1")).holds is None


def test_words_of_the_code_are_a_result() -> None:
    assert match("big", printed("small"), words="print('big')").holds is False
    assert match("big", printed("small")).holds is None


@pytest.mark.parametrize(
    ("option", "kind", "holds"),
    [
        ("`int`", "int", True),
        ("integer", "int", True),
        ("`<class 'int'>`", "int", True),
        ("`float`", "int", False),
        ("a string", "str", True),
        ("NumPy array", "ndarray", True),
        ("`numpy.ndarray`", "ndarray", True),
        ("a number", "int", None),
        ("iterator", "map", None),
    ],
)
def test_types_are_compared_by_the_name_of_the_class(option: str, kind: str, holds: bool | None) -> None:
    assert match(option, value(1, kind), Asks.TYPE).holds is holds


@pytest.mark.parametrize(
    ("option", "holds"),
    [
        ("`(2, 3)`", True),
        ("2 x 3", True),
        ("2×3", True),
        ("[2, 3]", True),
        ("(3, 2)", False),
        ("6", False),
        ("flat", None),
    ],
)
def test_shapes_are_compared_as_sizes(option: str, holds: bool | None) -> None:
    assert match(option, value((2, 3)), Asks.SHAPE).holds is holds


@pytest.mark.parametrize(
    ("option", "outcome", "holds"),
    [
        ("`TypeError`", raised("TypeError"), True),
        ("TypeError: unsupported operand", raised("TypeError"), True),
        ("It raises a TypeError", raised("TypeError"), True),
        ("Type error", raised("TypeError"), True),
        ("`ValueError`", raised("TypeError"), False),
        ("No error", raised("TypeError"), False),
        ("No error", printed("1"), True),
        ("`TypeError`", printed("1"), False),
        ("`StopIteration`", raised("StopIteration"), True),
    ],
)
def test_exceptions_are_compared_by_name(option: str, outcome: Outcome, holds: bool) -> None:
    assert match(option, outcome, Asks.RAISES).holds is holds


def test_a_printed_name_of_an_exception_is_a_text() -> None:
    assert match("`ValueError`", printed("ValueError")).holds is True


def test_options_are_equal_only_by_notation() -> None:
    def equal(left: str, right: str, asks: Asks = Asks.VALUE) -> bool:
        return are_equal(read_option(left), read_option(right), asks)

    assert equal("`[1,2]`", "`[1, 2]`")
    assert equal("`'a'`", '`"a"`')
    assert equal("`{1, 2}`", "`{2, 1}`")
    assert not equal("`6`", "`6.0`")
    assert not equal("7.8", "7.80")
    assert not equal("`array([1, 2])`", "`[1, 2]`")
    assert not equal("`{1, 2, 2}`", "`{1, 2}`")
    assert not equal("`{1: 'a', 1: 'b'}`", "`{1: 'b'}`")
    assert not equal("`'a'`", '`"a"`', Asks.PRINTS)
    assert not equal("`a b`", "`ab`", Asks.PRINTS)
    assert not equal("an error", "an error")


def test_exactness_orders_matches() -> None:
    assert match("`6.0`", value(6.0)).level is Level.EXACT
    assert match("`6`", value(6.0)).level is Level.TELLING
    assert match("`Error`", raised("TypeError")).level is Level.VAGUE


def test_nothing_is_equal_to_no_value() -> None:
    assert match("`1`", Outcome("<A object>", "<A object>", NO_VALUE, "A")).holds is False


@pytest.mark.parametrize(("option", "result"), [("`{1, 2, 2}`", {1, 2}), ("`{1: 'a', 1: 'b'}`", {1: "b"})])
def test_an_option_that_repeats_an_element_is_no_result(option: str, result: Any) -> None:
    """It is the misconception that a distractor stands for, and no way to write the result."""
    assert match(option, value(result)).holds is not True
