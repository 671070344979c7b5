"""Rewriting a claim so that a run also reports the values on both sides of its comparisons."""

from __future__ import annotations

import ast

from practicum.python_source.parsing import parse_expression

_SIDES, _SHORTEN, _RECORD = "__practicum_sides", "__practicum_shorten", "__practicum_record"
_LOCAL_BUILTINS = frozenset({"dir", "eval", "exec", "locals", "vars"})
"""Builtins that look at the namespace they are called in."""

# Builtins are reached through their module: the snippet may have bound their names to something else.
_SHORTENER = """(lambda v, b=__import__('builtins'): v if b.isinstance(v, b.float)
 or b.isinstance(v, b.int) and -10**300 < v < 10**300
 or b.getattr(v, 'ndim', None) == 0 and not b.isinstance(v, b.int)
 else [b.repr(v)[:400] if not b.isinstance(v, b.int) else 'an integer of hundreds of digits'])"""


def with_sides(expression: str) -> str:
    """Return an expression whose value is `[truth, {source: value}]`, with the sides of its comparisons.

    Every side is still evaluated once, in its order, and only if Python would evaluate it. The value of a side that is
    not a number is `[text]`, its `repr` cut after 400 characters, so that every side can be reported.

    Raises:
        SyntaxError: It is not an expression.
    """
    tree = parse_expression(expression)
    if not _LOCAL_BUILTINS.isdisjoint(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)):
        return f"[not not ({expression.strip()}\n), {{}}]"  # it must be evaluated in the run's own namespace
    recording = ast.unparse(_record_sides(tree))
    sides = f"{{k: {_SHORTEN}(v) for k, v in {_SIDES}.items()}}"
    return (
        f"(lambda {_SIDES}, {_SHORTEN}: (lambda {_RECORD}: [not not ({recording}), {sides}])"
        f"(lambda k, v: ({_SIDES}.setdefault(k, v), v)[1]))({{}}, {_SHORTENER})"
    )


def _record_sides(tree: ast.expr) -> ast.expr:
    """Return the condition with every side of a comparison recorded that is not a constant."""
    if isinstance(tree, ast.BoolOp):
        return ast.BoolOp(tree.op, [_record_sides(value) for value in tree.values])
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return ast.UnaryOp(tree.op, _record_sides(tree.operand))
    if isinstance(tree, ast.Compare):
        return ast.Compare(_recorded(tree.left), tree.ops, [_recorded(side) for side in tree.comparators])
    return tree


def _recorded(side: ast.expr) -> ast.expr:
    if not any(isinstance(node, ast.Name) for node in ast.walk(side)):
        return side
    if any(isinstance(node, ast.NamedExpr) for node in ast.walk(side)):
        return side
    if isinstance(side, ast.BinOp):  # of `a - b` the values of a and b are recorded, of `a + 0.1` that of a
        return ast.BinOp(_recorded(side.left), side.op, _recorded(side.right))
    return ast.Call(ast.Name(_RECORD, ast.Load()), [ast.Constant(ast.unparse(side)), side], [])
