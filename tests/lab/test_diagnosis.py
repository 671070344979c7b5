"""Each finding appears if and only if its cause does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from practicum.lab.diagnosis import DETECTORS, FitMeasurements, diagnose, next_step
from practicum.lab.label_noise import SuspectLabel
from practicum.lab.learning_curve import fit_learning_curve
from practicum.lab.near_duplicates import DuplicatePair
from practicum.statistics.intervals import Interval


def measurements(n: int = 400, correct: float = 0.95, **given: Any) -> FitMeasurements:
    """Measurements of four equal classes that give no cause for a finding, unless changed."""
    labels = np.arange(n) % 4
    wrong = np.arange(n) >= round(correct * n)
    predicted = np.where(wrong, (labels + 1) % 4, labels)
    defaults: dict[str, Any] = {"train_accuracy": 0.97, "smallest_side": 300, "side": 96, "weight_change": 0.1}
    defaults |= {"pixel_range": (0.0, 255.0), "expected_range": (0.0, 255.0)}
    return FitMeasurements(labels, np.eye(4)[predicted] * 0.8 + 0.05, ("a", "b", "c", "d"), **(defaults | given))


CASES: dict[str, tuple[FitMeasurements, str]] = {
    "frozen-by-mistake": (measurements(weight_change=0.0), "stop"),
    "wrong-preprocessing": (measurements(pixel_range=(-1.0, 1.0)), "stop"),
    "nothing-learned": (measurements(correct=0.26, train_accuracy=None), "stop"),
    "leakage": (measurements(duplicates=(DuplicatePair(0, 1, True, 0.0),)), "stop"),
    "label-noise": (measurements(suspects=(SuspectLabel(3, 3, 1, 0.8),)), "warn"),
    "overfitting": (measurements(correct=0.7, train_accuracy=1.0), "warn"),
    "underfitting": (measurements(correct=0.7, train_accuracy=0.72), "warn"),
    "too-few-images": (measurements(40, train_accuracy=None, correct=0.8), "warn"),
    "too-small-input": (measurements(smallest_side=32), "note"),
}


def test_a_good_fit_has_no_findings() -> None:
    """Nor have measurements that were not made."""
    assert diagnose(measurements()) == ()
    unknown: dict[str, Any] = dict.fromkeys(
        ("train_accuracy", "smallest_side", "side", "weight_change", "pixel_range", "expected_range")
    )
    assert diagnose(measurements(**unknown)) == ()


@pytest.mark.parametrize("name", CASES)
def test_each_cause_gives_exactly_its_finding(name: str) -> None:
    """With its severity and complete sentences."""
    given, severity = CASES[name]

    (finding,) = diagnose(given)

    assert (finding.name, finding.severity) == (name, severity)
    assert finding.title
    assert finding.evidence.endswith(".")
    assert finding.remedy.rstrip().endswith(".")


@pytest.mark.parametrize("labels", [(0, 0), (0, 1)])
def test_only_equal_pixels_are_called_the_same_image(labels: tuple[int, int]) -> None:
    """A pair that is nearly identical may show two things, in one class as in two."""
    given = measurements()
    first, second = (int(np.flatnonzero(given.labels == label)[place]) for place, label in enumerate(labels))
    pairs = [DuplicatePair(min(first, second), max(first, second), exact, 0.1) for exact in (True, False)]

    same, similar = (diagnose(measurements(duplicates=(pair,)))[0] for pair in pairs)

    assert (same.name, similar.name) == ("leakage", "leakage")
    assert same.severity == similar.severity == ("note" if labels == (0, 0) else "stop")
    assert "nearly" in similar.title.lower()
    assert "nearly" not in same.title.lower() + same.evidence


def test_every_detector_has_a_case() -> None:
    """Class imbalance has a test of its own, with other labels."""
    assert {detector.__name__.replace("_", "-") for detector in DETECTORS} == {*CASES, "class-imbalance"}


def test_class_imbalance_shows_counts_and_recall() -> None:
    """And the measured gain of balanced weights."""
    labels = np.repeat([0, 1], [300, 60])
    probabilities = np.eye(2)[np.where(np.arange(360) >= 340, 0, labels)] * 0.8 + 0.1
    given = FitMeasurements(
        labels, probabilities, ("common", "rare"), remedy_gains={"balanced weights": Interval(0.03, 0.01, 0.05)}
    )

    (finding,) = diagnose(given)

    assert finding.name == "class-imbalance"
    for fact in ("common", "300", "rare", "60", "67\N{NO-BREAK SPACE}%"):
        assert fact in finding.evidence
    for fact in ("balanced weights", "+3.0", "+1.0", "+5.0"):
        assert fact in finding.remedy


def test_duplicates_in_one_class_are_a_note() -> None:
    """They are kept on one side of every split. Both rows are listed."""
    (finding,) = diagnose(measurements(duplicates=(DuplicatePair(0, 4, True, 0.0),)))

    assert (finding.name, finding.severity, finding.rows) == ("leakage", "note", (0, 4))


def test_recommends_the_remedy_with_the_largest_significant_gain() -> None:
    """If there is none, all that were tried are listed."""
    overfitted = CASES["overfitting"][0]
    gains = {"augmentation": Interval(0.02, 0.01, 0.03), "fine-tuning": Interval(0.05, -0.01, 0.1)}
    unsure_gain = {"fine-tuning": Interval(0.05, -0.01, 0.1)}

    best = diagnose(replace(overfitted, remedy_gains=gains))[0].remedy
    none_sure = diagnose(replace(overfitted, remedy_gains=unsure_gain))[0].remedy

    assert "augmentation" in best
    assert "+2.0" in best
    assert "fine-tuning" not in best
    assert "fine-tuning" in none_sure
    assert "+5.0" not in none_sure
    assert "fine-tuning" not in diagnose(overfitted)[0].remedy


def test_findings_are_sorted_by_severity() -> None:
    """Stop, warn, note."""
    many = measurements(weight_change=0.0, smallest_side=32, suspects=(SuspectLabel(3, 3, 1, 0.8),))

    assert [finding.severity for finding in diagnose(many)] == ["stop", "warn", "note"]


def test_the_next_step_follows_the_worst_problem() -> None:
    """A severe finding, then doubtful labels, then the weakest class with the forecast of the learning curve."""
    sizes, chance = [10, 20, 40], 0.25
    curve = fit_learning_curve(sizes, np.array([[0.6] * 3, [0.7] * 3, [0.8] * 3]), n_test=100, chance=chance)
    labels = np.arange(400) % 4
    predicted = np.where((labels == 2) & (np.arange(400) < 100), 3, labels)
    weak = FitMeasurements(labels, np.eye(4)[predicted] * 0.8 + 0.05, ("a", "b", "c", "d"), learning_curve=curve)
    doubted = replace(weak, suspects=tuple(SuspectLabel(row, 0, 1, 0.5) for row in range(20)))

    frozen = CASES["frozen-by-mistake"][0]
    assert next_step(frozen).startswith(diagnose(frozen)[0].title)
    assert "20 images" in next_step(doubted)
    for fact in ("“c”", "75\N{NO-BREAK SPACE}%", "“d”", "80 images"):
        assert fact in next_step(weak)
    assert "“" not in next_step(measurements(correct=1.0))
