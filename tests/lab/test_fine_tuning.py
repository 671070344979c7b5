"""Fine-tuning moves what lies above the cut, BatchNorm apart, repeats to the bit, and undoes what it did."""

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


def material(taken: SplitBackbone, labels: NDArray[np.int64] = DRAWN.labels, views: int = 2) -> FineTuningData:
    probing = ProbeTrainer(forward(taken.whole, DRAWN.pixels), labels, 5)
    seen = [forward(taken.lower, augment(DRAWN.pixels, number, 0)) for number in range(views)]
    return FineTuningData(seen, labels, singleton_groups(len(labels)), 5, lambda rows: probing.fit(10.0, rows), seed=0)


@pytest.fixture(scope="module")
def taken() -> SplitBackbone:
    return split_backbone(small_network())


@pytest.fixture(scope="module")
def tuner(taken: SplitBackbone) -> FineTuner:
    return FineTuner(taken, material(taken))


@pytest.fixture(autouse=True)
def _untrained(tuner: FineTuner) -> None:
    """All tests share one network, and each finds it with its first weights."""
    tuner.restore()


@pytest.fixture(scope="module")
def split() -> Split:
    return cross_validation_folds(DRAWN.labels, ROWS, 4, 1, 0)[0]


def same(one: Weights, other: Weights) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_only_what_lies_above_the_cut_moves_and_no_norm(taken: SplitBackbone, tuner: FineTuner) -> None:
    """Statistics, scale and shift of every BatchNorm stay to the bit, and so does every layer below."""
    held = [layer for layer in taken.base.layers if layer.weights]
    before = [layer.get_weights() for layer in held]
    tuner.learn(ROWS, FineTuningRecipe(RATE, 1))
    moved = {layer.name for layer, old in zip(held, before, strict=True) if not same(layer.get_weights(), old)}
    below = {layer.name for layer in taken.lower.layers}
    norms = {layer.name for layer in held if isinstance(layer, layers.BatchNormalization)}
    above = {layer.name for layer in held} - below - norms

    assert len(above) == 1
    assert len(norms) == 4
    assert norms - below
    assert moved == above


def test_the_same_call_gives_the_same_again(taken: SplitBackbone, tuner: FineTuner) -> None:
    """Curve, head and weights to the bit, whatever was trained in between."""
    told = []
    for _ in range(2):
        curve = tuner.learn(ROWS[:30], FineTuningRecipe(RATE, 3), ROWS[30:])
        told.append((curve, [tuner.head.weight, tuner.head.bias, *taken.upper.get_weights()]))
        tuner.learn(ROWS[5:], FineTuningRecipe(0.1, 2))
    fresh = split_backbone(small_network())
    other = FineTuner(fresh, material(fresh))
    anew = other.learn(ROWS[:30], FineTuningRecipe(RATE, 3), ROWS[30:])

    assert told[0][0] == told[1][0] == anew
    assert same(told[0][1], told[1][1])
    assert same(told[0][1], [other.head.weight, other.head.bias, *fresh.upper.get_weights()])


def test_restoring_gives_the_first_weights(taken: SplitBackbone) -> None:
    """Those the network had when it came, to the bit."""
    first = taken.upper.get_weights()
    tuner = FineTuner(taken, material(taken))
    tuner.learn(ROWS, FineTuningRecipe(RATE, 1))
    trained = taken.upper.get_weights()
    tuner.restore()

    assert not same(trained, first)
    assert same(taken.upper.get_weights(), first)


def test_training_begins_from_the_probe_and_betters_it(taken: SplitBackbone, tuner: FineTuner) -> None:
    """At a rate of nothing it stays the probe, and what was to move stood still; at a good one the loss sinks."""
    probe = material(taken, views=1).start(ROWS).probabilities(forward(taken.whole, DRAWN.pixels))
    still = tuner.learn(ROWS, FineTuningRecipe(0.0, 1))
    stood, start = tuner.moved, tuner.probabilities(ROWS)
    sinking = tuner.learn(ROWS, FineTuningRecipe(1e-3, 6))

    assert stood == 0
    assert start == pytest.approx(probe, abs=1e-4)
    assert tuner.moved > 0
    assert sinking.loss[-1] < sinking.loss[0]
    assert sinking.loss[-1] < still.loss[0]


def test_drawn_views_are_learned_from_and_the_first_is_judged(taken: SplitBackbone, tuner: FineTuner) -> None:
    """With two views an epoch sees some pictures as the second; what is known of a picture is of the first."""
    given = material(taken)
    other = replace(given, seen=[given.seen[0], given.seen[0][::-1]])
    told = []
    for each in (given, other):
        learning = FineTuner(taken, each)
        still = learning.learn(ROWS, FineTuningRecipe(0.0, 1))
        told.append((still.loss, learning.probabilities(ROWS)))

    assert told[0][0] != told[1][0]
    assert np.array_equal(told[0][1], told[1][1])


