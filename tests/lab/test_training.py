"""Training is deterministic and leaves no state behind."""

from __future__ import annotations

import numpy as np
import pytest

from practicum.lab import networks
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, model_accuracy, prediction_accuracy, shared_trainer

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


def small() -> LabelledData:
    drawn = shapes(4, seed=0, side=32)
    return LabelledData(drawn.pixels, drawn.labels)


def test_each_training_starts_from_a_clean_state() -> None:
    """Weights and the state of Adam are reset: the same call gives the same curves."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)
    start = networks.small_cnn(32, 5, seed=3).get_weights()
    first = cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=3, seed=0)
    cnn.fit(networks.small_cnn(32, 5, seed=4).get_weights(), small(), small(), learning_rate=0.1, epochs=2, seed=9)

    assert cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=3, seed=0) == first


def test_rate_and_seed_affect_the_result() -> None:
    """Without compiling again."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)
    start = networks.small_cnn(32, 5).get_weights()
    curves = {
        (rate, seed): cnn.fit(start, small(), small(), learning_rate=rate, epochs=2, seed=seed, batch=5).loss
        for rate in (1e-3, 1e-2)
        for seed in (0, 1)
    }

    assert len({tuple(loss) for loss in curves.values()}) == 4


def test_a_rate_of_0_changes_nothing() -> None:
    """Only the optimizer changes weights."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)
    start = networks.small_cnn(32, 5).get_weights()
    cnn.fit(start, small(), small(), learning_rate=0.0, epochs=1, seed=0)

    assert all(np.array_equal(a, b) for a, b in zip(cnn.model.get_weights(), start, strict=True))


def test_stops_at_the_first_epoch_that_reaches_the_bound() -> None:
    """The curves have one value per epoch."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)
    start = networks.small_cnn(32, 5).get_weights()
    curves = cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=80, seed=0, stop_at=0.8)

    assert curves.epochs < 80
    assert curves.train_accuracy[-1] >= 0.8 > max(curves.train_accuracy[:-1])
    assert len(curves.val_accuracy) == len(curves.train_accuracy) == curves.epochs
    assert curves.train_accuracy[-1] == model_accuracy(cnn.model, small())


def test_rejects_a_batch_that_does_not_divide_the_set() -> None:
    """A smaller last batch would give its images more weight."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)

    with pytest.raises(ValueError, match=r"\b20\b.*\b8\b"):
        cnn.fit(cnn.model.get_weights(), small(), small(), learning_rate=1e-3, epochs=1, seed=0, batch=8)


def test_a_trainer_is_created_once_per_network() -> None:
    """Tracing takes seconds."""
    assert shared_trainer(networks.small_cnn, 32, 5) is shared_trainer(networks.small_cnn, 32, 5)
    assert shared_trainer(networks.small_cnn, 32, 5) is not shared_trainer(networks.small_cnn, 32, 4)


def test_accuracy_counts_the_largest_scores() -> None:
    """Three of four are at their label."""
    scores = np.array([[3, 1], [0, 2], [5, 4], [1, 0]])

    assert prediction_accuracy(scores, np.array([0, 1, 1, 0])) == 0.75
