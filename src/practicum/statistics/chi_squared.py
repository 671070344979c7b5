"""The chi-squared test of whether counts are equal apart from chance."""

from __future__ import annotations

import math
from collections.abc import Sequence


def survival(statistic: float, freedom: int) -> float:
    """Return the probability that a chi-squared variable exceeds a statistic.

    Args:
        statistic: At least 0.
        freedom: The degrees of freedom, from 1 to 300.
    """
    half = statistic / 2
    odd = freedom % 2
    terms = (math.pow(half, k - odd / 2) / math.gamma(k + 1 - odd / 2) for k in range(odd, (freedom + 1) // 2))
    return (math.erfc(math.sqrt(half)) if odd else 0.0) + math.exp(-half) * sum(terms)


def uniform_p(counts: Sequence[int]) -> float:
    """Return the p-value of Pearson's test that two or more categories, which are not all empty, are equally likely."""
    expected = sum(counts) / len(counts)
    return survival(sum((count - expected) ** 2 for count in counts) / expected, len(counts) - 1)
