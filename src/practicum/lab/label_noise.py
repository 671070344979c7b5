"""Find labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang, 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.scores import check_predictions

MIN_MARGIN = 0.6
"""By how much another class must be more probable. Measured on planted errors (docs/lab.md): below it, a model that
often errs itself flags many correct labels."""


@dataclass(frozen=True)
class SuspectLabel:
    """A label that is probably wrong: the class `given` in the data, and the `likely` one."""

    row: int
    given: int
    likely: int
    confidence: float
    """By how much the probability of the likely class exceeds that of the given class, from 0 to 1."""


def find_suspect_labels(
    labels: NDArray[Any], probabilities: NDArray[Any], *, min_margin: float = MIN_MARGIN
) -> list[SuspectLabel]:
    """Return the labels that are probably wrong, by falling confidence.

    A class is confident about an image if it gives it at least the mean probability that it gives to the images with
    its label. A label is suspect if a confident class is more probable than the given one by `min_margin` or more, and
    the given class is not confident. This is stricter than the paper, which asks only that a class is confident.

    Args:
        labels: (n,).
        probabilities: (n, classes), out of sample: a model that was trained on a wrong label agrees with it.
        min_margin: Smallest difference of the two probabilities.

    Raises:
        ValueError: Shapes disagree, a label is out of range, or a row does not sum to 1.
    """
    labels, probabilities = check_predictions(labels, probabilities)
    rows, classes = np.arange(len(labels)), range(probabilities.shape[1])
    given = probabilities[rows, labels]
    # A class without images is never confident.
    thresholds = np.array([given[labels == index].mean() if (labels == index).any() else np.inf for index in classes])
    confident = probabilities >= thresholds
    likely = np.where(confident, probabilities, -1.0).argmax(axis=1)
    margin = probabilities[rows, likely] - given
    suspect = confident[rows, likely] & (margin > 0) & (margin >= min_margin) & ~confident[rows, labels]
    ranked = sorted(np.flatnonzero(suspect).tolist(), key=lambda row: (-margin[row], row))
    return [SuspectLabel(row, int(labels[row]), int(likely[row]), float(margin[row])) for row in ranked]
