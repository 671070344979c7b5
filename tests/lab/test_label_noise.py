"""Planted wrong labels are found, and few correct ones are flagged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from practicum.lab.label_noise import find_suspect_labels

pytestmark = pytest.mark.slow


def out_of_fold(x: NDArray[np.float64], given: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probabilities by logistic regression in five folds."""
    model = LogisticRegression(C=0.05, max_iter=500)
    probabilities: NDArray[np.float64] = cross_val_predict(model, x, given, cv=5, method="predict_proba")
    return probabilities


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_planted_errors_are_found(share: float) -> None:
    """At least six in ten random errors; at most one in a hundred correct labels is flagged."""
    found = flagged = planted = right = 0
    for seed in range(6):
        rng = np.random.default_rng(seed)
        labels = np.arange(200) % 5
        x = rng.normal(size=(200, 40)) + rng.normal(size=(5, 40))[labels]
        bad = rng.permutation(200)[: int(share * 200)]
        given_labels = labels.copy()
        given_labels[bad] = (given_labels[bad] + rng.integers(1, 5, len(bad))) % 5

        suspects = {suspect.row for suspect in find_suspect_labels(given_labels, out_of_fold(x, given_labels))}

        found += len(suspects & set(bad.tolist()))
        flagged += len(suspects - set(bad.tolist()))
        planted += len(bad)
        right += 200 - len(bad)

    assert found / planted >= 0.6
    assert flagged / right <= 0.01


@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 1000))
def test_the_likely_class_is_more_probable(classes: int, n: int, seed: int) -> None:
    """By the reported confidence; suspects are sorted by it."""
    rng = np.random.default_rng(seed)
    labels, probabilities = rng.integers(0, classes, n), rng.dirichlet(np.ones(classes), n)

    suspects = find_suspect_labels(labels, probabilities)

    for suspect in suspects:
        margin = probabilities[suspect.row, suspect.likely] - probabilities[suspect.row, suspect.given]
        assert suspect.given == labels[suspect.row] != suspect.likely
        assert 0 < suspect.confidence == pytest.approx(margin)
    assert [one.confidence for one in suspects] == sorted((one.confidence for one in suspects), reverse=True)


def test_confident_correct_predictions_have_no_suspects() -> None:
    """Every label agrees with the model."""
    labels = np.arange(12) % 3

    assert find_suspect_labels(labels, np.eye(3)[labels] * 0.7 + 0.1) == []


def test_ignores_differences_below_the_margin() -> None:
    """A model that often errs would flag many correct labels."""
    labels = np.array([0, 0, 0, 1, 1, 1])
    probabilities = np.array([[0.6, 0.4], [0.6, 0.4], [0.2, 0.8], [0.45, 0.55], [0.45, 0.55], [0.4, 0.6]])

    assert [one.row for one in find_suspect_labels(labels, probabilities, min_margin=0.5)] == [2]
    assert find_suspect_labels(labels, probabilities, min_margin=0.7) == []
