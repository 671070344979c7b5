"""Metrics of a classifier's predictions: accuracy, confusion, precision, recall, F1 and calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from practicum.statistics.intervals import Proportion


@dataclass(frozen=True)
class BinaryCounts:
    """True and false positives and negatives of one class against all others."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def precision(self) -> Proportion:
        """True positives of all predicted positives."""
        return Proportion(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Proportion:
        """True positives of all actual positives."""
        return Proportion(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; NaN where the class is neither present nor predicted."""
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else float("nan")


@dataclass(frozen=True)
class CalibrationBin:
    """The predictions whose confidence lies in [low, high): their mean confidence and how many are right."""

    low: float
    high: float
    confidence: float
    right: Proportion


@dataclass(frozen=True)
class Predictions:
    """Labels (n,) as class numbers, with predicted probabilities (n, classes)."""

    labels: Sequence[int]
    probabilities: Sequence[Sequence[float]]

    @property
    def classes(self) -> range:
        return range(len(self.probabilities[0]))

    @property
    def predicted(self) -> tuple[int, ...]:
        """Each sample's most likely class; the first of equals."""
        return tuple(max(self.classes, key=row.__getitem__) for row in self.probabilities)

    @property
    def accuracy(self) -> Proportion:
        return Proportion(sum(a == b for a, b in zip(self.labels, self.predicted, strict=True)), len(self.labels))

    @property
    def mean_confidence(self) -> float:
        return sum(map(max, self.probabilities)) / len(self.labels)

    def confusion_matrix(self) -> list[list[int]]:
        """Counts by true class (rows) and predicted class (columns)."""
        counts = [[0 for _ in self.classes] for _ in self.classes]
        for label, predicted in zip(self.labels, self.predicted, strict=True):
            counts[label][predicted] += 1
        return counts

    def of_class(self, k: int) -> BinaryCounts:
        """The counts of class `k`, predicted where it is the most likely."""
        return _count([label == k for label in self.labels], [predicted == k for predicted in self.predicted])

    def at_threshold(self, k: int, threshold: float) -> BinaryCounts:
        """The counts of class `k`, predicted where its probability reaches the threshold."""
        return _count([label == k for label in self.labels], [row[k] >= threshold for row in self.probabilities])

    def calibration_bins(self, count: int) -> list[CalibrationBin]:
        """The predictions by confidence, in `count` bins of equal width without the empty ones."""
        members: dict[int, list[tuple[float, bool]]] = {}
        for label, predicted, row in zip(self.labels, self.predicted, self.probabilities, strict=True):
            index = min(int(row[predicted] * count), count - 1)
            members.setdefault(index, []).append((row[predicted], label == predicted))
        return [
            CalibrationBin(
                index / count,
                (index + 1) / count,
                sum(confidence for confidence, _ in inside) / len(inside),
                Proportion(sum(right for _, right in inside), len(inside)),
            )
            for index, inside in sorted(members.items())
        ]

    def calibration_error(self, count: int) -> float:
        """The expected calibration error over `count` bins: the mean gap between confidence and accuracy."""
        bins = self.calibration_bins(count)
        return sum(abs(part.confidence - part.right.value) * part.right.total for part in bins) / len(self.labels)


def _count(actual: Sequence[bool], predicted: Sequence[bool]) -> BinaryCounts:
    pairs = list(zip(actual, predicted, strict=True))
    return BinaryCounts(
        tp=pairs.count((True, True)),
        fp=pairs.count((False, True)),
        fn=pairs.count((True, False)),
        tn=pairs.count((False, False)),
    )
