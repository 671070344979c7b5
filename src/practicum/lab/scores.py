"""How good predictions are, and how far the number can be trusted: each score with its 95 % interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054
"""How many standard deviations 95 % of a normal distribution reach to either side."""

RESAMPLES = 2000
"""Drawn sets of pictures from which an interval is read: its ends then vary by about a tenth of its width."""

BINS = 10
"""Of equal width, into which the calibration error sorts predictions by their confidence."""

SMALLEST = 1e-15
"""The least probability in a log loss, so that one certain mistake does not make it infinite."""

TOO_WIDE = 0.2
"""From this half-width on, a 95 % interval of accuracy says next to nothing."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A measured value, and the 95 % interval in which the true one is expected."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f}–{self.high:.2f})"


@dataclass(frozen=True)
class Scores:
    """What predictions of `n` pictures are worth; all but the log loss run from 0 to 1."""

    accuracy: Interval
    balanced_accuracy: Interval
    """The mean of the classes' recalls: a rare class counts as much as a common one."""
    f1: Interval
    """The mean of the classes' F1, a class neither shown nor predicted left out."""
    calibration_error: Interval
    """Expected calibration error over ten bins: by how much confidence and accuracy differ (Guo et al., 2017)."""
    log_loss: Interval
    """In nats."""
    confusion: NDArray[np.int64]
    """Counts, (true class, predicted class)."""
    n: int


