"""The probe is logistic regression as scikit-learn has it, and never judges a picture by its own label."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from practicum.lab.linear_probe import STRENGTHS, ProbeTrainer
from practicum.lab.splits import Split, cross_validation_folds, singleton_groups
from tests.examples import examples

Set = tuple[NDArray[np.float32], NDArray[np.int64]]


def drawn(n: int, d: int, classes: int, seed: int = 0) -> Set:
    """Features that tell the classes apart, not surely: axes of unlike lengths, far from the origin."""
    rng = np.random.default_rng([seed, n, d])
    labels = np.arange(n) % classes
    features = rng.normal(size=(n, d)) * rng.gamma(1, 1, d) + rng.normal(size=(classes, d))[labels] + 5
    return features.astype(np.float32), labels.astype(np.int64)


def theirs(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    strength: float,
    *,
    rows: NDArray[np.int64],
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """scikit-learn's probabilities of all rows, learned from some, at the scale that the probe gives to all rows.

    Of two classes, scikit-learn has one row of weights, where softmax has two of half the length: C is twice as large.
    """
    features = features.astype(np.float64)
    features = features / np.sqrt(((features - features.mean(axis=0)) ** 2).sum(axis=1).mean())
    strength *= 2 if len(np.unique(labels)) == 2 else 1
    model = LogisticRegression(C=strength, tol=1e-9, max_iter=20_000)
    model.fit(features[rows], labels[rows], None if weights is None else weights[rows])
    return np.asarray(model.predict_proba(features))


@pytest.mark.parametrize("strength", [1.0, 1000.0])
@pytest.mark.parametrize(
    ("n", "d", "classes", "share"),
    [(60, 200, 5, 1.0), (200, 20, 3, 1.0), (100, 50, 2, 1.0), (90, 300, 3, 0.3), (200, 20, 3, 0.2)],
    ids=["fewer rows than axes", "more", "two classes", "a few of few rows", "a few of many"],
)
def test_it_is_scikit_learns(n: int, d: int, classes: int, share: float, strength: float) -> None:
    """The same probabilities, of what was learned and of what was not, whatever is more: rows or axes."""
    features, labels = drawn(n, d, classes)
    rows = np.arange(int(share * n))
    ours = ProbeTrainer(features, labels, classes).fit(strength, rows).probabilities(features)

    assert ours == pytest.approx(theirs(features, labels, strength, rows=rows), abs=2e-3)


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_weights_count_as_scikit_learns(share: float) -> None:
    """A row of weight 3 counts as three, one of weight 0 as none."""
    features, labels = drawn(90, 40, 3)
    rows, weights = np.arange(int(share * 90)), np.random.default_rng(0).choice([0.0, 0.5, 1.0, 3.0], 90)
    ours = ProbeTrainer(features, labels, 3).fit(10.0, rows, weights).probabilities(features)

    assert ours == pytest.approx(theirs(features, labels, 10.0, rows=rows, weights=weights), abs=2e-3)


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_views_share_the_weight_of_their_picture(share: float) -> None:
    """Learning from four views of each row is learning from four times as many rows that each count a quarter."""
    features, labels = drawn(60, 40, 3)
    views = np.stack([features, *(features + drawn(60, 40, 3, seed)[0] / 4 for seed in (1, 2, 3))])
    rows, many = np.arange(int(share * 60)), np.tile(labels, 4)
    each = (rows + 60 * np.arange(4)[:, None]).ravel()
    flat, quarter = views.reshape(-1, 40), np.full(240, 0.25)
    ours = ProbeTrainer(views, labels, 3).fit(10.0, rows).probabilities(features)

    assert ours == pytest.approx(theirs(flat, many, 10.0, rows=each, weights=quarter)[:60], abs=2e-3)


def test_of_several_views_the_first_is_judged() -> None:
    """What is known of a row is what a probe makes of its first view alone."""
    features, labels = drawn(60, 40, 3)
    views = np.stack([features, features + drawn(60, 40, 3, 1)[0]])
    splits = cross_validation_folds(labels, singleton_groups(60), 5, 1, 0)
    probing = ProbeTrainer(views, labels, 3)
    made = probing.out_of_fold(splits, [10.0])[0, 0]

    for split in splits:
        one = probing.fit(10.0, split.train).probabilities(features)
        assert made[split.test] == pytest.approx(one[split.test], abs=0.02)


def test_out_of_fold_is_each_splits_own_probe() -> None:
    """Of every strength and repeat, what a probe that learned the other parts makes of the part: less exactly, since
    comparing needs no more, but with the same class in front."""
    features, labels = drawn(60, 100, 3)
    splits = cross_validation_folds(labels, singleton_groups(60), 4, 2, 0)
    made = ProbeTrainer(features, labels, 3).out_of_fold(splits)

    assert made.shape == (len(STRENGTHS), 2, 60, 3)
    assert made.sum(axis=-1) == pytest.approx(1)
    for place, strength in enumerate(STRENGTHS):
        for number, split in enumerate(splits):
            right = theirs(features, labels, strength, rows=split.train)[split.test]
            found = made[place, number // 4, split.test]
            assert np.abs(found - right).mean() < 0.02
            assert (found.argmax(axis=1) == right.argmax(axis=1)).mean() > 0.9


@examples(20)
@given(st.integers(0, 99), st.integers(0, 39), st.integers(1, 2), st.integers(0, 3))
def test_a_rows_own_label_never_reaches_its_prediction(seed: int, row: int, views: int, fold: int) -> None:
    """Other labels for the rows of one part change no prediction of that part, not in the last bit."""
    features, labels = drawn(40, 30, 2, seed)
    splits = cross_validation_folds(labels, singleton_groups(40), 4, 1, seed)
    tested = splits[fold].test
    other = labels.copy()
    other[tested] = 1 - other[tested]
    stacked = np.stack([features, features[::-1]])[:views]
    before, after = (ProbeTrainer(stacked, given, 2).out_of_fold(splits)[:, 0, tested] for given in (labels, other))

    assert np.array_equal(before, after)


def test_the_same_to_the_bit_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of ours and threads of the multiplications: one, or many."""
    features, labels = drawn(700, 800, 3)
    splits = cross_validation_folds(labels, singleton_groups(700), 3, 1, 0)
    told = []
    for threads in (1, 2, 2):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        with threadpool_limits(threads, "blas"):
            probing = ProbeTrainer(features, labels, 3)
            told.append((probing.out_of_fold(splits, [10.0]), probing.fit(10.0).weight, probing.fit(10.0).bias))

    for other in told[1:]:
        assert all(np.array_equal(one, same) for one, same in zip(told[0], other, strict=True))


