"""The selection is careful, and the optimism that it adds is measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from practicum.lab.model_selection import StrategySelection, select_strategy

pytestmark = pytest.mark.slow

Predictions = NDArray[np.float64]


def strategy(labels: NDArray[np.int64], *rights: NDArray[np.bool_], sure: float = 0.7) -> Predictions:
    """Predictions (settings, 1, n, 2) that are correct where each of `rights` (n,) is True."""
    named = np.stack([np.where(right, labels, 1 - labels) for right in rights])
    return np.where(np.arange(2) == named[..., None], sure, 1 - sure)[:, None]


def first(count: int, n: int = 100) -> NDArray[np.bool_]:
    """The first `count` rows are correct."""
    return np.arange(n) < count


LABELS = np.arange(100) % 2


def test_a_single_candidate_has_no_optimism() -> None:
    """Nothing was selected."""
    assert select_strategy(LABELS, [strategy(LABELS, first(70))]) == StrategySelection(0, (0,), 0.0)


def test_selects_the_setting_with_the_lowest_log_loss() -> None:
    """In each strategy."""
    first_way = np.concatenate([strategy(LABELS, first(80), sure=sure) for sure in (0.6, 0.8, 0.99)])
    second_way = strategy(LABELS, first(75), first(60), first(79))

    assert select_strategy(LABELS, [first_way, second_way]).settings == (1, 2)


def test_a_later_strategy_must_be_clearly_better() -> None:
    """One image more could be luck, fifteen more could not; of several that are better, the best is selected."""
    trusted = strategy(LABELS, first(70))

    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(71))]).strategy == 0
    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(85))]).strategy == 1
    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(71)), strategy(LABELS, first(85))]).strategy == 2
    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(85)), strategy(LABELS, first(86))]).strategy == 1
    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(55))]).strategy == 0


def test_the_standard_error_depends_on_the_disagreement() -> None:
    """Four images more are clear if the strategies differ on these alone, and luck if they differ on many."""
    trusted = strategy(LABELS, first(60))
    parted = np.roll(first(64), 30)

    assert select_strategy(LABELS, [trusted, strategy(LABELS, first(64))]).strategy == 1
    assert select_strategy(LABELS, [trusted, strategy(LABELS, parted)]).strategy == 0


def test_strategies_are_compared_on_shared_repeats() -> None:
    """A strategy with one repeat is compared with the first repeat of the other."""
    good, bad = strategy(LABELS, first(80)), strategy(LABELS, first(40))
    once = strategy(LABELS, first(60))

    assert select_strategy(LABELS, [np.concatenate([good, bad, bad, bad], axis=1), once]).strategy == 0
    assert select_strategy(LABELS, [np.concatenate([bad, good, good, good], axis=1), once]).strategy == 1


def chance(rng: np.random.Generator, labels: NDArray[np.int64], rates: Sequence[float]) -> list[NDArray[np.bool_]]:
    return [rng.random(len(labels)) < rate for rate in rates]


@pytest.mark.parametrize(
    ("rates", "together"),
    [((0.5,) * 30, True), ((0.5,) * 20, False), ((0.8,) * 4, True), ((0.6, 0.9), False)],
    ids=["30 guesses in one way", "20 ways of guessing", "4 settings as good", "one way better"],
)
def test_accuracy_less_optimism_is_unbiased(rates: tuple[float, ...], together: bool) -> None:
    """On average over many sets, for any number of candidates."""
    uncorrected, corrected, true = [], [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, 100)
        rights = chance(rng, labels, rates)
        strategies = [strategy(labels, *rights)] if together else [strategy(labels, right) for right in rights]
        selection = select_strategy(labels, strategies, seed=seed)
        number = selection.settings[0] if together else selection.strategy
        uncorrected.append(rights[number].mean())
        corrected.append(rights[number].mean() - selection.optimism)
        true.append(rates[number])

    assert np.mean(corrected) == pytest.approx(np.mean(true), abs=0.02)
    if len(set(rates)) == 1:
        assert np.mean(uncorrected) > np.mean(true) + 0.02


def test_optimism_depends_on_the_seed_alone() -> None:
    """And is never negative."""
    rng = np.random.default_rng(0)
    given = [strategy(LABELS, *chance(rng, LABELS, (0.7,) * 5))]
    once = select_strategy(LABELS, given, seed=1)
    np.random.default_rng(1).random(7)

    assert select_strategy(LABELS, given, seed=1) == once
    assert select_strategy(LABELS, given, seed=2).optimism != once.optimism
    assert 0 < once.optimism < 0.2


def test_selects_with_a_single_image() -> None:
    """Every resample contains it, so the optimism is 0."""
    one = np.array([0])

    assert select_strategy(one, [strategy(one, first(0, 1), first(1, 1))]) == StrategySelection(0, (1,), 0.0)


@pytest.mark.parametrize(
    "given",
    [
        [],
        [strategy(LABELS, first(70))[0]],
        [strategy(LABELS[:99], first(70, 99))],
        [strategy(LABELS, first(70)), np.zeros((1, 1, 2))],
    ],
    ids=["none", "no settings", "too few rows", "one of two"],
)
def test_rejects_other_shapes(given: list[Predictions]) -> None:
    """Each strategy needs a prediction for each label."""
    with pytest.raises(ValueError, match=r"\(settings, repeats, n, classes\)"):
        select_strategy(LABELS, given)


def test_duplicates_do_not_make_a_strategy_better() -> None:
    """Fifty copies of an image count as one image."""
    labels = np.zeros(60, np.int64)
    groups = np.array([0] * 50 + list(range(1, 11)))
    right, wrong = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    first = np.where(np.arange(60)[:, None] < 50, wrong, right)[None, None]
    second = np.broadcast_to(right, (1, 1, 60, 2))

    assert select_strategy(labels, [first, second]).strategy == 1
    assert select_strategy(labels, [first, second], groups=groups).strategy == 0
