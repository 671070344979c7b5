"""Runs code as a notebook does: what its last expression returns is printed."""

from __future__ import annotations

import ast
import re
import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

MAX_TEXT = 20_000
"""Characters of a printed value, beyond which it is cut."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_SEMICOLON = re.compile(rb"\s*;")


def split_last_expression(source: str, name: str) -> tuple[ast.Module, ast.Expression | None]:
    """Return the statements of a source, and apart from them its last expression if it is to be printed.

    As in a notebook, an expression that ends with a semicolon is not. Raises SyntaxError.
    """
    module: Any = compile(source, name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    last = module.body[-1] if module.body else None
    if not isinstance(last, ast.Expr) or _ends_with_semicolon(source, last):
        return module, None
    del module.body[-1]
    return module, ast.Expression(last.value)


def _ends_with_semicolon(source: str, last: ast.Expr) -> bool:
    line = re.split("\r\n|\r|\n", source)[(last.end_lineno or 1) - 1].encode()
    return _SEMICOLON.match(line, last.end_col_offset or 0) is not None


def execute(source: str, name: str, space: dict[str, Any]) -> None:
    """Run code under a file name, and print what its last expression returns. Raises what the code raises."""
    statements, expression = split_last_expression(source, name)
    code = compile(statements, name, "exec", dont_inherit=True)
    last = compile(expression, name, "eval", dont_inherit=True) if expression else None
    exec(code, space)  # noqa: S102 - this process exists to run it
    if last and (text := value_text(eval(last, space))):  # noqa: S307 - as above
        sys.stdout.write(text + "\n")


def value_text(value: object) -> str:
    """Return a value as a notebook shows it; empty for None, and for text with an address, which is never the same."""
    if value is None:
        return ""
    text = repr(value)
    if _ADDRESS.search(text):
        return ""
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
