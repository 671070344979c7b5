"""Dependency slices: the part of a program that a name depends on, and a digest of it.

A slice follows a function to the module-level functions, classes, constants and imports that it uses, and theirs,
through imports into every module whose source is given. Comments, layout and docstrings are not part of it.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from practicum.python_source.scopes import ALL, Import
from practicum.python_source.statements import WHOLE, Statement

SourceOf = Callable[[str], str | None]
"""From a module's dotted name to its source, or None for a module that is not followed."""


def slice_digest(module: str, names: Iterable[str], source_of: SourceOf) -> str:
    """Return the SHA-256 of the slice of `module` that `names` (`*` for all of it) depend on, in hexadecimal."""
    collector = _Collector(source_of)
    for name in sorted(names):
        collector.add_name(module, name)
    parts = sorted(f"{home}\0{text}" for home, text in collector.parts)
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def slice_source(source: str, names: Iterable[str]) -> str:
    """Return the part of a module's source that `names` (`*` for all of it) depend on, and its imports.

    Each statement stands at its own line, without the comments between statements.
    """
    collector = _Collector({"": source}.get)
    for name in names:
        collector.add_name("", name)
    tree, lines = ast.parse(source), source.split("\n")
    bare = _bare_lines(source, tree)
    kept = [""] * len(lines)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) or ("", _text(node, bare)) in collector.parts:
            rows = slice(_first_line(node) - 1, node.end_lineno)
            kept[rows] = lines[rows]
    return "\n".join(kept)


@dataclass(frozen=True, eq=False)
class _Part:
    """A statement with its text, without comments and docstrings."""

    text: str
    statement: Statement

    @property
    def is_lasting(self) -> bool:
        """Whether it runs whatever is used of the module: it does more than to bind a name."""
        return not (self.statement.is_import or self.statement.surely_binds)


@dataclass
class _Module:
    name: str
    binders: dict[str, list[_Part]] = field(default_factory=dict)
    """For each name, the statements that bind it."""
    lasting: list[_Part] = field(default_factory=list)
    """The statements that belong to every slice."""


@dataclass
class _Collector:
    """Collects the parts of a slice as pairs of a module's name and text."""

    source_of: SourceOf
    parts: set[tuple[str, str]] = field(default_factory=set)
    _added: set[tuple[str, str]] = field(default_factory=set)

    def add_name(self, module: str, name: str) -> None:
        """Add one name of a module (`*` for all), and all that it depends on."""
        source = self.source_of(module)
        if (module, name) in self._added or source is None:
            return
        self._added.add((module, name))
        parsed = _parse(module, source)
        for part in parsed.lasting:
            self._add_part(parsed, part)
        if name not in parsed.binders and name != WHOLE:
            self.add_name(f"{module}.{name}", WHOLE)
        for bound in list(parsed.binders) if name == WHOLE else [name]:
            for part in parsed.binders.get(bound, ()):
                self._add_part(parsed, part)

    def _add_part(self, module: _Module, part: _Part) -> None:
        if (module.name, part.text) in self.parts:
            return
        self.parts.add((module.name, part.text))
        statement = part.statement
        if statement.is_import:
            return
        used = statement.used_attributes
        for source in statement.imports:
            if source.name in used:
                self._follow(module.name, source, used[source.name])
        for name in statement.reads | statement.binds | statement.binds_when_called:
            for binder in module.binders.get(name) or module.binders.get(ALL) or []:
                self._add_binder(module, binder, name, used.get(name, frozenset()))

    def _add_binder(self, module: _Module, binder: _Part, name: str, used: frozenset[str]) -> None:
        if not binder.statement.is_import:
            self._add_part(module, binder)
        for source in binder.statement.imports:
            if source.name in (name, ALL):
                if binder.statement.is_import:
                    self.parts.add((module.name, f"{name} <- {_describe(source)}"))
                if used:
                    self._follow(module.name, source, used)

    def _follow(self, home: str, source: Import, used: frozenset[str]) -> None:
        target, member = _resolve(home, source)
        if member is not None and self.source_of(f"{target}.{member}") is None:
            self.add_name(target, member)
            return
        submodule = target if member is None else f"{target}.{member}"
        for attribute in used:
            self.add_name(submodule, attribute)


@lru_cache(maxsize=64)
def _parse(name: str, source: str) -> _Module:
    """Return a module's statements by the names they bind; cached, since all problems of a topic use the same few."""
    module = _Module(name)
    tree = ast.parse(source)
    lines = _bare_lines(source, tree)
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        part = _Part(_text(node, lines), Statement(node))
        if part.is_lasting:
            module.lasting.append(part)
        for bound in part.statement.binds | part.statement.binds_when_called:
            module.binders.setdefault(bound, []).append(part)
    return module


def _text(node: ast.stmt, lines: list[str]) -> str:
    return "\n".join(filter(str.strip, lines[_first_line(node) - 1 : node.end_lineno]))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min(node.lineno, *(decorator.lineno for decorator in decorators)) if decorators else node.lineno


def _bare_lines(source: str, tree: ast.Module) -> list[str]:
    """Return the source's lines without comments and docstrings.

    Not `ast.unparse`: it writes the same code differently in one Python and the next, and evidence that was recorded
    with one must be valid in another.
    """
    lines = source.split("\n")
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    for node in _docstrings(tree):
        for row in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[row] = ""
    return [line.rstrip() for line in lines]


def _docstrings(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the docstrings of functions and classes that stand on lines of their own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            docstring = node.body[0]
            if ast.get_docstring(node, clean=False) is not None and docstring.lineno > node.lineno:
                yield docstring


def _describe(source: Import) -> str:
    """Return what a name is imported from, as a part of a slice."""
    if source.member is None:
        return source.module
    return f"{'.' * source.level}{source.module}:{source.member}"


def _resolve(home: str, source: Import) -> tuple[str, str | None]:
    """Return the module that a name is imported from and the member of it, None for the module itself.

    `import a.b` binds `a`; all of `a.b` is followed.
    """
    if source.member is None:
        return source.module, None if source.renamed else WHOLE
    if not source.level:
        return source.module, source.member
    return ".".join([*home.split(".")[: -source.level], *filter(None, [source.module])]), source.member
