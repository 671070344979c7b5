"""Reading an author's expression without running it: which experiments it calls, and whether it depends on the run."""

from __future__ import annotations

import ast
import builtins
import math
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from practicum.model import Json

# Builtins whose result depends on more than their arguments: on the namespace, on files, on the interpreter.
_IMPURE = {"__import__", "dir", "eval", "exec", "globals", "hash", "id", "input", "locals", "object", "open", "vars"}
_PURE = frozenset(set(dir(builtins)) - _IMPURE)


@dataclass(frozen=True)
class ExperimentCall:
    """A call of an experiment with nothing but literals in it; `seed` None stands for the name `seed`."""

    function: str
    params: tuple[tuple[str, Json], ...]
    seed: int | None


def module(code: str) -> ast.Module:
    """The tree of a piece of code. Raises SyntaxError, also for what Python gives up on otherwise."""
    try:
        return ast.parse(code)
    except (ValueError, MemoryError, RecursionError) as reason:
        raise SyntaxError(str(reason) or "too deeply nested") from reason


def parsed(expression: str) -> ast.expr:
    """The expression's tree. Raises SyntaxError, also for what Python gives up on otherwise."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (ValueError, MemoryError, RecursionError) as reason:
        raise SyntaxError(str(reason) or "too deeply nested") from reason
    if any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)) for node in ast.walk(tree)):
        raise SyntaxError("`yield` and `await` are for functions")
    return tree


def wrong_line(reason: SyntaxError, code: str) -> int:
    """On which line of the code (from 0) Python found it to be none."""
    return min(reason.lineno or 1, code.rstrip("\n").count("\n") + 1) - 1


def experiment_calls(expression: str, experiments: frozenset[str]) -> list[ExperimentCall]:
    """The calls of experiments that can be measured beforehand: keywords only, literals or `seed=seed`."""
    calls = (_experiment_call(node, experiments) for node in ast.walk(parsed(expression)) if isinstance(node, ast.Call))
    found: list[ExperimentCall] = []
    for call in calls:
        if call and call not in found:
            found.append(call)
    return found


def calls_for_real(expression: str, experiments: frozenset[str]) -> bool:
    """Whether the expression names an experiment in a way that cannot be measured beforehand."""
    tree = parsed(expression)
    measured = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _experiment_call(n, experiments)]
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in experiments]
    return len(named) > len(measured)


def is_json(value: object) -> bool:
    """Whether evidence can hold an experiment's parameter and give it back unchanged."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, list):
        return all(map(is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(is_json, value.values()))
    return value is None or isinstance(value, str)


def names(code: str) -> frozenset[str]:
    """Every name that a piece of code mentions; nothing where it is no Python."""
    try:
        return frozenset(_mentioned(module(code)))
    except SyntaxError:
        return frozenset()


def is_constant(expression: str, code: str) -> bool:
    """Whether an expression's value is the same whatever `code` does: `3`, `1 == 1`, `x == x`."""
    tree = parsed(expression)
    return (isinstance(tree, ast.Compare) and _same_sides(tree) is not None) or not _depends(expression, code)


def is_decided(expression: str, code: str) -> bool:
    """Whether an expression's truth is the same whatever `code` does: a constant, or `x or True`."""
    return _truth(parsed(expression)) is not None or is_constant(expression, code)


def with_operands(expression: str) -> str:
    """The expression, made to give `[truth, {source: side}]`: what each side of its comparisons was.

    Every side is still evaluated once, in its order, and only if Python would. A side that is no number is given as
    `[text]`, its `repr` cut short, so that no side is too big to be told.
    """
    tree = parsed(expression)
    if not _HERE.isdisjoint(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)):
        return f"[not not ({expression.strip()}\n), {{}}]"  # it looks at the namespace: it must stand in it
    told = ast.unparse(_Witness().visit_condition(tree))
    return (
        f"(lambda {_SEEN}, {_KEPT}: (lambda {_NOTE}: [not not ({told}), {{k: {_KEPT}(v) for k, v in {_SEEN}.items()}}])"
        f"(lambda k, v: ({_SEEN}.setdefault(k, v), v)[1]))({{}}, {_KEEP})"
    )


