"""Which names a check has from its own run of the setup, and which it must take from the run that it checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from practicum.python_source.statements import read_statements


@dataclass(frozen=True)
class Borrowing:
    """The names a check's process takes from the run that it checks. All others it has from its own setup."""

    bound: frozenset[str]
    """Names that the code binds: taken, unless the setup imports them."""
    touched: frozenset[str]
    """Names of the setup that the code reads, itself or in functions that it calls: taken if they can be changed."""
    near: frozenset[str]
    """Names of the setup that share a statement with those: taken if they are objects, not data."""
    imported: frozenset[str]
    """Names that the setup imports: never taken, whatever the code does."""

    def to_json(self) -> dict[str, object]:
        """Return it as JSON, names sorted."""
        return {name: sorted(getattr(self, name)) for name in ("bound", "touched", "near", "imported")}


def find_borrowing(setup: str, code: str) -> Borrowing:
    """Return what a check takes from a run of `setup` and `code`. A text that is not Python binds and reads nothing."""
    of_setup, of_code = _ProgramNames.of(setup), _ProgramNames.of(code)
    bound = frozenset(of_code.binders)
    imported = frozenset(of_setup.imports) - of_setup.bound_otherwise
    touched = of_setup.used_by(of_code.present & of_setup.binders.keys())
    return Borrowing(
        bound=bound,
        touched=touched,
        near=of_setup.connected_with(touched | bound, imported),
        imported=imported,
    )


@dataclass
class _ProgramNames:
    """What a program binds at its top level, and the names that stand in the statements that do."""

    binders: dict[str, list[int]] = field(default_factory=dict)
    """For each bound name, the numbers of the statements that bind it."""
    companions: list[frozenset[str]] = field(default_factory=list)
    """For each statement, the names that it reads or binds; none of an import."""
    definitions: set[str] = field(default_factory=set)
    """Names of functions and classes."""
    imports: set[str] = field(default_factory=set)
    """Names that an import binds, but for a relative one."""
    bound_otherwise: set[str] = field(default_factory=set)
    """Names that something else than an import binds."""

    @classmethod
    def of(cls, code: str) -> _ProgramNames:
        names = cls()
        for number, statement in enumerate(read_statements(code)):
            present = statement.reads | statement.binds | statement.binds_when_called
            names.companions.append(frozenset() if statement.is_import else present)
            for name, source in statement.sources:
                names.binders.setdefault(name, []).append(number)
                (names.bound_otherwise if source is None or source.level else names.imports).add(name)
                if statement.is_definition:
                    names.definitions.add(name)
        return names

    @property
    def present(self) -> frozenset[str]:
        """All names that stand in the program, but for those that only an import binds."""
        return frozenset().union(*self.companions)

    def used_by(self, names: frozenset[str]) -> frozenset[str]:
        """Return the names, those that functions and classes among them use, and so on."""
        bodies = {name: numbers for name, numbers in self.binders.items() if name in self.definitions}
        return self._reach(names, bodies)

    def connected_with(self, names: frozenset[str], imported: frozenset[str]) -> frozenset[str]:
        """Return the names that share a statement with one of `names`, and so on, but not through an import."""
        statements: dict[str, list[int]] = {}
        for number in {number for numbers in self.binders.values() for number in numbers}:
            for name in self.companions[number]:
                statements.setdefault(name, []).append(number)
        own = frozenset(self.binders) - imported
        return self._reach(names & own, {name: statements.get(name, []) for name in own}) - imported

    def _reach(self, names: frozenset[str], statements: dict[str, list[int]]) -> frozenset[str]:
        """Return the names, and all bound ones that they lead to by way of these statements. Visits each once."""
        found, waiting, visited = set(names), list(names), set[int]()
        while waiting:
            for number in statements.get(waiting.pop(), ()):
                if number not in visited:
                    visited.add(number)
                    new = (self.companions[number] & self.binders.keys()) - found
                    found |= new
                    waiting += new
        return frozenset(found)
