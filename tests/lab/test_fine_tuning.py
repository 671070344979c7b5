"""Fine-tuning changes the layers above the cut except BatchNorm, is deterministic, and can be undone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from practicum.lab import fine_tuning
from practicum.lab.augmentation import augment
from practicum.lab.backbone_split import SplitBackbone, split_backbone
from practicum.lab.features import forward
from practicum.lab.fine_tuning import FineTuner, FineTuningCurve, FineTuningData, FineTuningRecipe
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.splits import Split, cross_validation_folds, singleton_groups
from tests.lab.small import DRAWN, small_network

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

ROWS = singleton_groups(len(DRAWN))
RATE = 0.01
Weights = list[NDArray[np.float32]]


def tuning_data(backbone: SplitBackbone, labels: NDArray[np.int64] = DRAWN.labels, versions: int = 2) -> FineTuningData:
    probing = ProbeTrainer(forward(backbone.multi_level, DRAWN.pixels), labels, 5)
    seen = [forward(backbone.lower, augment(DRAWN.pixels, number, 0)) for number in range(versions)]
    return FineTuningData(seen, labels, singleton_groups(len(labels)), 5, lambda rows: probing.fit(10.0, rows), seed=0)


@pytest.fixture(scope="module")
def backbone() -> SplitBackbone:
    return split_backbone(small_network())


@pytest.fixture(scope="module")
def tuner(backbone: SplitBackbone) -> FineTuner:
    return FineTuner(backbone, tuning_data(backbone))


@pytest.fixture(autouse=True)
def _untrained(tuner: FineTuner) -> None:
    """Resets the shared network before each test."""
    tuner.restore()


@pytest.fixture(scope="module")
def split() -> Split:
    return cross_validation_folds(DRAWN.labels, ROWS, 4, 1, 0)[0]


def same(one: Weights, other: Weights) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_trains_only_layers_above_the_cut(backbone: SplitBackbone, tuner: FineTuner) -> None:
    """BatchNorm layers and all layers below stay the same bit for bit."""
    held = [layer for layer in backbone.base.layers if layer.weights]
    before = [layer.get_weights() for layer in held]
    tuner.train(ROWS, FineTuningRecipe(RATE, 1))
    moved = {layer.name for layer, old in zip(held, before, strict=True) if not same(layer.get_weights(), old)}
    below = {layer.name for layer in backbone.lower.layers}
    norms = {layer.name for layer in held if isinstance(layer, layers.BatchNormalization)}
    above = {layer.name for layer in held} - below - norms

    assert len(above) == 1
    assert len(norms) == 4
    assert norms - below
    assert moved == above


def test_training_is_deterministic(backbone: SplitBackbone, tuner: FineTuner) -> None:
    """Curve, head and weights are equal bit for bit, also after other trainings."""
    results = []
    for _ in range(2):
        curve = tuner.train(ROWS[:30], FineTuningRecipe(RATE, 3), ROWS[30:])
        results.append((curve, [tuner.head.weight, tuner.head.bias, *backbone.upper.get_weights()]))
        tuner.train(ROWS[5:], FineTuningRecipe(0.1, 2))
    fresh = split_backbone(small_network())
    other = FineTuner(fresh, tuning_data(fresh))
    repeated = other.train(ROWS[:30], FineTuningRecipe(RATE, 3), ROWS[30:])

    assert results[0][0] == results[1][0] == repeated
    assert same(results[0][1], results[1][1])
    assert same(results[0][1], [other.head.weight, other.head.bias, *fresh.upper.get_weights()])


def test_restore_resets_the_weights(backbone: SplitBackbone) -> None:
    """Bit for bit."""
    first = backbone.upper.get_weights()
    tuner = FineTuner(backbone, tuning_data(backbone))
    tuner.train(ROWS, FineTuningRecipe(RATE, 1))
    trained = backbone.upper.get_weights()
    tuner.restore()

    assert not same(trained, first)
    assert same(backbone.upper.get_weights(), first)


def test_training_starts_from_the_probe_and_improves_it(backbone: SplitBackbone, tuner: FineTuner) -> None:
    """At a rate of 0 nothing changes; at a good rate the loss falls."""
    probe = (
        tuning_data(backbone, versions=1).train_head(ROWS).probabilities(forward(backbone.multi_level, DRAWN.pixels))
    )
    still = tuner.train(ROWS, FineTuningRecipe(0.0, 1))
    stood, start = tuner.weight_change, tuner.probabilities(ROWS)
    sinking = tuner.train(ROWS, FineTuningRecipe(1e-3, 6))

    assert stood == 0
    assert start == pytest.approx(probe, abs=1e-4)
    assert tuner.weight_change > 0
    assert sinking.loss[-1] < sinking.loss[0]
    assert sinking.loss[-1] < still.loss[0]


def test_trains_on_all_versions_and_tests_on_the_first(backbone: SplitBackbone, tuner: FineTuner) -> None:
    """With two versions, each epoch uses the second one for some images."""
    given = tuning_data(backbone)
    other = replace(given, lower_outputs=[given.lower_outputs[0], given.lower_outputs[0][::-1]])
    results = []
    for each in (given, other):
        learning = FineTuner(backbone, each)
        still = learning.train(ROWS, FineTuningRecipe(0.0, 1))
        results.append((still.loss, learning.probabilities(ROWS)))

    assert results[0][0] != results[1][0]
    assert np.array_equal(results[0][1], results[1][1])


def test_the_rate_rises_for_one_epoch_and_falls_to_0(backbone: SplitBackbone) -> None:
    """Along a cosine: it is lower at each end of an epoch, and half as high after half of the epochs."""
    rates: list[float] = []
    tuner = FineTuner(
        backbone, tuning_data(backbone), lambda: rates.append(float(tuner._model.optimizer.learning_rate))
    )
    tuner.train(ROWS, FineTuningRecipe(RATE, 8))

    assert rates[0] < rates[1] == max(rates)
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[4] == pytest.approx(RATE / 2, rel=0.2)
    assert rates[-1] < RATE / 50


def test_stops_when_the_validation_loss_no_longer_falls(backbone: SplitBackbone) -> None:
    """Three epochs after its minimum; without validation rows, after the given number of epochs."""
    wrong = DRAWN.labels.copy()
    wrong[30:] = (wrong[30:] + 1) % 5
    results = []
    tuner = FineTuner(backbone, tuning_data(backbone, wrong), lambda: results.append(None))
    curve = tuner.train(ROWS[:30], FineTuningRecipe(RATE, 12), ROWS[30:])
    watched_epochs = len(results)
    alone_curve = tuner.train(ROWS[:30], FineTuningRecipe(RATE, 4))

    assert len(curve.loss) == curve.best_epoch + fine_tuning.PATIENCE < 12
    assert curve.val_loss[curve.best_epoch - 1] == min(curve.val_loss)
    assert len(curve.train_accuracy) == len(curve.val_accuracy) == len(curve.loss) == watched_epochs
    assert len(alone_curve.loss) == 4 == len(results) - watched_epochs
    assert alone_curve.val_loss == []


def test_the_recipe_has_the_lowest_validation_loss(tuner: FineTuner) -> None:
    """Of all rates and epochs; the curve is that of its rate."""
    rates = (1.0, 1e-3)
    single = [tuner.measure_recipe(ROWS, [rate]) for rate in rates]
    recipe, curve = tuner.measure_recipe(ROWS, rates)
    best = min(single, key=lambda one: min(one[1].val_loss))

    assert (recipe, curve) == best
    assert recipe.epochs == curve.best_epoch
    assert recipe.rate == 1e-3


def test_test_labels_never_affect_predictions(backbone: SplitBackbone, tuner: FineTuner, split: Split) -> None:
    """Changing them changes no prediction; the network has its initial weights afterwards."""
    first = backbone.upper.get_weights()
    made = tuner.test_split(split, [RATE])
    other = DRAWN.labels.copy()
    other[split.test] = (other[split.test] + 1) % 5
    given = FineTuningData(
        tuning_data(backbone).lower_outputs, other, ROWS, 5, tuning_data(backbone, other, versions=1).train_head, seed=0
    )

    assert made.shape == (len(split.test), 5)
    assert np.array_equal(FineTuner(backbone, given).test_split(split, [RATE]), made)
    assert same(backbone.upper.get_weights(), first)


def test_an_interruption_restores_the_network(backbone: SplitBackbone, split: Split) -> None:
    """Also in the middle of a training."""
    first, epochs = backbone.upper.get_weights(), []

    def on_epoch() -> None:
        epochs.append(None)
        if len(epochs) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FineTuner(backbone, tuning_data(backbone), on_epoch).test_split(split, [RATE])

    assert same(backbone.upper.get_weights(), first)


def test_measures_a_recipe_without_validation_rows(tuner: FineTuner) -> None:
    """The first rate and half of the epochs, if a class has one image."""
    few = np.flatnonzero((DRAWN.labels != 4) | (np.arange(len(ROWS)) == 4))
    recipe, curve = tuner.measure_recipe(few, [RATE, 1e-6])

    assert recipe == FineTuningRecipe(RATE, fine_tuning.MAX_EPOCHS // 2)
    assert len(curve.loss) == fine_tuning.MAX_EPOCHS // 2
    assert curve.val_loss == []


def test_trains_on_fewer_images_than_a_batch(tuner: FineTuner) -> None:
    """They fill the batch repeatedly; each row has one prediction."""
    tuner.train(ROWS[:7], FineTuningRecipe(RATE, 1))
    one_by_one = np.concatenate([tuner.probabilities(ROWS[row : row + 1]) for row in range(23)])

    # Where a row is in its batch may change the last bits of its result on some processors.
    assert tuner.probabilities(ROWS[:23]) == pytest.approx(one_by_one, abs=1e-6)


def test_rejects_a_network_without_a_cut(backbone: SplitBackbone) -> None:
    """There is nothing to train above it."""
    with pytest.raises(ValueError, match="cannot be cut"):
        FineTuner(SplitBackbone(backbone.base, backbone.base, None, None), tuning_data(backbone, versions=1))


def test_the_best_epoch_is_the_first_minimum() -> None:
    """Counted from 1."""
    assert FineTuningCurve(val_loss=[0.5, 0.3, 0.4, 0.3]).best_epoch == 2
