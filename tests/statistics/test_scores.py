"""Scores agree with scikit-learn's, and their intervals hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn import metrics

from practicum.statistics.classification import Predictions
from practicum.statistics.intervals import half_width, wilson_interval
from practicum.statistics.scores import (
    BINS,
    PredictionsError,
    balanced_accuracy_interval,
    explain_too_few,
    most_typical_repeat,
    score_predictions,
)
from tests.examples import examples

Scored = tuple[NDArray[np.int64], NDArray[np.float64]]


@st.composite
def predictions(draw: st.DrawFn) -> Scored:
    """Labels of two to five classes, each shown at least once, and probabilities that favour the right one a little."""
    classes, more = draw(st.integers(2, 5)), draw(st.integers(0, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    labels = np.concatenate([np.arange(classes), rng.integers(0, classes, more)])
    raw = rng.dirichlet(np.ones(classes), len(labels)) + 0.5 * np.eye(classes)[labels]
    return labels, raw / raw.sum(axis=1, keepdims=True)


@examples(25)
@given(predictions())
def test_each_score_is_the_fields_own(made: Scored) -> None:
    """The same numbers as scikit-learn's, each inside its interval."""
    labels, probabilities = made
    predicted = probabilities.argmax(axis=1)

    scored = score_predictions(labels, probabilities)

    assert scored.accuracy.value == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert scored.balanced_accuracy.value == pytest.approx(metrics.balanced_accuracy_score(labels, predicted))
    assert scored.f1.value == pytest.approx(metrics.f1_score(labels, predicted, average="macro"))
    assert scored.log_loss.value == pytest.approx(
        metrics.log_loss(labels, probabilities, labels=range(probabilities.shape[1]))
    )
    assert (scored.confusion == metrics.confusion_matrix(labels, predicted, labels=range(probabilities.shape[1]))).all()
    assert scored.n == len(labels)
    for interval in (scored.accuracy, scored.balanced_accuracy, scored.f1, scored.calibration_error, scored.log_loss):
        assert interval.low <= interval.value <= interval.high


@examples(10)
@given(predictions(), st.integers(0, 99))
def test_a_seed_gives_the_same_interval_again(made: Scored, seed: int) -> None:
    """To the bit; and the order of the images changes no value."""
    labels, probabilities = made
    order = np.random.default_rng(seed).permutation(len(labels))

    once, again = (
        score_predictions(labels, probabilities, seed=seed),
        score_predictions(labels, probabilities, seed=seed),
    )
    turned = score_predictions(labels[order], probabilities[order], seed=seed)

    assert once.f1 == again.f1
    assert turned.f1.value == pytest.approx(once.f1.value)
    assert turned.calibration_error.value == pytest.approx(once.calibration_error.value)


@given(st.integers(1, 500), st.data())
def test_a_proportion_has_wilsons_interval(total: int, data: st.DataObject) -> None:
    """As SciPy has it."""
    right = data.draw(st.integers(0, total))
    theirs = binomtest(right, total).proportion_ci(method="wilson")

    ours = wilson_interval(right, total)

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.slow
def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    """On samples of a known distribution, the intervals of accuracy and balanced accuracy cover the truth."""
    rng = np.random.default_rng(0)
    held = {"accuracy": 0, "balanced_accuracy": 0}
    recall = np.array([0.9, 0.7, 0.6])
    for seed in range(200):
        labels = np.repeat(np.arange(3), 40)
        right = rng.random(120) < recall[labels]
        named = np.where(right, labels, (labels + 1) % 3)
        scored = score_predictions(labels, np.eye(3)[named], seed=seed)
        for name in held:
            interval = getattr(scored, name)
            held[name] += interval.low <= recall.mean() <= interval.high

    assert all(0.9 <= count / 200 <= 0.99 for count in held.values()), held


@pytest.mark.parametrize("counts", [(3, 3), (20, 20, 20), (40, 5), (2,) * 8])
def test_no_interval_of_few_images_is_a_point(counts: tuple[int, ...]) -> None:
    """Where all are right, or all wrong, others need not be. For classes of one size it is the accuracy's interval."""
    labels = np.repeat(np.arange(len(counts)), counts)
    for named in (labels, (labels + 1) % len(counts)):
        scored = score_predictions(labels, np.eye(len(counts))[named])

        for interval in (scored.accuracy, scored.balanced_accuracy, scored.f1):
            assert interval.high - interval.low > 1 / len(labels)
            assert interval.low <= interval.value <= interval.high
        if len(set(counts)) == 1:
            assert scored.balanced_accuracy.low == pytest.approx(scored.accuracy.low)
            assert scored.balanced_accuracy.high == pytest.approx(scored.accuracy.high)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "recalls"),
    [((10, 10), (0.95, 0.95)), ((20,) * 5, (0.98,) * 5), ((100, 10), (0.98, 0.6)), ((50, 20, 5), (0.95, 0.8, 0.5))],
)
def test_intervals_near_the_edge_cover_the_truth(counts: tuple[int, ...], recalls: tuple[float, ...]) -> None:
    """Of 2,000 samples, the interval of balanced accuracy holds it in nine of ten or more, whatever the classes' sizes.

    The figures of each case are in docs/lab.md.
    """
    rng, present, held = np.random.default_rng(0), np.array(counts), 0
    for _ in range(2000):
        right = rng.binomial(present, recalls)
        confusion = np.diag(right) + np.roll(np.diag(present - right), 1, axis=1)
        interval = balanced_accuracy_interval(confusion)
        held += interval.low <= np.mean(recalls) <= interval.high

    assert held / 2000 > 0.91


