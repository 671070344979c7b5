"""What is known of a fit, gathered for its findings: what each remedy brought here, measured on the same splits."""

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
"""(repeats, n, classes), or (settings, repeats, n, classes) of one setting."""
AccuracyMeasure = Callable[[NDArray[np.bool_], NDArray[np.int64]], float]
"""What is made of whether each picture is right, (n,), and of their labels, (n,)."""

CURVE_POINTS = 5
"""Points on a learning curve, each half as many pictures as the next."""
NOISE_PROBE_STRENGTH = 10.0
"""The strength of the probe whose doubts count: one that follows wrong labels finds none. Measured, docs/lab.md."""
CURVE_REPEATS = 3
SINGLE_REPEAT_IMAGES = 400
"""Pictures from which on one repeat at each size is enough."""


def _accuracy(right: NDArray[np.bool_], _labels: NDArray[np.int64]) -> float:
    return float(right.mean())


def _balanced(right: NDArray[np.bool_], labels: NDArray[np.int64]) -> float:
    """The mean of the recalls of the classes that are there."""
    return float(np.mean([right[labels == one].mean() for one in np.unique(labels)]))


def accuracy_by_split(
    ready: PreparedSet, made: Probabilities, measure: AccuracyMeasure = _accuracy, kept: NDArray[np.bool_] | None = None
) -> list[float]:
    """The accuracy on each split of as many repeats as `made` (repeats, n, classes) has; on the rows `kept` alone."""
    results = []
    for validation, repeat in zip(ready.validations, made, strict=False):
        for split in validation:
            rows = split.test if kept is None else split.test[kept[split.test]]
            right = repeat[rows].argmax(axis=1) == ready.labels[rows]
            results.append(measure(right, ready.labels[rows]) if len(rows) else 0.0)
    return results


def accuracy_gain(
    ready: PreparedSet,
    first: Probabilities,
    second: Probabilities,
    measure: AccuracyMeasure = _accuracy,
    kept: NDArray[np.bool_] | None = None,
) -> paired_comparison.PairedComparison:
    """How probable it is that the first is better, and by how much, on the repeats that both have."""
    shared = min(len(first), len(second))
    train, test = splits.mean_sizes(ready.splits)
    one, other = (accuracy_by_split(ready, made[:shared], measure, kept) for made in (first, second))
    return paired_comparison.compare_results(one, other, train_size=train, test_size=test)


def find_doubtful_labels(ready: PreparedSet, probing: ProbeTrainer) -> tuple[SuspectLabel, ...]:
    """Labels that are probably wrong, by a probe that was not allowed to follow its pictures too closely."""
    made = probing.out_of_fold(ready.splits, [NOISE_PROBE_STRENGTH])[0]
    return tuple(find_suspect_labels(ready.labels, made.mean(axis=0)))


def measure_remedies(
    ready: PreparedSet, probing: ProbeTrainer, strength: float, plain: Probabilities, noisy: Sequence[SuspectLabel]
) -> dict[str, Interval]:
    """What other remedies brought: for rare classes, and for labels that are doubted. Only those that could help.

    Balanced weights are judged by balanced accuracy, since they are meant for the rare class; leaving out suspects by
    the accuracy on pictures that nobody doubts, a little too kindly: who is suspect was decided with all labels known.
    """
    helped = {}
    counts = np.array(ready.images.counts)
    if counts.max() >= IMBALANCE_RATIO * counts.min():
        balanced = (len(ready.labels) / (ready.classes * counts))[ready.labels]
        made = probing.out_of_fold(ready.splits, [strength], balanced)[0]
        helped["balanced weights"] = accuracy_gain(ready, made, plain, _balanced).difference
    if noisy:
        trusted = np.ones(len(ready.labels), np.float64)
        trusted[[suspect.row for suspect in noisy]] = 0
        kept = np.bincount(ready.labels, weights=trusted, minlength=ready.classes)
        if kept.min() >= 2 and _all_left(ready, trusted):
            made = probing.out_of_fold(ready.splits, [strength], trusted)[0]
            helped["leaving out suspects"] = accuracy_gain(ready, made, plain, kept=trusted > 0).difference
    return helped


def better_preprocessing(
    ready: PreparedSet, network: Backbone, strength: float
) -> tuple[Preprocessing, Interval] | None:
    """What else could be done to pixels before the network of a file sees them, where that surely helps, and how much.

    Tried with the network's own features; of several, the one that helps most.
    """
    found: list[tuple[Preprocessing, Interval]] = []
    plain = ready.own_probing.out_of_fold(ready.splits, [strength])[0]
    for name, build in network.others.items():
        made = ready.made(
            build(ready.images.side), 0, f"looking at each picture, its pixels given as {name}", keep=False
        )
        other = ProbeTrainer(made, ready.labels, ready.classes).out_of_fold(ready.splits, [strength])[0]
        found.append((name, accuracy_gain(ready, other, plain).difference))
    sure = [(name, gain) for name, gain in found if gain.low > 0]
    return max(sure, key=lambda one: one[1].value) if sure else None


def measure_learning_curve(ready: PreparedSet, probing: ProbeTrainer, strength: float) -> LearningCurve:
    """The accuracy of a probe that learns from fewer pictures: halved as long as there are two of each class."""
    shares = [len(split.train) / len(ready.labels) for split in ready.splits]
    most = int(min(ready.images.counts) * min(shares))
    sizes = sorted({size for step in range(CURVE_POINTS) if (size := most // 2**step) >= 2} or {max(1, most)})
    repeats = CURVE_REPEATS if len(ready.labels) < SINGLE_REPEAT_IMAGES else 1
    results = np.zeros((len(sizes), repeats))
    for place, size in enumerate(sizes):
        for repeat in range(repeats):
            rng = np.random.default_rng([ready.seed, size, repeat])
            some = [splits.Split(_few(ready, split.train, size, rng), split.test) for split in ready.validations[0]]
            made = probing.out_of_fold(some, [strength])[0, 0]
            results[place, repeat] = (made.argmax(axis=1) == ready.labels).mean()
    chance = max(ready.images.counts) / len(ready.labels)
    return fit_learning_curve(sizes, results, n_test=len(ready.labels), chance=chance, seed=ready.seed)


def _all_left(ready: PreparedSet, trusted: NDArray[np.float64]) -> bool:
    """Whether every class still has a row to learn from, in every split."""
    return all(
        np.bincount(ready.labels[split.train], trusted[split.train], ready.classes).min() > 0 for split in ready.splits
    )


def _few(ready: PreparedSet, rows: splits.Rows, size: int, rng: np.random.Generator) -> splits.Rows:
    """At most `size` rows of each class, ascending."""
    chosen = [rng.permutation(rows[ready.labels[rows] == one])[:size] for one in range(ready.classes)]
    return np.sort(np.concatenate(chosen))
