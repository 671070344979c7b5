"""The choice among ways of learning is careful, and what choosing adds to the accuracy is taken off again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from practicum.lab.model_selection import StrategySelection, select_strategy

Way = NDArray[np.float64]


def way(labels: NDArray[np.int64], *rights: NDArray[np.bool_], sure: float = 0.7) -> Way:
    """Predictions (settings, 1, n, 2) that are right where each of `rights` (n,) says so."""
    named = np.stack([np.where(right, labels, 1 - labels) for right in rights])
    return np.where(np.arange(2) == named[..., None], sure, 1 - sure)[:, None]


def first(count: int, n: int = 100) -> NDArray[np.bool_]:
    """So many right, those of the first rows."""
    return np.arange(n) < count


LABELS = np.arange(100) % 2


def test_one_way_of_one_setting_is_taken_as_it_is() -> None:
    """Where nothing was chosen, nothing looks better than it is."""
    assert select_strategy(LABELS, [way(LABELS, first(70))]) == StrategySelection(0, (0,), 0.0)


def test_the_setting_of_least_log_loss_is_taken() -> None:
    """In each way: of the same accuracy the surer one, and of settings that are as sure the more accurate."""
    first_way = np.concatenate([way(LABELS, first(80), sure=sure) for sure in (0.6, 0.8, 0.99)])
    second_way = way(LABELS, first(75), first(60), first(79))

    assert select_strategy(LABELS, [first_way, second_way]).settings == (1, 2)


def test_a_later_way_must_be_clearly_ahead() -> None:
    """One picture more could be luck, fifteen more could not; and of several that are ahead the best is taken."""
    trusted = way(LABELS, first(70))

    assert select_strategy(LABELS, [trusted, way(LABELS, first(71))]).way == 0
    assert select_strategy(LABELS, [trusted, way(LABELS, first(85))]).way == 1
    assert select_strategy(LABELS, [trusted, way(LABELS, first(71)), way(LABELS, first(85))]).way == 2
    assert select_strategy(LABELS, [trusted, way(LABELS, first(85)), way(LABELS, first(86))]).way == 1
    assert select_strategy(LABELS, [trusted, way(LABELS, first(55))]).way == 0


def test_how_clear_it_is_depends_on_how_often_the_ways_part() -> None:
    """Ahead by four pictures: clear where they part on these alone, luck where they part on many."""
    trusted = way(LABELS, first(60))
    parted = np.roll(first(64), 30)

    assert select_strategy(LABELS, [trusted, way(LABELS, first(64))]).way == 1
    assert select_strategy(LABELS, [trusted, way(LABELS, parted)]).way == 0


def test_ways_are_compared_on_the_repeats_that_both_have() -> None:
    """A way that was tried once is held against the first repeat of the other, not against its others."""
    good, bad = way(LABELS, first(80)), way(LABELS, first(40))
    once = way(LABELS, first(60))

    assert select_strategy(LABELS, [np.concatenate([good, bad, bad, bad], axis=1), once]).way == 0
    assert select_strategy(LABELS, [np.concatenate([bad, good, good, good], axis=1), once]).way == 1


def chance(rng: np.random.Generator, labels: NDArray[np.int64], rates: Sequence[float]) -> list[NDArray[np.bool_]]:
    return [rng.random(len(labels)) < rate for rate in rates]


@pytest.mark.parametrize(
    ("rates", "together"),
    [((0.5,) * 30, True), ((0.5,) * 20, False), ((0.8,) * 4, True), ((0.6, 0.9), False)],
    ids=["30 guesses in one way", "20 ways of guessing", "4 settings as good", "one way better"],
)
def test_accuracy_less_optimism_is_what_new_pictures_would_show(rates: tuple[float, ...], together: bool) -> None:
    """Averaged over sets drawn anew: near the true accuracy of what was chosen, however many chose, and however much
    better the best one looked."""
    looked, told, true = [], [], []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 2, 100)
        rights = chance(rng, labels, rates)
        ways = [way(labels, *rights)] if together else [way(labels, right) for right in rights]
        choice = select_strategy(labels, ways, seed=seed)
        number = choice.settings[0] if together else choice.way
        looked.append(rights[number].mean())
        told.append(rights[number].mean() - choice.optimism)
        true.append(rates[number])

    assert np.mean(told) == pytest.approx(np.mean(true), abs=0.02)
    if len(set(rates)) == 1:
        assert np.mean(looked) > np.mean(true) + 0.02


def test_optimism_is_the_same_with_the_same_seed() -> None:
    """To the bit; never below 0; and drawn from the seed alone, whatever was drawn before."""
    rng = np.random.default_rng(0)
    given = [way(LABELS, *chance(rng, LABELS, (0.7,) * 5))]
    once = select_strategy(LABELS, given, seed=1)
    np.random.default_rng(1).random(7)

    assert select_strategy(LABELS, given, seed=1) == once
    assert select_strategy(LABELS, given, seed=2).optimism != once.optimism
    assert 0 < once.optimism < 0.2


def test_of_a_single_picture_a_choice_is_made_too() -> None:
    """No draw leaves it out, so nothing is known of optimism."""
    one = np.array([0])

    assert select_strategy(one, [way(one, first(0, 1), first(1, 1))]) == StrategySelection(0, (1,), 0.0)


@pytest.mark.parametrize(
    "given",
    [[], [way(LABELS, first(70))[0]], [way(LABELS[:99], first(70, 99))], [way(LABELS, first(70)), np.zeros((1, 1, 2))]],
    ids=["none", "no settings", "too few rows", "one of two"],
)
def test_other_shapes_are_refused(given: list[Way]) -> None:
    """Each way needs a prediction for each label."""
    with pytest.raises(ValueError, match=r"each way must be \(settings, repeats, n, classes\)"):
        select_strategy(LABELS, given)


def test_copies_make_no_way_surer() -> None:
    """A way that is ahead on one picture is ahead on its fifty copies too: that is one picture's worth."""
    labels = np.zeros(60, np.int64)
    groups = np.array([0] * 50 + list(range(1, 11)))
    right, wrong = np.array([0.9, 0.1]), np.array([0.1, 0.9])
    first = np.where(np.arange(60)[:, None] < 50, wrong, right)[None, None]
    second = np.broadcast_to(right, (1, 1, 60, 2))

    assert select_strategy(labels, [first, second]).way == 1
    assert select_strategy(labels, [first, second], groups=groups).way == 0
