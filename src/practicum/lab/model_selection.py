"""Which way of learning is taken, and how much better than it is choosing makes it look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.scores import log_losses

RESAMPLES = 500
MIN_STANDARD_ERRORS = 1.0
"""A later way is taken when it is ahead by this many standard errors of the difference."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class StrategySelection:
    """The `way` that was taken, and the `setting` of each way that did best; numbers of those that were given.

    `optimism` is by how much, as a share of 1, the accuracy of the taken one exceeds what it would be on new pictures,
    because it was the best of several here.
    """

    way: int
    settings: tuple[int, ...]
    optimism: float


def select_strategy(
    labels: NDArray[Any], ways: Sequence[NDArray[Any]], *, groups: NDArray[Any] | None = None, seed: int = 0
) -> StrategySelection:
    """Choose among ways of learning by their predictions of the same pictures, none of which they had learned.

    Each of `ways` is (settings, repeats, n, classes), the one that is trusted most first. Of a way's settings the one
    of least log loss is taken; a later way replaces an earlier one when its accuracy is higher by more than one
    standard error of the difference over pictures, as Breiman et al. (1984) do: less may well be luck. Ways are
    compared on the repeats that both have.

    Optimism is measured as Tsamardinos, Greasidou and Borboudakis (2018) propose: choose among drawn pictures, look at
    the accuracy of the chosen one on those that were not drawn. By how much their mean falls short of the accuracy of
    what is taken here is what choosing added.

    Pictures of one of `groups` (n,), such as twins, count as one, by their mean: each alone would tell too much.

    Raises ValueError where there is no way, or one has not a row for each label.
    """
    labels = np.asarray(labels)
    if not ways or any(way.ndim != 4 or way.shape[2] != len(labels) for way in ways):
        raise ValueError("each way must be (settings, repeats, n, classes), with n as many as there are labels")
    losses = [log_losses(labels, way).mean(axis=1) for way in ways]
    right = [(way.argmax(axis=-1) == labels).astype(np.float64) for way in ways]
    if groups is not None:
        losses, right = ([_by_group(one, groups) for one in each] for each in (losses, right))
    all_rows = np.arange(losses[0].shape[-1])[None]
    chosen, settings = _choice(losses, right, all_rows)
    way = int(chosen[0])
    taken = float(right[way][settings[way][0]].mean())
    return StrategySelection(way, tuple(int(one[0]) for one in settings), _optimism(losses, right, taken, seed))


def _by_group(values: Numbers, groups: NDArray[Any]) -> Numbers:
    """Means over the rows of each group, along the last axis."""
    _, number, count = np.unique(groups, return_inverse=True, return_counts=True)
    if len(count) == len(groups):
        return values
    sums = np.zeros((*values.shape[:-1], len(count)))
    np.add.at(np.moveaxis(sums, -1, 0), number, np.moveaxis(values, -1, 0))
    return sums / count


def _choice(
    losses: Sequence[Numbers], right: Sequence[Numbers], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """For each draw of rows (draws, n): the way, (draws,), and of each way the setting, (draws,)."""
    settings = [loss[:, rows].mean(axis=2).argmin(axis=0) for loss in losses]
    way = np.zeros(len(rows), np.int64)
    for later in range(1, len(losses)):
        for now in range(later):
            here = np.flatnonzero(way == now)
            shared = min(right[now].shape[1], right[later].shape[1])
            gain = (
                right[later][settings[later][here], :shared].mean(axis=1)
                - right[now][settings[now][here], :shared].mean(axis=1)
            )[np.arange(len(here))[:, None], rows[here]]
            # The error as it is where neither is better: by one picture alone no way is ahead, then.
            way[here[gain.sum(axis=1) > MIN_STANDARD_ERRORS * np.sqrt((gain**2).sum(axis=1))]] = later
    return way, settings


def _optimism(losses: Sequence[Numbers], right: Sequence[Numbers], taken: float, seed: int) -> float:
    """The accuracy `taken` less the mean, over draws, of what the chosen one has among those not drawn; 0 or more."""
    if sum(map(len, losses)) == 1:
        return 0.0
    n = losses[0].shape[-1]
    rows = np.random.default_rng([seed, n]).integers(0, n, size=(RESAMPLES, n))
    way, settings = _choice(losses, right, rows)
    found = []
    for draw in range(RESAMPLES):
        left = np.setdiff1d(np.arange(n), rows[draw])
        if len(left):
            found.append(right[way[draw]][settings[way[draw]][draw]][:, left].mean())
    return max(0.0, taken - float(np.mean(found))) if found else 0.0
