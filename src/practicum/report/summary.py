"""A fit's results in sentences, for the report and for the terminal."""

from __future__ import annotations

import numpy as np

from practicum.formatting import NBSP, counted, join_words, percent, printable, whole_number
from practicum.lab.fit_record import Candidate, FitRecord
from practicum.statistics.intervals import Interval

WIDE = 0.25
"""An interval of the accuracy is called wide from this width on."""
NOTABLE_OPTIMISM = 0.005
"""The optimism of choosing the best strategy is mentioned from this difference on."""
TARGETS = (0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
"""Accuracies for which the number of images needed is estimated."""


def majority_share(record: FitRecord) -> float:
    """The accuracy of always predicting the largest class."""
    return max(record.counts) / max(1, sum(record.counts))


def is_unbalanced(record: FitRecord) -> bool:
    """Whether accuracy and balanced accuracy differ as they are shown, so that both are worth reading."""
    return percent(record.scores.accuracy.value) != percent(record.scores.balanced_accuracy.value)


def describe_accuracy(record: FitRecord) -> str:
    """The accuracy in one sentence, with its 95 % interval."""
    accuracy = record.scores.accuracy
    return (
        f"Of 100 new images like these, the model will classify about {per_hundred(accuracy.value)} correctly "
        f"(95{NBSP}% confidence interval: {per_hundred(accuracy.low)} to {per_hundred(accuracy.high)})."
    )


def list_caveats(record: FitRecord) -> list[str]:
    """What a reader of the accuracy must know: no better than the largest class, wide interval, serious findings."""
    accuracy, majority = record.scores.accuracy, majority_share(record)
    caveats = []
    if accuracy.low <= majority:
        largest = printable(record.classes[int(np.argmax(record.counts))])
        caveats.append(
            "This is not clearly better than a constant answer: "
            f"always predicting “{largest}” would be correct for {per_hundred(majority)} of 100."
        )
    if accuracy.high - accuracy.low > WIDE:
        images = counted(record.scores.n, "image")
        caveats.append(f"The interval is wide because it rests on {images}.")
    serious = [printable(finding.title) for finding in record.findings if finding.severity == "stop"]
    if serious:
        caveats.append(f"Do not rely on this accuracy before you have read these findings: {join_words(serious)}.")
    return caveats


def explain_choice(record: FitRecord) -> list[str]:
    """Which strategies were tried, which was chosen, and how it compares with the others."""
    chosen = next((candidate for candidate in record.candidates if candidate.chosen), None)
    if chosen is None:
        return []
    tried = counted(len(record.candidates), "strategy was", "strategies were")
    sentences = [f"{tried} tried. Chosen: {printable(chosen.name)}, {printable(chosen.description).rstrip('.')}."]
    sentences += [f"Not tried: {printable(remark.file)}, {printable(remark.text)}." for remark in record.untried]
    optimism = chosen.accuracy.value - record.scores.accuracy.value
    if optimism >= NOTABLE_OPTIMISM:
        sentences.append(
            f"Its accuracy here was {percent(chosen.accuracy.value)}. The reported accuracy is {100 * optimism:.1f} "
            "points lower, because the best of several strategies looks slightly better than it is."
        )
    others = [candidate for candidate in record.candidates if candidate is not chosen]
    if others:
        sentences += _compare(chosen, max(others, key=lambda candidate: candidate.accuracy.value))
    return sentences


def _compare(chosen: Candidate, other: Candidate) -> list[str]:
    """The chosen strategy against the best of the others."""
    points = 100 * (chosen.accuracy.value - other.accuracy.value)
    if points >= 0:
        sentences = [f"No other had a higher accuracy; the next is {printable(other.name)}, {points:.1f} points lower."]
    else:
        sentences = [
            f"{printable(other.name)} had an accuracy {-points:.1f} points higher. "
            "The difference may be chance, and the chosen strategy is more reliable."
        ]
    if other.better is not None:
        sentences.append(f"The probability that the chosen strategy is better than it is {percent(other.better)}.")
    return sentences


def describe_growth(record: FitRecord) -> str:
    """How the accuracy is expected to grow with more images; empty without a learning curve."""
    curve = record.curve
    if curve is None or not curve.points:
        return ""
    last = curve.points[-1]
    sentence = f"With {last.per_class} images per class the accuracy is {percent(last.accuracy.value)}."
    if not curve.forecast:
        return f"{sentence} Too few sizes could be measured to extrapolate."
    far = curve.forecast[-1]
    return (
        f"{sentence} With {far.per_class} it is expected to be {_with_interval(far.accuracy)}. "
        f"However many images there are, this strategy is expected to level off at {_with_interval(curve.ceiling)}."
    )


def images_needed(record: FitRecord) -> list[tuple[str, str]]:
    """For the next accuracies above the present one: the expected number of images per class."""
    curve = record.curve
    if curve is None or not curve.forecast:
        return []
    targets = [target for target in TARGETS if target > record.scores.accuracy.value][:3]
    return [(percent(target), _describe_count(curve.images_needed(target))) for target in targets]


def confident_mistakes(record: FitRecord, count: int) -> list[int]:
    """The rows of up to `count` misclassified images, the most confident mistake first."""
    predicted = record.probabilities.argmax(axis=1)
    wrong = np.flatnonzero(predicted != record.labels)
    confidence = record.probabilities[wrong, predicted[wrong]]
    return [int(row) for row in wrong[np.argsort(-confidence, kind="stable")][:count]]


def per_hundred(share: float) -> str:
    """A share in percent without the sign."""
    return percent(share).removesuffix(f"{NBSP}%")


def _with_interval(interval: Interval) -> str:
    return f"{percent(interval.value)} ({percent(interval.low)} to {percent(interval.high)})"


def _describe_count(count: Interval | None) -> str:
    if count is None:
        return "more than can be estimated"
    return f"about {whole_number(count.value)} ({whole_number(count.low)} to {whole_number(count.high)})"
