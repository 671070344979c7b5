"""Which cells of a page one of them builds on: read from their texts, so that running it runs no more than it takes.

A cell needs those above it that bind a name it reads, or may have changed what such a name stands for; and what those
need. A name that is bound anew makes an end of what was done to it before. Where a text cannot tell, the cell is
needed: objects that were made of each other change with each other, and what is handed to a call may be changed by it.
What a cell does to a module or to the machine (a seed, a file) is not seen: a cell that rests on such a thing does it
itself, or a `setup` that it needs anyway does.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_BUILTINS = frozenset(dir(builtins))
ALL = "*"
"""Stands among a cell's names for those that `from … import *` brings: any may be one of them."""


def builds_on(above: Sequence[str], code: str) -> list[int]:
    """The indices (from 0, in order) of the cells above that `code` builds on. All of them, where one is no Python."""
    try:
        cells = [_read(one) for one in above]
        wanted = _read(code).reads
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(range(len(above)))
    loose = frozenset().union(*(cell.binds | cell.may for cell in cells))
    given = _BUILTINS.union(*(cell.fixed for cell in cells)) - loose
    needed = _called(wanted, cells)
    found: list[int] = []
    for index in reversed(range(len(cells))):
        cell, before = cells[index], cells[: index + 1]
        touched = _alike(before, (cell.touches | _set_by_calls(cell, before)) - given, given)
        if needed & (cell.binds | cell.fixed | touched) or ALL in cell.may:
            found.append(index)
            needed = (needed - cell.binds - cell.fixed) | _called(cell.reads, cells)
    return found[::-1]


def _set_by_calls(cell: _Names, cells: Sequence[_Names]) -> frozenset[str]:
    """The names that functions which the cell may call declare `global`."""
    reached = _called(cell.reads, cells)
    return frozenset(name for one in cells for function, names in one.sets if function in reached for name in names)


def _called(names: frozenset[str], cells: Sequence[_Names]) -> frozenset[str]:
    """The names, and those that functions among them read when they are called."""
    inner: dict[str, frozenset[str]] = {}
    for cell in cells:
        for name, reads in cell.inner:
            inner[name] = inner.get(name, frozenset()) | reads
    found, new = set(names), set(names)
    while new:
        new = {read for name in new for read in inner.get(name, ())} - found
        found |= new
    return frozenset(found)


@dataclass(frozen=True)
class _Names:
    """What a cell's text says of names, at its top level."""

    binds: frozenset[str]
    """Bound to a value, whatever else happens."""
    may: frozenset[str]
    """Bound under a condition, in a loop, by `+=`, by a pattern."""
    fixed: frozenset[str]
    """Bound by an import, a `def` or a `class`."""
    reads: frozenset[str]
    """Mentioned, in functions too, unless the cell has bound them before."""
    touches: frozenset[str]
    """What may be changed: assigned into, called upon, or handed to a call."""
    inner: tuple[tuple[str, frozenset[str]], ...]
    """Each function or class, and the names that stand in it."""
    sets: tuple[tuple[str, frozenset[str]], ...]
    """Each function, and the names that it declares `global`."""
    groups: tuple[frozenset[str], ...]
    """Names that stand together in a statement that binds one of them."""


@lru_cache(maxsize=256)
def _read(code: str) -> _Names:
    bound: set[str] = set()
    may: set[str] = set()
    fixed: set[str] = set()
    reads: set[str] = set()
    touches: set[str] = set()
    groups: list[frozenset[str]] = []
    inner: list[tuple[str, frozenset[str]]] = []
    sets: list[tuple[str, frozenset[str]]] = []
    for statement in ast.parse(code).body:
        loaded, defined, stored = _free(statement), set(_defined(statement)), set(_stored(statement))
        for node in ast.walk(statement):
            if isinstance(node, _NAMED):
                inner.append((node.name, frozenset(_free(node))))
                sets.append((node.name, frozenset(_declared(node))))
            elif isinstance(node, ast.Lambda):
                inner += [(name, frozenset(loaded)) for name in stored]
        if defined:
            reads |= loaded - bound - fixed
            fixed |= defined
            continue
        plain = isinstance(statement, (ast.Assign, ast.AnnAssign))
        # What may stay unbound is needed as it was before.
        reads |= (loaded | (set() if plain else stored)) - bound - fixed
        touches |= set(_touched(statement)) | (set() if plain else stored)
        if stored:
            groups.append(frozenset(stored | loaded))
        if plain:
            bound |= stored
        else:
            may |= stored
    return _Names(
        binds=frozenset(bound),
        may=frozenset(may),
        fixed=frozenset(fixed - bound),
        reads=frozenset(reads),
        touches=frozenset(touches),
        inner=tuple(inner),
        sets=tuple(sets),
        groups=tuple(groups),
    )


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _stored(node: ast.AST) -> Iterator[str]:
    """The names that a node binds where it stands: not those within functions and comprehensions, but theirs."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.split(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.AnnAssign(value=None):  # It says something of a name, and binds none.
            return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.Lambda, *_COMPREHENSIONS)):
            yield from _stored(child)


def _declared(node: ast.AST) -> Iterator[str]:
    """The names that a function binds around it."""
    for one in ast.walk(node):
        if isinstance(one, ast.Global):
            yield from one.names


def _free(node: ast.AST) -> set[str]:
    """The names that a node reads from around it: not what its functions and comprehensions bind for themselves."""
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    read = set().union(*map(_free, ast.iter_child_nodes(node)))
    if isinstance(node, _COMPREHENSIONS):
        return read - {name for generator in node.generators for name in _stored(generator.target)}
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        own = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
        inner = () if isinstance(node, ast.Lambda) else (name for line in node.body for name in _stored(line))
        return read - own - (set(inner) - set(_declared(node)))
    return read


def _defined(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names) if names[0].name != ALL:
            yield from (alias.asname or alias.name.split(".")[0] for alias in names)


def _touched(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement assigns into, calls a method of, or hands to a call."""
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield from _root(node)
            case ast.Call(func=func, args=args, keywords=keywords):
                yield from _root(func) if isinstance(func, ast.Attribute) else ()
                for argument in (*args, *(keyword.value for keyword in keywords)):
                    yield from _root(argument)


def _root(node: ast.expr) -> Iterator[str]:
    """The name at the beginning of `a.b[c].d`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _alike(cells: Sequence[_Names], names: frozenset[str], given: frozenset[str]) -> frozenset[str]:
    """The names, and those that may stand for parts of the same objects; modules, functions and builtins apart."""
    found, new = set(names), list(names)
    among: dict[str, list[frozenset[str]]] = {}
    for group in (group - given for cell in cells for group in cell.groups):
        for name in group:
            among.setdefault(name, []).append(group)
    while new:
        for group in among.pop(new.pop(), ()):
            new += group - found
            found |= group
    return frozenset(found)
