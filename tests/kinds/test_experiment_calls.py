"""Which calls of experiments can be measured before a claim is evaluated."""

from __future__ import annotations

import pytest

from practicum.kinds.experiment_calls import ExperimentCall, has_other_uses, measurable_calls


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
    """Their results do not depend on the run, so each is measured once."""
    found = measurable_calls(expression, frozenset({"f", "g"}))

    assert sorted(found, key=repr) == sorted(calls, key=repr)
    assert not has_other_uses(expression, frozenset({"f", "g"}))


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
        "f(seed=None)",
        "f",
        "[f]",
    ],
)
def test_other_calls_cannot_be_measured_beforehand(expression: str) -> None:
    """They depend on the run, or evidence cannot hold their parameters."""
    assert measurable_calls(expression, frozenset({"f"})) == []
    assert has_other_uses(expression, frozenset({"f"}))
