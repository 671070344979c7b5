"""What is wrong, if anything: named findings, each with its evidence and the remedy that was seen to help here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from practicum.formatting import percent
from practicum.lab.label_noise import SuspectLabel
from practicum.lab.learning_curve import LearningCurve
from practicum.lab.near_duplicates import DuplicatePair
from practicum.statistics.intervals import Interval, half_width, wilson_interval

Severity = Literal["stop", "warn", "note"]
"""Stop: the accuracy told is not to be trusted. Warn: it could be better, or says less than it seems. Note: to know."""

OVERFITTING_GAP = 0.1
"""Training accuracy above validation accuracy by this much, surely, is told as overfitting."""

LOW_TRAIN_ACCURACY = 0.9
"""A training accuracy under this is told as underfitting where validation is no worse."""

IMBALANCE_RATIO = 3
"""How many times the pictures of the rarest class the commonest may have, before it is told."""

WIDE_HALF_WIDTH = 0.1
"""Half-width of the accuracy's interval from which on there are too few pictures."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found, in words; `rows` are the pictures to look at."""

    name: str
    severity: Severity
    title: str
    evidence: str
    remedy: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class FitMeasurements:
    """What is known of a fit. Whatever was not measured stays None, and nothing is concluded from it."""

    labels: NDArray[np.int64]
    """(n,)."""
    probabilities: NDArray[np.float64]
    """(n, classes), out of fold."""
    classes: tuple[str, ...]
    twins: tuple[DuplicatePair, ...] = ()
    suspects: tuple[SuspectLabel, ...] = ()
    train_accuracy: float | None = None
    """Of the chosen way, on what it learned from, as a share of 1."""
    smallest: int | None = None
    """The shorter side of the smallest picture as it came, in pixels."""
    side: int | None = None
    """Height and width at which the base looks at pictures, in pixels."""
    pixel_range: tuple[float, float] | None = None
    """Least and greatest value that reached the base."""
    expected_range: tuple[float, float] | None = None
    moved: float | None = None
    """Largest change of any weight that was meant to be trained; 0 where training changed nothing."""
    curve: LearningCurve | None = None
    helped: Mapping[str, Interval] = field(default_factory=dict)
    """By how much accuracy rose with each remedy that was tried here, as a share of 1, keyed by its words."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each picture was put into its class, (n,)."""
        right: NDArray[np.bool_] = self.probabilities.argmax(axis=1) == self.labels
        return right

    @property
    def accuracy(self) -> Interval:
        """Out of fold, with Wilson's interval."""
        return wilson_interval(int(self.right.sum()), len(self.labels))

    @property
    def counts(self) -> NDArray[np.int64]:
        """Pictures of each class, (classes,)."""
        return np.bincount(self.labels, minlength=len(self.classes))


def diagnose(evidence: FitMeasurements) -> tuple[Finding, ...]:
    """Every finding that the evidence bears, gravest first."""
    found = [finding for find in DETECTORS if (finding := find(evidence)) is not None]
    order = ("stop", "warn", "note")
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def leakage(evidence: FitMeasurements) -> Finding | None:
    """The same picture more than once; in two classes, one label at least is wrong."""
    if not evidence.twins:
        return None
    across = [twin for twin in evidence.twins if evidence.labels[twin.first] != evidence.labels[twin.second]]
    shown = across or list(evidence.twins)
    rows = tuple(dict.fromkeys(row for twin in shown for row in (twin.first, twin.second)))
    if across:
        told = f"{_number(len(across), 'pair')} of pictures that are the same or nearly the same bear different labels."
        return Finding("leakage", "stop", "The same picture in two classes", told, "Decide which label is right.", rows)
    told = (
        f"{_number(len(shown), 'pair')} of pictures are the same or nearly the same. "
        "They were kept on one side of every split, so the accuracy told is not raised by them."
    )
    return Finding("leakage", "note", "Some pictures are there twice", told, "Nothing must be done.", rows)


def label_noise(evidence: FitMeasurements) -> Finding | None:
    """Labels that models which had not seen the picture contradict."""
    if not evidence.suspects:
        return None
    told = (
        f"{_number(len(evidence.suspects), 'picture')} of {len(evidence.labels)} "
        f"{'looks' if len(evidence.suspects) == 1 else 'look'} like another class to models that had not learned "
        f"{'it' if len(evidence.suspects) == 1 else 'them'}."
    )
    remedy = "Look at each; correct the label where it is wrong. " + _tried(evidence, "leaving out suspects")
    rows = tuple(suspect.row for suspect in evidence.suspects)
    return Finding("label-noise", "warn", "Some labels may be wrong", told, remedy, rows)


