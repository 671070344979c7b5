"""Scores of a set of predictions, each with a 95 % confidence interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.errors import CodedError
from practicum.statistics.intervals import Interval, half_width, wilson_interval

RESAMPLES = 2000
"""Bootstrap resamples per interval: its bounds then vary by about a tenth of its width."""

BINS = 10
"""Confidence bins of equal width for the expected calibration error."""

LEAST_PROBABILITY = 1e-15
"""Lower bound of a probability in the log loss, so that one certain mistake does not make it infinite."""

TOO_WIDE = 0.2
"""From this half-width on, a 95 % interval of accuracy is too wide to be of use."""

Floats = NDArray[np.float64]


class PredictionsError(CodedError, ValueError):
    """Labels and probabilities that cannot be scored. Codes: `shape`, `label-range`, `no-probabilities`."""


@dataclass(frozen=True)
class Scores:
    """Scores of `n` predictions; all but the log loss lie between 0 and 1."""

    accuracy: Interval
    balanced_accuracy: Interval
    """The mean recall over classes: a rare class counts as much as a common one."""
    f1: Interval
    """The mean F1 over classes, without classes that are neither present nor predicted."""
    calibration_error: Interval
    """Expected calibration error over ten bins: the mean gap between confidence and accuracy (Guo et al., 2017)."""
    log_loss: Interval
    """In nats."""
    confusion: NDArray[np.int64]
    """Counts, (true class, predicted class)."""
    n: int


def explain_too_few(counts: Sequence[int]) -> str | None:
    """Why `counts` images per class are too few to measure any accuracy, or None where they are enough.

    Too few means that an accuracy of 50 % has a normal 95 % interval of ±20 points or more: under 25 images in all.
    """
    n, half = sum(counts), half_width(max(1, sum(counts)))
    if half < TOO_WIDE:
        return None
    return f"{n} images of {len(counts)} classes: any accuracy here is ± {round(100 * half)} points"


def score_predictions(
    labels: NDArray[Any],
    probabilities: NDArray[Any],
    *,
    groups: NDArray[Any] | None = None,
    optimism: float = 0.0,
    seed: int = 0,
) -> Scores:
    """Score predicted probabilities against labels.

    Accuracy has Wilson's interval, and balanced accuracy has it for as many images as are worth the same (see
    :func:`balanced_accuracy_interval`). The others have the percentile bootstrap's (Efron, 1979) over images, resampled
    within each class, so that no class is ever missing; that of F1 is widened to the bounds of balanced accuracy, since
    no resample of predictions that are all right holds a mistake. Intervals describe other images of the same kind, for
    this way of training. Repeats steady the values, which are means over them. They add no image, so they do not narrow
    an interval. The confusion matrix is that of the repeat that `most_typical_repeat` returns.

    Args:
        labels: Class numbers, (n,).
        probabilities: (n, classes), or (repeats, n, classes).
        groups: Group of each image, (n,). Near-duplicates in one group carry the information of one image: intervals
            are then as wide as for as many images as there are groups.
        optimism: Subtracted from accuracy, balanced accuracy and F1; see
            :func:`practicum.lab.model_selection.choose`.
        seed: Seed of the bootstrap.

    Raises:
        PredictionsError: If shapes disagree, a label is out of range, or a row does not sum to 1.
    """
    repeats = [
        check_predictions(labels, repeat)[1]
        for repeat in (probabilities if np.ndim(probabilities) == 3 else [probabilities])
    ]
    labels = check_predictions(labels, repeats[0])[0]
    outcomes = [_Repeat(labels, repeat) for repeat in repeats]
    resamples, all_rows = _resample(labels, seed), np.arange(len(labels))[None]
    distinct = len(labels) if groups is None else len(np.unique(groups))
    widening = math.sqrt(len(labels) / distinct)

    def bootstrap(measure: Callable[[_Repeat, NDArray[np.int64]], Floats]) -> Interval:
        value = float(np.mean([measure(repeat, all_rows)[0] for repeat in outcomes]))
        low, high = np.percentile(np.mean([measure(repeat, resamples) for repeat in outcomes], axis=0), [2.5, 97.5])
        low, high = value - widening * max(0.0, value - low), value + widening * max(0.0, high - value)
        return Interval(value, float(low), float(high))

    right = float(np.mean([repeat.right.sum() for repeat in outcomes])) * distinct / len(labels)
    confusion = np.mean([repeat.confusion(all_rows)[0] for repeat in outcomes], axis=0) * distinct / len(labels)
    balanced = balanced_accuracy_interval(confusion)
    return Scores(
        accuracy=_lower(wilson_interval(right, distinct), optimism),
        balanced_accuracy=_lower(balanced, optimism),
        f1=_lower(_reach(bootstrap(lambda repeat, rows: _macro_f1(repeat.confusion(rows))), balanced), optimism),
        calibration_error=bootstrap(
            lambda repeat, rows: _calibration_error(repeat.confidence[rows], repeat.right[rows])
        ),
        log_loss=bootstrap(lambda repeat, rows: repeat.log_losses[rows].mean(axis=1)),
        confusion=outcomes[most_typical_repeat(labels, np.stack(repeats))].confusion(all_rows)[0],
        n=len(labels),
    )


def balanced_accuracy_interval(confusion: NDArray[Any]) -> Interval:
    """The mean recall over classes, with Wilson's interval for as many images as would have its variance.

    The variance is that of a mean of proportions, each pulled towards a half by two images, one right and one wrong
    (Laplace): recalls of 0 or 1, which a few images show by chance, do not count as certain. With classes of one size
    and one recall it is the interval of the accuracy. Its coverage is measured in docs/lab.md.

    Args:
        confusion: Counts, (true class, predicted class), or means of several; at least one class has images.
    """
    counts = confusion.sum(axis=1)
    present = counts > 0
    counts, right = counts[present], np.diagonal(confusion)[present]
    value, smooth = float(np.mean(right / counts)), (right + 1) / (counts + 2)
    mean = float(smooth.mean())
    variance = float(np.sum(smooth * (1 - smooth) / counts)) / len(counts) ** 2
    worth = max(1, round(mean * (1 - mean) / variance))
    return wilson_interval(min(value, 1.0) * worth, worth)


def most_typical_repeat(labels: NDArray[Any], repeats: NDArray[Any]) -> int:
    """The index of the repeat whose accuracy is nearest to the mean over all; the first of equals.

    Single predictions are shown from this repeat, so that they agree with the reported scores.

    Args:
        labels: Class numbers, (n,).
        repeats: Probabilities, (repeats, n, classes).
    """
    accuracy = (np.asarray(repeats).argmax(axis=-1) == labels).mean(axis=1)
    return int(np.abs(accuracy - accuracy.mean()).round(12).argmin())


def log_losses(labels: NDArray[np.int64], probabilities: Floats) -> Floats:
    """Each row's negative logarithm of the true class's probability, in nats; their mean is the log loss."""
    rows = np.arange(len(labels))
    losses: Floats = -np.log(np.maximum(probabilities[..., rows, labels], LEAST_PROBABILITY))
    return losses


def check_predictions(labels: NDArray[Any], probabilities: NDArray[Any]) -> tuple[NDArray[np.int64], Floats]:
    """Return labels (n,) as int64 and probabilities (n, classes) as float64.

    Raises:
        PredictionsError: If shapes disagree, a label is out of range, or a row does not sum to 1.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, np.float64)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not len(labels):
        shapes = f"{labels.shape}, {probabilities.shape}"
        raise PredictionsError("shape", f"labels must be (n,) and probabilities (n, classes); got {shapes}")
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        found = f"{labels.min()} to {labels.max()}"
        raise PredictionsError("label-range", f"labels must lie from 0 to {probabilities.shape[1] - 1}; got {found}")
    if not (probabilities >= 0).all() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        message = "each row of probabilities must sum to 1, with none below 0; pass the output of softmax, not logits"
        raise PredictionsError("no-probabilities", message)
    return labels.astype(np.int64), probabilities


