"""Diagnose a fit: named findings, each with its evidence and the remedy that was measured to help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from practicum.formatting import counted, percent
from practicum.lab.label_noise import SuspectLabel
from practicum.lab.learning_curve import LearningCurve
from practicum.lab.near_duplicates import DuplicatePair
from practicum.statistics.intervals import Interval, half_width, wilson_interval

Severity = Literal["stop", "warn", "note"]
"""stop: the reported accuracy cannot be trusted. warn: it could be better, or is less certain than it seems. note: for
information."""

OVERFITTING_GAP = 0.1
"""Training accuracy that is above the interval of the validation accuracy by this much means overfitting."""

LOW_TRAIN_ACCURACY = 0.9
"""A lower training accuracy means underfitting, if the validation accuracy is not lower still."""

IMBALANCE_RATIO = 3
"""Classes are imbalanced if the largest one has this many times the images of the smallest one."""

WIDE_HALF_WIDTH = 0.1
"""There are too few images if the half-width of the accuracy's interval reaches this."""


@dataclass(frozen=True)
class Finding:
    """One finding, in words. `rows` are the images to look at."""

    name: str
    severity: Severity
    title: str
    evidence: str
    remedy: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class FitMeasurements:
    """The measurements of a fit. What was not measured is None, and no finding is based on it."""

    labels: NDArray[np.int64]
    """(n,)."""
    probabilities: NDArray[np.float64]
    """(n, classes), out of fold."""
    classes: tuple[str, ...]
    duplicates: tuple[DuplicatePair, ...] = ()
    suspects: tuple[SuspectLabel, ...] = ()
    train_accuracy: float | None = None
    """Accuracy of the selected strategy on its training images, from 0 to 1."""
    smallest_side: int | None = None
    """The shorter side of the smallest original image, in pixels."""
    side: int | None = None
    """Height and width of the network's input, in pixels."""
    pixel_range: tuple[float, float] | None = None
    """Smallest and largest value of the base's input."""
    expected_range: tuple[float, float] | None = None
    """Range of values that the base was trained on."""
    weight_change: float | None = None
    """Largest change of a trainable weight; 0 if training changed nothing."""
    learning_curve: LearningCurve | None = None
    remedy_gains: Mapping[str, Interval] = field(default_factory=dict)
    """Accuracy gain of each remedy that was tried, as a share of 1, by the name of the remedy."""

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each image is classified correctly, (n,)."""
        correct: NDArray[np.bool_] = self.probabilities.argmax(axis=1) == self.labels
        return correct

    @property
    def accuracy(self) -> Interval:
        """Out-of-fold accuracy, with Wilson's interval."""
        return wilson_interval(int(self.correct.sum()), len(self.labels))

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of images of each class, (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))

    def recall(self, label: int) -> Interval:
        """Return the share of the class's images that are classified correctly, with Wilson's interval."""
        return wilson_interval(int(self.correct[self.labels == label].sum()), int(self.counts[label]))


def diagnose(measurements: FitMeasurements) -> tuple[Finding, ...]:
    """Return every finding that the measurements support, the most severe first."""
    findings = [finding for detect in DETECTORS if (finding := detect(measurements)) is not None]
    order = ("stop", "warn", "note")
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))


def leakage(measurements: FitMeasurements) -> Finding | None:
    """Report near duplicates. If they are in two classes, at least one label is wrong."""
    if not measurements.duplicates:
        return None
    labels = measurements.labels
    conflicting = [pair for pair in measurements.duplicates if labels[pair.first] != labels[pair.second]]
    pairs = conflicting or list(measurements.duplicates)
    rows = tuple(dict.fromkeys(row for pair in pairs for row in (pair.first, pair.second)))
    exact = sum(pair.exact for pair in pairs)
    kind = "identical" if exact == len(pairs) else "nearly identical" if not exact else "identical or nearly identical"
    listed = f"{counted(len(pairs), 'pair')} of {kind} images"
    if conflicting:
        evidence = f"{listed} {'has' if len(pairs) == 1 else 'have'} different labels."
        # Only equal pixels are surely the same image: two leaves in one place may be nearly identical, and both right.
        title = "The same image is in two classes" if exact else "Nearly identical images are in two classes"
        remedy = "Decide which label is right." if exact else "Look at each pair, and decide which labels are right."
        return Finding("leakage", "stop", title, evidence, remedy, rows)
    evidence = (
        f"{listed} {'was' if len(pairs) == 1 else 'were'} found and kept on one side of every split, "
        "so they do not inflate the reported accuracy."
    )
    title = "Some images are duplicates" if exact else "Some images are nearly identical"
    return Finding("leakage", "note", title, evidence, "Nothing needs to be done.", rows)


