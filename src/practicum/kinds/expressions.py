"""Reading an author's expression without running it: which experiments it calls, and whether it depends on the run."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from practicum.model import Json

# Builtins whose result depends on more than their arguments: on the namespace, on files, on the interpreter.
_IMPURE = {"__import__", "dir", "eval", "exec", "globals", "hash", "id", "input", "locals", "object", "open", "vars"}
_PURE = set(dir(builtins)) - _IMPURE


@dataclass(frozen=True)
class ExperimentCall:
    """A call of an experiment with nothing but literals in it; `seed` None stands for the name `seed`."""

    function: str
    params: tuple[tuple[str, Json], ...]
    seed: int | None


def parsed(expression: str) -> ast.expr:
    """The expression's tree. Raises SyntaxError, also for what Python gives up on otherwise."""
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (ValueError, MemoryError, RecursionError) as reason:
        raise SyntaxError(str(reason) or "too deeply nested") from reason


def experiment_calls(expression: str, experiments: frozenset[str]) -> list[ExperimentCall]:
    """The calls of experiments that can be measured beforehand: keywords only, literals or `seed=seed`."""
    calls = (_experiment_call(node, experiments) for node in ast.walk(parsed(expression)) if isinstance(node, ast.Call))
    return list(dict.fromkeys(call for call in calls if call))


def calls_for_real(expression: str, experiments: frozenset[str]) -> bool:
    """Whether the expression names an experiment in a way that cannot be measured beforehand."""
    tree = parsed(expression)
    measured = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _experiment_call(n, experiments)]
    named = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in experiments]
    return len(named) > len(measured)


def names(code: str) -> frozenset[str]:
    """Every name that a piece of code mentions; nothing where it is no Python."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return frozenset()
    return frozenset(_mentioned(tree))


def is_constant(expression: str, code: str) -> bool:
    """Whether an expression says the same whatever `code` does: `True`, `1 == 1`, `x or True`, `x == x`."""
    tree = parsed(expression)
    return _truth(tree) is not None or not _depends(tree, _bound(code))


def with_operands(expression: str) -> str:
    """The expression, made to give `[result, {source: value}]`: what each side of its comparisons was.

    Every side is still evaluated once, in its order, and only if Python would.
    """
    tree = _Witness().visit_condition(parsed(expression))
    return f"(lambda _seen: [{ast.unparse(tree)}, _seen])({{}})"


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
        except ValueError:
            return None
        if name == "seed":
            seed = found
        else:
            params[str(name)] = found
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


def _bound(code: str) -> set[str]:
    """Names that the code binds anywhere; they count as the run's, even if they shadow a builtin."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return set()
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))}
    return bound


def _depends(tree: ast.AST, bound: set[str]) -> bool:
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    free = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - own
    return bool(free & bound or free - _PURE - {"seed"})


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
    if isinstance(tree, ast.Compare):
        return _same_sides(tree)
    return None


def _same_sides(tree: ast.Compare) -> bool | None:
    if len(tree.ops) != 1 or ast.dump(tree.left) != ast.dump(tree.comparators[0]):
        return None
    if isinstance(tree.ops[0], (ast.Eq, ast.LtE, ast.GtE, ast.Is)):
        return True
    return False if isinstance(tree.ops[0], (ast.NotEq, ast.Lt, ast.Gt, ast.IsNot)) else None


class _Witness:
    """Rewrites comparisons so that each side that is no constant is also noted down in `_seen`."""

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
        if any(isinstance(node, (ast.NamedExpr, ast.Yield, ast.Await)) for node in ast.walk(side)):
            return side
        note: Any = ast.Attribute(ast.Name("_seen", ast.Load()), "setdefault", ast.Load())
        return ast.Call(note, [ast.Constant(ast.unparse(side)), side], [])
