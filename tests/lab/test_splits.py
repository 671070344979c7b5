"""Every row is tested once per repeat, classes are stratified, and groups stay together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from practicum.lab.errors import LabError
from practicum.lab.splits import cross_validation_folds, holdout

Ints = NDArray[np.int64]


@st.composite
def labelled(draw: st.DrawFn) -> tuple[Ints, Ints]:
    """Labels of two to five classes with two to twelve groups each, of one to four rows, in any order."""
    sizes = [
        (label, size)
        for label in range(draw(st.integers(2, 5)))
        for size in draw(st.lists(st.integers(1, 4), min_size=2, max_size=12))
    ]
    labels = np.concatenate([np.full(size, label) for label, size in sizes])
    groups = np.repeat(np.arange(len(sizes)), [size for _, size in sizes])
    order = np.random.default_rng(draw(st.integers(0, 99))).permutation(len(labels))
    return labels[order].astype(np.int64), groups[order].astype(np.int64)


@given(labelled(), st.integers(2, 4), st.integers(1, 3), st.integers(0, 9))
def test_folds_test_every_row_once_and_keep_groups_together(
    data: tuple[Ints, Ints], k: int, repeats: int, seed: int
) -> None:
    """Parts are disjoint, complete and not empty, and every class is in every training part."""
    labels, groups = data

    splits = cross_validation_folds(labels, groups, k, repeats, seed)

    assert len(splits) == k * repeats
    for start in range(0, len(splits), k):
        tested = np.concatenate([split.test for split in splits[start : start + k]])
        assert np.array_equal(np.sort(tested), np.arange(len(labels)))
    for split in splits:
        assert len(split.test)
        assert np.array_equal(np.sort(np.concatenate([split.train, split.test])), np.arange(len(labels)))
        assert not set(groups[split.train]) & set(groups[split.test])
        assert set(labels[split.train]) == set(labels)


@given(labelled(), st.floats(0.05, 0.95), st.integers(0, 9))
def test_a_holdout_has_every_class_but_no_group_on_both_sides(data: tuple[Ints, Ints], share: float, seed: int) -> None:
    """For any share."""
    labels, groups = data

    split = holdout(labels, groups, share, seed)

    assert set(labels[split.train]) == set(labels[split.test]) == set(labels)
    assert not set(groups[split.train]) & set(groups[split.test])
    assert np.array_equal(np.sort(np.concatenate([split.train, split.test])), np.arange(len(labels)))


@given(st.lists(st.integers(6, 40), min_size=2, max_size=5), st.integers(2, 5), st.integers(0, 9))
def test_single_images_are_spread_evenly(counts: list[int], k: int, seed: int) -> None:
    """The numbers of a class differ by at most one between folds; a holdout misses its share by less than two."""
    labels = np.repeat(np.arange(len(counts)), counts)
    groups = np.arange(len(labels))

    tested = np.stack(
        [
            np.bincount(labels[one.test], minlength=len(counts))
            for one in cross_validation_folds(labels, groups, k, 1, seed)
        ]
    )
    held = np.bincount(labels[holdout(labels, groups, 0.25, seed).test])

    assert np.ptp(tested, axis=0).max() <= 1
    assert np.abs(held - np.array(counts) * 0.25).max() < 2


def test_groups_of_different_sizes_are_spread_evenly() -> None:
    """Also with many pairs among the images."""
    labels = np.repeat([0, 1, 2], 40)
    groups = np.concatenate([np.repeat(np.arange(10), 2) + 100 * c for c in range(3)] + [1000 + np.arange(60)])
    order = np.argsort(np.concatenate([np.repeat([0, 1, 2], 20), np.repeat([0, 1, 2], 20)]), kind="stable")

    tested = [np.bincount(labels[one.test]) for one in cross_validation_folds(labels, groups[order], 5, 3, 0)]

    assert np.abs(np.stack(tested) - 8).max() <= 1


def test_splits_depend_on_the_seed_and_repeat() -> None:
    """The same call returns the same rows."""
    labels, groups = np.repeat([0, 1], 30), np.arange(60)

    first, again, other = (cross_validation_folds(labels, groups, 3, 2, seed) for seed in (1, 1, 2))

    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].test, other[0].test)
    assert not np.array_equal(first[0].test, first[3].test)


@pytest.mark.parametrize(
    ("split", "code"),
    [
        (lambda: holdout(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), 0.5, 0), "too-few-images"),
        (lambda: cross_validation_folds(np.array([0, 0, 1]), np.arange(3), 2, 1, 0), "too-few-images"),
        (lambda: cross_validation_folds(np.array([0, 0, 1, 1]), np.arange(4), 5, 1, 0), "too-few-images"),
        # Three classes that share three groups in a circle: two sides cannot both have all of them.
        (lambda: holdout(np.array([0, 1, 1, 2, 2, 0]), np.array([0, 0, 1, 1, 2, 2]), 0.5, 0), "unsplittable"),
    ],
)
def test_rejects_data_that_cannot_be_split(split: Callable[[], object], code: str) -> None:
    """The error is one that the user can correct."""
    with pytest.raises(LabError) as error:
        split()

    assert error.value.code == code


@pytest.mark.parametrize(
    "split",
    [
        lambda: cross_validation_folds(np.array([0, 0, 1, 1]), np.arange(4), 1, 1, 0),
        lambda: holdout(np.array([0, 0, 1, 1]), np.arange(4), 1.0, 0),
        lambda: holdout(np.array([0, 0]), np.arange(3), 0.5, 0),
    ],
    ids=["one fold", "share of 1", "other length"],
)
def test_rejects_invalid_arguments(split: Callable[[], object]) -> None:
    """They are errors of the caller."""
    with pytest.raises(ValueError, match=r"k=1|share|\(3,\)"):
        split()