def label_noise(measurements: FitMeasurements) -> Finding | None:
    """Report labels that out-of-fold predictions contradict."""
    suspects = measurements.suspects
    if not suspects:
        return None
    verb, pronoun = ("looks", "it") if len(suspects) == 1 else ("look", "them")
    evidence = (
        f"{counted(len(suspects), 'image')} of {len(measurements.labels)} {verb} like another class to models "
        f"that were not trained on {pronoun}."
    )
    gain = _describe_gain(measurements, "leaving out suspects")
    remedy = f"Check each of these images, and correct wrong labels. {gain}"
    rows = tuple(suspect.row for suspect in suspects)
    return Finding("label-noise", "warn", "Some labels may be wrong", evidence, remedy, rows)


def nothing_learned(measurements: FitMeasurements) -> Finding | None:
    """Report an accuracy that is not surely better than always predicting the largest class."""
    counts, labels = measurements.counts, range(len(measurements.classes))
    largest_share = int(counts.max()) / len(measurements.labels)
    recalls = [measurements.recall(label).low for label in labels if counts[label]]
    # With a dominant class, predicting it is mostly right; a model that also recognises the others has learned.
    if measurements.accuracy.low > largest_share or sum(recalls) / len(recalls) > 1 / len(recalls):
        return None
    name = measurements.classes[int(counts.argmax())]
    evidence = (
        f"The accuracy is {_with_interval(measurements.accuracy)}; always predicting “{name}” would reach "
        f"{percent(largest_share)}."
    )
    remedy = "Check whether a person can distinguish the classes at this size, check the labels, then add images."
    return Finding("nothing-learned", "stop", "No better than guessing", evidence, remedy)


def overfitting(measurements: FitMeasurements) -> Finding | None:
    """Report a training accuracy that is surely higher than the validation accuracy."""
    train = measurements.train_accuracy
    if train is None or train - measurements.accuracy.high < OVERFITTING_GAP:
        return None
    evidence = (
        f"The accuracy is {percent(train)} on training images, and {_with_interval(measurements.accuracy)} on others."
    )
    return Finding("overfitting", "warn", "The model overfits", evidence, _best_remedy(measurements))


def underfitting(measurements: FitMeasurements) -> Finding | None:
    """Report a low training accuracy."""
    train = measurements.train_accuracy
    if train is None or train >= LOW_TRAIN_ACCURACY or train > measurements.accuracy.high:
        return None
    evidence = (
        f"The accuracy is only {percent(train)} on training images, and {_with_interval(measurements.accuracy)} on "
        "others."
    )
    return Finding("underfitting", "warn", "The model underfits", evidence, _best_remedy(measurements))


def class_imbalance(measurements: FitMeasurements) -> Finding | None:
    """Report classes of very different sizes."""
    counts = measurements.counts
    smallest, largest = int(counts.argmin()), int(counts.argmax())
    if counts[largest] < IMBALANCE_RATIO * counts[smallest]:
        return None
    evidence = (
        f"“{measurements.classes[largest]}” has {counts[largest]} images, "
        f"“{measurements.classes[smallest]}” only {counts[smallest]}"
    )
    if counts[smallest]:
        evidence += f", {_with_interval(measurements.recall(smallest))} of them classified correctly"
    gain = _describe_gain(measurements, "balanced weights")
    remedy = f"Add images of “{measurements.classes[smallest]}”. {gain}"
    return Finding("class-imbalance", "warn", "Some classes are rare", f"{evidence}.", remedy)


def too_small_input(measurements: FitMeasurements) -> Finding | None:
    """Report images that were enlarged for the base."""
    smallest, side = measurements.smallest_side, measurements.side
    if smallest is None or side is None or smallest >= side:
        return None
    evidence = f"The smallest image is {smallest} pixels across; the network's input is {side}."
    remedy = "Use larger originals if there are any: enlarging adds no detail."
    return Finding("too-small-input", "note", "Some images were enlarged", evidence, remedy)


def wrong_preprocessing(measurements: FitMeasurements) -> Finding | None:
    """Report an input of the base in another range than it was trained on."""
    if measurements.pixel_range is None or measurements.expected_range is None:
        return None
    (low, high), (expected_low, expected_high) = measurements.pixel_range, measurements.expected_range
    margin = (expected_high - expected_low) / 20
    plausible = low >= expected_low - margin and high <= expected_high + margin and high - low >= margin
    # A gain that was measured needs no further evidence.
    if plausible and "right preprocessing" not in measurements.remedy_gains:
        return None
    evidence = (
        f"The input of the base ranged from {low:g} to {high:g}; "
        f"it was trained on {expected_low:g} to {expected_high:g}."
    )
    gain = _describe_gain(measurements, "right preprocessing")
    remedy = f"Scale pixels to the range that the base was trained on. {gain}"
    return Finding("wrong-preprocessing", "stop", "The preprocessing does not fit the base", evidence, remedy)


