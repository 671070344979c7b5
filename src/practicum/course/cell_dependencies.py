"""Which cells of a page one of them builds on: read from their texts, so that running it runs no more than it takes.

A cell needs those above it that bind a name it reads, or may have changed what such a name stands for; and what those
need. A name that is bound anew makes an end of what was done to it before. Where a text cannot tell, the cell is
needed: objects that were made of each other, or put into each other, change with each other; what is called, and what
is handed to a call, may be changed by it, and so may what a called function reads. Only builtins such as `print` and
`len` are known to change nothing. What can be gone through once is changed by any use of it.
What a cell does to a module or to the machine (a seed, a file) is not seen: a cell that rests on such a thing does it
itself, or a `setup` that it needs anyway does.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence

from practicum.course.names import ALL, HARMLESS, Names, is_lazy, read

_BUILTINS = frozenset(dir(builtins))


def builds_on(above: Sequence[str], code: str) -> list[int]:
    """The indices (from 0, in order) of the cells above that `code` builds on. All of them, where one is no Python."""
    try:
        cells = [read(one) for one in above]
        if own := HARMLESS & frozenset().union(*(cell.binds | cell.may | cell.fixed for cell in cells)):
            cells = [read(one, own) for one in above]  # what a page itself calls `sum` may do anything
        wanted = read(code).reads
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(range(len(above)))
    page = _Page(cells)
    needed = page.called(wanted)
    found: list[int] = []
    for index in reversed(range(len(cells))):
        cell = cells[index]
        makes = cell.binds | cell.fixed
        if ALL in cell.may or not (needed.isdisjoint(makes) and needed.isdisjoint(page.changed(index))):
            found.append(index)
            needed = (needed - makes) | page.called(cell.reads)
    return found[::-1]


class _Page:
    """Cells together: what may be called and changed through which names."""

    def __init__(self, cells: Sequence[Names]) -> None:
        self._cells = cells
        self._ties = [tie for cell in cells for tie in cell.ties]
        self._above = [index for index, cell in enumerate(cells) for _ in cell.ties]
        """For each tie, the cell that it stands in."""
        self._given = self._stateless()
        self._by_bound = _index(tie.bound for tie in self._ties)
        self._alike = [(tie.bound | tie.read) - self._given for tie in self._ties]
        self._by_name = _index(self._alike)
        functions = frozenset().union(*(tie.bound for tie in self._ties if tie.later))
        self._calls = [tie.read if tie.later else tie.read & functions for tie in self._ties]
        """For each tie, what may be read when what it binds is called."""
        self._spent = self._used_up()

    def _stateless(self) -> frozenset[str]:
        """Modules, constants, builtins, and functions that rest on nothing else: they stay what they are."""
        loose = frozenset().union(*(cell.loose for cell in self._cells))
        given = set(_BUILTINS.union(*(cell.binds | cell.fixed for cell in self._cells)) - loose)
        functions = [tie for tie in self._ties if tie.later]
        readers = _index(tie.read for tie in functions)
        lost = list(frozenset(readers) - given)
        while lost:
            for number in readers.pop(lost.pop(), ()):
                new = functions[number].bound & given
                given -= new
                lost += new
        return frozenset(given)

    def _used_up(self) -> frozenset[str]:
        """The names that may stand for something that can be gone through once."""
        makers = frozenset(name for tie in self._ties if "yield" in tie.lazy for name in tie.bound)
        first = (tie.bound for tie in self._ties if any(is_lazy(name) or name in makers for name in tie.lazy))
        return self._reach(frozenset().union(*first) - self._given, self._by_name, self._alike)

    def called(self, names: frozenset[str]) -> frozenset[str]:
        """The names, and those that functions among them read when they are called."""
        return self._reach(names, self._by_bound, self._calls)

    def changed(self, index: int) -> frozenset[str]:
        """The names that may stand for something else, or for something that has changed, once that cell is run."""
        cell = self._cells[index]
        return self._reach((cell.touches | (cell.reads & self._spent)) - self._given, self._by_name, self._alike, index)

    def _reach(
        self,
        names: frozenset[str],
        ties: dict[str, list[int]],
        leads: Sequence[frozenset[str]],
        until: int | None = None,
    ) -> frozenset[str]:
        """The names, and those that they lead to by the ties down to a cell. Each tie is looked at once."""
        found, new, seen = set(names), list(names), set[int]()
        while new:
            for number in ties.get(new.pop(), ()):
                if number not in seen and (until is None or self._above[number] <= until):
                    seen.add(number)
                    fresh = leads[number] - found
                    found |= fresh
                    new += fresh
        return frozenset(found)


def _index(sets: Iterable[frozenset[str]]) -> dict[str, list[int]]:
    """The numbers of the sets that a name is in."""
    found: dict[str, list[int]] = {}
    for number, names in enumerate(sets):
        for name in names:
            found.setdefault(name, []).append(number)
    return found