class _Repeat:
    """One prediction per image, prepared to be counted over resampled rows (resamples, n)."""

    def __init__(self, labels: NDArray[np.int64], probabilities: Floats) -> None:
        self.classes = probabilities.shape[1]
        predicted = probabilities.argmax(axis=1)
        self.right = predicted == labels
        self.cell = labels * self.classes + predicted
        self.confidence = probabilities.max(axis=1)
        self.log_losses = log_losses(labels, probabilities)

    def confusion(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """A confusion matrix per resample, (resamples, classes, classes)."""
        cells = self.cell[rows]
        shifted = cells + np.arange(len(cells))[:, None] * self.classes**2
        counts = np.bincount(shifted.ravel(), minlength=len(cells) * self.classes**2)
        return counts.reshape(-1, self.classes, self.classes)


def _reach(interval: Interval, other: Interval) -> Interval:
    """The interval, its bounds at least as far from its value as those of the other from its own, within 0 and 1."""
    value = interval.value
    low = min(interval.low, max(0.0, value - (other.value - other.low)))
    return Interval(value, low, max(interval.high, min(1.0, value + (other.high - other.value))))


def _lower(interval: Interval, off: float) -> Interval:
    return Interval(max(0.0, interval.value - off), max(0.0, interval.low - off), max(0.0, interval.high - off))


def _resample(labels: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Rows drawn with replacement within each class: (resamples, n)."""
    rng = np.random.default_rng([seed, len(labels)])
    parts = []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        parts.append(rows[rng.integers(0, len(rows), size=(RESAMPLES, len(rows)))])
    return np.concatenate(parts, axis=1)


def _macro_f1(confusion: NDArray[np.int64]) -> Floats:
    """The mean F1 of each matrix over the classes that are present or predicted."""
    right = np.diagonal(confusion, axis1=1, axis2=2)
    named = confusion.sum(axis=1) + confusion.sum(axis=2)
    f1 = np.divide(2 * right, named, out=np.full(named.shape, np.nan), where=named > 0)
    mean: Floats = np.nanmean(f1, axis=1)
    return mean


def _calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> Floats:
    """The expected calibration error of each resample, as `Predictions.calibration_error` computes it for one set."""
    index = np.minimum((confidence * BINS).astype(np.int64), BINS - 1) + np.arange(len(confidence))[:, None] * BINS
    gap = np.bincount(index.ravel(), (right - confidence).ravel(), minlength=len(confidence) * BINS)
    error: Floats = np.abs(gap.reshape(-1, BINS)).sum(axis=1) / confidence.shape[1]
    return error
