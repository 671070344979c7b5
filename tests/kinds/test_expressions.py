"""Reading an expression without running it."""

from __future__ import annotations

import pytest

from practicum.kinds import expressions
from practicum.kinds.expressions import ExperimentCall

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
def test_a_constant_is_the_same_whatever_the_run_does(expression: str) -> None:
    """So it can settle nothing."""
    assert expressions.is_constant(expression, CODE)
    assert expressions.is_decided(expression, CODE)


@pytest.mark.parametrize(
    "expression", ["x or True", "True or x", "x and False", "not (x or 1)", "True if x else 1", "x == x and 1"]
)
def test_a_truth_may_be_decided_where_a_value_is_not(expression: str) -> None:
    """As a claim it settles nothing; as a value it may differ."""
    assert expressions.is_decided(expression, CODE)


def test_a_default_makes_no_constant() -> None:
    """`name or 'none'` is a value of the run's, though always true."""
    assert not expressions.is_constant("x or 'none'", CODE)


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
def test_what_the_run_can_change_is_no_constant(expression: str) -> None:
    """Names of the code, builtins that it shadows, and what is not the same everywhere."""
    assert not expressions.is_constant(expression, CODE)
    assert not expressions.is_decided(expression, CODE)


@pytest.mark.parametrize("expression", ["", "x =", "x; y", "(yield)", "await x", "x\ny", "(" * 9999, "\0"])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """By a SyntaxError and nothing else."""
    with pytest.raises(SyntaxError):
        expressions.parsed(expression)


@pytest.mark.parametrize(
    ("expression", "calls"),
    [
        ("f(x=1, seed=seed).y > 0.5", [ExperimentCall("f", (("x", 1),), None)]),
        ("f(seed=3, b=[1], a='x')['y']", [ExperimentCall("f", (("a", "x"), ("b", [1])), 3)]),
        ("f(seed=0).y > f(seed=0).z", [ExperimentCall("f", (), 0)]),
        (
            "f(x=-1e-5, seed=seed).y > g(seed=seed).y",
            [ExperimentCall("f", (("x", -1e-5),), None), ExperimentCall("g", (), None)],
        ),
    ],
)
def test_calls_with_literals_and_a_seed_can_be_measured_beforehand(
    expression: str, calls: list[ExperimentCall]
) -> None:
    """They are the same for whoever makes them, so each is made once."""
    found = expressions.experiment_calls(expression, frozenset({"f", "g"}))

    assert sorted(found, key=repr) == sorted(calls, key=repr)
    assert not expressions.calls_for_real(expression, frozenset({"f", "g"}))


@pytest.mark.parametrize(
    "expression",
    [
        "f(1, seed=seed)",
        "f(x=y, seed=seed)",
        "f(x=1)",
        "f(**x)",
        "f(x=(1, 2), seed=0)",
        "f(x={1}, seed=0)",
        "f(seed=1.5)",
        "f",
        "[f]",
    ],
)
def test_other_calls_are_made_for_real(expression: str) -> None:
    """They depend on the run, or evidence could not give their parameters back unchanged."""
    assert expressions.experiment_calls(expression, frozenset({"f"})) == []
    assert expressions.calls_for_real(expression, frozenset({"f"}))


@pytest.mark.parametrize(
    ("expression", "sides"),
    [
        ("len(x) == 2", {"len(x)": 2}),
        ("1 < len(x) < 3 and x[0] > 2", {"len(x)": 2, "x[0]": 3}),
        ("len(x) == 3 and x[0] > 2", {"len(x)": 2}),
        ("not x == [3]", {"x": ["[3, 1]"]}),
        ("bool(x)", {}),
        ("next(counter) == next(counter) - 1", {"next(counter)": 0}),
        ("x[0] - x[1] > 1 + 0.5", {"x[0]": 3, "x[1]": 1}),
        ("big > 3", {"big": ["an integer of hundreds of digits"]}),
        ("text.ljust(1000, 'a') != ''", {"text.ljust(1000, 'a')": ["'" + "a" * 399]}),
        ("'x' in dir()", {}),
        ("(y := len(x)) > 1 and y < 3", {"y": 2}),
    ],
)  # fmt: skip
def test_the_sides_of_a_comparison_are_noted_without_changing_it(expression: str, sides: dict[str, object]) -> None:
    """Each is evaluated once, in its order, and only if Python would."""
    import itertools

    def space() -> dict[str, object]:
        return {"x": [3, 1], "counter": itertools.count(), "big": 10**999, "text": "a", "len": len}

    truth, seen = eval(expressions.with_operands(expression), space())  # noqa: S307
    plain = eval(expression, space())  # noqa: S307

    assert truth is bool(plain)
    assert seen == sides
