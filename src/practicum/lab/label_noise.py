"""Labels that are probably wrong, by confident learning (Northcutt, Jiang and Chuang, 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.scores import check_predictions

MIN_MARGIN = 0.6
"""By how much another class must be likelier. Measured on planted errors (docs/lab.md): below it, a model that often
errs itself accuses many pictures falsely."""


@dataclass(frozen=True)
class SuspectLabel:
    """A picture whose label is doubted: the class it was `given`, and the one it is `likely` to be."""

    row: int
    given: int
    likely: int
    confidence: float
    """By how much the likely class's probability exceeds the given one's, from 0 to 1."""


def find_suspect_labels(
    labels: NDArray[Any], probabilities: NDArray[Any], *, least: float = MIN_MARGIN
) -> list[SuspectLabel]:
    """The rows whose label is probably wrong, surest first.

    `labels` (n,), `probabilities` (n, classes) out of sample: by a model that did not learn the row, since one that
    did agrees with the mistake. A class is confident of a picture when it gives it at least the mean probability that
    it gives to the pictures labelled so. A row is suspect when a confident class is likelier than its own, by `least`
    or more, and its own class is not confident: stricter than the paper, which asks only that a class is confident.

    Raises ValueError where shapes disagree, a label is out of range or a row does not sum to 1.
    """
    labels, probabilities = check_predictions(labels, probabilities)
    rows, classes = np.arange(len(labels)), probabilities.shape[1]
    own = probabilities[rows, labels]
    # A class without pictures is never confident.
    threshold = np.array([own[labels == one].mean() if (labels == one).any() else np.inf for one in range(classes)])
    confident = probabilities >= threshold
    likely = np.where(confident, probabilities, -1.0).argmax(axis=1)
    margin = probabilities[rows, likely] - own
    doubted = confident[rows, likely] & (margin > 0) & (margin >= least) & ~confident[rows, labels]
    found = sorted(np.flatnonzero(doubted).tolist(), key=lambda row: (-margin[row], row))
    return [SuspectLabel(row, int(labels[row]), int(likely[row]), float(margin[row])) for row in found]
