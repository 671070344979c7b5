"""Runs are in one group exactly if their experiment is called with the same values; names tell the groups apart."""

from __future__ import annotations

import pytest

from practicum.model import Json, Measured, Measurement
from practicum.prove.run_groups import group_runs

SOURCE = "def tune(*, rate=0.1, pretrained=True, stop_at=None, seed): pass\ndef fit(*, rate=0.1, seed): pass\n"


def names(source: str, *calls: tuple[str, dict[str, Json]]) -> list[str]:
    runs = [Measured(Measurement(function, params, 0), {}) for function, params in calls]
    return [group.name for group in group_runs(runs, source)]


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([("tune", {})], ["tune"]),
        ([("tune", {}), ("tune", {"rate": 0.1, "stop_at": None})], ["tune"]),
        ([("tune", {}), ("tune", {"rate": 1e-5})], ["0.1", "1e-5"]),
        ([("tune", {}), ("tune", {"pretrained": False})], ["pretrained", "not pretrained"]),
        ([("tune", {"stop_at": 0.9}), ("tune", {})], ["0.9", "stop at none"]),
        ([("tune", {"rate": 1}), ("tune", {"stop_at": 5})], ["rate 1, stop at none", "rate 0.1, stop at 5"]),
        ([("tune", {}), ("fit", {"rate": 0.1})], ["tune", "fit"]),
        ([("tune", {}), ("fit", {"rate": 2})], ["tune, rate 0.1", "fit, rate 2"]),
        ([("other", {}), ("other", {"rate": 2})], ["default rate", "2"]),
    ],
)
def test_a_group_is_named_by_what_tells_it_from_the_others(
    calls: list[tuple[str, dict[str, Json]]], expected: list[str]
) -> None:
    """With the defaults of `experiments.py`; without a known default, the name says that it is the default."""
    assert names(SOURCE, *calls) == expected


def test_values_that_read_the_same_are_written_as_calls() -> None:
    """`1` and `1.0`, `1` and `'1'`, and numbers that differ in their last digits only."""
    assert names(SOURCE, ("tune", {"rate": 1}), ("tune", {"rate": 1.0})) == ["tune(rate=1)", "tune(rate=1.0)"]
    assert names(SOURCE, ("tune", {"rate": 1}), ("tune", {"rate": "1"})) == ["tune(rate=1)", "tune(rate='1')"]
    assert len(set(names(SOURCE, ("tune", {"rate": 0.1234567}), ("tune", {"rate": 0.1234568})))) == 2


def test_calls_with_equal_values_of_another_type_are_different_measurements() -> None:
    assert Measurement("tune", {"rate": 1}, 0) != Measurement("tune", {"rate": True}, 0)
    assert Measurement("tune", {"rate": 1}, 0) == Measurement("tune", {"rate": 1}, 0)
