"""How sure a handful of seeds makes us: the interval of a paired difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % confidence interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def paired_difference(left: Sequence[float], right: Sequence[float]) -> Interval:
    """The mean of `left - right`, pair by pair, and its 95 % interval by Student's t. At least two pairs.

    Pairing by seed takes away what the seed does to both (the same images, the same first weights).
    """
    differences = [a - b for a, b in zip(left, right, strict=True)]
    mean, count = fmean(differences), len(differences)
    half = student_t(0.975, count - 1) * stdev(differences) / math.sqrt(count)
    return Interval(mean, mean - half, mean + half)


def student_t(probability: float, freedom: int) -> float:
    """The quantile of Student's t with a whole number of degrees of freedom; `probability` in (0.5, 1)."""
    low, high = 0.0, 1.0
    while _cumulative(high, freedom) < probability:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _cumulative(middle, freedom) < probability else (low, middle)
    return high


def _cumulative(t: float, freedom: int) -> float:
    """P(T ≤ t) for t ≥ 0. Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2 == 1
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (k - 1) / k
    within = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + within / 2
