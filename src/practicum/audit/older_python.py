"""Code as Python 2 ran it, as far as it is valid in both: whole division, and lists where Python 3 has iterators.

A key that only holds there is bound to a version, and not a slip of the pen.
"""

from __future__ import annotations

import ast

from practicum.audit.code_finding import parse

_DIVIDE = "practicum_divide"
_LISTS = ("range", "map", "filter", "zip")
PRELUDE = f"""
def {_DIVIDE}(left, right):
    whole = isinstance(left, int) and isinstance(right, int)
    return left // right if whole else left / right
def practicum_round(number, digits=0):
    import decimal
    step = decimal.Decimal(1).scaleb(-digits)
    return float(decimal.Decimal(number).quantize(step, decimal.ROUND_HALF_UP))
def practicum_list(kind):
    return lambda *given: list(kind(*given))
range, map, filter, zip = (practicum_list(kind) for kind in (range, map, filter, zip))
round = practicum_round
""".lstrip()


def as_python_2(code: str) -> str | None:
    """Return code that does in Python 3 what this code did in Python 2; None if both do the same, or it is invalid."""
    tree = parse(code)
    if not isinstance(tree, ast.Module):
        return None
    changed = _Division().visit(tree)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if _DIVIDE not in names and names.isdisjoint((*_LISTS, "round")):
        return None
    return ast.unparse(ast.fix_missing_locations(changed))


class _Division(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.Call(ast.Name(_DIVIDE, ast.Load()), [node.left, node.right], [])
