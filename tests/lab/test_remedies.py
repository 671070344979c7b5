"""The gain of each remedy is measured on the same splits, if the remedy could help."""

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
from tests.lab.small import without_levels

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@pytest.fixture(scope="module")
def network() -> SplitBackbone:
    return without_levels()


def prepare(network: SplitBackbone, labels: NDArray[Any], seed: int = 0) -> PreparedSet:
    """A set of which only the labels matter."""
    labels = np.asarray(labels, np.int64)
    names = tuple("abcdefgh"[: labels.max() + 1])
    images = ImageSet(np.zeros((len(labels), 1, 1, 3), np.uint8), labels, names)
    return PreparedSet(images, (), splits.singleton_groups(len(labels)), network, seed, {}, lambda *_: None)


def probes_for(labels: NDArray[Any], apart: float, d: int = 20) -> ProbeTrainer:
    """Features of classes at this distance, in units of their spread."""
    rng = np.random.default_rng([len(labels), d])
    places = rng.normal(size=(8, d)) / np.sqrt(d) * apart
    return ProbeTrainer(
        (places[labels] + rng.normal(size=(len(labels), d))).astype(np.float32), labels, labels.max() + 1
    )


def confident(classes: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Probabilities that are confident about these classes."""
    return np.eye(count)[classes]


def test_accuracy_by_split_uses_the_tested_rows(network: SplitBackbone) -> None:
    """Of as many repeats as were predicted, and of the included rows alone."""
    prepared = prepare(network, np.arange(40) % 2)
    rng = np.random.default_rng(0)
    classes, kept = rng.integers(0, 2, (2, 40)), rng.random(40) < 0.6
    right = classes == prepared.labels
    made = confident(classes, 2)

    assert remedies.accuracy_by_split(prepared, made) == [
        right[repeat][split.test].mean() for repeat in range(2) for split in prepared.cross_validations[repeat]
    ]
    assert remedies.accuracy_by_split(prepared, made[:1], included=kept) == [
        right[0][split.test[kept[split.test]]].mean() for split in prepared.cross_validations[0]
    ]


def test_a_gain_uses_shared_repeats(network: SplitBackbone) -> None:
    """A strategy gains nothing over itself."""
    prepared = prepare(network, np.arange(40) % 2)
    good, bad = confident(prepared.labels, 2), confident(1 - prepared.labels, 2)
    half = confident(np.where(np.arange(40) < 20, prepared.labels, 1 - prepared.labels), 2)
    gained = remedies.accuracy_gain(prepared, np.stack([good]), np.stack([half, bad, bad]))
    first_repeat = [remedies.accuracy_by_split(prepared, each[None]) for each in (good, half)]

    assert remedies.accuracy_gain(prepared, np.stack([half]), np.stack([half])) == paired_comparison.PairedComparison(
        0.5, remedies.Interval(0, 0, 0)
    )
    assert gained.difference.value == pytest.approx(0.5)
    assert gained == paired_comparison.compare_results(*first_repeat, train_size=32, test_size=8)


def test_tries_balanced_weights_for_a_rare_class(network: SplitBackbone) -> None:
    """They raise the balanced accuracy if classes overlap; otherwise they are not tried."""
    rare, even = (np.arange(90) % 9 == 0).astype(np.int64), np.arange(90) % 2
    gains = []
    for labels in (rare, even):
        prepared, features = prepare(network, labels), probes_for(labels, 2.0)
        plain = features.out_of_fold(prepared.splits, [1.0])[0]
        gains.append(remedies.measure_remedies(prepared, features, 1.0, plain, []))

    assert list(gains[0]) == ["balanced weights"]
    assert gains[0]["balanced weights"].value > 0.05
    assert gains[1] == {}


def test_tries_leaving_out_suspects(network: SplitBackbone) -> None:
    """If every class keeps enough images."""
    labels = np.arange(80) % 2
    features_of = probes_for(labels, 4.0)
    wrong = labels.copy()
    wrong[:16] = 1 - wrong[:16]
    prepared = prepare(network, wrong)
    features = ProbeTrainer(features_of._rotated, wrong, 2)
    plain = features.out_of_fold(prepared.splits, [1000.0])[0]
    some = [SuspectLabel(row, int(wrong[row]), int(labels[row]), 0.9) for row in range(16)]
    nearly_all = [SuspectLabel(int(row), 0, 1, 0.9) for row in np.flatnonzero(wrong == 0)[1:]]
    trusted = np.arange(80) >= 16
    without = features.out_of_fold(prepared.splits, [1000.0], trusted.astype(float))[0]
    gains = remedies.measure_remedies(prepared, features, 1000.0, plain, some)

    assert list(gains) == ["leaving out suspects"]
    assert gains["leaving out suspects"].value > 0.05
    assert (
        gains["leaving out suspects"] == remedies.accuracy_gain(prepared, without, plain, included=trusted).difference
    )
    assert remedies.measure_remedies(prepared, features, 1000.0, plain, nearly_all) == {}


def test_finds_planted_wrong_labels(network: SplitBackbone) -> None:
    """Most of them, and hardly any other."""
    labels = np.arange(120) % 3
    wrong = labels.copy()
    wrong[:8] = (wrong[:8] + 1) % 3
    prepared = prepare(network, wrong)
    found = {
        one.row: one
        for one in remedies.find_doubtful_labels(prepared, ProbeTrainer(probes_for(labels, 10.0)._rotated, wrong, 3))
    }

    assert len(found.keys() & set(range(8))) > 4
    assert len(found.keys() - set(range(8))) <= 2
    assert all(found[row].likely == labels[row] for row in found.keys() & set(range(8)))


def test_the_sizes_of_the_learning_curve_halve(network: SplitBackbone) -> None:
    """From the training images of the rarest class, up to five sizes of at least two images per class."""
    for labels, sizes in (
        (np.arange(150) % 3, [2, 5, 10, 20, 40]),
        (np.arange(30) % 3, [2, 4, 8]),
        ((np.arange(60) % 6 == 0).astype(np.int64), [2, 4, 8]),
        (np.arange(6) % 3, [1]),
    ):
        curve = remedies.measure_learning_curve(prepare(network, labels), probes_for(labels, 4.0), 10.0)

        assert [point.per_class for point in curve.points] == sizes


def test_the_learning_curve_rises_and_is_deterministic(network: SplitBackbone) -> None:
    """It ends at the probe's own accuracy."""
    labels = np.arange(150) % 3
    features, prepared = probes_for(labels, 4.0, d=60), prepare(network, labels)
    curve = remedies.measure_learning_curve(prepared, features, 10.0)
    whole = features.out_of_fold(prepared.cross_validations[0], [10.0])[0, 0].argmax(axis=1) == labels

    assert curve.points[-1].accuracy.value > curve.points[0].accuracy.value + 0.1
    assert curve.points[-1].accuracy.value == pytest.approx(whole.mean())
    assert remedies.measure_learning_curve(prepared, features, 10.0).points == curve.points
    assert remedies.measure_learning_curve(prepare(network, labels, seed=1), features, 10.0).points != curve.points