@pytest.mark.parametrize("rows", [np.arange(41), np.arange(5)], ids=["all", "a few"])
def test_features_that_never_change_tell_nothing(rows: NDArray[np.int64]) -> None:
    """Then each class is as probable as it is common."""
    labels = np.arange(41) % 2
    probing = ProbeTrainer(np.full((41, 30), 0.1, np.float32), labels, 2)
    made = probing.fit(10.0, rows).probabilities(np.zeros((1, 30), np.float32))

    assert made[0] == pytest.approx(np.bincount(labels[rows]) / len(rows), abs=1e-3)


def test_a_feature_that_never_changes_changes_nothing() -> None:
    """Nor does one that is always 0."""
    features, labels = drawn(60, 40, 3)
    more = np.concatenate([features, np.full((60, 1), 1 / 3, np.float32), np.zeros((60, 1), np.float32)], axis=1)
    one, other = (ProbeTrainer(each, labels, 3).fit(10.0) for each in (features, more))

    assert other.probabilities(more) == pytest.approx(one.probabilities(features), abs=1e-4)
    assert other.weight[40:] == pytest.approx(0, abs=1e-6)


def test_moved_turned_or_scaled_features_are_learned_alike() -> None:
    """A strength means the same for any network, whatever it multiplies its features by."""
    features, labels = drawn(60, 40, 3)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 40)))[0]
    moved = (700 * (features @ turn) - 20).astype(np.float32)
    one, other = (ProbeTrainer(each, labels, 3).fit(10.0).probabilities(each) for each in (features, moved))

    assert other == pytest.approx(one, abs=1e-3)


def test_splits_that_are_not_whole_are_refused() -> None:
    """A row that is tested on less often than another would have a prediction that nobody made."""
    features, labels = drawn(20, 10, 2)
    splits = cross_validation_folds(labels, singleton_groups(20), 4, 1, 0)
    probing = ProbeTrainer(features, labels, 2)

    with pytest.raises(ValueError, match="test on each row equally often"):
        probing.out_of_fold(splits[:-1])
    with pytest.raises(ValueError, match="test on each row equally often"):
        probing.out_of_fold([*splits, Split(np.arange(10), np.arange(10, 20))])


def test_classes_that_are_far_apart_overflow_nothing() -> None:
    """However large the logits, probabilities are numbers and sum to 1, without a warning."""
    labels = np.arange(20) % 2
    features = (labels[:, None] * np.float32(1e6)).repeat(3, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = ProbeTrainer(features, labels, 2).fit(1000.0).probabilities(np.float32([[1e12] * 3, [-1e12] * 3]))

    assert made == pytest.approx(np.array([[0, 1], [1, 0]]))
