"""Whether the value of an expression can depend on a run at all."""

from __future__ import annotations

import ast

from practicum.python_source.builtin_effects import PURE
from practicum.python_source.names import bound_names, free_names
from practicum.python_source.parsing import parse_expression
from practicum.python_source.scopes import ALL


def is_constant(expression: str, code: str) -> bool:
    """Return whether an expression has the same value whatever `code` does: `3`, `1 == 1`, `x == x`.

    The name `seed` counts as constant. Raises SyntaxError if it is not an expression.
    """
    tree = parse_expression(expression)
    if isinstance(tree, ast.Compare) and _self_comparison(tree) is not None:
        return True
    free, bound = free_names(expression), bound_names(code)
    return not (free - PURE - {"seed"} or free & bound or (ALL in bound and free & PURE))


def is_decided(expression: str, code: str) -> bool:
    """Return whether an expression is true, or false, whatever `code` does: a constant, or `x or True`."""
    return _truth(parse_expression(expression)) is not None or is_constant(expression, code)


def _truth(tree: ast.expr) -> bool | None:
    """Return the truth of an expression where its form alone decides it, else None."""
    if isinstance(tree, ast.Constant):
        return bool(tree.value)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        inner = _truth(tree.operand)
        return None if inner is None else not inner
    if isinstance(tree, ast.BoolOp):
        truths = [_truth(value) for value in tree.values]
        decisive = isinstance(tree.op, ast.Or)
        if decisive in truths:
            return decisive
        return not decisive if all(truth is not None for truth in truths) else None
    if isinstance(tree, ast.IfExp):
        first, second = _truth(tree.body), _truth(tree.orelse)
        return first if first == second else None
    return _self_comparison(tree) if isinstance(tree, ast.Compare) else None


def _self_comparison(tree: ast.Compare) -> bool | None:
    """Return the truth of a comparison of an expression with itself, else None.

    A call may return something else the second time, so an expression with one is not compared with itself.
    """
    left, right = tree.left, tree.comparators[0]
    calls = any(isinstance(node, ast.Call | ast.NamedExpr) for node in ast.walk(left))
    if len(tree.ops) != 1 or calls or ast.dump(left) != ast.dump(right):
        return None
    if isinstance(tree.ops[0], ast.Eq | ast.LtE | ast.GtE | ast.Is):
        return True
    return False if isinstance(tree.ops[0], ast.NotEq | ast.Lt | ast.Gt | ast.IsNot) else None
