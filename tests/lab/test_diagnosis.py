"""Each finding appears with its cause, and only then; each names what was measured."""

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


def evidence(n: int = 400, right: float = 0.95, **known: Any) -> FitMeasurements:
    """Of four equal classes, of which so large a share is recognised; nothing in it gives cause for a finding."""
    labels = np.arange(n) % 4
    wrong = np.arange(n) >= round(right * n)
    named = np.where(wrong, (labels + 1) % 4, labels)
    usual: dict[str, Any] = {"train_accuracy": 0.97, "smallest": 300, "side": 96, "moved": 0.1}
    usual |= {"pixel_range": (0.0, 255.0), "expected_range": (0.0, 255.0)}
    return FitMeasurements(labels, np.eye(4)[named] * 0.8 + 0.05, ("a", "b", "c", "d"), **(usual | known))


CASES: dict[str, tuple[FitMeasurements, str]] = {
    "frozen-by-mistake": (evidence(moved=0.0), "stop"),
    "wrong-preprocessing": (evidence(pixel_range=(-1.0, 1.0)), "stop"),
    "nothing-learned": (evidence(right=0.26, train_accuracy=None), "stop"),
    "leakage": (evidence(twins=(DuplicatePair(0, 1, True, 0.0),)), "stop"),
    "label-noise": (evidence(suspects=(SuspectLabel(3, 3, 1, 0.8),)), "warn"),
    "overfitting": (evidence(right=0.7, train_accuracy=1.0), "warn"),
    "underfitting": (evidence(right=0.7, train_accuracy=0.72), "warn"),
    "too-few-images": (evidence(40, train_accuracy=None, right=0.8), "warn"),
    "too-small-input": (evidence(smallest=32), "note"),
}


def test_all_is_well() -> None:
    """No finding without a cause, and none where nothing was measured."""
    assert diagnose(evidence()) == ()
    unknown: dict[str, Any] = dict.fromkeys(
        ("train_accuracy", "smallest", "side", "moved", "pixel_range", "expected_range")
    )
    assert diagnose(evidence(**unknown)) == ()


@pytest.mark.parametrize("name", CASES)
def test_a_cause_gives_its_finding_and_no_other(name: str) -> None:
    """With its severity, in words that say what was seen and what to do."""
    known, severity = CASES[name]

    (finding,) = diagnose(known)

    assert (finding.name, finding.severity) == (name, severity)
    assert finding.title
    assert finding.evidence.endswith(".")
    assert finding.remedy.rstrip().endswith(".")


def test_every_detector_is_tried_here() -> None:
    """Ten of them; imbalance, whose labels are its own, below."""
    assert {detector.__name__.replace("_", "-") for detector in DETECTORS} == {*CASES, "class-imbalance"}


def test_a_rare_class_is_named_with_its_recall() -> None:
    """And with what balanced weights brought, where that was measured."""
    labels = np.repeat([0, 1], [300, 60])
    probabilities = np.eye(2)[np.where(np.arange(360) >= 340, 0, labels)] * 0.8 + 0.1
    known = FitMeasurements(
        labels, probabilities, ("common", "rare"), helped={"balanced weights": Interval(0.03, 0.01, 0.05)}
    )

    (finding,) = diagnose(known)

    assert finding.name == "class-imbalance"
    assert "“common” has 300 pictures, “rare” only 60, of which 67\N{NO-BREAK SPACE}%" in finding.evidence
    assert "Here balanced weights gained +3.0 points (+1.0 to +5.0)." in finding.remedy


def test_twins_of_one_class_are_only_told() -> None:
    """They are kept on one side of every split, so that nothing must be done; both rows can be looked at."""
    (finding,) = diagnose(evidence(twins=(DuplicatePair(0, 4, True, 0.0),)))

    assert (finding.name, finding.severity, finding.rows) == ("leakage", "note", (0, 4))


def test_the_remedy_told_is_the_one_that_helped_here() -> None:
    """Of those tried, the one whose gain is sure and largest; if none is, that is said."""
    ill = CASES["overfitting"][0]
    sure = {"augmentation": Interval(0.02, 0.01, 0.03), "fine-tuning": Interval(0.05, -0.01, 0.1)}
    unsure = {"fine-tuning": Interval(0.05, -0.01, 0.1)}

    assert "Here augmentation gained" in diagnose(replace(ill, helped=sure))[0].remedy
    assert "Nothing that was tried here surely helped: fine-tuning." in diagnose(replace(ill, helped=unsure))[0].remedy
    assert "No remedy was tried here" in diagnose(ill)[0].remedy


def test_the_gravest_comes_first() -> None:
    """Stops, then warnings, then notes."""
    many = evidence(moved=0.0, smallest=32, suspects=(SuspectLabel(3, 3, 1, 0.8),))

    assert [finding.severity for finding in diagnose(many)] == ["stop", "warn", "note"]


def test_the_next_step_is_the_most_useful() -> None:
    """What is grave; then doubted labels; then the weakest class, with what the learning curve promises."""
    sizes, chance = [10, 20, 40], 0.25
    curve = fit_learning_curve(sizes, np.array([[0.6] * 3, [0.7] * 3, [0.8] * 3]), n_test=100, chance=chance)
    labels = np.arange(400) % 4
    named = np.where((labels == 2) & (np.arange(400) < 100), 3, labels)
    weak = FitMeasurements(labels, np.eye(4)[named] * 0.8 + 0.05, ("a", "b", "c", "d"), curve=curve)
    doubted = replace(weak, suspects=tuple(SuspectLabel(row, 0, 1, 0.5) for row in range(20)))

    assert next_step(CASES["frozen-by-mistake"][0]).startswith("What was to be trained stood still:")
    assert "20 pictures whose labels are doubted" in next_step(doubted)
    assert next_step(weak).startswith("More pictures of “c”: only 75\N{NO-BREAK SPACE}%")
    assert "taken for “d”. With 80 pictures of each class expect" in next_step(weak)
    assert next_step(evidence(right=1.0)).startswith("Test it on new pictures")
