"""Which cells of a page a cell depends on, read from their texts, so that running it runs no more cells than needed.

A cell depends on the cells above it that bind a name it reads or may have changed the value of such a name, and on what
those depend on in turn. Assigning a name again ends the effect of earlier changes to it. Where a text leaves it open,
the cell counts as needed: objects made of each other, or put into each other, change together; a call may change what
is called, its arguments, and what the called function reads. Only builtins such as `print` and `len` are known to
change nothing. Reading an iterator changes it.

Effects on a module or on the machine (a random seed, a file) are not seen: a cell that depends on one must produce it
itself, or depend on a `setup` that does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from practicum.python_source.builtin_effects import BUILTINS, HARMLESS
from practicum.python_source.effects import Effects, read_effects
from practicum.python_source.scopes import ALL


def find_dependencies(above: Sequence[str], code: str) -> list[int]:
    """Return the indices, in order, of the cells above that `code` depends on. All of them, if one is not Python."""
    try:
        cells = [read_effects(cell) for cell in above]
        bound = frozenset().union(*(cell.assigns | cell.may_bind | cell.defines for cell in cells))
        if shadowed := HARMLESS & bound:
            cells = [read_effects(cell, shadowed) for cell in above]  # the page's own `sum` may do anything
        wanted = read_effects(code).reads
    except SyntaxError:
        return list(range(len(above)))
    page = _PageEffects(cells)
    needed = page.with_called(wanted)
    dependencies: list[int] = []
    for index in reversed(range(len(cells))):
        cell = cells[index]
        bound = cell.assigns | cell.defines
        if ALL in cell.may_bind or not (needed.isdisjoint(bound) and needed.isdisjoint(page.changed_by(index))):
            dependencies.append(index)
            needed = (needed - bound) | page.with_called(cell.reads)
    return dependencies[::-1]


class _PageEffects:
    """The cells of a page together: what may be called and changed through which names."""

    def __init__(self, cells: Sequence[Effects]) -> None:
        self._cells = cells
        self._sharings = [sharing for cell in cells for sharing in cell.sharings]
        self._cell_of = [index for index, cell in enumerate(cells) for _ in cell.sharings]
        """For each sharing, the index of its cell."""
        self._stateless = self._find_stateless()
        self._by_bound = _index(sharing.bound for sharing in self._sharings)
        self._shared = [(sharing.bound | sharing.read) - self._stateless for sharing in self._sharings]
        self._by_shared = _index(self._shared)
        functions = frozenset().union(*(sharing.bound for sharing in self._sharings if sharing.has_functions))
        self._read_by_calls = [
            sharing.read if sharing.has_functions else sharing.read & functions for sharing in self._sharings
        ]
        """For each sharing, the names that may be read when what it binds is called."""
        self._iterators = self._find_iterators()

    def _find_stateless(self) -> frozenset[str]:
        """Return the modules, constants, builtins, and functions that use nothing else: these never change."""
        mutable = frozenset().union(*(cell.mutable for cell in self._cells))
        stateless = set(BUILTINS.union(*(cell.assigns | cell.defines for cell in self._cells)) - mutable)
        functions = [sharing for sharing in self._sharings if sharing.has_functions]
        readers = _index(sharing.read for sharing in functions)
        waiting = list(frozenset(readers) - stateless)
        while waiting:
            for number in readers.pop(waiting.pop(), ()):
                lost = functions[number].bound & stateless
                stateless -= lost
                waiting += lost
        return frozenset(stateless)

    def _find_iterators(self) -> frozenset[str]:
        """Return the names whose values may be iterators, which any reading uses up."""
        generators = frozenset(
            name for sharing in self._sharings if "yield" in sharing.iterator_sources for name in sharing.bound
        )
        first = (
            sharing.bound
            for sharing in self._sharings
            if sharing.may_hold_iterator or not generators.isdisjoint(sharing.iterator_sources)
        )
        return self._reach(frozenset().union(*first) - self._stateless, self._by_shared, self._shared)

    def with_called(self, names: frozenset[str]) -> frozenset[str]:
        """Return the names, and those that functions among them read when they are called."""
        return self._reach(names, self._by_bound, self._read_by_calls)

    def changed_by(self, index: int) -> frozenset[str]:
        """Return the names whose values may have changed once the cell at `index` has run."""
        cell = self._cells[index]
        changes = (cell.changes | (cell.reads & self._iterators)) - self._stateless
        return self._reach(changes, self._by_shared, self._shared, index)

    def _reach(
        self,
        names: frozenset[str],
        numbers: dict[str, list[int]],
        leads: Sequence[frozenset[str]],
        last_cell: int | None = None,
    ) -> frozenset[str]:
        """Return the names, and those they lead to through sharings up to a cell. Visits each sharing once."""
        found, waiting, visited = set(names), list(names), set[int]()
        while waiting:
            for number in numbers.get(waiting.pop(), ()):
                if number not in visited and (last_cell is None or self._cell_of[number] <= last_cell):
                    visited.add(number)
                    new = leads[number] - found
                    found |= new
                    waiting += new
        return frozenset(found)


def _index(sets: Iterable[frozenset[str]]) -> dict[str, list[int]]:
    """Return, for each name, the numbers of the sets that contain it."""
    numbers: dict[str, list[int]] = {}
    for number, names in enumerate(sets):
        for name in names:
            numbers.setdefault(name, []).append(number)
    return numbers
