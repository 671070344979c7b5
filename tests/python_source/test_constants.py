"""Whether an expression's value can depend on a run."""

from __future__ import annotations

import pytest

from practicum.python_source.constants import is_constant, is_decided

CODE = "import math\nx = [3, 1]\ndef max(*given): ...\nfor n in x: pass\ntry: ...\nexcept E as e: ..."


@pytest.mark.parametrize(
    "expression",
    [
        "3",
        "'a'",
        "1 == 1",
        "x == x",
        "x[0] is x[0]",
        "sum([1, 2])",
        "len('abc') > 2",
        "[y for y in range(3)]",
        "(lambda: 1)()",
        "(y := 3) > 2",
        "f'{1}'",
        "x.shape != x.shape",
        "{k: v for k, v in zip('a', 'b')}",
    ],
)
def test_recognizes_constants(expression: str) -> None:
    """Their values are the same whatever the code does, so they can settle nothing."""
    assert is_constant(expression, CODE)
    assert is_decided(expression, CODE)


@pytest.mark.parametrize(
    "expression", ["x or True", "True or x", "x and False", "not (x or 1)", "True if x else 1", "x == x and 1"]
)
def test_a_condition_may_be_decided_where_a_value_is_not(expression: str) -> None:
    """`x or True` is always true, though its value may differ."""
    assert is_decided(expression, CODE)


def test_a_default_does_not_make_a_constant() -> None:
    """`x or 'none'` is always true, but its value depends on the run."""
    assert not is_constant("x or 'none'", CODE)


@pytest.mark.parametrize(
    "expression",
    [
        "x",
        "y",
        "math.pi > 3",
        "max(1, 2) == 2",
        "n",
        "e",
        "x + sum(x for x in [1])",
        "f() == f()",
        "next(x) != next(x)",
        "id(3)",
        "hash('a')",
        "open('a')",
        "globals()",
        "[x for _ in range(3)]",
        "(lambda: x)()",
        "seed > x",
        "1 < len(x) < 3",
    ],
)
def test_a_value_that_the_run_can_change_is_not_constant(expression: str) -> None:
    """Names that the code binds, builtins that it shadows, and builtins that depend on more than their arguments."""
    assert not is_constant(expression, CODE)
    assert not is_decided(expression, CODE)


@pytest.mark.parametrize(
    "code",
    ["from operator import *", "def f():\n    global len\n    len = max", "del len", "match 1:\n    case {**len}: ..."],
)
def test_every_way_to_shadow_a_builtin_counts(code: str) -> None:
    """`len('abc')` is constant only where the code cannot bind `len`."""
    assert is_constant("len('abc')", "def f():\n    len = max")
    assert not is_constant("len('abc')", code)
