"""Which epoch counts: the one that early stopping goes back to, and the first that fits the training pictures."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@pytest.mark.parametrize(
    ("losses", "epoch"),
    [
        ([3, 2, 1, 2, 2, 2, 2, 2, 0], 2),
        ([3, 2, 1, 2, 2, 2, 2, 0, 2], 7),
        ([1, 2, 3], 0),
        ([3, 2, 1], 2),
    ],
)
def test_early_stopping_goes_back_to_the_best_epoch_before_patience_ran_out(losses: list[float], epoch: int) -> None:
    """Five epochs without a lower loss end it, whatever would have come; four do not."""
    from benchmarks.facts.overfitting import stopped

    assert stopped(losses) == epoch


def test_the_gap_is_looked_at_once_the_training_pictures_are_fitted() -> None:
    """From 93 % on; at the end where that is never reached."""
    from benchmarks.facts.overfitting import fitted

    assert fitted([0.5, 0.92, 0.93, 1.0]) == 2
    assert fitted([0.2, 0.3]) == 1
