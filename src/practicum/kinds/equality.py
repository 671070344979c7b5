"""When two plain values are the same answer: Python's `==`, but `True` is not `1` and NaN equals NaN."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from typing import Any

from practicum.model import Opaque

_NAMED = {"nan": math.nan, "inf": math.inf}


def same(left: Any, right: Any, *, tolerance: float = 0.0, strict: bool = False) -> bool:
    """Whether two plain values are equal.

    `6` equals `6.0` (unless `strict`), a list is no tuple, `True` is not `1`, NaN equals NaN. `tolerance` compares
    floats loosely, as :func:`math.isclose` does, relative or absolute.
    """
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _number(left) and _number(right):
        return _same_number(left, right, tolerance) and (not strict or type(left) is type(right))
    if isinstance(left, (list, tuple)):
        return (
            type(left) is type(right)
            and len(left) == len(right)
            and all(same(a, b, tolerance=tolerance, strict=strict) for a, b in zip(left, right, strict=True))
        )
    if isinstance(left, Mapping):
        return isinstance(right, Mapping) and _same_mapping(left, right, tolerance, strict)
    if isinstance(left, (set, frozenset)):
        return isinstance(right, (set, frozenset)) and _typed(left) == _typed(right)
    return type(left) is type(right) and bool(left == right)


def literal(text: str) -> Any:
    """The value that a Python literal stands for; `nan` and `inf` count as literals. Raises ValueError."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return ast.literal_eval(_Names().visit(tree))
    except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError) as reason:
        raise ValueError(f"`{text}` is not a Python literal") from reason


def shown(value: Any) -> str:
    """A value as a learner reads it: a literal where there is one, its `repr` where not."""
    return value.text if isinstance(value, Opaque) else repr(value)


class _Names(ast.NodeTransformer):
    """Reads the names `nan` and `inf` as the floats which Python prints that way."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Constant(_NAMED[node.id]), node) if node.id in _NAMED else node


def _number(value: Any) -> bool:
    return isinstance(value, (int, float, complex))


def _same_number(left: Any, right: Any, tolerance: float) -> bool:
    if left != left and right != right:
        return True
    if left == right:
        return True
    loose = tolerance > 0 and (isinstance(left, float) or isinstance(right, float))
    if not loose or isinstance(left, complex) or isinstance(right, complex):
        return False
    return math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance)


def _same_mapping(left: Mapping[Any, Any], right: Mapping[Any, Any], tolerance: float, strict: bool) -> bool:
    if _typed(left) != _typed(right):
        return False
    return all(same(value, right[key], tolerance=tolerance, strict=strict) for key, value in left.items())


def _typed(members: Any) -> set[tuple[bool, Any]]:
    """Hashable members, with booleans told from the numbers they equal."""
    return {(isinstance(member, bool), member) for member in members}
