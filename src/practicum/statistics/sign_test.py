"""An exact sequential sign test: which option is better in more than half of all pairs, whatever the distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from statistics import fmean, median

from practicum.statistics.intervals import Interval

LOOKS = (7, 10, 13, 16, 20)
"""The numbers of pairs at which a comparison may end."""
ALPHA = 0.05
"""The probability of any false decision, over all looks and in both directions, if neither of the two is better."""


@dataclass(frozen=True)
class Boundary:
    """At one look: the number of pairs, and the least number of wins that decides."""

    pairs: int
    wins: int


@lru_cache
def boundaries(looks: tuple[int, ...] = LOOKS) -> tuple[Boundary, ...]:
    """The boundaries of a test that looks at these numbers of pairs, in ascending order.

    The wins are followed as a random walk in which a win is as probable as a loss. At each look, the boundary is the
    lowest that keeps the probability of having crossed it, there or before, within the look's share of ALPHA / 2: in
    proportion to its number of pairs (Lan and DeMets, 1983). Ties count as pairs without a winner.

    A look at which even a win in all pairs could be chance has a boundary that cannot be reached.
    """
    walk, crossed, pairs = {0: 1.0}, 0.0, 0
    found = []
    for look in looks:
        walk, pairs = _after(walk, look - pairs), look
        budget = ALPHA / 2 * look / looks[-1]
        wins = look + 1
        while wins - 1 > look / 2 and crossed + walk.get(wins - 1, 0.0) <= budget:
            wins -= 1
            crossed += walk.get(wins, 0.0)
        walk = {count: weight for count, weight in walk.items() if look - wins < count < wins}
        found.append(Boundary(look, wins))
    return tuple(found)


def _after(walk: dict[int, float], pairs: int) -> dict[int, float]:
    """The probability of each number of wins after more pairs."""
    reached: dict[int, float] = {}
    for wins, weight in walk.items():
        for more in range(pairs + 1):
            reached[wins + more] = reached.get(wins + more, 0.0) + weight * comb(pairs, more) / 2**pairs
    return reached


def is_better(left: Sequence[float], right: Sequence[float], boundary: Boundary) -> bool:
    """Whether `left` is higher in significantly more than half of the pairs, and on average as well."""
    wins = sum(a > b for a, b in zip(left, right, strict=True))
    return len(left) == boundary.pairs and wins >= boundary.wins and fmean(left) > fmean(right)


def find_winner(scores: Sequence[Sequence[float]], boundary: Boundary) -> int | None:
    """The number of the option that is better than every other, if one is.

    The comparisons are not corrected for their number. A false winner must beat all others, so it is at most as
    probable as a false result against the one that is truly as good: an intersection-union test (Berger, 1982).

    Args:
        scores: Of each option, one score for each seed; higher is better.
        boundary: The boundary at that number of seeds.
    """
    for number, score in enumerate(scores):
        if all(is_better(score, other, boundary) for rival, other in enumerate(scores) if rival != number):
            return number
    return None


def is_open(scores: Sequence[Sequence[float]], last: Boundary) -> bool:
    """Whether an option could still win at the last look, if it were better in all pairs to come."""
    left = last.pairs - len(scores[0])
    losses_allowed = last.pairs - last.wins

    def can_win(number: int) -> bool:
        rivals = (other for rival, other in enumerate(scores) if rival != number)
        return all(
            sum(a <= b for a, b in zip(scores[number], other, strict=True)) <= losses_allowed for other in rivals
        )

    return left > 0 and any(map(can_win, range(len(scores))))


def median_difference(left: Sequence[float], right: Sequence[float], boundary: Boundary) -> Interval:
    """The median of `left - right`, pair by pair, with the interval that lies above 0 if there are wins enough.

    Its bounds are two of the differences: the inverse of the test, which assumes no shape. Needs as many pairs as the
    boundary has.
    """
    ordered = sorted(a - b for a, b in zip(left, right, strict=True))
    return Interval(median(ordered), ordered[boundary.pairs - boundary.wins], ordered[boundary.wins - 1])
