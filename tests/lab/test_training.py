from __future__ import annotations

import keras
import numpy as np
import pytest

from practicum.lab import networks
from practicum.lab.shape_drawings import shapes
from practicum.lab.training import LabelledData, Trainer, model_accuracy, prediction_accuracy, shared_trainer

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


def small() -> LabelledData:
    drawn = shapes(4, seed=0, side=32)
    return LabelledData(drawn.pixels, drawn.labels)


def test_batchnorm_does_not_move_in_fine_tuning_and_all_else_does() -> None:
    """Statistics, scale and shift of every BatchNorm stay to the bit; every other weight is trained."""
    tuner = shared_trainer(networks.pretrained_with_head, 32, 5)
    layers = tuner.model._flatten_layers(include_self=False, recursive=True)
    leaves = [layer for layer in layers if layer.weights and not isinstance(layer, keras.Sequential | keras.Model)]
    before = [layer.get_weights() for layer in leaves]
    tuner.fit(tuner.model.get_weights(), small(), small(), learning_rate=1e-3, epochs=1, seed=0)
    moved = {
        layer.name: any(not np.array_equal(a, b) for a, b in zip(layer.get_weights(), old, strict=True))
        for layer, old in zip(leaves, before, strict=True)
    }
    norms = {layer.name for layer in leaves if isinstance(layer, keras.layers.BatchNormalization)}

    assert len(norms) == 49
    assert not any(moved[name] for name in norms)
    assert all(moved[name] for name in moved.keys() - norms)


def test_a_training_leaves_nothing_behind_for_the_next() -> None:
    """Weights, Adam's memory, its step count and its rate begin anew: the same call gives the same curves."""
    cnn = Trainer(networks.small_cnn(32, 5))
    start = networks.small_cnn(32, 5, seed=3).get_weights()
    first = cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=3, seed=0)
    cnn.fit(networks.small_cnn(32, 5, seed=4).get_weights(), small(), small(), learning_rate=0.1, epochs=2, seed=9)

    assert cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=3, seed=0) == first


def test_rate_and_seed_change_what_is_learned() -> None:
    """The learning rate takes effect without compiling again, and the seed orders the pictures."""
    cnn = Trainer(networks.small_cnn(32, 5))
    start = networks.small_cnn(32, 5).get_weights()
    curves = {
        (rate, seed): cnn.fit(start, small(), small(), learning_rate=rate, epochs=2, seed=seed, batch=5).loss
        for rate in (1e-3, 1e-2)
        for seed in (0, 1)
    }

    assert len({tuple(loss) for loss in curves.values()}) == 4


def test_with_a_rate_of_nothing_nothing_is_learned() -> None:
    """Only the optimizer moves weights."""
    cnn = Trainer(networks.small_cnn(32, 5))
    start = networks.small_cnn(32, 5).get_weights()
    cnn.fit(start, small(), small(), learning_rate=0.0, epochs=1, seed=0)

    assert all(np.array_equal(a, b) for a, b in zip(cnn.model.get_weights(), start, strict=True))


def test_it_stops_at_the_first_epoch_that_reaches_the_bound() -> None:
    """All epochs before were below it, the last is not; the curves have one value for each."""
    cnn = Trainer(networks.small_cnn(32, 5))
    start = networks.small_cnn(32, 5).get_weights()
    curves = cnn.fit(start, small(), small(), learning_rate=1e-3, epochs=80, seed=0, stop_at=0.8)

    assert curves.epochs < 80
    assert curves.train_accuracy[-1] >= 0.8 > max(curves.train_accuracy[:-1])
    assert len(curves.val_accuracy) == len(curves.train_accuracy) == curves.epochs
    assert curves.train_accuracy[-1] == model_accuracy(cnn.model, small())


def test_a_batch_that_does_not_divide_the_set_is_refused() -> None:
    """A last, smaller batch would weigh its pictures more."""
    cnn = shared_trainer(networks.small_cnn, 32, 5)

    with pytest.raises(ValueError, match="20 pictures do not make whole batches of 8"):
        cnn.fit(cnn.model.get_weights(), small(), small(), learning_rate=1e-3, epochs=1, seed=0, batch=8)


def test_a_trainer_is_made_once_for_the_same_network() -> None:
    """Tracing costs seconds; asking again costs nothing."""
    assert shared_trainer(networks.small_cnn, 32, 5) is shared_trainer(networks.small_cnn, 32, 5)
    assert shared_trainer(networks.small_cnn, 32, 5) is not shared_trainer(networks.small_cnn, 32, 4)


def test_the_share_right_counts_largest_scores() -> None:
    """Three of four: the largest score of each row stands at its label."""
    scores = np.array([[3, 1], [0, 2], [5, 4], [1, 0]])

    assert prediction_accuracy(scores, np.array([0, 1, 1, 0])) == 0.75