_SEEN, _KEPT, _NOTE = "__practicum_seen", "__practicum_kept", "__practicum_note"
_HERE = frozenset({"dir", "eval", "exec", "locals", "vars"})

# Builtins by way of their module: the snippet may have given their names to something else.
_KEEP = """(lambda v, b=__import__('builtins'): v if b.isinstance(v, b.float)
 or b.isinstance(v, b.int) and -10**300 < v < 10**300
 or b.getattr(v, 'ndim', None) == 0 and not b.isinstance(v, b.int)
 else [b.repr(v)[:400] if not b.isinstance(v, b.int) else 'an integer of hundreds of digits'])"""


def _experiment_call(node: ast.Call, experiments: frozenset[str]) -> ExperimentCall | None:
    if not (isinstance(node.func, ast.Name) and node.func.id in experiments) or node.args:
        return None
    params: dict[str, Json] = {}
    seed: int | None = None
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    if None in named or "seed" not in named:
        return None
    for name, value in named.items():
        if name == "seed" and isinstance(value, ast.Name) and value.id == "seed":
            continue
        try:
            found = ast.literal_eval(value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            return None
        if name == "seed":
            seed = found
        else:
            params[str(name)] = found
    if not all(map(is_json, params.values())) or (seed is not None and type(seed) is not int):
        return None
    return ExperimentCall(node.func.id, tuple(sorted(params.items())), seed)


def _mentioned(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]
            for alias in node.names:
                yield alias.name.split(".")[0]


def _depends(expression: str, code: str) -> bool:
    """Whether it mentions anything that the code makes, or that is not the same everywhere."""
    free = _free(expression)
    return bool(free - _PURE - {"seed"}) or bool(free & _bound(code))


def _free(expression: str) -> frozenset[str]:
    """The names that an expression takes from around it."""
    try:
        top = symtable.symtable(expression.strip(), "expression", "eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return names(expression)
    own = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned()}
    tables, found = [top], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    return frozenset(found - own)


def _bound(code: str) -> frozenset[str]:
    """Names that the code binds anywhere; they count as the run's, even if they shadow a builtin."""
    try:
        tree = module(code)
    except SyntaxError:
        return frozenset()
    return frozenset(name for node in ast.walk(tree) for name in _bindings(node))


def _bindings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield from _PURE if node.name == "*" else [node.asname or node.name.split(".")[0]]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name


def _truth(tree: ast.expr) -> bool | None:
    """The truth of an expression where its form alone decides it, else None."""
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
    return _same_sides(tree) if isinstance(tree, ast.Compare) else None


def _same_sides(tree: ast.Compare) -> bool | None:
    """The truth of a comparison of a thing with itself. A call may give something else the second time."""
    left, right = tree.left, tree.comparators[0]
    calls = any(isinstance(node, (ast.Call, ast.NamedExpr)) for node in ast.walk(left))
    if len(tree.ops) != 1 or calls or ast.dump(left) != ast.dump(right):
        return None
    if isinstance(tree.ops[0], (ast.Eq, ast.LtE, ast.GtE, ast.Is)):
        return True
    return False if isinstance(tree.ops[0], (ast.NotEq, ast.Lt, ast.Gt, ast.IsNot)) else None


class _Witness:
    """Rewrites comparisons so that each side that is no constant is also noted down."""

    def visit_condition(self, tree: ast.expr) -> ast.expr:
        if isinstance(tree, ast.BoolOp):
            return ast.BoolOp(tree.op, [self.visit_condition(value) for value in tree.values])
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
            return ast.UnaryOp(tree.op, self.visit_condition(tree.operand))
        if isinstance(tree, ast.Compare):
            return ast.Compare(self._noted(tree.left), tree.ops, [self._noted(side) for side in tree.comparators])
        return tree

    def _noted(self, side: ast.expr) -> ast.expr:
        if not any(isinstance(node, ast.Name) for node in ast.walk(side)):
            return side
        if any(isinstance(node, ast.NamedExpr) for node in ast.walk(side)):
            return side
        if isinstance(side, ast.BinOp):  # of `a - b` one wants to know a and b, of `a + 0.1` just a
            return ast.BinOp(self._noted(side.left), side.op, self._noted(side.right))
        return ast.Call(ast.Name(_NOTE, ast.Load()), [ast.Constant(ast.unparse(side)), side], [])
