"""The probe equals scikit-learn's logistic regression, and never uses the label of a tested image."""

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

pytestmark = pytest.mark.slow

Set = tuple[NDArray[np.float32], NDArray[np.int64]]


def drawn(n: int, d: int, classes: int, seed: int = 0) -> Set:
    """Features that separate the classes imperfectly, with axes of different lengths, far from the origin."""
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
    """scikit-learn's probabilities of all rows, trained on some, at the probe's scale.

    For two classes, scikit-learn has one row of weights where softmax has two of half the length: C is twice as large.
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
def test_equals_scikit_learn(n: int, d: int, classes: int, share: float, strength: float) -> None:
    """On training and other rows, with more rows than axes or fewer."""
    features, labels = drawn(n, d, classes)
    rows = np.arange(int(share * n))
    ours = ProbeTrainer(features, labels, classes).fit(strength, rows).probabilities(features)

    assert ours == pytest.approx(theirs(features, labels, strength, rows=rows), abs=2e-3)


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_weights_equal_scikit_learns(share: float) -> None:
    """A row of weight 3 counts three times, one of weight 0 not at all."""
    features, labels = drawn(90, 40, 3)
    rows, weights = np.arange(int(share * 90)), np.random.default_rng(0).choice([0.0, 0.5, 1.0, 3.0], 90)
    ours = ProbeTrainer(features, labels, 3).fit(10.0, rows, weights).probabilities(features)

    assert ours == pytest.approx(theirs(features, labels, 10.0, rows=rows, weights=weights), abs=2e-3)


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_versions_share_the_weight_of_their_image(share: float) -> None:
    """Four versions of each row equal four rows that count a quarter each."""
    features, labels = drawn(60, 40, 3)
    versions = np.stack([features, *(features + drawn(60, 40, 3, seed)[0] / 4 for seed in (1, 2, 3))])
    rows, many = np.arange(int(share * 60)), np.tile(labels, 4)
    each = (rows + 60 * np.arange(4)[:, None]).ravel()
    flat, quarter = versions.reshape(-1, 40), np.full(240, 0.25)
    ours = ProbeTrainer(versions, labels, 3).fit(10.0, rows).probabilities(features)

    assert ours == pytest.approx(theirs(flat, many, 10.0, rows=each, weights=quarter)[:60], abs=2e-3)


def test_the_first_version_is_tested() -> None:
    """The prediction of a row uses its first version alone."""
    features, labels = drawn(60, 40, 3)
    versions = np.stack([features, features + drawn(60, 40, 3, 1)[0]])
    splits = cross_validation_folds(labels, singleton_groups(60), 5, 1, 0)
    probes = ProbeTrainer(versions, labels, 3)
    probabilities = probes.out_of_fold(splits, [10.0])[0, 0]

    for split in splits:
        one = probes.fit(10.0, split.train).probabilities(features)
        assert probabilities[split.test] == pytest.approx(one[split.test], abs=0.02)


def test_out_of_fold_equals_separate_probes() -> None:
    """For every strength and repeat, to the lower precision that comparisons need, with the same predicted class."""
    features, labels = drawn(60, 100, 3)
    splits = cross_validation_folds(labels, singleton_groups(60), 4, 2, 0)
    probabilities = ProbeTrainer(features, labels, 3).out_of_fold(splits)

    assert probabilities.shape == (len(STRENGTHS), 2, 60, 3)
    assert probabilities.sum(axis=-1) == pytest.approx(1)
    for place, strength in enumerate(STRENGTHS):
        for number, split in enumerate(splits):
            right = theirs(features, labels, strength, rows=split.train)[split.test]
            found = probabilities[place, number // 4, split.test]
            assert np.abs(found - right).mean() < 0.02
            assert (found.argmax(axis=1) == right.argmax(axis=1)).mean() > 0.9


@examples(20)
@given(st.integers(0, 99), st.integers(0, 39), st.integers(1, 2), st.integers(0, 3))
def test_a_label_never_affects_its_own_prediction(seed: int, row: int, versions: int, fold: int) -> None:
    """Other labels for the tested rows change no bit of their predictions."""
    features, labels = drawn(40, 30, 2, seed)
    splits = cross_validation_folds(labels, singleton_groups(40), 4, 1, seed)
    tested = splits[fold].test
    other = labels.copy()
    other[tested] = 1 - other[tested]
    stacked = np.stack([features, features[::-1]])[:versions]
    before, after = (ProbeTrainer(stacked, given, 2).out_of_fold(splits)[:, 0, tested] for given in (labels, other))

    assert np.array_equal(before, after)


def test_is_deterministic_on_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the pool and of the linear algebra library."""
    features, labels = drawn(700, 800, 3)
    splits = cross_validation_folds(labels, singleton_groups(700), 3, 1, 0)
    results = []
    for threads in (1, 2, 2):
        monkeypatch.setattr("os.cpu_count", lambda threads=threads: threads)
        with threadpool_limits(threads, "blas"):
            probes = ProbeTrainer(features, labels, 3)
            results.append((probes.out_of_fold(splits, [10.0]), probes.fit(10.0).weight, probes.fit(10.0).bias))

    for other in results[1:]:
        assert all(np.array_equal(one, same) for one, same in zip(results[0], other, strict=True))


