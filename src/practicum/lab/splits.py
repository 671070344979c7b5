"""Which pictures are learned and which are kept back to test on. The same picture twice is never on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Split:
    """Rows to learn from and rows to test on, each ascending: together all rows, none in both."""

    train: Rows
    test: Rows


def holdout(labels: NDArray[Any], groups: NDArray[Any], share: float, seed: int) -> Split:
    """Keep back about `share` of the rows of each class, at least one group and never all of them.

    `labels` (n,) are whole numbers from 0, `groups` (n,) any whole numbers: rows of one group stay together. Raises
    ValueError for a share outside 0 to 1, and where a class has fewer than two groups.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    table = _Table(labels, groups)
    table.demand(2)
    rng = np.random.default_rng([seed, 0])
    wanted = np.stack([table.sizes * share, table.sizes * (1 - share)])
    side = _dealt(table, wanted, rng)
    return _split(side[table.group_of] == 0)


def cross_validation_folds(labels: NDArray[Any], groups: NDArray[Any], k: int, repeats: int, seed: int) -> list[Split]:
    """`k` parts, each tested on once after learning from the others, `repeats` times over with other parts.

    Every row is tested on exactly once in each repeat, and the classes are spread as evenly as the groups allow; every
    class is in every training part. The splits of one repeat stand together. Raises ValueError for k under 2 or
    repeats under 1, and where a class has fewer than two groups or all have fewer than k.
    """
    if k < 2 or repeats < 1:
        raise ValueError(f"k must be at least 2 and repeats at least 1; got k={k}, repeats={repeats}")
    table = _Table(labels, groups)
    table.demand(2)
    if table.count < k:
        raise ValueError(f"{table.count} different pictures cannot make {k} parts; ask for {table.count} or fewer")
    splits = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, 1, repeat])
        fold = _dealt(table, np.repeat(table.sizes[None] / k, k, axis=0), rng)
        splits += [_split(fold[table.group_of] == one) for one in range(k)]
    return splits


class _Table:
    """Groups and how many rows of each class they hold: `held` (groups, classes)."""

    def __init__(self, labels: NDArray[Any], groups: NDArray[Any]) -> None:
        labels, groups = np.asarray(labels), np.asarray(groups)
        if labels.ndim != 1 or labels.shape != groups.shape or not len(labels):
            raise ValueError(f"labels and groups must be of one length, (n,); got {labels.shape} and {groups.shape}")
        self.classes, each = np.unique(labels, return_inverse=True)
        self.names, self.group_of = np.unique(groups, return_inverse=True)
        self.count = len(self.names)
        self.held = np.zeros((self.count, len(self.classes)), np.int64)
        np.add.at(self.held, (self.group_of, each), 1)
        self.sizes = self.held.sum(axis=0)

    def demand(self, least: int) -> None:
        """Raise ValueError unless each class has this many groups."""
        different = (self.held > 0).sum(axis=0)
        if few := [int(one) for one in self.classes[different < least]]:
            named = ", ".join(f"class {one} has {int(different[self.classes == one][0])}" for one in few)
            raise ValueError(f"each class needs at least {least} different pictures to split between; {named}")


def _dealt(table: _Table, wanted: NDArray[np.float64], rng: np.random.Generator) -> Rows:
    """A part for each group, (groups,), such that part p holds about `wanted[p, c]` rows of class c.

    Groups are dealt largest first, each to where it is missed most; among equals chance decides. Whole classes in one
    part are then undone.
    """
    parts = len(wanted)
    part_of = np.zeros(table.count, np.int64)
    missing = wanted.copy()
    order = rng.permutation(table.count)
    # Classes take turns as they would in a round of cards: sorting by size alone would fill parts class by class.
    order = order[np.argsort(-table.held[order].sum(axis=1), kind="stable")]
    for group in order:
        held = table.held[group]
        # How much nearer to what is wanted the group brings each part: in its classes first, in all rows then.
        gain = ((missing / np.maximum(table.sizes, 1)) * held).sum(axis=1)
        tie = missing.sum(axis=1) / max(1, len(table.group_of))
        part = int(np.lexsort((rng.random(parts), -np.round(tie, 9), -np.round(gain, 9)))[0])
        part_of[group] = part
        missing[part] -= held
    _spread(table, part_of, parts, rng)
    return part_of


def _spread(table: _Table, part_of: Rows, parts: int, rng: np.random.Generator) -> None:
    """Move groups, in place, until no class lies wholly in one part and no part is empty."""
    for _ in range(10 * (parts + len(table.classes))):
        present = np.stack([(table.held[part_of == part] > 0).sum(axis=0) for part in range(parts)])
        alone = np.flatnonzero((present > 0).sum(axis=0) < 2)
        empty = np.flatnonzero(np.bincount(part_of, minlength=parts) == 0)
        if not len(alone) and not len(empty):
            return
        if len(alone):
            movable = np.flatnonzero(table.held[:, alone[0]] > 0)
        else:
            crowded = np.bincount(part_of, minlength=parts).argmax()
            movable = np.flatnonzero(part_of == crowded)
        smallest = movable[table.held[movable].sum(axis=1) == table.held[movable].sum(axis=1).min()]
        group = int(rng.choice(smallest))
        others = np.setdiff1d(empty if len(empty) else np.arange(parts), part_of[group])
        part_of[group] = int(rng.choice(others))
    raise ValueError("the same pictures stand in so many classes that they cannot be split; look at the twins first")


def _split(tested: NDArray[np.bool_]) -> Split:
    return Split(np.flatnonzero(~tested).astype(np.int64), np.flatnonzero(tested).astype(np.int64))


def singleton_groups(n: int) -> Rows:
    """Groups where no picture has a twin: each row by itself, (n,)."""
    return np.arange(n, dtype=np.int64)


def mean_sizes(splits: Sequence[Split]) -> tuple[int, int]:
    """Mean numbers of rows learned from and tested on, rounded, as the corrected test of two recipes asks for them."""
    return round(np.mean([len(one.train) for one in splits])), round(np.mean([len(one.test) for one in splits]))
