"""Which names a check has of its own and which it must ask for, worked out from the texts alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Borrowing:
    """What the check's process needs to know of the texts. What is in none of these it has from its own setup."""

    bound: frozenset[str]
    """Names that the code binds: asked for, unless the setup imports them."""
    touched: frozenset[str]
    """Names of the setup that the code mentions, itself or in what it calls there: asked for if they can be changed."""
    near: frozenset[str]
    """Names of the setup that are made of those or they of them: asked for if they are objects, not data."""
    imported: frozenset[str]
    """Names that the setup imports: never asked for, whatever the code says."""
    imports: dict[str, tuple[str, str | None]]
    """Names that the code binds by an import and nothing else: module and attribute, for the check's own import."""

    def told(self) -> dict[str, object]:
        """As JSON."""
        sets = {name: sorted(getattr(self, name)) for name in ("bound", "touched", "near", "imported")}
        return {**sets, "imports": {name: list(parts) for name, parts in self.imports.items()}}


def borrowing(setup: str, code: str) -> Borrowing:
    """Read both texts. One that is no Python binds and mentions nothing: it does not get as far as a check."""
    of_setup, of_code = _Names(_parse(setup)), _Names(_parse(code))
    imports = {name: parts for name, parts in of_code.imports.items() if name not in of_code.bound_otherwise}
    imported = frozenset(of_setup.imports) - of_setup.bound_otherwise
    touched = _reached(of_code.mentioned & of_setup.bound.keys(), of_setup)
    return Borrowing(
        bound=frozenset(of_code.bound),
        touched=frozenset(touched),
        near=frozenset(_connected(touched | of_code.bound.keys(), of_setup, imported)),
        imported=imported,
        imports={name: parts for name, parts in imports.items() if name not in of_setup.bound},
    )


class _Names:
    """What a text binds at its top level, with the names that stand in the statement that does."""

    def __init__(self, tree: ast.Module) -> None:
        self.bound: dict[str, set[str]] = {}
        self.functions: set[str] = set()
        self.imports: dict[str, tuple[str, str | None]] = {}
        self.bound_otherwise: set[str] = set()
        self.mentioned = _mentioned(tree)
        for statement in tree.body:
            self._read(statement)

    def _read(self, statement: ast.stmt) -> None:
        names = _mentioned(statement)
        for name, parts in _bindings(statement):
            self.bound.setdefault(name, set()).update(names)
            if parts is None:
                self.bound_otherwise.add(name)
            else:
                self.imports[name] = parts
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.functions.add(name)


def _parse(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _mentioned(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


Import = tuple[str, str | None]


def _bindings(statement: ast.stmt) -> Iterator[tuple[str, Import | None]]:
    """The global names that a statement binds or deletes, and where an import gets them from."""
    yield from _in_scope(statement, top=True, declared=frozenset())


def _in_scope(node: ast.AST, top: bool, declared: frozenset[str]) -> Iterator[tuple[str, Import | None]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        if top or node.name in declared:
            yield node.name, None
        inside = frozenset(name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names)
        for part in ast.iter_child_nodes(node):
            yield from _in_scope(part, False, inside)
        return
    if isinstance(node, ast.Lambda):
        top = False
    for name, parts in _bound_here(node):
        if top or name in declared:
            yield name, parts if top else None
    for part in ast.iter_child_nodes(node):
        yield from _in_scope(part, top, declared)


def _bound_here(node: ast.AST) -> Iterator[tuple[str, Import | None]]:
    """What the node itself binds, its parts apart. Names of comprehensions count too: that only asks for more."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id, None
    elif isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.split(".")[0]
            yield (alias.asname, (alias.name, None)) if alias.asname else (top, (top, None))
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            where = (node.module, alias.name) if node.module and not node.level else None
            yield alias.asname or alias.name, where
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name, None
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest, None


def _reached(names: set[str], setup: _Names) -> set[str]:
    """`names`, and what the setup's functions and classes among them mention, and so on."""
    found, waiting = set(names), list(names)
    while waiting:
        name = waiting.pop()
        if name in setup.functions:
            more = (setup.bound[name] & setup.bound.keys()) - found
            found |= more
            waiting += more
    return found


def _connected(names: set[str], setup: _Names, imported: frozenset[str]) -> set[str]:
    """Names of the setup that stand in one statement with one of `names`, and so on; through no import."""
    found, waiting = set(), [name for name in names if name in setup.bound and name not in imported]
    while waiting:
        name = waiting.pop()
        found.add(name)
        others = setup.bound[name] | {other for other, mentioned in setup.bound.items() if name in mentioned}
        waiting += [other for other in others & setup.bound.keys() if other not in found and other not in imported]
    return found