@pytest.mark.parametrize("rows", [np.arange(41), np.arange(5)], ids=["all", "a few"])
def test_constant_features_give_class_frequencies(rows: NDArray[np.int64]) -> None:
    """There is nothing else to learn."""
    labels = np.arange(41) % 2
    probes = ProbeTrainer(np.full((41, 30), 0.1, np.float32), labels, 2)
    probabilities = probes.fit(10.0, rows).probabilities(np.zeros((1, 30), np.float32))

    assert probabilities[0] == pytest.approx(np.bincount(labels[rows]) / len(rows), abs=1e-3)


def test_a_constant_feature_changes_nothing() -> None:
    """Nor does one that is always 0."""
    features, labels = drawn(60, 40, 3)
    more = np.concatenate([features, np.full((60, 1), 1 / 3, np.float32), np.zeros((60, 1), np.float32)], axis=1)
    one, other = (ProbeTrainer(each, labels, 3).fit(10.0) for each in (features, more))

    assert other.probabilities(more) == pytest.approx(one.probabilities(features), abs=1e-4)
    assert other.weight[40:] == pytest.approx(0, abs=1e-6)


def test_is_invariant_to_translation_rotation_and_scale() -> None:
    """A strength means the same for any network."""
    features, labels = drawn(60, 40, 3)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 40)))[0]
    moved = (700 * (features @ turn) - 20).astype(np.float32)
    one, other = (ProbeTrainer(each, labels, 3).fit(10.0).probabilities(each) for each in (features, moved))

    assert other == pytest.approx(one, abs=1e-3)


def test_rejects_incomplete_cross_validations() -> None:
    """A row would have fewer predictions than another."""
    features, labels = drawn(20, 10, 2)
    splits = cross_validation_folds(labels, singleton_groups(20), 4, 1, 0)
    probes = ProbeTrainer(features, labels, 2)

    with pytest.raises(ValueError, match="equally often"):
        probes.out_of_fold(splits[:-1])
    with pytest.raises(ValueError, match="equally often"):
        probes.out_of_fold([*splits, Split(np.arange(10), np.arange(10, 20))])


def test_large_logits_do_not_overflow() -> None:
    """Probabilities are finite and sum to 1, without a warning."""
    labels = np.arange(20) % 2
    features = (labels[:, None] * np.float32(1e6)).repeat(3, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        probabilities = (
            ProbeTrainer(features, labels, 2).fit(1000.0).probabilities(np.float32([[1e12] * 3, [-1e12] * 3]))
        )

    assert probabilities == pytest.approx(np.array([[0, 1], [1, 0]]))
