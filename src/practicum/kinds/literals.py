"""Python literals: the value that a text stands for, and the text that shows a value."""

from __future__ import annotations

import ast
import math
from typing import Any

from practicum.kinds.json_values import is_json
from practicum.model import Json, Opaque

_NAMED = {"nan": math.nan, "inf": math.inf}


def parse_literal(text: str) -> Any:
    """The value of a Python literal; `nan` and `inf` count as literals. Raises ValueError."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return ast.literal_eval(_NamedFloats().visit(tree))
    except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError) as reason:
        raise ValueError(f"`{text}` is not a Python literal") from reason


def parse_json_literal(text: str) -> Json:
    """The value of a Python literal that JSON can represent. Raises ValueError."""
    value: Json = parse_literal(text)
    if not is_json(value):
        raise ValueError(f"`{text}` is not a number, a string, a boolean or a list of these")
    return value


def is_literal(text: str) -> bool:
    """Whether `parse_literal` can read a text."""
    try:
        parse_literal(text)
    except ValueError:
        return False
    return True


def value_text(value: Any) -> str:
    """A value as learners read it: a literal where Python has one, otherwise its `repr`."""
    if isinstance(value, Opaque):
        return value.text
    try:
        return repr(value)
    except ValueError:  # Python does not format integers of more than a few thousand digits
        return "an integer of thousands of digits"


class _NamedFloats(ast.NodeTransformer):
    """Replaces the names `nan` and `inf` by the floats that Python prints this way."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Constant(_NAMED[node.id]), node) if node.id in _NAMED else node