def test_sure_and_always_right_is_calibrated() -> None:
    """No calibration error where confidence is kept; as much as was promised too much where it is not."""
    labels = np.repeat([0, 1], 50)
    half_right = np.where(np.arange(100) % 2 == 0, labels, 1 - labels)

    assert score_predictions(labels, np.eye(2)[labels]).calibration_error.value == 0
    assert score_predictions(labels, np.eye(2)[half_right]).calibration_error.value == pytest.approx(0.5)


def test_repeats_do_not_narrow_an_interval() -> None:
    """The same predictions ten times are one prediction of each image."""
    labels = np.array([0, 1, 1, 0])
    probabilities = np.array([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.5, 0.5]])
    once, again = score_predictions(labels, probabilities), score_predictions(labels, np.stack([probabilities] * 10))

    assert again.accuracy == once.accuracy
    assert again.f1.low == pytest.approx(once.f1.low)
    assert (again.confusion == once.confusion).all()


def test_repeats_are_averaged_in_what_they_score_not_into_one_vote() -> None:
    """Two repeats, one always right and one always wrong, score a half; their vote would score all or none."""
    labels = np.array([0, 1, 1, 0])
    right = np.eye(2)[labels] * 0.8 + 0.1

    scored = score_predictions(labels, np.stack([right, 1 - right]))

    assert scored.accuracy.value == scored.balanced_accuracy.value == scored.f1.value == 0.5


def test_what_choosing_flattered_is_taken_off() -> None:
    """Accuracy, balanced accuracy and F1 sink by it with their intervals; what was counted stays."""
    labels = np.arange(40) % 2
    probabilities = np.where(np.arange(40)[:, None] % 5 == 0, 0.5, np.eye(2)[labels])
    plain, honest = score_predictions(labels, probabilities), score_predictions(labels, probabilities, optimism=0.03)

    for before, after in ((plain.accuracy, honest.accuracy), (plain.f1, honest.f1)):
        assert after.value == pytest.approx(before.value - 0.03)
        assert after.high == pytest.approx(before.high - 0.03)
    assert honest.log_loss == plain.log_loss
    assert (honest.confusion == plain.confusion).all()


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((6, 6), "12 images of 2 classes: any accuracy here is ± 28 points"),
        ((2, 2, 2), "6 images of 3 classes: any accuracy here is ± 40 points"),
        ((13, 12), None),
        ((100, 100), None),
    ],
)
def test_too_few_images_are_explained(counts: tuple[int, ...], reason: str | None) -> None:
    """Under 25 images, any accuracy is uncertain by 20 points or more."""
    assert explain_too_few(counts) == reason


@pytest.mark.parametrize(
    ("labels", "probabilities", "code"),
    [
        ([0, 1], [[0.5, 0.5]], "shape"),
        ([], np.empty((0, 2)), "shape"),
        ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "label-range"),
        ([0, 1], [[2.0, -1.0], [0.5, 0.5]], "no-probabilities"),
        ([0, 1], [[0.5, 0.2], [0.5, 0.5]], "no-probabilities"),
    ],
)
def test_invalid_predictions_are_rejected(labels: list[int], probabilities: list[list[float]], code: str) -> None:
    with pytest.raises(PredictionsError) as caught:
        score_predictions(np.array(labels, dtype=int), np.array(probabilities))

    assert caught.value.code == code


@pytest.mark.parametrize(("right", "total"), [(0, 0), (3, 2), (-1, 2)])
def test_a_proportion_needs_a_sample(right: int, total: int) -> None:
    with pytest.raises(ValueError):
        wilson_interval(right, total)


def test_a_half_width_needs_a_sample() -> None:
    with pytest.raises(ValueError):
        half_width(0)


def test_copies_do_not_narrow_an_interval() -> None:
    """Ten known copies of each image give the same accuracy and interval as one."""
    labels = np.arange(40) % 2
    probabilities = np.where(np.arange(40)[:, None] % 5 == 0, 0.5, np.eye(2)[labels])
    once = score_predictions(labels, probabilities)

    copied = score_predictions(labels.repeat(10), probabilities.repeat(10, axis=0), groups=np.arange(40).repeat(10))

    assert copied.accuracy.value == pytest.approx(once.accuracy.value)
    assert copied.accuracy.low == pytest.approx(once.accuracy.low)
    assert copied.f1.high - copied.f1.low == pytest.approx(once.f1.high - once.f1.low, rel=0.25)


def test_what_is_shown_is_from_the_repeat_that_is_like_the_mean() -> None:
    """Of three repeats of which one is too lucky and one too unlucky, the third's predictions are counted."""
    labels = np.arange(20) % 2
    right = np.eye(2)[labels] * 0.8 + 0.1
    repeats = np.stack([np.where(np.arange(20)[:, None] < wrong, 1 - right, right) for wrong in (0, 10, 4)])

    assert most_typical_repeat(labels, repeats) == 2
    assert score_predictions(labels, repeats).confusion.tolist() == [[8, 2], [2, 8]]


def test_the_bootstrapped_calibration_error_is_that_of_the_predictions() -> None:
    """The vectorised computation over resamples agrees with the one in pages."""
    rng = np.random.default_rng(3)
    labels, probabilities = rng.integers(0, 4, 200), rng.dirichlet(np.ones(4) * 0.6, 200)

    error = score_predictions(labels, probabilities).calibration_error.value

    assert error == pytest.approx(Predictions(labels.tolist(), probabilities.tolist()).calibration_error(BINS))
