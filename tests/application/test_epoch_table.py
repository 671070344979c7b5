"""The table of epochs: its columns, its open and folded rows, and its numbers."""

from __future__ import annotations

import pytest

from practicum.application import epoch_table
from practicum.runner import Epoch


def training(count: int) -> list[Epoch]:
    metrics = {"accuracy": 0.5, "val_loss": 2.0, "loss": 1.0}
    return [Epoch(number, count, metrics, 0.25) for number in range(1, count + 1)]


def test_no_epochs_are_no_table() -> None:
    assert epoch_table.epoch_table([]) is None


def test_the_loss_comes_first_and_each_metric_beside_its_validation() -> None:
    assert epoch_table.latest_epochs(training(1)).columns == ("loss", "val_loss", "accuracy")


@pytest.mark.parametrize(
    ("count", "shown", "folded"), [(1, 1, 0), (12, 12, 0), (13, 12, 1), (212, 12, 200), (10_000, 12, 200)]
)
def test_shows_the_last_twelve_epochs(count: int, shown: int, folded: int) -> None:
    """Earlier ones are folded away, evenly thinned where there are many."""
    table = epoch_table.epoch_table(training(count))

    assert table is not None
    assert len(table.rows) == shown
    assert table.rows[-1].number == f"{count}/{count}"
    assert len(table.earlier) <= folded
    assert bool(table.earlier) == bool(folded)


def test_marks_the_first_epoch_of_another_training() -> None:
    rows = epoch_table.latest_epochs([*training(2), *training(2)]).rows

    assert [row.first for row in rows] == [False, False, True, False]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5000"), (0, "0.0000"), (1e-6, "1.00e-06"), (123456.0, "1.23e+05"), (float("nan"), "nan")],
)
def test_numbers_of_a_column_can_be_compared(value: float, text: str) -> None:
    assert epoch_table.format_metric(value) == text