def frozen_by_mistake(measurements: FitMeasurements) -> Finding | None:
    """Report trainable weights that did not change."""
    if measurements.weight_change is None or measurements.weight_change > 0:
        return None
    evidence = "Training did not change a single bit of the trainable weights."
    remedy = "Set `trainable = True` on the layers, then call `compile` again: until then, the change has no effect."
    return Finding("frozen-by-mistake", "stop", "The layers to train were frozen", evidence, remedy)


def too_few_images(measurements: FitMeasurements) -> Finding | None:
    """Report an interval so wide that the accuracy is nearly meaningless."""
    n, accuracy = len(measurements.labels), measurements.accuracy
    half = max(half_width(n, accuracy.value), (accuracy.high - accuracy.low) / 2)
    if half < WIDE_HALF_WIDTH:
        return None
    evidence = (
        f"With {n} images, the accuracy may be anywhere from {percent(accuracy.low)} to {percent(accuracy.high)}."
    )
    remedy = f"Four times as many would halve the width of that interval.{_forecast(measurements)}"
    return Finding("too-few-images", "warn", "There are too few images to be sure", evidence, remedy)


DETECTORS: tuple[Callable[[FitMeasurements], Finding | None], ...] = (
    frozen_by_mistake,
    wrong_preprocessing,
    nothing_learned,
    leakage,
    label_noise,
    overfitting,
    underfitting,
    class_imbalance,
    too_few_images,
    too_small_input,
)


def next_step(measurements: FitMeasurements) -> str:
    """Return the most useful next step, in a sentence or two."""
    severe = [finding for finding in diagnose(measurements) if finding.severity == "stop"]
    if severe:
        return f"{severe[0].title}: {severe[0].remedy}"
    suspects = len(measurements.suspects)
    if suspects > len(measurements.labels) * 0.03:
        return f"Check the {counted(suspects, 'image')} with doubtful labels, the most doubtful first."
    label = _weakest_class(measurements)
    recall, name = measurements.recall(label), measurements.classes[label]
    if recall.value == 1:
        return "Test the model on new images, taken on another day or by another person: here it made no mistake."
    step = f"Add images of “{name}”: only {_with_interval(recall)} of them are classified correctly"
    confused = _mostly_confused_with(measurements, label)
    return step + (f", most of the others as “{confused}”." if confused else ".") + _forecast(measurements)


def _weakest_class(measurements: FitMeasurements) -> int:
    """The class with the lowest recall among those with images."""
    labels = np.flatnonzero(measurements.counts).tolist()
    return int(min(labels, key=lambda label: measurements.recall(label).value))


def _mostly_confused_with(measurements: FitMeasurements, label: int) -> str | None:
    """The class that is predicted most often for misclassified images of `label`."""
    rows = (measurements.labels == label) & ~measurements.correct
    predicted = measurements.probabilities[rows].argmax(axis=1)
    return measurements.classes[int(np.bincount(predicted).argmax())] if len(predicted) else None


def _forecast(measurements: FitMeasurements) -> str:
    """What the learning curve predicts, as a further sentence, or an empty string."""
    curve = measurements.learning_curve
    if curve is None or not curve.forecast:
        return ""
    point = curve.forecast[0]
    return f" With {point.per_class} images of each class, expect {_with_interval(point.accuracy)}."


def _describe_gain(measurements: FitMeasurements, remedy: str) -> str:
    """The measured gain of a remedy, or that it was not measured."""
    gain = measurements.remedy_gains.get(remedy)
    if gain is None:
        return f"The effect of {remedy} was not measured here."
    verb = "gained" if gain.low > 0 else "lost" if gain.high < 0 else "made no significant difference:"
    return f"Here {remedy} {verb} {100 * gain.value:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})."


def _best_remedy(measurements: FitMeasurements) -> str:
    """The remedy with the largest significant gain; else those that were tried; else more images."""
    significant = {remedy: gain for remedy, gain in measurements.remedy_gains.items() if gain.low > 0}
    if significant:
        return _describe_gain(measurements, max(significant, key=lambda remedy: significant[remedy].value))
    if measurements.remedy_gains:
        return f"No remedy that was tried here surely helped: {', '.join(measurements.remedy_gains)}."
    return f"No remedy was tried here; adding images is the most reliable one.{_forecast(measurements)}"


def _with_interval(interval: Interval) -> str:
    return f"{percent(interval.value)} ({percent(interval.low)} to {percent(interval.high)})"
