"""Planted wrong labels are found, and few right ones accused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from practicum.lab.label_noise import find_suspect_labels


def out_of_fold(x: NDArray[np.float64], given: NDArray[np.int64]) -> NDArray[np.float64]:
    """By logistic regression in five folds."""
    model = LogisticRegression(C=0.05, max_iter=500)
    probabilities: NDArray[np.float64] = cross_val_predict(model, x, given, cv=5, method="predict_proba")
    return probabilities


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_planted_errors_are_found(share: float) -> None:
    """Of labels turned over at random, six in ten at least; of right ones, one in a hundred at the most is accused."""
    found = accused = planted = right = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        labels = np.arange(200) % 5
        x = rng.normal(size=(200, 40)) + rng.normal(size=(5, 40))[labels]
        bad = rng.permutation(200)[: int(share * 200)]
        shown = labels.copy()
        shown[bad] = (shown[bad] + rng.integers(1, 5, len(bad))) % 5

        named = {suspect.row for suspect in find_suspect_labels(shown, out_of_fold(x, shown))}

        found += len(named & set(bad.tolist()))
        accused += len(named - set(bad.tolist()))
        planted += len(bad)
        right += 200 - len(bad)

    assert found / planted >= 0.6
    assert accused / right <= 0.01


@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 1000))
def test_a_suspect_is_likelier_to_be_another(classes: int, n: int, seed: int) -> None:
    """Whatever the probabilities: the class named has more than the given one, by the confidence told; surest first."""
    rng = np.random.default_rng(seed)
    labels, probabilities = rng.integers(0, classes, n), rng.dirichlet(np.ones(classes), n)

    named = find_suspect_labels(labels, probabilities)

    for suspect in named:
        margin = probabilities[suspect.row, suspect.likely] - probabilities[suspect.row, suspect.given]
        assert suspect.given == labels[suspect.row] != suspect.likely
        assert 0 < suspect.confidence == pytest.approx(margin)
    assert [one.confidence for one in named] == sorted((one.confidence for one in named), reverse=True)


def test_sure_and_right_predictions_accuse_nobody() -> None:
    """Where every label agrees with the model there is no suspect."""
    labels = np.arange(12) % 3

    assert find_suspect_labels(labels, np.eye(3)[labels] * 0.7 + 0.1) == []


def test_a_small_lead_accuses_nobody() -> None:
    """Another class must be likelier by as much as was asked for: a model that often errs would accuse many falsely."""
    labels = np.array([0, 0, 0, 1, 1, 1])
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55], [0.45, 0.55], [0.4, 0.6]])

    assert [one.row for one in find_suspect_labels(labels, probabilities, least=0.5)] == [2]
    assert find_suspect_labels(labels, probabilities, least=0.7) == []
