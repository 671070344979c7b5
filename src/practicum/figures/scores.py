"""What predictions are worth: counts, the numbers made of them, and how sure so few samples make us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054
"""How many standard deviations on either side hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, and Wilson's 95 % interval of the share behind them."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """NaN of nothing."""
        return self.hits / self.total if self.total else float("nan")

    @property
    def low(self) -> float:
        return self._edge(-1)

    @property
    def high(self) -> float:
        return self._edge(1)

    def _edge(self, side: int) -> float:
        if not self.total:
            return float("nan")
        n, p = self.total, self.value
        middle = p + Z * Z / (2 * n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        edge = (middle + side * half) / (1 + Z * Z / n)
        # All or none of them right: the edge is 1 or 0, but for rounding.
        return min(max(edge, 0.0), p) if side < 0 else max(min(edge, 1.0), p)


@dataclass(frozen=True)
class Counts:
    """One class against all others, at one threshold."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def precision(self) -> Share:
        """Of those that were given the class, how many are of it."""
        return Share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Share:
        """Of those that are of the class, how many were given it."""
        return Share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of both; NaN where neither says anything."""
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else float("nan")


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same certainty: how sure they were on average, and how many of them are right."""

    low: float
    high: float
    sure: float
    right: Share


@dataclass(frozen=True)
class Scores:
    """True classes by number, and each sample's probabilities, one a class."""

    labels: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]

    @property
    def classes(self) -> range:
        return range(len(self.probabilities[0]))

    @property
    def chosen(self) -> tuple[int, ...]:
        """Each sample's likeliest class; the first of equals."""
        return tuple(max(self.classes, key=row.__getitem__) for row in self.probabilities)

    @property
    def accuracy(self) -> Share:
        return Share(sum(map(int.__eq__, self.labels, self.chosen)), len(self.labels))

    def confusion(self) -> list[list[int]]:
        """How many of each true class (rows) were given each class (columns)."""
        counts = [[0 for _ in self.classes] for _ in self.classes]
        for label, chosen in zip(self.labels, self.chosen, strict=True):
            counts[label][chosen] += 1
        return counts

    def of_class(self, k: int) -> Counts:
        """What the likeliest classes say of class `k`."""
        return _counted([label == k for label in self.labels], [one == k for one in self.chosen])

    def at_threshold(self, k: int, threshold: float) -> Counts:
        """What comes of calling everything class `k` whose probability of it reaches the threshold."""
        return _counted([label == k for label in self.labels], [row[k] >= threshold for row in self.probabilities])

    def bins(self, many: int) -> list[Bin]:
        """The predictions by how sure they are, in `many` steps of the same width, empty ones left out."""
        members: dict[int, list[tuple[float, bool]]] = {}
        for label, chosen, row in zip(self.labels, self.chosen, self.probabilities, strict=True):
            step = min(int(row[chosen] * many), many - 1)
            members.setdefault(step, []).append((row[chosen], label == chosen))
        return [
            Bin(
                step / many,
                (step + 1) / many,
                sum(sure for sure, _ in inside) / len(inside),
                Share(sum(right for _, right in inside), len(inside)),
            )
            for step, inside in sorted(members.items())
        ]

    def calibration_error(self, many: int) -> float:
        """How far certainty and truth lie apart, on average over all samples (expected calibration error)."""
        bins = self.bins(many)
        return sum(abs(one.sure - one.right.value) * one.right.total for one in bins) / len(self.labels)


def _counted(truth: Sequence[bool], said: Sequence[bool]) -> Counts:
    pairs = list(zip(truth, said, strict=True))
    return Counts(
        tp=pairs.count((True, True)),
        fp=pairs.count((False, True)),
        fn=pairs.count((True, False)),
        tn=pairs.count((False, False)),
    )