def proportion(right: float, total: int) -> Interval:
    """`right` of `total`, with Wilson's interval (1927), which stays between 0 and 1 and holds for few. `right` may be
    the mean of several counts.

    Raises ValueError unless 0 ≤ right ≤ total and total is at least 1.
    """
    if not 0 <= right <= total or total < 1:
        raise ValueError(f"a proportion needs 0 ≤ right ≤ total and a total of at least 1; got {right} of {total}")
    share = right / total
    middle = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z / (1 + Z**2 / total) * math.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    # Rounding must not put the measured value itself outside, at 0 and 1.
    return Interval(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


def half_width(n: int, share: float = 0.5) -> float:
    """How far a normal 95 % interval of an accuracy near `share` reaches to either side, on `n` pictures.

    Raises ValueError for fewer pictures than one.
    """
    if n < 1:
        raise ValueError(f"an error bar needs at least one picture, not {n}")
    return Z * math.sqrt(share * (1 - share) / n)


def hopeless(counts: Sequence[int]) -> str | None:
    """Why pictures of so many a class cannot say how good any model is, or None where they can.

    Told where an accuracy of a half would carry a normal 95 % interval of 20 points or more to either side: under 25
    pictures in all.
    """
    n, half = sum(counts), half_width(max(1, sum(counts)))
    if half < TOO_WIDE:
        return None
    return f"{n} images of {len(counts)} classes: any accuracy here is ± {round(100 * half)} points"


def scores(
    labels: NDArray[Any],
    probabilities: NDArray[Any],
    *,
    groups: NDArray[Any] | None = None,
    optimism: float = 0.0,
    seed: int = 0,
) -> Scores:
    """All scores of `probabilities` (n, classes), or (repeats, n, classes), against whole-number `labels` (n,).

    Accuracy carries Wilson's interval; the others the percentile bootstrap's over pictures (Efron, 1979), drawn from
    `seed`, within each class, so that no class is ever missing. Intervals say what other pictures of the same kind
    would give, for this way of training. Repeats steady the values, each being the mean of theirs, and add no picture,
    so they do not narrow an interval; the confusion matrix is that of the `typical` one. `optimism`, from
    :func:`practicum.lab.model_selection.choose`, is taken off accuracy, balanced accuracy and F1.

    Pictures of one of `groups` (n,), such as twins, tell no more than one of them may: intervals are then as wide as
    for so many pictures as there are groups, which is the most they can be.

    Raises ValueError where shapes disagree, a label is out of range or a row does not sum to 1.
    """
    repeats = [checked(labels, one)[1] for one in (probabilities if np.ndim(probabilities) == 3 else [probabilities])]
    labels = checked(labels, repeats[0])[0]
    counted = [_Counted(labels, one) for one in repeats]
    draws, all_rows = _draws(labels, seed), np.arange(len(labels))[None]
    different = len(labels) if groups is None else len(np.unique(groups))
    wider = math.sqrt(len(labels) / different)

    def bootstrapped(measure: Callable[[_Counted, NDArray[np.int64]], Numbers], off: float = 0.0) -> Interval:
        value = float(np.mean([measure(one, all_rows)[0] for one in counted]))
        low, high = np.percentile(np.mean([measure(one, draws) for one in counted], axis=0), [2.5, 97.5])
        low, high = value - wider * max(0.0, value - low), value + wider * max(0.0, high - value)
        return _lowered(Interval(value, float(low), float(high)), off)

    right = float(np.mean([one.right.sum() for one in counted])) * different / len(labels)
    return Scores(
        accuracy=_lowered(proportion(right, different), optimism),
        balanced_accuracy=bootstrapped(lambda one, rows: _recall(one.confusions(rows)), optimism),
        f1=bootstrapped(lambda one, rows: _f1(one.confusions(rows)), optimism),
        calibration_error=bootstrapped(lambda one, rows: _calibration_error(one.confident[rows], one.right[rows])),
        log_loss=bootstrapped(lambda one, rows: one.surprise[rows].mean(axis=1)),
        confusion=counted[typical(labels, np.stack(repeats))].confusions(all_rows)[0],
        n=len(labels),
    )


def typical(labels: NDArray[Any], repeats: NDArray[Any]) -> int:
    """Which of `repeats` (repeats, n, classes) has the accuracy nearest to the mean of all; the first of equals.

    Single predictions are shown from it, so that what is shown agrees with what is told.
    """
    accuracy = (np.asarray(repeats).argmax(axis=-1) == labels).mean(axis=1)
    return int(np.abs(accuracy - accuracy.mean()).round(12).argmin())


class _Counted:
    """One prediction of each picture, ready to be counted over any rows (draws, n)."""

    def __init__(self, labels: NDArray[np.int64], probabilities: Numbers) -> None:
        self.classes = probabilities.shape[1]
        predicted = probabilities.argmax(axis=1)
        self.right = predicted == labels
        self.cell = labels * self.classes + predicted
        self.confident = probabilities.max(axis=1)
        self.surprise = surprise(labels, probabilities)

    def confusions(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return _confusions(self.cell[rows], self.classes)


def surprise(labels: NDArray[np.int64], probabilities: Numbers) -> Numbers:
    """Of each row, minus the logarithm of the right class's probability, in nats: its mean is the log loss."""
    rows = np.arange(len(labels))
    each: Numbers = -np.log(np.maximum(probabilities[..., rows, labels], SMALLEST))
    return each


def _lowered(one: Interval, off: float) -> Interval:
    return Interval(max(0.0, one.value - off), max(0.0, one.low - off), max(0.0, one.high - off))


def checked(labels: NDArray[Any], probabilities: NDArray[Any]) -> tuple[NDArray[np.int64], Numbers]:
    """Both as they should be, or a ValueError that says what is wrong with them."""
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not len(labels):
        raise ValueError(
            f"labels must be (n,) and probabilities (n, classes); got {labels.shape}, {probabilities.shape}"
        )
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        raise ValueError(
            f"labels must lie from 0 to {probabilities.shape[1] - 1}; got {labels.min()} to {labels.max()}"
        )
    if not (probabilities >= 0).all() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            "each row of probabilities must sum to 1, with none below 0; give softmax's output, not logits"
        )
    return labels.astype(np.int64), probabilities


def _draws(labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Rows drawn with replacement, as many of each class as there are: (resamples, n)."""
    rng = np.random.default_rng([seed, len(labels)])
    parts = []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        parts.append(rows[rng.integers(0, len(rows), size=(RESAMPLES, len(rows)))])
    return np.concatenate(parts, axis=1)


def _confusions(cells: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """A confusion matrix of each resample, (resamples, classes, classes), from cells (resamples, n)."""
    shifted = cells + np.arange(len(cells))[:, None] * classes**2
    counted = np.bincount(shifted.ravel(), minlength=len(cells) * classes**2)
    return counted.reshape(-1, classes, classes)


def _recall(confusion: NDArray[np.int64]) -> Numbers:
    """Balanced accuracy of each matrix; classes without pictures do not count."""
    shown = confusion.sum(axis=2)
    right = np.diagonal(confusion, axis1=1, axis2=2)
    recall = np.divide(right, shown, out=np.full(shown.shape, np.nan), where=shown > 0)
    mean: Numbers = np.nanmean(recall, axis=1)
    return mean


def _f1(confusion: NDArray[np.int64]) -> Numbers:
    """Macro F1 of each matrix."""
    right = np.diagonal(confusion, axis1=1, axis2=2)
    named = confusion.sum(axis=1) + confusion.sum(axis=2)
    each = np.divide(2 * right, named, out=np.full(named.shape, np.nan), where=named > 0)
    mean: Numbers = np.nanmean(each, axis=1)
    return mean


def _calibration_error(confident: Numbers, right: NDArray[np.bool_]) -> Numbers:
    """Of each resample: the bins' |accuracy − mean confidence|, weighted by how many predictions they hold."""
    place = np.minimum((confident * BINS).astype(np.int64), BINS - 1) + np.arange(len(confident))[:, None] * BINS
    gap = np.bincount(place.ravel(), (right - confident).ravel(), minlength=len(confident) * BINS)
    error: Numbers = np.abs(gap.reshape(-1, BINS)).sum(axis=1) / confident.shape[1]
    return error
