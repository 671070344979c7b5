"""Select a strategy by cross-validation, and measure how much the selection inflates its accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from practicum.statistics.scores import log_losses

RESAMPLES = 500
MIN_STANDARD_ERRORS = 1.0
"""A later strategy is selected if it is better by more than this many standard errors of the difference."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class StrategySelection:
    """The index of the selected strategy, and the index of the best setting of each strategy.

    `optimism` is the expected excess of the selected strategy's accuracy over its accuracy on new images, as a share of
    1, because it was the best of several here.
    """

    strategy: int
    settings: tuple[int, ...]
    optimism: float


def select_strategy(
    labels: NDArray[Any], strategies: Sequence[NDArray[Any]], *, groups: NDArray[Any] | None = None, seed: int = 0
) -> StrategySelection:
    """Select among strategies by their out-of-fold predictions of the same images.

    Of a strategy's settings, the one with the lowest log loss is used. A later strategy replaces an earlier one if its
    accuracy is higher by more than one standard error of the difference over images, as in Breiman et al. (1984): less
    may be luck. Strategies are compared on the repeats that both have.

    Optimism is measured as Tsamardinos, Greasidou and Borboudakis (2018) propose: select on bootstrap samples of the
    images, and compute the accuracy of the selected strategy on the images that were not drawn. By how much their mean
    is below the accuracy of the strategy selected here is what the selection added.

    Args:
        labels: (n,).
        strategies: For each strategy (settings, repeats, n, classes), the most trusted strategy first.
        groups: (n,). Images of one group, such as near duplicates, count as one, by their mean.
        seed: Seed of the bootstrap.

    Raises:
        ValueError: There is no strategy, or one of another shape.
    """
    labels = np.asarray(labels)
    if not strategies or any(strategy.ndim != 4 or strategy.shape[2] != len(labels) for strategy in strategies):
        raise ValueError("each strategy must be (settings, repeats, n, classes), with n the number of labels")
    losses = [log_losses(labels, probabilities).mean(axis=1) for probabilities in strategies]
    correct = [(probabilities.argmax(axis=-1) == labels).astype(np.float64) for probabilities in strategies]
    if groups is not None:
        losses, correct = ([_group_means(values, groups) for values in each] for each in (losses, correct))
    all_rows = np.arange(losses[0].shape[-1])[None]
    selected, settings = _select(losses, correct, all_rows)
    strategy = int(selected[0])
    accuracy = float(correct[strategy][settings[strategy][0]].mean())
    best_settings = tuple(int(setting[0]) for setting in settings)
    return StrategySelection(strategy, best_settings, _optimism(losses, correct, accuracy, seed))


def _group_means(values: Numbers, groups: NDArray[Any]) -> Numbers:
    """Means over the rows of each group, along the last axis."""
    _, number, count = np.unique(groups, return_inverse=True, return_counts=True)
    if len(count) == len(groups):
        return values
    sums = np.zeros((*values.shape[:-1], len(count)))
    np.add.at(np.moveaxis(sums, -1, 0), number, np.moveaxis(values, -1, 0))
    return sums / count


def _select(
    losses: Sequence[Numbers], correct: Sequence[Numbers], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """For each draw of rows (draws, n): the strategy, (draws,), and for each strategy the setting, (draws,)."""
    settings = [loss[:, rows].mean(axis=2).argmin(axis=0) for loss in losses]
    selected = np.zeros(len(rows), np.int64)
    for later in range(1, len(losses)):
        for current in range(later):
            draws = np.flatnonzero(selected == current)
            shared = min(correct[current].shape[1], correct[later].shape[1])
            gain = (
                correct[later][settings[later][draws], :shared].mean(axis=1)
                - correct[current][settings[current][draws], :shared].mean(axis=1)
            )[np.arange(len(draws))[:, None], rows[draws]]
            # The standard error under the hypothesis of no difference: one image alone is never enough.
            better = gain.sum(axis=1) > MIN_STANDARD_ERRORS * np.sqrt((gain**2).sum(axis=1))
            selected[draws[better]] = later
    return selected, settings


def _optimism(losses: Sequence[Numbers], correct: Sequence[Numbers], accuracy: float, seed: int) -> float:
    """The accuracy less the mean accuracy of the selected strategy on the rows that were not drawn; 0 or more."""
    if sum(map(len, losses)) == 1:
        return 0.0
    n = losses[0].shape[-1]
    rows = np.random.default_rng([seed, n]).integers(0, n, size=(RESAMPLES, n))
    selected, settings = _select(losses, correct, rows)
    accuracies = []
    for draw in range(RESAMPLES):
        rest = np.setdiff1d(np.arange(n), rows[draw])
        if len(rest):
            strategy = selected[draw]
            accuracies.append(correct[strategy][settings[strategy][draw]][:, rest].mean())
    return max(0.0, accuracy - float(np.mean(accuracies))) if accuracies else 0.0
