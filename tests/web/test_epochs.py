"""The table of epochs: what is in sight, what is folded away, and how numbers stand in it."""

from __future__ import annotations

import pytest

from practicum.application import epoch_table
from practicum.runner import Epoch


def trained(count: int) -> list[Epoch]:
    metrics = {"accuracy": 0.5, "val_loss": 2.0, "loss": 1.0}
    return [Epoch(number, count, metrics, 0.25) for number in range(1, count + 1)]


def test_nothing_trained_is_no_table() -> None:
    assert epoch_table.epoch_table([]) is None


def test_the_loss_stands_first_and_each_beside_its_validation() -> None:
    assert epoch_table.latest_epochs(trained(1)).columns == ("loss", "val_loss", "accuracy")


@pytest.mark.parametrize(
    ("count", "shown", "folded"), [(1, 1, 0), (12, 12, 0), (13, 12, 1), (212, 12, 200), (10_000, 12, 200)]
)
def test_the_last_twelve_are_in_sight(count: int, shown: int, folded: int) -> None:
    """The rest is folded away, thinned if it is much."""
    table = epoch_table.epoch_table(trained(count))

    assert table is not None
    assert len(table.rows) == shown
    assert table.rows[-1].number == f"{count}/{count}"
    assert len(table.earlier) <= folded
    assert bool(table.earlier) == bool(folded)


def test_a_second_training_is_marked() -> None:
    rows = epoch_table.latest_epochs([*trained(2), *trained(2)]).rows

    assert [row.first for row in rows] == [False, False, True, False]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5000"), (0, "0.0000"), (1e-6, "1.00e-06"), (123456.0, "1.23e+05"), (float("nan"), "nan")],
)
def test_numbers_can_be_compared(value: float, text: str) -> None:
    assert epoch_table.format_metric(value) == text
