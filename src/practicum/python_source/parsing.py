"""Parsing text as Python, with one exception for every way in which it can fail."""

from __future__ import annotations

import ast


def parse_module(code: str) -> ast.Module:
    """Return the syntax tree of a piece of code.

    Raises:
        SyntaxError: It is not Python, or it is nested too deeply for Python's own parser.
    """
    try:
        return ast.parse(code)
    except (ValueError, MemoryError, RecursionError) as error:
        raise SyntaxError(str(error) or "too deeply nested") from error


def parse_expression(text: str) -> ast.expr:
    """Return the syntax tree of an expression.

    Raises:
        SyntaxError: It is not an expression, is nested too deeply, or contains `yield` or `await`.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (ValueError, MemoryError, RecursionError) as error:
        raise SyntaxError(str(error) or "too deeply nested") from error
    if any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in ast.walk(tree)):
        raise SyntaxError("`yield` and `await` are allowed in functions only")
    return tree


def parse_or_empty(code: str) -> ast.Module:
    """Return the syntax tree of a piece of code; an empty module's if it is not Python."""
    try:
        return parse_module(code)
    except SyntaxError:
        return ast.Module([], [])


def is_python(code: str) -> bool:
    """Return whether a text can be parsed as Python."""
    try:
        parse_module(code)
    except SyntaxError:
        return False
    return True


def is_same_code(left: str, right: str) -> bool:
    """Return whether two pieces of code differ in comments and layout at most."""
    if left == right:
        return True
    try:
        return ast.dump(parse_module(left)) == ast.dump(parse_module(right))
    except (SyntaxError, RecursionError):
        return False


def error_line(error: SyntaxError, code: str) -> int:
    """Return the line of `code`, counted from 0, at which Python reported a syntax error."""
    return min(error.lineno or 1, code.rstrip("\n").count("\n") + 1) - 1
