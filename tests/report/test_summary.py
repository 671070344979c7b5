"""A fit's results in sentences."""

from __future__ import annotations

from dataclasses import replace

from practicum.report import summary
from practicum.statistics.intervals import Interval
from tests.lab.records import curve, fit_record

RECORD = fit_record()
SURE = replace(RECORD, findings=())


def test_a_good_result_has_no_caveats() -> None:
    assert summary.list_caveats(SURE) == []


def test_each_weakness_is_a_caveat() -> None:
    """No better than the largest class, a wide interval, a serious finding."""
    weak = replace(SURE, scores=replace(SURE.scores, accuracy=Interval(0.2, 0.15, 0.25)))
    wide = replace(SURE, scores=replace(SURE.scores, accuracy=Interval(0.7, 0.5, 0.9)))

    assert summary.majority_share(RECORD) == 0.25
    assert [len(summary.list_caveats(record)) for record in (weak, wide, RECORD)] == [1, 1, 1]
    assert RECORD.findings[0].title in summary.list_caveats(RECORD)[0]


def test_the_chosen_strategy_is_compared_with_the_best_other() -> None:
    """By its name and the probability that the chosen one is better."""
    text = " ".join(summary.explain_choice(RECORD))

    assert all(name in text for name in ("Probe on augmented images", "Fine-tuning the last block", "57\xa0%"))
    assert summary.explain_choice(replace(RECORD, candidates=())) == []


def test_images_are_estimated_for_higher_accuracies_only() -> None:
    """Three at most, and none without an extrapolation."""
    scores = replace(RECORD.scores, accuracy=Interval(0.91, 0.85, 0.95))

    assert [target for target, _ in summary.images_needed(replace(RECORD, scores=scores))] == [
        "95\xa0%",
        "98\xa0%",
        "99\xa0%",
    ]
    assert summary.images_needed(replace(RECORD, curve=curve(forecast=()))) == []
    assert summary.images_needed(replace(RECORD, curve=None)) == []


def test_confident_mistakes_come_first() -> None:
    """Only mistakes, by descending confidence."""
    rows = summary.confident_mistakes(RECORD, 18)
    confidence = [RECORD.probabilities[row].max() for row in rows]

    assert rows
    assert all(RECORD.probabilities[row].argmax() != RECORD.labels[row] for row in rows)
    assert confidence == sorted(confidence, reverse=True)
    assert summary.confident_mistakes(RECORD, 2) == rows[:2]
