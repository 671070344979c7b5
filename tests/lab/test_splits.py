"""Every row is tested on exactly once a repeat, classes evenly, twins together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

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
def test_folds_test_every_row_once_a_repeat_and_keep_groups_together(
    data: tuple[Ints, Ints], k: int, repeats: int, seed: int
) -> None:
    """Whatever the groups: parts are disjoint, complete and never empty, and every class is always learned from."""
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
def test_a_holdout_has_every_class_on_both_sides_and_no_group_on_both(
    data: tuple[Ints, Ints], share: float, seed: int
) -> None:
    """However small or large the share is."""
    labels, groups = data

    split = holdout(labels, groups, share, seed)

    assert set(labels[split.train]) == set(labels[split.test]) == set(labels)
    assert not set(groups[split.train]) & set(groups[split.test])
    assert np.array_equal(np.sort(np.concatenate([split.train, split.test])), np.arange(len(labels)))


@given(st.lists(st.integers(6, 40), min_size=2, max_size=5), st.integers(2, 5), st.integers(0, 9))
def test_without_twins_classes_are_spread_as_evenly_as_can_be(counts: list[int], k: int, seed: int) -> None:
    """The parts' numbers of a class differ by one at most, and a holdout misses its share by less than two."""
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


def test_groups_of_several_sizes_are_spread_evenly_too() -> None:
    """With many pairs among the pictures no part's share of a class is far from what it should be."""
    labels = np.repeat([0, 1, 2], 40)
    groups = np.concatenate([np.repeat(np.arange(10), 2) + 100 * c for c in range(3)] + [1000 + np.arange(60)])
    order = np.argsort(np.concatenate([np.repeat([0, 1, 2], 20), np.repeat([0, 1, 2], 20)]), kind="stable")

    tested = [np.bincount(labels[one.test]) for one in cross_validation_folds(labels, groups[order], 5, 3, 0)]

    assert np.abs(np.stack(tested) - 8).max() <= 1


def test_the_same_seed_splits_alike_and_another_otherwise() -> None:
    """Repeats and seeds are draws of their own; the same call gives the same rows."""
    labels, groups = np.repeat([0, 1], 30), np.arange(60)

    first, again, other = (cross_validation_folds(labels, groups, 3, 2, seed) for seed in (1, 1, 2))

    assert all(np.array_equal(a.test, b.test) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].test, other[0].test)
    assert not np.array_equal(first[0].test, first[3].test)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: holdout(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), 0.5, 0), "class 0 has 1"),
        (lambda: cross_validation_folds(np.array([0, 0, 1]), np.arange(3), 2, 1, 0), "class 1 has 1"),
        (
            lambda: cross_validation_folds(np.array([0, 0, 1, 1]), np.arange(4), 5, 1, 0),
            "4 different pictures cannot make 5",
        ),
        (lambda: cross_validation_folds(np.array([0, 0, 1, 1]), np.arange(4), 1, 1, 0), "k=1"),
        (lambda: holdout(np.array([0, 0, 1, 1]), np.arange(4), 1.0, 0), "share"),
        (lambda: holdout(np.array([0, 0]), np.arange(3), 0.5, 0), "one length"),
        # Three classes that share three groups in a circle: two sides cannot both have all of them.
        (lambda: holdout(np.array([0, 1, 1, 2, 2, 0]), np.array([0, 0, 1, 1, 2, 2]), 0.5, 0), "twins"),
    ],
)
def test_what_cannot_be_split_is_refused(call: object, message: str) -> None:
    """The error says which class has too little, or which number is wrong."""
    with pytest.raises(ValueError, match=message):
        call()  # type: ignore[operator]
