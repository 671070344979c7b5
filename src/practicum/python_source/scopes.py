"""Scopes, and which of the names that a program reads are the module's own.

A name is local to a function wherever in the function it is bound, so names are resolved after a whole text was walked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

ALL = "*"
"""The name that `from … import *` binds: any name may be among those it brings."""


class Use(Enum):
    """How a statement uses the value of an expression in it."""

    READ = 1
    PASSED = 2
    """Passed to a call, or assigned into."""
    DEFERRED = 3
    """Used in the body of a function, which the statement itself does not run."""


class ScopeKind(Enum):
    """The kinds of scopes; the type parameters of a function or class are a function scope."""

    MODULE = 1
    CLASS = 2
    FUNCTION = 3
    COMPREHENSION = 4


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function or comprehension, with the names that are bound or declared in it."""

    kind: ScopeKind
    parent: Scope | None = None
    bound: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    use: Use | Scope = Use.READ
    """How the whole expression is used, of a comprehension; another comprehension's if it is iterated by that one."""
    passes_elements: bool = False
    """Whether a comprehension passes elements of what it iterates over to calls."""

    @property
    def local_names(self) -> set[str]:
        """The names that are found in this scope and not around it."""
        return self.bound - self.globals - self.nonlocals

    @property
    def runs_at_once(self) -> bool:
        """Whether its code runs with the statement: no function is around it."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind is ScopeKind.FUNCTION:
                return False
            scope = scope.parent
        return True


@dataclass(frozen=True, slots=True)
class Import:
    """One name that an import statement binds."""

    name: str
    module: str
    """Dotted; empty for `from . import name`."""
    member: str | None = None
    """The name in `module`, for `from module import member`."""
    level: int = 0
    """The number of leading dots."""
    renamed: bool = False
    """Whether `import a.b as name` binds `a.b` itself; without `as` it binds `a`."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A place at which a name is bound or deleted."""

    name: str
    scope: Scope
    source: Import | None = None
    """For an import, what it binds the name to."""


@dataclass(frozen=True, slots=True)
class Load:
    """A place at which a name is read."""

    name: str
    scope: Scope
    use: Use | Scope
    attribute: str | None = None
    """The attribute that is read or assigned of it, if only that is used."""
    assigns_attribute: bool = False


@dataclass(frozen=True, slots=True)
class Enter:
    """The place in a walk at which a scope begins."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class Leave:
    """The place in a walk at which a scope ends."""

    scope: Scope
    first_iterable: ast.expr | None = None
    """Of a comprehension: visited after its elements, since how they are used decides how this is used."""


@dataclass(frozen=True, slots=True)
class ModuleLoad:
    """A read of a name of the module, or of a builtin, wherever in the statement it is."""

    name: str
    use: Use
    assigns_attribute: bool


class _Owners:
    """For each name, the scopes around the current place that claim it, innermost last."""

    def __init__(self) -> None:
        self._claims: dict[str, list[Scope]] = {}

    def enter(self, scope: Scope) -> None:
        for name in self._claimed(scope):
            self._claims.setdefault(name, []).append(scope)

    def leave(self, scope: Scope) -> None:
        for name in self._claimed(scope):
            self._claims[name].pop()

    def local_owner(self, load: Load) -> Scope | None:
        """Return the function or comprehension whose local name is read; None for a name of the module.

        A name that a class binds is looked up in the class and then in the module, even in a class within a function.
        """
        if (
            load.scope.kind is ScopeKind.CLASS
            and load.name in load.scope.bound
            and load.name not in load.scope.nonlocals
        ):
            return None
        for scope in reversed(self._claims.get(load.name, ())):
            if scope.kind is not ScopeKind.CLASS:
                return None if load.name in scope.globals else scope
            if scope is load.scope:
                return None
        return None

    @staticmethod
    def _claimed(scope: Scope) -> set[str]:
        """What a class binds may still be read from around it, so it claims only what it declares `global`."""
        return scope.globals if scope.kind is ScopeKind.CLASS else scope.local_names | scope.globals


def resolve_module_loads(trail: Iterable[Load | Enter | Leave]) -> Iterator[ModuleLoad]:
    """Yield the reads of names that no scope on the trail has as its own. Also settles how comprehensions are used."""
    owners = _Owners()
    for step in trail:
        if isinstance(step, Enter):
            owners.enter(step.scope)
        elif isinstance(step, Leave):
            owners.leave(step.scope)
            step.scope.use = Use.PASSED if step.scope.passes_elements else _use_of(step.scope)
        else:
            use = _use_of(step.use) if isinstance(step.use, Scope) else step.use
            owner = owners.local_owner(step)
            if owner is None:
                yield ModuleLoad(step.name, use, step.assigns_attribute)
            elif use is Use.PASSED:
                owner.passes_elements = True


def _use_of(scope: Scope) -> Use:
    """Return how a comprehension, and so its iterable, is used; the comprehensions around it are resolved already."""
    return scope.use if isinstance(scope.use, Use) else _use_of(scope.use)
