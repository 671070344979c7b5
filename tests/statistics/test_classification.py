"""What predictions are worth, against scikit-learn and SciPy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practicum.statistics.classification import Predictions
from practicum.statistics.intervals import Proportion

np = pytest.importorskip("numpy")
metrics = pytest.importorskip("sklearn.metrics")
stats = pytest.importorskip("scipy.stats")

SAMPLES = st.integers(2, 5).flatmap(
    lambda classes: st.lists(
        st.tuples(st.integers(0, classes - 1), st.lists(st.integers(1, 50), min_size=classes, max_size=classes)),
        min_size=1,
        max_size=60,
    )
)


def scores(samples: list[tuple[int, list[int]]]) -> Predictions:
    return Predictions(
        tuple(label for label, _ in samples), tuple(tuple(one / sum(row) for one in row) for _, row in samples)
    )


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_is_wilson_s(share: tuple[int, int]) -> None:
    """Also of none and of all."""
    one = Proportion(*share)
    reference = stats.binomtest(*share).proportion_ci(0.95, method="wilson")

    assert one.low == pytest.approx(reference.low, abs=1e-12)
    assert one.high == pytest.approx(reference.high, abs=1e-12)
    assert 0 <= one.low <= one.value <= one.high <= 1


def test_a_share_of_nothing_is_no_number() -> None:
    nothing = Proportion(0, 0)

    assert all(edge != edge for edge in (nothing.value, nothing.low, nothing.high))


@given(SAMPLES)
def test_confusion_precision_recall_and_f1_are_scikit_learn_s(samples: list[tuple[int, list[int]]]) -> None:
    """Class by class; where scikit-learn says 0 of nothing, ours is no number."""
    ours = scores(samples)
    known = list(ours.classes)
    chosen = np.array(ours.probabilities).argmax(axis=1)
    reference = metrics.precision_recall_fscore_support(ours.labels, chosen, labels=known, zero_division=np.nan)
    counts = [ours.of_class(k) for k in known]

    assert list(chosen) == list(ours.predicted)
    assert ours.confusion_matrix() == metrics.confusion_matrix(ours.labels, chosen, labels=known).tolist()
    assert ours.accuracy.value == pytest.approx(metrics.accuracy_score(ours.labels, chosen))
    np.testing.assert_allclose([one.precision.value for one in counts], reference[0])
    np.testing.assert_allclose([one.recall.value for one in counts], reference[1])
    np.testing.assert_allclose([one.f1 for one in counts], reference[2])
    assert [one.tp + one.fn for one in counts] == reference[3].tolist()


@given(SAMPLES, st.integers(0, 20))
def test_a_threshold_counts_as_scikit_learn_does(samples: list[tuple[int, list[int]]], step: int) -> None:
    """One class against the others."""
    ours = scores(samples)
    truth = np.array(ours.labels) == 1
    said = np.array(ours.probabilities)[:, 1] >= step / 20
    (tn, fp), (fn, tp) = metrics.confusion_matrix(truth, said, labels=[False, True])

    one = ours.at_threshold(1, step / 20)

    assert (one.tp, one.fp, one.fn, one.tn) == (tp, fp, fn, tn)


@given(SAMPLES, st.sampled_from([5, 10]))
def test_bins_hold_every_prediction_once(samples: list[tuple[int, list[int]]], many: int) -> None:
    """How sure and how often right, over all bins as over all samples; each bin's certainty lies in it."""
    ours = scores(samples)
    bins = ours.calibration_bins(many)

    assert sum(one.right.total for one in bins) == len(samples)
    assert sum(one.right.successes for one in bins) == ours.accuracy.successes
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins)
    sure = sum(max(row) for row in ours.probabilities) / len(samples)
    assert sum(one.confidence * one.right.total for one in bins) / len(samples) == pytest.approx(sure)


def test_calibration_is_scikit_learn_s() -> None:
    """Of certainties that lie on no edge of a bin."""
    calibration = pytest.importorskip("sklearn.calibration")
    lot = np.random.default_rng(0)
    rows = lot.dirichlet(np.ones(4) * 0.6, 400)
    labels = np.array([lot.choice(4, p=row) for row in rows])
    ours = Predictions(tuple(labels.tolist()), tuple(map(tuple, rows.tolist())))
    sure, right = rows.max(axis=1), rows.argmax(axis=1) == labels

    true, said = calibration.calibration_curve(right, sure, n_bins=10)
    bins = ours.calibration_bins(10)

    np.testing.assert_allclose([one.right.value for one in bins], true)
    np.testing.assert_allclose([one.confidence for one in bins], said)
    weights = [one.right.total / 400 for one in bins]
    assert ours.calibration_error(10) == pytest.approx(float(np.abs(true - said) @ weights))
