"""The part of some Python code that a name rests on: a proof is run again when that part changes, and only then.

A slice follows a function to the module-level functions, classes, constants and imports that it mentions, and theirs,
through `experiments.py` into `practicum.lab`. Comments, layout and docstrings are no part of it. What is imported from
other packages counts by name only; their versions stand in the evidence.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import practicum

_FOLLOWED = ("practicum.lab", "practicum.statistics", "practicum.formatting")
"""What experiments may import of this package, so that their evidence rests on it."""

Sources = Callable[[str], str | None]
"""From a module's dotted name to its source, or None for a module that is not followed."""


@lru_cache(maxsize=64)
def functions(source: str) -> frozenset[str]:
    """The public functions that a module defines."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return frozenset()
    return frozenset(n.name for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_"))


def digest(module: str, names: Iterable[str], source: Sources) -> str:
    """SHA-256 of the slice of `module` that `names` rest on."""
    walk = _Walk(source)
    for name in sorted(names):
        walk.need(module, name)
    parts = sorted(f"{home}\0{text}" for home, text in walk.parts)
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def lab_source(module: str) -> str | None:
    """The source of a module of the lab, read without importing it."""
    if not any(module == name or module.startswith(f"{name}.") for name in _FOLLOWED):
        return None
    return _lab_file(module)


@cache
def _lab_file(module: str) -> str | None:
    base = Path(practicum.__file__).parent.joinpath(*module.split(".")[1:])
    file = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    return file.read_text(encoding="utf-8") if file.is_file() else None


@dataclass
class _Statement:
    text: str
    mentions: frozenset[str]
    attributes: dict[str, frozenset[str]]
    """For a name, which attributes of it are used; `*` where the name itself is."""
    node: ast.stmt


@dataclass
class _Module:
    name: str
    bound: dict[str, list[_Statement]] = field(default_factory=dict)
    always: list[_Statement] = field(default_factory=list)
    """Statements that run whatever is asked for."""


@dataclass
class _Walk:
    source: Sources
    parts: set[tuple[str, str]] = field(default_factory=set)
    _done: set[tuple[str, str]] = field(default_factory=set)

    def need(self, module: str, name: str) -> None:
        """Take in one name of a module (`*` for all), and all that it rests on."""
        source = self.source(module)
        if (module, name) in self._done or source is None:
            return
        self._done.add((module, name))
        parsed = _parse(module, source)
        for statement in parsed.always:
            self._take(parsed, statement)
        wanted = list(parsed.bound) if name == "*" else [name]
        if name not in parsed.bound and name != "*":
            self.need(f"{module}.{name}", "*")
        for one in wanted:
            for statement in parsed.bound.get(one, ()):
                self._take(parsed, statement)

    def _take(self, module: _Module, statement: _Statement) -> None:
        if (module.name, statement.text) in self.parts:
            return
        self.parts.add((module.name, statement.text))
        if isinstance(statement.node, (ast.Import, ast.ImportFrom)):
            return
        for name in statement.mentions:
            for binding in module.bound.get(name) or module.bound.get("*") or []:
                if isinstance(binding.node, (ast.Import, ast.ImportFrom)):
                    self.parts.add((module.name, f"{name} <- {_import_of(binding.node, name)}"))
                    self._follow(module.name, binding.node, name, statement.attributes.get(name, frozenset("*")))
                else:
                    self._take(module, binding)

    def _follow(self, home: str, node: ast.Import | ast.ImportFrom, name: str, used: frozenset[str]) -> None:
        for target, member in _targets(home, node, name):
            if member is None:
                for attribute in used:
                    self.need(target, attribute)
            elif self.source(f"{target}.{member}") is not None:  # a submodule, used by its attributes
                for attribute in used:
                    self.need(f"{target}.{member}", attribute)
            else:
                self.need(target, member)


@lru_cache(maxsize=64)
def _parse(name: str, source: str) -> _Module:
    """A module's statements by the names they bind; kept, as every problem of a topic asks for the same few."""
    module = _Module(name)
    tree = ast.parse(source)
    lines = _bare_lines(source, tree)
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # the docstring
        statement = _statement(node, lines)
        bound = list(_bound(node))
        if not bound:
            module.always.append(statement)
        for one in bound:
            module.bound.setdefault(one, []).append(statement)
    return module


def _statement(node: ast.stmt, lines: list[str]) -> _Statement:
    uses: dict[str, set[str]] = {}
    bases = {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            uses.setdefault(inner.value.id, set()).add(inner.attr)
        elif isinstance(inner, ast.Name) and id(inner) not in bases:
            uses.setdefault(inner.id, set()).add("*")
    attributes = {name: frozenset("*") if "*" in used else frozenset(used) for name, used in uses.items()}
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    text = "\n".join(filter(str.strip, lines[first - 1 : node.end_lineno]))
    return _Statement(text, frozenset(uses), attributes, node)


def _bare_lines(source: str, tree: ast.Module) -> list[str]:
    """The source's lines without comments and docstrings.

    Text, not `ast.unparse`: that writes the same code differently from one Python to the next, and evidence made
    with one must stand with another.
    """
    lines = source.split("\n")
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        docstring = node.body[0]
        if ast.get_docstring(node, clean=False) is not None and docstring.lineno > node.lineno:
            for row in range(docstring.lineno - 1, docstring.end_lineno or docstring.lineno):
                lines[row] = ""
    return [line.rstrip() for line in lines]


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _import_of(node: ast.Import | ast.ImportFrom, name: str) -> str:
    alias = next((a for a in node.names if (a.asname or a.name.split(".")[0]) == name), node.names[0])
    if isinstance(node, ast.ImportFrom):
        return f"{'.' * node.level}{node.module or ''}:{alias.name}"
    return alias.name


def _targets(home: str, node: ast.Import | ast.ImportFrom, name: str) -> Iterator[tuple[str, str | None]]:
    """Which module, and which member of it, a name stands for. An `import a.b` binds `a`; all of `a.b` is taken."""
    for alias in node.names:
        if (alias.asname or alias.name.split(".")[0]) != name and alias.name != "*":
            continue
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join([*home.split(".")[: -node.level], *([base] if base else [])])
            yield base, alias.name
        elif alias.asname:
            yield alias.name, None
        else:
            yield alias.name, "*"
