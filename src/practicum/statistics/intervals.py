"""95 % confidence intervals of proportions, and Student's t distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


@dataclass(frozen=True)
class Proportion:
    """`successes` of `total`, with Wilson's 95 % interval; its value and its bounds are NaN where `total` is 0."""

    successes: int
    total: int

    @property
    def interval(self) -> Interval:
        return wilson_interval(self.successes, self.total) if self.total else Interval(math.nan, math.nan, math.nan)

    @property
    def value(self) -> float:
        return self.interval.value

    @property
    def low(self) -> float:
        return self.interval.low

    @property
    def high(self) -> float:
        return self.interval.high


def wilson_interval(successes: float, total: int) -> Interval:
    """Wilson's score interval (1927) of a proportion. It stays within 0 and 1 and holds for small samples.

    Args:
        successes: May be the mean of several counts.
        total: The sample's size.

    Raises:
        ValueError: Unless 0 ≤ successes ≤ total and total ≥ 1.
    """
    if not 0 <= successes <= total or total < 1:
        raise ValueError(f"a proportion needs 0 ≤ successes ≤ total and total ≥ 1; got {successes} of {total}")
    share = successes / total
    middle = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z / (1 + Z**2 / total) * math.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    # Rounding must not put the estimate itself outside the interval at 0 and 1.
    return Interval(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


def half_width(total: int, share: float = 0.5) -> float:
    """Half the width of a normal 95 % interval of a proportion near `share`, for a sample of `total`.

    Raises:
        ValueError: If `total` is below 1.
    """
    if total < 1:
        raise ValueError(f"an interval needs a sample of at least 1, not {total}")
    return Z * math.sqrt(share * (1 - share) / total)


def student_t_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t distribution with `freedom` degrees of freedom; `probability` in (0.5, 1)."""
    low, high = 0.0, 1.0
    while student_t_cdf(high, freedom) < probability:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if student_t_cdf(middle, freedom) < probability else (low, middle)
    return high


def student_t_cdf(t: float, freedom: int) -> float:
    """P(T ≤ t). Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4."""
    angle = math.atan(abs(t) / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2 == 1
    term, total = (cosine, 0.0) if odd else (1.0, 0.0)
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (k - 1) / k
    within = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + math.copysign(within / 2, t)
