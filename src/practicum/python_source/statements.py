"""What each top-level statement of a program does with names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from practicum.python_source.parsing import parse_or_empty
from practicum.python_source.scopes import ALL, Import, Use
from practicum.python_source.walk import Walk

WHOLE = "*"
"""Stands among the attributes of a name that is used as a whole."""


class Statement:
    """A statement at the top level of a module.

    Args:
        node: Its syntax tree.
        shadowed: Names of builtins that the program defines itself.
    """

    def __init__(self, node: ast.stmt, shadowed: frozenset[str] = frozenset()) -> None:
        self.node = node
        self._walk = Walk([node], shadowed)
        binds, binds_when_called = set[str](), set[str]()
        self.sources: list[tuple[str, Import | None]] = []
        """The module's names that it binds or deletes, and for imports outside of functions what they are bound to."""
        for binding in self._walk.module_bindings():
            at_once = binding.scope.runs_at_once
            (binds if at_once else binds_when_called).add(binding.name)
            self.sources.append((binding.name, binding.source if at_once else None))
        self.binds = frozenset(binds)
        """The module's names that it may bind or delete when it runs."""
        self.binds_when_called = frozenset(binds_when_called)
        """The module's names that its functions bind by `global`."""
        reads, changes, assigned = set[str](), set[str](), set[str]()
        for load in self._walk.module_loads():
            reads.add(load.name)
            if load.use is Use.PASSED:
                changes.add(load.name)
            if load.assigns_attribute:
                assigned.add(load.name)
        self.reads = frozenset(reads)
        """The names that it reads around its functions and comprehensions, and that these read when called."""
        self.changes = frozenset(changes)
        """The names whose values it may change: those it assigns into, calls, or passes to a call."""
        self.attribute_owners = frozenset(assigned)
        """The names of which it assigns an attribute."""
        self.has_functions = self._walk.has_functions
        self.iterator_sources = frozenset(self._walk.iterator_sources)
        """Names of functions that it calls and whose results it keeps; `yield` for generator functions in it."""

    @property
    def imports(self) -> Iterator[Import]:
        """What it imports, in functions too."""
        return (binding.source for binding in self._walk.bindings if binding.source is not None)

    @property
    def is_import(self) -> bool:
        """Whether it is an import and nothing else."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def is_definition(self) -> bool:
        """Whether it is a `def` or a `class`."""
        return isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)

    @property
    def is_compound(self) -> bool:
        """Whether it contains statements, as a loop does."""
        return hasattr(self.node, "body") or isinstance(self.node, ast.Match)

    @property
    def every_bound_name(self) -> frozenset[str]:
        """The names that it binds in any scope, parameters included."""
        return frozenset(binding.name for binding in self._walk.bindings)

    @cached_property
    def surely_binds(self) -> frozenset[str]:
        """The module's names that it binds whatever happens, if it ends without an exception."""
        match self.node:
            case ast.Assign(targets=targets):
                walked = Walk(targets)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                walked = Walk([target])
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return frozenset({name})
            case ast.Import() | ast.ImportFrom():
                return self.binds - {ALL}
            case node if hasattr(ast, "TypeAlias") and isinstance(node, ast.TypeAlias):
                return self.binds
            case _:
                return frozenset()
        return frozenset(binding.name for binding in walked.module_bindings() if binding.scope.runs_at_once)

    @cached_property
    def used_attributes(self) -> dict[str, frozenset[str]]:
        """For each name that stands in it, the attributes that are used; `WHOLE` alone if its value is used itself."""
        used: dict[str, set[str]] = {}
        for load in self._walk.loads:
            used.setdefault(load.name, set()).add(load.attribute or WHOLE)
        return {name: frozenset({WHOLE}) if WHOLE in found else frozenset(found) for name, found in used.items()}


def read_statements(code: str) -> list[Statement]:
    """Return the statements of a program; none if it is not Python."""
    return [Statement(node) for node in parse_or_empty(code).body]
