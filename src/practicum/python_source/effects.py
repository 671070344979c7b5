"""What a piece of code does with names: which it binds, reads and may change, and which values may be shared."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache

from practicum.python_source.builtin_effects import LAZY
from practicum.python_source.parsing import parse_module
from practicum.python_source.statements import Statement

_CACHED_LENGTH = 2_000
"""Characters of a text whose effects are cached: authors' cells are short, and the cache stays small."""
_CONSTANTS = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.expr_context)


@dataclass(frozen=True, slots=True)
class Sharing:
    """Names of one statement whose values may be, hold or call each other once it has run."""

    bound: frozenset[str]
    """The names that it binds or whose values it may change."""
    read: frozenset[str]
    """The names whose values those may be, hold or call."""
    has_functions: bool
    """Whether functions in the statement read these names when they are called."""
    iterator_sources: frozenset[str]
    """Names of functions whose results, kept by the statement, may be iterators; `yield` for generators in it."""

    @property
    def may_hold_iterator(self) -> bool:
        """Whether a function known to return an iterator is called."""
        return not LAZY.isdisjoint(self.iterator_sources)


@dataclass(frozen=True)
class Effects:
    """What code does with the names at its top level."""

    assigns: frozenset[str]
    """Bound to a value for certain."""
    may_bind: frozenset[str]
    """Bound under a condition, in a loop, by `+=`, by a pattern; deleted."""
    defines: frozenset[str]
    """Bound by an import, a `def`, a `class` or a `type` statement and by nothing else for certain."""
    reads: frozenset[str]
    """Read, in functions too, unless the code has bound them before."""
    changes: frozenset[str]
    """Names whose values may be changed: assigned into, called, or passed to a call."""
    mutable: frozenset[str]
    """Names bound to more than a module, a constant or a function without state."""
    sharings: tuple[Sharing, ...]


def read_effects(code: str, shadowed: frozenset[str] = frozenset()) -> Effects:
    """Return what the code does with names.

    Args:
        code: The code.
        shadowed: Names of builtins that the program around it defines itself, so that they may do anything.

    Raises:
        SyntaxError: It is not Python.
    """
    return _cached_effects(code, shadowed) if len(code) <= _CACHED_LENGTH else _Reader(shadowed).read(code)


@lru_cache(maxsize=128)
def _cached_effects(code: str, shadowed: frozenset[str]) -> Effects:
    return _Reader(shadowed).read(code)


@dataclass
class _Reader:
    """Collects effects, statement by statement."""

    shadowed: frozenset[str]
    assigns: set[str] = field(default_factory=set)
    may_bind: set[str] = field(default_factory=set)
    defines: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    mutable: set[str] = field(default_factory=set)
    sharings: list[Sharing] = field(default_factory=list)

    def read(self, code: str) -> Effects:
        for node in parse_module(code).body:
            self._add(Statement(node, self.shadowed))
        return Effects(
            assigns=frozenset(self.assigns),
            may_bind=frozenset(self.may_bind),
            defines=frozenset(self.defines - self.assigns),
            reads=frozenset(self.reads),
            changes=frozenset(self.changes),
            mutable=frozenset(self.mutable),
            sharings=tuple(self.sharings),
        )

    def _add(self, statement: Statement) -> None:
        sure, late = statement.surely_binds, statement.binds_when_called
        unsure = statement.binds - sure
        # A name that may stay unbound keeps the value it had before, so it counts as read.
        self.reads |= (statement.reads | unsure) - self.assigns - self.defines
        self.changes |= statement.changes | unsure
        self.mutable |= unsure | late | statement.attribute_owners | (sure if _is_mutable(statement.node) else set())
        (self.defines if statement.is_definition or statement.is_import else self.assigns).update(sure)
        self.may_bind |= unsure
        self._add_sharing(statement)

    def _add_sharing(self, statement: Statement) -> None:
        bound = statement.binds | statement.binds_when_called | statement.changes
        if not bound or statement.is_import:
            return
        only_passes = isinstance(statement.node, ast.Expr) and not statement.binds
        held = (statement.changes if only_passes else statement.reads) | statement.binds_when_called
        self.sharings.append(Sharing(bound, held, statement.has_functions, statement.iterator_sources))


def _is_mutable(node: ast.stmt) -> bool:
    """Return whether what a statement binds may change: no module, no constant, and no function without state."""
    match node:
        case ast.Import() | ast.ImportFrom():
            return False
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            defaults = [*args.defaults, *(default for default in args.kw_defaults if default is not None)]
            return bool(node.decorator_list) or not all(map(_is_constant, defaults))
        case ast.Assign(targets=targets, value=value):
            return not (_is_constant(value) and all(isinstance(target, ast.Name) for target in targets))
        case ast.AnnAssign(value=value) if value is not None:
            return not _is_constant(value)
    return True


def _is_constant(value: ast.expr) -> bool:
    return all(isinstance(node, _CONSTANTS) for node in ast.walk(value))
