"""Axes hold their values, and their labels do not overlap."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from practicum.charts import axes

VALUES = st.floats(-1e12, 1e12)


@given(VALUES, VALUES)
def test_a_value_axis_holds_its_values(one: float, other: float) -> None:
    """Both ends lie on the axis, and its two to nine ticks ascend."""
    low, high = sorted((one, other))
    axis = axes.value_axis(low, high)

    assert -1e-6 <= axis.position(low) <= axis.position(high) <= 1 + 1e-6
    assert 2 <= len(axis.ticks) <= 9
    assert list(axis.ticks) == sorted(set(axis.ticks))


def test_a_value_axis_is_logarithmic_over_wide_ranges() -> None:
    axis = axes.value_axis(0.5, 5000)

    assert axis.log
    assert axis.ticks == (0.1, 1, 10, 100, 1000, 10000)
    assert axis.position(10) == pytest.approx(0.4)


@example([1.797693134862316e307])
@given(st.lists(st.floats(allow_nan=True), max_size=9))
def test_a_share_axis_stays_within_0_and_1(shares: list[float]) -> None:
    """It holds all shares, spans at least 20 percentage points, and has two to eleven ticks."""
    axis = axes.share_axis(shares)

    assert 0 <= axis.ticks[0] < axis.ticks[-1] <= 1
    assert axis.ticks[-1] - axis.ticks[0] >= 0.2 - 1e-9
    assert 2 <= len(axis.ticks) <= 11
    assert all(axis.ticks[0] - 1e-9 <= share <= axis.ticks[-1] + 1e-9 for share in shares if 0 <= share <= 1)


@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=20, unique=True))
def test_visible_labels_keep_their_distance(numbers: list[float]) -> None:
    """On a phone twice as far apart; the ends are always labelled."""
    numbers.sort()
    axis = axes.number_axis(numbers, [str(number) for number in numbers], "units")
    visible = axis.visible_labels()
    inner = [axis.places[index] for index, _ in visible]

    assert axis.places[0] == 0
    assert axis.places[-1] == pytest.approx(1)
    assert {visible[0][0], visible[-1][0]} == {0, len(numbers) - 1}
    assert all(after - before >= axes.NEAR for before, after in pairwise(inner))
    on_phones = [axis.places[index] for index, fits in visible if fits]
    assert all(after - before >= axes.WIDE for before, after in pairwise(on_phones))


def test_steps_have_round_labels() -> None:
    axis = axes.step_axis(40, "epoch")

    assert [axis.labels[index] for index, _ in axis.visible_labels()] == ["1", "10", "20", "30", "40"]
