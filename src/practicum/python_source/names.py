"""Which names a piece of code mentions, binds, or takes from around it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from practicum.python_source.parsing import parse_expression, parse_or_empty
from practicum.python_source.statements import read_statements
from practicum.python_source.walk import Walk


def mentioned_names(code: str) -> frozenset[str]:
    """Return every name that stands in the code, and the packages it imports; nothing if it is not Python."""
    found: set[str] = set()
    for node in ast.walk(parse_or_empty(code)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
            found.update(alias.name.split(".")[0] for alias in node.names)
    return frozenset(found)


def bound_names(code: str) -> frozenset[str]:
    """Return the module-level names that the code may bind or delete; nothing if it is not Python.

    `*` is among them for a `from … import *`.
    """
    return frozenset().union(*(each.binds | each.binds_when_called for each in read_statements(code)))


def every_bound_name(code: str) -> frozenset[str]:
    """Return the names that the code binds in any scope, parameters included; nothing if it is not Python."""
    return frozenset().union(*(each.every_bound_name for each in read_statements(code)))


def taken_names(code: str) -> frozenset[str]:
    """Return the names that the code reads and has not bound before; nothing if it is not Python.

    A name that a loop, `if` or `with` binds counts as bound in all of it. Functions count as called at the end.
    """
    taken, bound, in_the_end = set[str](), set[str](), bound_names(code)
    for statement in read_statements(code):
        within = in_the_end if statement.is_definition else statement.binds
        taken |= statement.reads - bound - (within if statement.is_compound else frozenset())
        bound |= statement.binds | statement.binds_when_called
    return frozenset(taken)


def used_members(codes: Iterable[str], module: str) -> frozenset[str]:
    """Return the names that pieces of a program take from a module, `*` if they may take any."""
    statements = [statement for code in codes for statement in read_statements(code)]
    sources = [source for each in statements for source in each.imports if source.module == module and not source.level]
    names = {source.member for source in sources if source.member is not None}
    modules = {source.name for source in sources if source.member is None}
    return frozenset(names).union(*(each.used_attributes.get(name, ()) for each in statements for name in modules))


def free_names(expression: str) -> frozenset[str]:
    """Return the names that an expression takes from around it. Raises SyntaxError if it is not an expression."""
    walk = Walk([parse_expression(expression)])
    return frozenset(load.name for load in walk.module_loads()) - {each.name for each in walk.module_bindings()}


@lru_cache(maxsize=64)
def public_functions(source: str) -> frozenset[str]:
    """Return the functions that a module defines at its top level and that have no leading underscore."""
    functions = (node for node in parse_or_empty(source).body if isinstance(node, ast.FunctionDef))
    return frozenset(function.name for function in functions if not function.name.startswith("_"))


def most_positional_arguments(code: str, method: str) -> int:
    """Return the largest number of positional arguments that a call of a method of this name has in the code."""
    calls = (node for node in ast.walk(parse_or_empty(code)) if isinstance(node, ast.Call))
    counts = (len(call.args) for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == method)
    return max(counts, default=0)