def nothing_learned(evidence: FitMeasurements) -> Finding | None:
    """An accuracy that always naming the commonest class would reach too."""
    common = int(evidence.counts.max()) / len(evidence.labels)
    recalls = [_recall(evidence, one).low for one in range(len(evidence.classes)) if evidence.counts[one]]
    # Where one class is far commoner, naming it is right mostly; a model that also knows the others has learned.
    if evidence.accuracy.low > common or sum(recalls) / len(recalls) > 1 / len(recalls):
        return None
    name = evidence.classes[int(evidence.counts.argmax())]
    told = (
        f"The accuracy is {_points(evidence.accuracy)}; "
        f"always answering “{name}” would be right {percent(common)} of the time."
    )
    remedy = "Look whether a person could tell the classes apart at this size, then for wrong labels, then get more."
    return Finding("nothing-learned", "stop", "Nothing was surely learned", told, remedy)


def overfitting(evidence: FitMeasurements) -> Finding | None:
    """Surely better on what was learned than on what was not."""
    train = evidence.train_accuracy
    if train is None or train - evidence.accuracy.high < OVERFITTING_GAP:
        return None
    told = f"{percent(train)} right of the pictures it learned from, {_points(evidence.accuracy)} of others."
    return Finding("overfitting", "warn", "It remembers more than it understands", told, _best(evidence))


def underfitting(evidence: FitMeasurements) -> Finding | None:
    """Not good even on what was learned."""
    train = evidence.train_accuracy
    if train is None or train >= LOW_TRAIN_ACCURACY or train > evidence.accuracy.high:
        return None
    told = f"Only {percent(train)} right of the very pictures it learned from, {_points(evidence.accuracy)} of others."
    return Finding("underfitting", "warn", "It is too simple for these pictures", told, _best(evidence))


def class_imbalance(evidence: FitMeasurements) -> Finding | None:
    """One class far commoner than another."""
    least, most = int(evidence.counts.argmin()), int(evidence.counts.argmax())
    if evidence.counts[most] < IMBALANCE_RATIO * evidence.counts[least]:
        return None
    rows = evidence.labels == least
    recall = wilson_interval(int(evidence.right[rows].sum()), int(rows.sum())) if rows.any() else None
    told = (
        f"“{evidence.classes[most]}” has {evidence.counts[most]} pictures, “{evidence.classes[least]}” only "
        f"{evidence.counts[least]}" + (f", of which {_points(recall)} were recognised." if recall else ".")
    )
    remedy = f"More pictures of “{evidence.classes[least]}”. " + _tried(evidence, "balanced weights")
    return Finding("class-imbalance", "warn", "Some classes are rare", told, remedy)


def too_small_input(evidence: FitMeasurements) -> Finding | None:
    """Pictures that had to be enlarged for the base."""
    if evidence.smallest is None or evidence.side is None or evidence.smallest >= evidence.side:
        return None
    told = f"The smallest picture is {evidence.smallest} pixels across; the network looks at {evidence.side}."
    remedy = "Take larger originals where there are any: enlarging adds no detail."
    return Finding("too-small-input", "note", "Some pictures were enlarged", told, remedy)


def wrong_preprocessing(evidence: FitMeasurements) -> Finding | None:
    """Pixels that reached the base in another range than it was trained with."""
    if evidence.pixel_range is None or evidence.expected_range is None:
        return None
    (low, high), (least, most) = evidence.pixel_range, evidence.expected_range
    wide = most - least
    # A gain that was measured needs no further sign.
    if (
        "right preprocessing" not in evidence.helped
        and low >= least - wide / 20
        and high <= most + wide / 20
        and high - low >= wide / 20
    ):
        return None
    told = f"The base was given values from {low:g} to {high:g}; it was trained on {least:g} to {most:g}."
    remedy = "Give it pixels in the range it was trained on. " + _tried(evidence, "right preprocessing")
    return Finding("wrong-preprocessing", "stop", "The base sees pixels in a range it does not know", told, remedy)


