"""Default values of a function's parameters, read from its source."""

from __future__ import annotations

import ast
from typing import Any

from practicum.python_source.parsing import parse_or_empty


def literal_defaults(code: str, function: str) -> dict[str, Any]:
    """Return the parameters of a module's function whose default is a literal, each with that default.

    Empty for a function whose defaults its `def` alone does not tell: it is imported, decorated, or bound twice.
    """
    tree = parse_or_empty(code)
    bindings = [node for node in ast.walk(tree) if _binds(node, function)]
    if len(bindings) != 1 or bindings[0] not in tree.body:
        return {}
    (definition,) = bindings
    if not isinstance(definition, ast.FunctionDef) or definition.decorator_list:
        return {}
    written = _written_defaults(definition.args)
    return {name: ast.literal_eval(default) for name, default in written.items() if _is_literal(default)}


def _binds(node: ast.AST, name: str) -> bool:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == name
        case ast.Name(ctx=ast.Store()):
            return node.id == name
        case ast.alias():
            return (node.asname or node.name) == name
        case _:
            return False


def _written_defaults(arguments: ast.arguments) -> dict[str, ast.expr]:
    positional = [*arguments.posonlyargs, *arguments.args]
    optional = positional[len(positional) - len(arguments.defaults) :]
    pairs = [
        *zip(optional, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {argument.arg: default for argument, default in pairs if default is not None}


def _is_literal(default: ast.expr) -> bool:
    try:
        ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
