"""Whether one way of training is better than another, or was luckier with its splits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.intervals import Interval
from practicum.statistics.scores import check_predictions


@dataclass(frozen=True)
class PairedComparison:
    """The first against the second: the probability that it is better, and by how much."""

    probability: float
    difference: Interval


def compare_results(
    first: Sequence[float], second: Sequence[float], *, train_size: int, test_size: int
) -> PairedComparison:
    """Compare two ways of training by their results on the same splits, of any number of repeats.

    The results of one cross-validation are not independent, since their training sets overlap: the variance is widened
    as Nadeau and Bengio (2003) propose, by test_size / train_size. Read the Bayesian way (Corani and Benavoli, 2015),
    the t distribution says how probable it is that the first is better; without any difference that is a half.

    Raises ValueError unless both have one result a split, two splits or more, and sizes of at least 1.
    """
    if len(first) != len(second) or len(first) < 2 or train_size < 1 or test_size < 1:
        raise ValueError(
            "a comparison needs as many results of one as of the other, at least two, and sizes of at least 1; "
            f"got {len(first)}, {len(second)}, train_size={train_size}, test_size={test_size}"
        )
    from scipy.stats import t  # half a second to import

    gaps = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    mean, variance = float(gaps.mean()), float(gaps.var(ddof=1))
    spread = math.sqrt(variance * (1 / len(gaps) + test_size / train_size))
    if spread < 1e-12:
        return PairedComparison(0.5 + 0.5 * float(np.sign(np.round(mean, 12))), Interval(mean, mean, mean))
    law = t(len(gaps) - 1)
    reach = float(law.ppf(0.975)) * spread
    return PairedComparison(float(law.cdf(mean / spread)), Interval(mean, mean - reach, mean + reach))


def mcnemar_p_value(labels: NDArray[Any], first: NDArray[Any], second: NDArray[Any]) -> float:
    """How often chance alone would part two models this far on one test set: McNemar's exact test (1947), two-sided.

    `labels` (n,), the models' probabilities (n, classes). Only pictures that one gets right and the other wrong say
    anything; without any of those it is 1. Raises ValueError where shapes disagree.
    """
    labels, first = check_predictions(labels, first)
    labels, second = check_predictions(labels, second)
    from scipy.stats import binomtest  # half a second to import

    right, other = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    only_first, only_second = int((right & ~other).sum()), int((other & ~right).sum())
    if only_first + only_second == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_second).pvalue)
