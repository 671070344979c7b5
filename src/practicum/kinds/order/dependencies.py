"""Declared dependencies between the lines of an order, and the orders that they allow and forbid."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations
from math import factorial

Permutation = tuple[int, ...]
"""Numbers of lines, from 0, in the order of an answer."""

MAX_COUNTED = 20_000
"""Sets of lines up to which the allowed orders are counted."""


@dataclass(frozen=True)
class Dependencies:
    """Lines, and for each the lines above it that must precede it. Lines with the same text are interchangeable."""

    lines: tuple[str, ...]
    needed: tuple[frozenset[int], ...]
    """For each line, the numbers (from 0) of those that it depends on, which are smaller than its own."""

    @cached_property
    def all_needed(self) -> tuple[frozenset[int], ...]:
        """For each line all lines that must precede it, directly or not."""
        found: list[frozenset[int]] = []
        for direct in self.needed:
            found.append(direct.union(*(found[other] for other in direct)))
        return tuple(found)

    @cached_property
    def direct_pairs(self) -> tuple[tuple[int, int], ...]:
        """The pairs of a line and one that depends on it which do not follow from other pairs."""
        return tuple(
            (before, after)
            for after, direct in enumerate(self.needed)
            for before in sorted(direct)
            if not any(before in self.all_needed[other] for other in direct)
        )

    def allow(self, texts: Sequence[str]) -> bool:
        """Whether lines in this order are all of the lines, each after those that it depends on."""
        return len(texts) == len(self.lines) and self.first_misplaced(texts) is None

    def first_misplaced(self, texts: Sequence[str]) -> int | None:
        """The position, from 0, of the first line that cannot stand where it does; None if all can."""
        placed = {frozenset[int]()}  # with equal lines, several sets of lines may have been placed
        for position, text in enumerate(texts):
            placed = {before | {number} for before in placed for number in self._next(text, before)}
            if not placed:
                return position
        return None

    def _next(self, text: str, placed: frozenset[int]) -> Iterator[int]:
        """The lines with this text that can follow the placed ones; of interchangeable lines, the first."""
        seen = set()
        for number in self._by_text.get(text, ()):
            if number in placed or not self.all_needed[number] <= placed:
                continue
            role = self._roles[number]
            if role not in seen:
                seen.add(role)
                yield number

    @cached_property
    def _by_text(self) -> dict[str, list[int]]:
        return {text: [n for n, line in enumerate(self.lines) if line == text] for text in self.lines}

    @cached_property
    def _roles(self) -> list[tuple[frozenset[int], frozenset[int]]]:
        """For each line what precedes it and what follows it."""
        numbers = range(len(self.lines))
        return [(self.all_needed[n], frozenset(m for m in numbers if n in self.all_needed[m])) for n in numbers]

    @cached_property
    def count(self) -> int | None:
        """The number of allowed orders, with equal lines as different ones; None if there are too many to count."""
        ways = {frozenset[int](): 1}
        for _ in self.lines:
            following: dict[frozenset[int], int] = {}
            for placed, count in ways.items():
                for number, needed in enumerate(self.all_needed):
                    if number not in placed and needed <= placed:
                        with_it = placed | {number}
                        following[with_it] = following.get(with_it, 0) + count
                if len(following) > MAX_COUNTED:
                    return None
            ways = following
        return sum(ways.values())

    def allowed(self, limit: int) -> list[Permutation]:
        """Allowed orders with different texts, those near the solution first: all, or a sample of `limit`.

        In a sample, two lines of which neither must precede the other stand in both orders, as far as `limit` reaches.
        """
        has_few = self.count is not None and self.count <= limit
        found = self._distinct(self._every() if has_few else self._sample(limit))
        solution = tuple(range(len(self.lines)))
        return sorted(found[:limit], key=lambda order: (order != solution, inversions(order), order))

    def forbidden(self, limit: int) -> list[tuple[Permutation, tuple[int, int]]]:
        """Forbidden orders, each with a dependency that it violates.

        All, if there are at most `limit` orders. Otherwise one for each dependency that does not follow from others,
        which violates this one alone, and random ones, `limit` in all or one per dependency.
        """
        solution = range(len(self.lines))
        if factorial(min(len(self.lines), 20)) <= limit:
            orders = sorted(self._distinct(permutations(solution)), key=inversions)
        else:
            chance = random.Random(0)
            orders = [self._violation(pair) for pair in self.direct_pairs]
            for _ in range(4 * limit):
                orders.append(tuple(chance.sample(solution, len(solution))))
            orders = self._distinct(iter(orders))
        wrong = [order for order in orders if not self.allow(self.texts(order))]
        return [(order, self._violated(order)) for order in wrong[: max(limit, len(self.direct_pairs))]]

    def texts(self, order: Permutation) -> list[str]:
        """The lines in an order."""
        return [self.lines[number] for number in order]

    def _violated(self, order: Permutation) -> tuple[int, int]:
        """The first dependency that an order violates. With equal lines, it may violate one only as it is numbered."""
        place = {number: position for position, number in enumerate(order)}
        return next(pair for pair in self.direct_pairs if place[pair[0]] > place[pair[1]])

    def _violation(self, pair: tuple[int, int]) -> Permutation:
        """The order nearest to the solution in which a line precedes one that it depends on, and no other does."""
        before, after = pair
        needed = [set(lines) for lines in self.all_needed]
        needed[after].discard(before)
        needed[before].add(after)
        return _first_extension(needed, list(range(len(needed))))

    def _distinct(self, orders: Iterator[Permutation]) -> list[Permutation]:
        found: dict[tuple[str, ...], Permutation] = {}
        for order in orders:
            found.setdefault(tuple(self.texts(order)), order)
        return list(found.values())

    def _every(self, placed: Permutation = ()) -> Iterator[Permutation]:
        """Every allowed order, with equal lines as different ones."""
        if len(placed) == len(self.lines):
            yield placed
        for number, needed in enumerate(self.all_needed):
            if number not in placed and needed.issubset(placed):
                yield from self._every((*placed, number))

    def _sample(self, limit: int) -> Iterator[Permutation]:
        """The solution, orders that swap each pair of lines that may be, and random ones."""
        numbers = range(len(self.lines))
        orders = [tuple(numbers), _first_extension(self.all_needed, [-number for number in numbers])]
        free = [
            (low, high) for high in numbers for low in range(high) if low not in self.all_needed[high]
        ]  # and `high` never precedes `low`, as dependencies point upwards
        for low, high in free:
            if len(orders) < limit and not any(order.index(high) < order.index(low) for order in orders):
                needed = [*map(set, self.all_needed)]
                needed[low].add(high)
                orders.append(_first_extension(needed, list(numbers)))
        yield from orders
        chance = random.Random(0)
        for _ in range(10 * limit):
            yield _first_extension(self.all_needed, chance.sample(numbers, len(numbers)))


@lru_cache(maxsize=256)
def dependencies_of(lines: tuple[str, ...], needed: tuple[tuple[int, tuple[int, ...]], ...]) -> Dependencies:
    """The dependencies between lines: for some, by their numbers from 0, the lines above that they depend on."""
    listed = dict(needed)
    return Dependencies(lines, tuple(frozenset(listed.get(number, ())) for number in range(len(lines))))


def inversions(order: Permutation) -> int:
    """The number of pairs of lines that stand the other way round than in the solution."""
    return sum(later < earlier for place, earlier in enumerate(order) for later in order[place + 1 :])


def _first_extension(needed: Sequence[set[int] | frozenset[int]], priority: Sequence[float]) -> Permutation:
    """The order that places, of all lines whose needed lines stand already, the one with the smallest priority."""
    placed: list[int] = []
    while len(placed) < len(needed):
        ready = [n for n, lines in enumerate(needed) if n not in placed and lines <= set(placed)]
        placed.append(min(ready, key=priority.__getitem__))
    return tuple(placed)
