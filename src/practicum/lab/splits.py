"""Stratified splits into training and test rows that keep groups, such as near duplicates, on one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.lab.errors import LabError

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Training rows and test rows, each ascending. Together they are all rows, and no row is in both."""

    train: Rows
    test: Rows


def holdout(labels: NDArray[Any], groups: NDArray[Any], share: float, seed: int) -> Split:
    """Hold out about `share` of the rows of each class for testing: at least one group, and never all of them.

    Args:
        labels: Whole numbers from 0, (n,).
        groups: Whole numbers, (n,). Rows of one group stay together.
        share: Between 0 and 1.
        seed: Seed of the random assignment.

    Raises:
        LabError: `too-few-images`: a class has fewer than two groups. `unsplittable`: groups span too many classes.
        ValueError: `share` is out of range, or the lengths differ.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, not {share}")
    table = _GroupTable(labels, groups)
    table.require_groups(2)
    rng = np.random.default_rng([seed, 0])
    targets = np.stack([table.class_sizes * share, table.class_sizes * (1 - share)])
    part = _assign_groups(table, targets, rng)
    return _split(part[table.group_of] == 0)


def cross_validation_folds(labels: NDArray[Any], groups: NDArray[Any], k: int, repeats: int, seed: int) -> list[Split]:
    """Return the splits of repeated, stratified, grouped k-fold cross-validation, repeat by repeat.

    Each row is tested exactly once per repeat. The classes are spread as evenly as the groups allow, and every class is
    in every training part.

    Args:
        labels: Whole numbers from 0, (n,).
        groups: Whole numbers, (n,). Rows of one group stay together.
        k: Number of parts, at least 2.
        repeats: Number of repeats with other parts, at least 1.
        seed: Seed of the random assignment.

    Raises:
        LabError: `too-few-images`: a class has fewer than two groups, or there are fewer than k groups in all.
            `unsplittable`: groups span too many classes.
        ValueError: `k` or `repeats` is out of range, or the lengths differ.
    """
    if k < 2 or repeats < 1:
        raise ValueError(f"k must be at least 2 and repeats at least 1; got k={k}, repeats={repeats}")
    table = _GroupTable(labels, groups)
    table.require_groups(2)
    if table.count < k:
        raise LabError(
            "too-few-images",
            f"{table.count} different images cannot be split into {k} parts. Use {table.count} parts or fewer.",
        )
    splits = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, 1, repeat])
        fold = _assign_groups(table, np.repeat(table.class_sizes[None] / k, k, axis=0), rng)
        splits += [_split(fold[table.group_of] == number) for number in range(k)]
    return splits


class _GroupTable:
    """Groups and their numbers of rows per class: `rows` (groups, classes)."""

    def __init__(self, labels: NDArray[Any], groups: NDArray[Any]) -> None:
        labels, groups = np.asarray(labels), np.asarray(groups)
        if labels.ndim != 1 or labels.shape != groups.shape or not len(labels):
            raise ValueError(f"labels and groups must both be (n,); got {labels.shape} and {groups.shape}")
        self.classes, class_of = np.unique(labels, return_inverse=True)
        names, self.group_of = np.unique(groups, return_inverse=True)
        self.count = len(names)
        self.rows = np.zeros((self.count, len(self.classes)), np.int64)
        np.add.at(self.rows, (self.group_of, class_of), 1)
        self.class_sizes = self.rows.sum(axis=0)

    def require_groups(self, minimum: int) -> None:
        """Raise LabError if a class has fewer groups."""
        counts = (self.rows > 0).sum(axis=0)
        if small := [int(number) for number in self.classes[counts < minimum]]:
            listed = ", ".join(f"class {number} has {int(counts[self.classes == number][0])}" for number in small)
            raise LabError(
                "too-few-images",
                f"Each class needs at least {minimum} different images, but {listed}. Add images, or leave it out.",
            )


def _assign_groups(table: _GroupTable, targets: NDArray[np.float64], rng: np.random.Generator) -> Rows:
    """A part for each group, (groups,), such that part p holds about `targets[p, c]` rows of class c.

    The largest groups are assigned first, each to the part that lacks it most, with ties broken at random. Classes that
    lie in one part only are then spread.
    """
    parts = len(targets)
    part_of = np.zeros(table.count, np.int64)
    missing = targets.copy()
    order = rng.permutation(table.count)
    # A stable sort keeps the classes mixed: an order by size alone would fill the parts class by class.
    order = order[np.argsort(-table.rows[order].sum(axis=1), kind="stable")]
    for group in order:
        rows = table.rows[group]
        # How much closer to its target the group brings each part: first in its classes, then in all rows.
        gain = ((missing / np.maximum(table.class_sizes, 1)) * rows).sum(axis=1)
        tie = missing.sum(axis=1) / max(1, len(table.group_of))
        part = int(np.lexsort((rng.random(parts), -np.round(tie, 9), -np.round(gain, 9)))[0])
        part_of[group] = part
        missing[part] -= rows
    _spread_classes(table, part_of, parts, rng)
    return part_of


def _spread_classes(table: _GroupTable, part_of: Rows, parts: int, rng: np.random.Generator) -> None:
    """Move groups, in place, until every class is in two parts or more and no part is empty."""
    for _ in range(10 * (parts + len(table.classes))):
        present = np.stack([(table.rows[part_of == part] > 0).sum(axis=0) for part in range(parts)])
        in_one_part = np.flatnonzero((present > 0).sum(axis=0) < 2)
        empty = np.flatnonzero(np.bincount(part_of, minlength=parts) == 0)
        if not len(in_one_part) and not len(empty):
            return
        if len(in_one_part):
            movable = np.flatnonzero(table.rows[:, in_one_part[0]] > 0)
        else:
            largest = np.bincount(part_of, minlength=parts).argmax()
            movable = np.flatnonzero(part_of == largest)
        smallest = movable[table.rows[movable].sum(axis=1) == table.rows[movable].sum(axis=1).min()]
        group = int(rng.choice(smallest))
        candidates = np.setdiff1d(empty if len(empty) else np.arange(parts), part_of[group])
        part_of[group] = int(rng.choice(candidates))
    raise LabError(
        "unsplittable",
        "The same images are in so many classes that they cannot be split. Correct the labels of the duplicates first.",
    )


def _split(tested: NDArray[np.bool_]) -> Split:
    return Split(np.flatnonzero(~tested).astype(np.int64), np.flatnonzero(tested).astype(np.int64))


def singleton_groups(n: int) -> Rows:
    """Return groups of one row each, (n,), for data without duplicates."""
    return np.arange(n, dtype=np.int64)


def mean_sizes(splits: Sequence[Split]) -> tuple[int, int]:
    """Return the mean numbers of training and test rows, rounded, as the corrected t-test needs them."""
    return round(np.mean([len(split.train) for split in splits])), round(np.mean([len(split.test) for split in splits]))