def test_the_rate_rises_for_an_epoch_and_then_sinks_to_nothing(taken: SplitBackbone) -> None:
    """Along a cosine: at each epoch's end lower than before, at half of the epochs half as high."""
    rates: list[float] = []
    tuner = FineTuner(taken, material(taken), lambda: rates.append(float(tuner._model.optimizer.learning_rate)))
    tuner.learn(ROWS, FineTuningRecipe(RATE, 8))

    assert rates[0] < rates[1] == max(rates)
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert rates[4] == pytest.approx(RATE / 2, rel=0.2)
    assert rates[-1] < RATE / 50


def test_it_ends_when_what_was_kept_back_is_no_longer_served(taken: SplitBackbone) -> None:
    """Three epochs after the lowest loss; without anything to watch, after as many epochs as were asked for."""
    wrong = DRAWN.labels.copy()
    wrong[30:] = (wrong[30:] + 1) % 5
    told = []
    tuner = FineTuner(taken, material(taken, wrong), lambda: told.append(None))
    curve = tuner.learn(ROWS[:30], FineTuningRecipe(RATE, 12), ROWS[30:])
    watched_epochs = len(told)
    alone_curve = tuner.learn(ROWS[:30], FineTuningRecipe(RATE, 4))

    assert len(curve.loss) == curve.best + fine_tuning.PATIENCE < 12
    assert curve.watched_loss[curve.best - 1] == min(curve.watched_loss)
    assert len(curve.train_accuracy) == len(curve.watched_accuracy) == len(curve.loss) == watched_epochs
    assert len(alone_curve.loss) == 4 == len(told) - watched_epochs
    assert alone_curve.watched_loss == []


def test_the_recipe_is_the_one_of_least_loss(tuner: FineTuner) -> None:
    """Of all rates and epochs, on the fifth that was kept back; the curve is that rate's own."""
    rates = (1.0, 1e-3)
    single = [tuner.measured(ROWS, [rate]) for rate in rates]
    recipe, curve = tuner.measured(ROWS, rates)
    best = min(single, key=lambda one: min(one[1].watched_loss))

    assert (recipe, curve) == best
    assert recipe.epochs == curve.best
    assert recipe.rate == 1e-3


def test_what_is_tested_is_never_learned(taken: SplitBackbone, tuner: FineTuner, split: Split) -> None:
    """Other labels for the tested rows change none of their predictions; and the network is left as it was."""
    first = taken.upper.get_weights()
    made = tuner.tested(split, [RATE])
    other = DRAWN.labels.copy()
    other[split.test] = (other[split.test] + 1) % 5
    given = FineTuningData(tuner._given.seen, other, ROWS, 5, material(taken, other, views=1).start, seed=0)

    assert made.shape == (len(split.test), 5)
    assert np.array_equal(FineTuner(taken, given).tested(split, [RATE]), made)
    assert same(taken.upper.get_weights(), first)


def test_an_interruption_leaves_the_network_as_it_was(taken: SplitBackbone, split: Split) -> None:
    """In the midst of a training too: whoever goes on from there begins from the same weights."""
    first, epochs = taken.upper.get_weights(), []

    def tell() -> None:
        epochs.append(None)
        if len(epochs) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FineTuner(taken, material(taken), tell).tested(split, [RATE])

    assert same(taken.upper.get_weights(), first)


def test_a_class_of_one_picture_has_a_recipe_too(tuner: FineTuner) -> None:
    """Where none can be kept back: the first rate, half the epochs, and a curve of training alone."""
    few = np.flatnonzero((DRAWN.labels != 4) | (np.arange(len(ROWS)) == 4))
    recipe, curve = tuner.measured(few, [RATE, 1e-6])

    assert recipe == FineTuningRecipe(RATE, fine_tuning.MAX_EPOCHS // 2)
    assert len(curve.loss) == fine_tuning.MAX_EPOCHS // 2
    assert curve.watched_loss == []


def test_fewer_pictures_than_a_batch_are_enough(tuner: FineTuner) -> None:
    """They are taken again to fill it; and of any number there is one row of probabilities each."""
    tuner.learn(ROWS[:7], FineTuningRecipe(RATE, 1))
    one_by_one = np.concatenate([tuner.probabilities(ROWS[row : row + 1]) for row in range(23)])

    assert np.array_equal(tuner.probabilities(ROWS[:23]), one_by_one)


def test_a_network_without_a_cut_is_refused(taken: SplitBackbone) -> None:
    """There is nothing above it to tune."""
    with pytest.raises(ValueError, match="cannot be cut in two"):
        FineTuner(SplitBackbone(taken.base, taken.base, None, None), material(taken, views=1))


def test_the_best_epoch_is_the_first_of_the_lowest() -> None:
    """Counted from 1."""
    assert FineTuningCurve(watched_loss=[0.5, 0.3, 0.4, 0.3]).best == 2
