"""Measure on the same splits how much each remedy improves the accuracy of a fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from practicum.lab import paired_comparison, splits
from practicum.lab.diagnosis import IMBALANCE_RATIO
from practicum.lab.label_noise import SuspectLabel, find_suspect_labels
from practicum.lab.learning_curve import LearningCurve, fit_learning_curve
from practicum.lab.linear_probe import ProbeTrainer
from practicum.lab.prepared_set import PreparedSet
from practicum.lab.pretrained_models import Backbone, Preprocessing
from practicum.statistics.intervals import Interval

Probabilities = NDArray[np.float64]
"""(repeats, n, classes)."""
AccuracyMeasure = Callable[[NDArray[np.bool_], NDArray[np.int64]], float]
"""Computes an accuracy from whether each image is classified correctly, (n,), and the labels, (n,)."""

CURVE_POINTS = 5
"""Points of a learning curve, each with half as many images as the next."""
NOISE_PROBE_STRENGTH = 10.0
"""The strength of the probe that finds suspect labels: a less regularised one follows them. Measured, docs/lab.md."""
CURVE_REPEATS = 3
SINGLE_REPEAT_IMAGES = 400
"""From this many images on, one repeat at each size is enough."""


def _plain_accuracy(correct: NDArray[np.bool_], _labels: NDArray[np.int64]) -> float:
    return float(correct.mean())


def _balanced_accuracy(correct: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    """The mean recall of the classes that are present."""
    return float(np.mean([correct[labels == label].mean() for label in np.unique(labels)]))


def accuracy_by_split(
    prepared: PreparedSet,
    probabilities: Probabilities,
    measure: AccuracyMeasure = _plain_accuracy,
    included: NDArray[np.bool_] | None = None,
) -> list[float]:
    """Return the accuracy on each split of the repeats of `probabilities`, on the `included` rows (n,) or on all."""
    accuracies = []
    for cross_validation, repeat in zip(prepared.cross_validations, probabilities, strict=False):
        for split in cross_validation:
            rows = split.test if included is None else split.test[included[split.test]]
            correct = repeat[rows].argmax(axis=1) == prepared.labels[rows]
            accuracies.append(measure(correct, prepared.labels[rows]) if len(rows) else 0.0)
    return accuracies


def accuracy_gain(
    prepared: PreparedSet,
    first: Probabilities,
    second: Probabilities,
    measure: AccuracyMeasure = _plain_accuracy,
    included: NDArray[np.bool_] | None = None,
) -> paired_comparison.PairedComparison:
    """Compare the accuracies of the first and the second, on the repeats that both have."""
    shared = min(len(first), len(second))
    train, test = splits.mean_sizes(prepared.splits)
    accuracies = [
        accuracy_by_split(prepared, probabilities[:shared], measure, included) for probabilities in (first, second)
    ]
    return paired_comparison.compare_results(*accuracies, train_size=train, test_size=test)


def find_doubtful_labels(prepared: PreparedSet, probes: ProbeTrainer) -> tuple[SuspectLabel, ...]:
    """Return the labels that are probably wrong, by a strongly regularised probe."""
    probabilities = probes.out_of_fold(prepared.splits, [NOISE_PROBE_STRENGTH])[0]
    return tuple(find_suspect_labels(prepared.labels, probabilities.mean(axis=0)))


def measure_remedies(
    prepared: PreparedSet,
    probes: ProbeTrainer,
    strength: float,
    baseline: Probabilities,
    suspects: Sequence[SuspectLabel],
) -> dict[str, Interval]:
    """Return the accuracy gains of the remedies that could help: for rare classes, and for suspect labels.

    Balanced weights are judged by balanced accuracy, since they serve the rare classes. Leaving out suspects is judged
    by the accuracy on the other images; this is slightly optimistic, since all labels were used to find the suspects.
    """
    gains = {}
    counts = np.array(prepared.images.counts)
    if counts.max() >= IMBALANCE_RATIO * counts.min():
        balanced = (len(prepared.labels) / (prepared.classes * counts))[prepared.labels]
        probabilities = probes.out_of_fold(prepared.splits, [strength], balanced)[0]
        gains["balanced weights"] = accuracy_gain(prepared, probabilities, baseline, _balanced_accuracy).difference
    if suspects:
        weights = np.ones(len(prepared.labels), np.float64)
        weights[[suspect.row for suspect in suspects]] = 0
        remaining = np.bincount(prepared.labels, weights=weights, minlength=prepared.classes)
        if remaining.min() >= 2 and _every_class_trains(prepared, weights):
            probabilities = probes.out_of_fold(prepared.splits, [strength], weights)[0]
            gain = accuracy_gain(prepared, probabilities, baseline, included=weights > 0)
            gains["leaving out suspects"] = gain.difference
    return gains


def better_preprocessing(
    prepared: PreparedSet, network: Backbone, strength: float
) -> tuple[Preprocessing, Interval] | None:
    """Return the other preprocessing for the network of a file that surely helps most, with its gain, or None.

    It is measured with the network's final features.
    """
    gains: list[tuple[Preprocessing, Interval]] = []
    baseline = prepared.final_probes.out_of_fold(prepared.splits, [strength])[0]
    for name, build in network.other_preprocessings.items():
        step = f"extracting features with preprocessing {name}"
        features = prepared.compute_features(build(prepared.images.side), 0, step, keep=False)
        probes = ProbeTrainer(features, prepared.labels, prepared.classes)
        probabilities = probes.out_of_fold(prepared.splits, [strength])[0]
        gains.append((name, accuracy_gain(prepared, probabilities, baseline).difference))
    sure = [(name, gain) for name, gain in gains if gain.low > 0]
    return max(sure, key=lambda pair: pair[1].value) if sure else None


def measure_learning_curve(prepared: PreparedSet, probes: ProbeTrainer, strength: float) -> LearningCurve:
    """Measure the accuracy of a probe on fewer training images, halved as long as each class has two, and fit a law."""
    shares = [len(split.train) / len(prepared.labels) for split in prepared.splits]
    largest = int(min(prepared.images.counts) * min(shares))
    sizes = sorted({size for step in range(CURVE_POINTS) if (size := largest // 2**step) >= 2} or {max(1, largest)})
    repeats = CURVE_REPEATS if len(prepared.labels) < SINGLE_REPEAT_IMAGES else 1
    accuracies = np.zeros((len(sizes), repeats))
    for position, size in enumerate(sizes):
        for repeat in range(repeats):
            rng = np.random.default_rng([prepared.seed, size, repeat])
            reduced = [
                splits.Split(_sample_per_class(prepared, split.train, size, rng), split.test)
                for split in prepared.cross_validations[0]
            ]
            probabilities = probes.out_of_fold(reduced, [strength])[0, 0]
            accuracies[position, repeat] = (probabilities.argmax(axis=1) == prepared.labels).mean()
    chance = max(prepared.images.counts) / len(prepared.labels)
    return fit_learning_curve(sizes, accuracies, n_test=len(prepared.labels), chance=chance, seed=prepared.seed)


def _every_class_trains(prepared: PreparedSet, weights: NDArray[np.float64]) -> bool:
    """Return whether every class has a training row with a positive weight in every split."""
    return all(
        np.bincount(prepared.labels[split.train], weights[split.train], prepared.classes).min() > 0
        for split in prepared.splits
    )


def _sample_per_class(prepared: PreparedSet, rows: splits.Rows, size: int, rng: np.random.Generator) -> splits.Rows:
    """At most `size` random rows of each class, ascending."""
    sampled = [rng.permutation(rows[prepared.labels[rows] == label])[:size] for label in range(prepared.classes)]
    return np.sort(np.concatenate(sampled))
