"""What each remedy brought is measured on the same splits, and only where it could help."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from practicum.lab import paired_comparison, remedies, splits
from practicum.lab.backbone_split import SplitBackbone
from practicum.lab.image_set import ImageSet
from practicum.lab.label_noise import SuspectLabel
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.prepared_set import PreparedSet
from tests.lab.small import without_depths

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return without_depths()


def prepared(network: SplitBackbone, labels: NDArray[Any], seed: int = 0) -> PreparedSet:
    """Pictures of which nothing but the labels is looked at."""
    labels = np.asarray(labels, np.int64)
    names = tuple("abcdefgh"[: labels.max() + 1])
    images = ImageSet(np.zeros((len(labels), 1, 1, 3), np.uint8), labels, names)
    return PreparedSet(images, (), splits.singleton_groups(len(labels)), network, seed, {}, lambda *_: None)


def probing(labels: NDArray[Any], apart: float, d: int = 20) -> ProbeTrainer:
    """Features of classes that lie so far apart, in units of their spread."""
    rng = np.random.default_rng([len(labels), d])
    places = rng.normal(size=(8, d)) / np.sqrt(d) * apart
    return ProbeTrainer(
        (places[labels] + rng.normal(size=(len(labels), d))).astype(np.float32), labels, labels.max() + 1
    )


def named(classes: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Probabilities that are sure of these classes."""
    return np.eye(count)[classes]


def test_results_by_split_are_those_of_its_own_pictures(network: SplitBackbone) -> None:
    """One a split, of as many repeats as were predicted; of the rows that count alone."""
    ready = prepared(network, np.arange(40) % 2)
    rng = np.random.default_rng(0)
    classes, kept = rng.integers(0, 2, (2, 40)), rng.random(40) < 0.6
    right = classes == ready.labels
    made = named(classes, 2)

    assert remedies.accuracy_by_split(ready, made) == [
        right[repeat][split.test].mean() for repeat in range(2) for split in ready.validations[repeat]
    ]
    assert remedies.accuracy_by_split(ready, made[:1], kept=kept) == [
        right[0][split.test[kept[split.test]]].mean() for split in ready.validations[0]
    ]


def test_a_gain_is_measured_on_the_repeats_that_both_have(network: SplitBackbone) -> None:
    """Against itself nothing is gained; and a way tried once is held against the other's first repeat."""
    ready = prepared(network, np.arange(40) % 2)
    good, bad = named(ready.labels, 2), named(1 - ready.labels, 2)
    half = named(np.where(np.arange(40) < 20, ready.labels, 1 - ready.labels), 2)
    gained = remedies.accuracy_gain(ready, np.stack([good]), np.stack([half, bad, bad]))
    first_repeat = [remedies.accuracy_by_split(ready, each[None]) for each in (good, half)]

    assert remedies.accuracy_gain(ready, np.stack([half]), np.stack([half])) == paired_comparison.PairedComparison(
        0.5, remedies.Interval(0, 0, 0)
    )
    assert gained.difference.value == pytest.approx(0.5)
    assert gained == paired_comparison.compare_results(*first_repeat, train_size=32, test_size=8)


def test_balanced_weights_are_tried_where_a_class_is_rare(network: SplitBackbone) -> None:
    """Judged by the mean of the recalls, which they raise where classes overlap; elsewhere they are not tried."""
    rare, even = (np.arange(90) % 9 == 0).astype(np.int64), np.arange(90) % 2
    told = []
    for labels in (rare, even):
        ready, features = prepared(network, labels), probing(labels, 2.0)
        plain = features.out_of_fold(ready.splits, [1.0])[0]
        told.append(remedies.measure_remedies(ready, features, 1.0, plain, []))

    assert list(told[0]) == ["balanced weights"]
    assert told[0]["balanced weights"].value > 0.05
    assert told[1] == {}


def test_suspects_are_left_out_where_enough_is_left(network: SplitBackbone) -> None:
    """By which those that nobody doubts are told apart better; not where a class would have nothing to learn from."""
    labels = np.arange(80) % 2
    features_of = probing(labels, 4.0)
    wrong = labels.copy()
    wrong[:16] = 1 - wrong[:16]
    ready = prepared(network, wrong)
    features = ProbeTrainer(features_of._turned, wrong, 2)
    plain = features.out_of_fold(ready.splits, [1000.0])[0]
    some = [SuspectLabel(row, int(wrong[row]), int(labels[row]), 0.9) for row in range(16)]
    nearly_all = [SuspectLabel(int(row), 0, 1, 0.9) for row in np.flatnonzero(wrong == 0)[1:]]
    trusted = np.arange(80) >= 16
    without = features.out_of_fold(ready.splits, [1000.0], trusted.astype(float))[0]
    helped = remedies.measure_remedies(ready, features, 1000.0, plain, some)

    assert list(helped) == ["leaving out suspects"]
    assert helped["leaving out suspects"].value > 0.05
    assert helped["leaving out suspects"] == remedies.accuracy_gain(ready, without, plain, kept=trusted).difference
    assert remedies.measure_remedies(ready, features, 1000.0, plain, nearly_all) == {}


def test_planted_wrong_labels_are_doubted(network: SplitBackbone) -> None:
    """Most of those exchanged, and hardly any other."""
    labels = np.arange(120) % 3
    wrong = labels.copy()
    wrong[:8] = (wrong[:8] + 1) % 3
    ready = prepared(network, wrong)
    found = {
        one.row: one
        for one in remedies.find_doubtful_labels(ready, ProbeTrainer(probing(labels, 10.0)._turned, wrong, 3))
    }

    assert len(found.keys() & set(range(8))) > 4
    assert len(found.keys() - set(range(8))) <= 2
    assert all(found[row].likely == labels[row] for row in found.keys() & set(range(8)))


def test_the_sizes_of_growth_halve(network: SplitBackbone) -> None:
    """From what the rarest class has to learn from, five of them, as long as two pictures of each class are left."""
    for labels, sizes in (
        (np.arange(150) % 3, [2, 5, 10, 20, 40]),
        (np.arange(30) % 3, [2, 4, 8]),
        ((np.arange(60) % 6 == 0).astype(np.int64), [2, 4, 8]),
        (np.arange(6) % 3, [1]),
    ):
        curve = remedies.measure_learning_curve(prepared(network, labels), probing(labels, 4.0), 10.0)

        assert [point.per_class for point in curve.points] == sizes


def test_growth_grows_and_repeats(network: SplitBackbone) -> None:
    """More pictures, more right, where there is something to learn; and at the last size it is the probe's own
    accuracy. The same seed gives the same curve."""
    labels = np.arange(150) % 3
    features, ready = probing(labels, 4.0, d=60), prepared(network, labels)
    curve = remedies.measure_learning_curve(ready, features, 10.0)
    whole = features.out_of_fold(ready.validations[0], [10.0])[0, 0].argmax(axis=1) == labels

    assert curve.points[-1].accuracy.value > curve.points[0].accuracy.value + 0.1
    assert curve.points[-1].accuracy.value == pytest.approx(whole.mean())
    assert remedies.measure_learning_curve(ready, features, 10.0).points == curve.points
    assert remedies.measure_learning_curve(prepared(network, labels, seed=1), features, 10.0).points != curve.points
