"""The exact sequential sign test that decides `best`: which option is better with most seeds, whatever the numbers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from practicum.statistics.sign_test import (
    ALPHA,
    LOOKS,
    Boundary,
    boundaries,
    find_winner,
    is_better,
    is_open,
    median_difference,
)

looks = st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True).map(sorted).map(tuple)
scores = st.lists(st.floats(-1e9, 1e9), min_size=7, max_size=7)


def test_seven_wins_of_seven_decide_and_six_do_not() -> None:
    """With one loss, more seeds are needed: twelve wins of thirteen."""
    assert boundaries() == (Boundary(7, 7), Boundary(10, 10), Boundary(13, 12), Boundary(16, 13), Boundary(20, 16))


@given(looks)
def test_no_more_than_one_comparison_in_twenty_ends_with_a_false_winner(looks: tuple[int, ...]) -> None:
    """Over all looks and both directions; every sequence of wins and losses is counted."""
    bounds = boundaries(looks)
    sequences = itertools.product((0, 1), repeat=looks[-1])
    crossed = sum(
        any(not bound.pairs - bound.wins < sum(sequence[: bound.pairs]) < bound.wins for bound in bounds)
        for sequence in sequences
    )

    assert crossed / 2 ** looks[-1] <= ALPHA


@given(st.integers(6, 100))
def test_a_single_look_is_the_binomial_test(pairs: int) -> None:
    """As SciPy's two-sided test finds it."""
    (bound,) = boundaries((pairs,))

    assert binomtest(bound.wins, pairs).pvalue <= ALPHA < binomtest(bound.wins - 1, pairs).pvalue


@pytest.mark.parametrize("pairs", [1, 2, 5])
def test_too_few_pairs_cannot_decide(pairs: int) -> None:
    """A win in all of five pairs has a probability of 1 in 32, and a loss as well."""
    assert boundaries((pairs,)) == (Boundary(pairs, pairs + 1),)


@given(scores, scores)
def test_one_side_is_better_at_most(left: list[float], right: list[float]) -> None:
    """Which it is does not depend on scale or on the size of any difference."""
    first = boundaries()[0]
    better = is_better(left, right, first)

    assert not (better and is_better(right, left, first))
    assert is_better([2 * x for x in left], [2 * x for x in right], first) is better


@given(scores, scores)
def test_the_interval_excludes_zero_exactly_where_a_side_has_wins_enough(left: list[float], right: list[float]) -> None:
    """Its bounds are differences that were measured."""
    first = boundaries()[0]
    interval = median_difference(left, right, first)

    assert (interval.low > 0) is (sum(a - b > 0 for a, b in zip(left, right, strict=True)) >= first.wins)
    assert interval.low <= interval.value <= interval.high


def test_one_huge_difference_hides_no_winner() -> None:
    """Student's t interval of these differences includes 0."""
    key, other = [1.0] * 7, [0.9] * 6 + [-1e12]

    assert find_winner([other, key], boundaries()[0]) == 1


def test_a_winner_is_better_on_average_too() -> None:
    """Better with nineteen of twenty seeds, but with one it collapses: neither wins."""
    key, other = [1.0] * 19 + [-100.0], [0.9] * 20

    assert find_winner([key, other], boundaries()[-1]) is None


def test_a_winner_beats_every_other() -> None:
    """Two that are as good leave none."""
    assert find_winner([[3.0] * 7, [2.0] * 7, [1.0] * 7], boundaries()[0]) == 0
    assert find_winner([[3.0] * 7, [3.0] * 7, [1.0] * 7], boundaries()[0]) is None
    assert find_winner([[3.0] * 6, [2.0] * 6], boundaries()[0]) is None


@pytest.mark.parametrize(("losses", "open_"), [(0, True), (4, True), (5, False), (6, True)])
def test_a_comparison_is_open_as_long_as_one_side_may_still_win(losses: int, open_: bool) -> None:
    """With ten seeds of twenty, of which sixteen must be won: a side may have lost four."""
    left, right = [0.0] * losses + [1.0] * (10 - losses), [0.5] * 10

    assert is_open([left, right], boundaries()[-1]) is open_


def test_a_comparison_with_all_its_seeds_is_not_open() -> None:
    """Whoever won."""
    assert not is_open([[1.0] * LOOKS[-1], [0.0] * LOOKS[-1]], boundaries()[-1])
