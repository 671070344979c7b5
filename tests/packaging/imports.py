"""The modules that a file imports, itself or through this package, and the distributions that have them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

SOURCE = ROOT / "src"
_TYPES_ONLY = {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


@cache
def imported_modules(file: Path) -> frozenset[str]:
    """The full names of all modules that a file imports, anywhere in it but for type checkers."""
    return frozenset(_imports(ast.parse(file.read_text(encoding="utf-8"))))


def _imports(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.If(test=test, orelse=orelse) if ast.unparse(test) in _TYPES_ONLY:
                yield from _imports(ast.Module(orelse, []))
            case _:
                yield from _imports(child)


def module_file(module: str) -> Path | None:
    """The file of a module of this package; None for any other name."""
    path = SOURCE / module.replace(".", "/")
    files = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in files if module.startswith("practicum") and file.is_file()), None)


def reachable_files(file: Path) -> set[Path]:
    """The file and all modules of this package that it imports, directly or through one another."""
    reached: set[Path] = set()
    waiting = [file]
    while waiting:
        current = waiting.pop()
        if current in reached:
            continue
        reached.add(current)
        parts = [module.split(".") for module in imported_modules(current)]
        names = {".".join(part[:length]) for part in parts for length in range(1, len(part) + 1)}
        waiting += [found for name in names if (found := module_file(name))]
    return reached


def external_modules(files: set[Path]) -> set[str]:
    """The top-level names of all modules that files import, without Python's own and this package's."""
    names = {module.partition(".")[0] for file in files for module in imported_modules(file)}
    return {name for name in names if name not in sys.stdlib_module_names and name not in ("practicum", "__future__")}


@cache
def distributions() -> dict[str, set[str]]:
    """The canonical names of the installed distributions that have a top-level module, by its name."""
    return {
        module: {str(canonicalize_name(name)) for name in names} for module, names in packages_distributions().items()
    }


def distribution_names(requirements: list[str]) -> set[str]:
    """The canonical names in a list of requirements or pins."""
    return {str(canonicalize_name(Requirement(text).name)) for text in requirements}


def pinned_names(lock: Path) -> set[str]:
    """The canonical names in a file of pins."""
    lines = re.findall(r"^[A-Za-z0-9][^#\n]*", lock.read_text(encoding="utf-8"), re.M)
    return distribution_names([line.strip() for line in lines])
