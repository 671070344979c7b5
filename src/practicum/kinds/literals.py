"""Python literals: the value that a text stands for, and the text that shows a value."""

from __future__ import annotations

import ast
import datetime
import math
from typing import Any

from practicum.kinds import constructors
from practicum.kinds.json_values import is_json
from practicum.model import Json, Opaque

_NAMED = {"nan": math.nan, "inf": math.inf, "True_": True, "False_": False}


def parse_literal(text: str) -> Any:
    """The value of a text as Python prints values: a literal, `nan`, `inf`, or a constructor such as `Decimal('1.10')`.

    Arrays are lists, and NumPy's numbers are numbers. Raises ValueError.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _value(_NamedValues().visit(tree).body)
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


def _value(node: ast.AST) -> Any:
    match node:
        case ast.List(items):
            return list(map(_value, items))
        case ast.Tuple(items):
            return tuple(map(_value, items))
        case ast.Set(items):
            return set(map(_value, items))
        case ast.Dict(keys, values) if None not in keys:
            return dict(zip(map(_value, keys), map(_value, values), strict=True))  # type: ignore[arg-type]
        case ast.Call():
            return constructors.call_value(node, _value)
        case ast.Attribute(ast.Name("timezone") | ast.Attribute(ast.Name(), "timezone"), "utc"):
            return datetime.UTC
        case _:
            return ast.literal_eval(node)


class _NamedValues(ast.NodeTransformer):
    """Replaces names such as `nan` and `np.inf` by the values that Python prints this way."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Constant(_NAMED[node.id]), node) if node.id in _NAMED else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = constructors.plain_name(node)
        return ast.copy_location(ast.Constant(_NAMED[name]), node) if name in _NAMED else node
