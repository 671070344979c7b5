"""When two plain values are the same answer: Python's `==`, but `True` is not `1` and NaN equals NaN."""

from __future__ import annotations

import ast
import cmath
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from practicum.model import Opaque

_NAMED = {"nan": math.nan, "inf": math.inf}


def same(left: Any, right: Any, *, tolerance: float = 0.0, strict: bool = False) -> bool:
    """Whether two plain values are equal.

    `6` equals `6.0` (unless `strict`), a list is no tuple, `True` is not `1`, NaN equals NaN. `tolerance` compares
    floats loosely, as :func:`math.isclose` does, relative or absolute; members of sets and keys of dicts it leaves be.
    """
    if isinstance(left, Opaque) or isinstance(right, Opaque):
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _is_number(left) and _is_number(right):
        return _same_number(left, right, tolerance, tolerance) and (not strict or type(left) is type(right))
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and _same_items(left, right, tolerance, strict)
    if isinstance(left, Mapping):
        return isinstance(right, Mapping) and _same_mapping(left, right, tolerance, strict)
    if isinstance(left, (set, frozenset)):
        return isinstance(right, (set, frozenset)) and _members(left, strict) == _members(right, strict)
    return type(left) is type(right) and bool(left == right)


def near(left: float, right: float, part: float) -> bool:
    """Whether two numbers differ by no more than this part of the larger: 0 is near 0 only. Two integers are equal."""
    return _same_number(left, right, part, 0)


def literal(text: str) -> Any:
    """The value that a Python literal stands for; `nan` and `inf` count as literals. Raises ValueError."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return ast.literal_eval(_Names().visit(tree))
    except (SyntaxError, TypeError, ValueError, MemoryError, RecursionError) as reason:
        raise ValueError(f"`{text}` is not a Python literal") from reason


def shown(value: Any) -> str:
    """A value as a learner reads it: a literal where there is one, its `repr` where not."""
    if isinstance(value, Opaque):
        return value.text
    try:
        return repr(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return "an integer of thousands of digits"


class _Names(ast.NodeTransformer):
    """Reads the names `nan` and `inf` as the floats which Python prints that way."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Constant(_NAMED[node.id]), node) if node.id in _NAMED else node


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, complex))


def _same_number(left: Any, right: Any, relative: float, absolute: float) -> bool:
    if left == right or (left != left and right != right):
        return True
    if relative <= 0 or (isinstance(left, int) and isinstance(right, int)):
        return False
    try:
        return cmath.isclose(left, right, rel_tol=relative, abs_tol=absolute)
    except OverflowError:  # an integer beyond all floats is close to none
        return False


def _same_items(left: Sequence[Any], right: Sequence[Any], tolerance: float, strict: bool) -> bool:
    pairs = zip(left, right, strict=False)
    return len(left) == len(right) and all(same(a, b, tolerance=tolerance, strict=strict) for a, b in pairs)


def _same_mapping(left: Mapping[Any, Any], right: Mapping[Any, Any], tolerance: float, strict: bool) -> bool:
    ours = {_member(key, strict): value for key, value in left.items()}
    theirs = {_member(key, strict): value for key, value in right.items()}
    return ours.keys() == theirs.keys() and all(
        same(value, theirs[key], tolerance=tolerance, strict=strict) for key, value in ours.items()
    )


def _members(values: Any, strict: bool) -> set[Hashable]:
    return {_member(value, strict) for value in values}


def _member(value: Any, strict: bool) -> Hashable:
    """Something hashable that is equal for two members or keys just where :func:`same` has them equal."""
    if isinstance(value, tuple):
        return (tuple, *(_member(inner, strict) for inner in value))
    if isinstance(value, frozenset):
        return (frozenset, frozenset(_member(inner, strict) for inner in value))
    kind = type(value) if strict or isinstance(value, bool) or not _is_number(value) else float
    return (kind, None) if value != value else (kind, value)