def frozen_by_mistake(evidence: FitMeasurements) -> Finding | None:
    """Weights that were to be trained, and did not move."""
    if evidence.moved is None or evidence.moved > 0:
        return None
    told = "No weight that was to be trained changed, by not a single bit."
    remedy = (
        "Set `trainable = True` on the layers, then call `compile` again: after a first `fit` it is ignored until then."
    )
    return Finding("frozen-by-mistake", "stop", "What was to be trained stood still", told, remedy)


def too_few_images(evidence: FitMeasurements) -> Finding | None:
    """An interval so wide that the accuracy says little."""
    n, half = len(evidence.labels), half_width(len(evidence.labels), evidence.accuracy.value)
    half = max(half, (evidence.accuracy.high - evidence.accuracy.low) / 2)
    if half < WIDE_HALF_WIDTH:
        return None
    low, high = evidence.accuracy.low, evidence.accuracy.high
    told = f"{n} pictures leave it open where between {percent(low)} and {percent(high)} the accuracy lies."
    remedy = "Four times as many would make that range half as wide." + _ahead(evidence)
    return Finding("too-few-images", "warn", "Too few pictures to be sure", told, remedy)


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


def next_step(evidence: FitMeasurements) -> str:
    """The one thing most worth doing next, in a sentence or two."""
    grave = [finding for finding in diagnose(evidence) if finding.severity == "stop"]
    if grave:
        return f"{grave[0].title}: {grave[0].remedy}"
    if len(evidence.suspects) > len(evidence.labels) * 0.03:
        return f"Look at the {_number(len(evidence.suspects), 'picture')} whose labels are doubted, surest first."
    weakest, recall, mistaken = _weakest(evidence)
    if recall.value == 1:
        return "Test it on new pictures, taken on another day or by another person: here it made no mistake."
    told = f"More pictures of “{weakest}”: only {_points(recall)} of them were recognised"
    return told + (f", most of the others taken for “{mistaken}”." if mistaken else ".") + _ahead(evidence)


def _weakest(evidence: FitMeasurements) -> tuple[str, Interval, str | None]:
    """The class with the least recall, that recall, and the class it is mostly taken for."""
    recalls = [
        _recall(evidence, one) if evidence.counts[one] else Interval(1, 0, 1) for one in range(len(evidence.classes))
    ]
    weakest = min(range(len(recalls)), key=lambda one: recalls[one].value)
    missed = evidence.probabilities[(evidence.labels == weakest) & ~evidence.right].argmax(axis=1)
    mistaken = evidence.classes[int(np.bincount(missed).argmax())] if len(missed) else None
    return evidence.classes[weakest], recalls[weakest], mistaken


def _recall(evidence: FitMeasurements, one: int) -> Interval:
    """How many of the class's pictures were recognised."""
    return wilson_interval(int(evidence.right[evidence.labels == one].sum()), int(evidence.counts[one]))


def _ahead(evidence: FitMeasurements) -> str:
    """What the learning curve promises, as a further sentence; nothing where there is none."""
    if evidence.curve is None or not evidence.curve.ahead:
        return ""
    next_point = evidence.curve.ahead[0]
    return f" With {next_point.per_class} pictures of each class expect {_points(next_point.accuracy)}."


def _tried(evidence: FitMeasurements, remedy: str) -> str:
    """What a remedy brought here, or that it was not tried."""
    gain = evidence.helped.get(remedy)
    if gain is None:
        return f"What {remedy} would bring was not measured here."
    verb = "gained" if gain.low > 0 else "lost" if gain.high < 0 else "changed nothing that is sure:"
    return f"Here {remedy} {verb} {100 * gain.value:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})."


def _best(evidence: FitMeasurements) -> str:
    """The remedy that surely helped most here; else those that were tried; else more pictures."""
    sure = {remedy: gain for remedy, gain in evidence.helped.items() if gain.low > 0}
    if sure:
        return _tried(evidence, max(sure, key=lambda remedy: sure[remedy].value))
    if evidence.helped:
        return "Nothing that was tried here surely helped: " + ", ".join(evidence.helped) + "."
    return "No remedy was tried here; more pictures are the one that fails least." + _ahead(evidence)


def _points(interval: Interval) -> str:
    return f"{percent(interval.value)} ({percent(interval.low)} to {percent(interval.high)})"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
