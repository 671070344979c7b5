"""Compare two models or strategies that were tested on the same splits or images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.intervals import Interval, student_t_cdf, student_t_quantile
from practicum.statistics.scores import check_predictions


@dataclass(frozen=True)
class PairedComparison:
    """The probability that the first is better than the second, and the difference with its 95 % interval."""

    probability: float
    difference: Interval


def compare_results(
    first: Sequence[float], second: Sequence[float], *, train_size: int, test_size: int
) -> PairedComparison:
    """Compare two strategies by their results on the same splits, from any number of repeats.

    The results of one cross-validation are not independent, since its training sets overlap: the variance is increased
    by test_size / train_size, as Nadeau and Bengio (2003) propose. In the Bayesian reading (Corani and Benavoli, 2015)
    the t distribution gives the probability that the first is better; without any difference this is 0.5.

    Raises:
        ValueError: The lengths differ, there are fewer than two splits, or a size is below 1.
    """
    if len(first) != len(second) or len(first) < 2 or train_size < 1 or test_size < 1:
        raise ValueError(
            "a comparison needs equally many results of both, at least two, and sizes of at least 1; "
            f"got {len(first)}, {len(second)}, train_size={train_size}, test_size={test_size}"
        )
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    mean, variance = float(differences.mean()), float(differences.var(ddof=1))
    error = math.sqrt(variance * (1 / len(differences) + test_size / train_size))
    if error < 1e-12:
        return PairedComparison(0.5 + 0.5 * float(np.sign(np.round(mean, 12))), Interval(mean, mean, mean))
    freedom = len(differences) - 1
    half_width = student_t_quantile(0.975, freedom) * error
    probability = student_t_cdf(mean / error, freedom)
    return PairedComparison(probability, Interval(mean, mean - half_width, mean + half_width))


def mcnemar_p_value(labels: NDArray[Any], first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return the two-sided p-value of McNemar's exact test (1947) for two models on one test set.

    It is 1 if no image is classified correctly by one model only.

    Args:
        labels: (n,).
        first: Probabilities of one model, (n, classes).
        second: Probabilities of the other model, (n, classes).

    Raises:
        ValueError: The shapes disagree.
    """
    labels, first = check_predictions(labels, first)
    labels, second = check_predictions(labels, second)
    from scipy.stats import binomtest  # half a second to import

    first_correct, second_correct = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    only_first, only_second = int((first_correct & ~second_correct).sum()), int((second_correct & ~first_correct).sum())
    if only_first + only_second == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_second).pvalue)
