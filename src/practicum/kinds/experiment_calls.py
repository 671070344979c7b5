"""Calls of a topic's experiments in an author's expression, and which of them can be measured beforehand."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from practicum.kinds.json_values import is_json
from practicum.model import Json
from practicum.python_source.parsing import parse_expression


@dataclass(frozen=True)
class ExperimentCall:
    """A call of an experiment whose arguments are literals; `seed` None stands for the name `seed`."""

    function: str
    params: tuple[tuple[str, Json], ...]
    seed: int | None


def measurable_calls(expression: str, experiments: frozenset[str]) -> list[ExperimentCall]:
    """Return the different calls that can be measured beforehand: keyword arguments only, literals or `seed=seed`.

    Raises:
        SyntaxError: It is not an expression.
    """
    nodes = (node for node in ast.walk(parse_expression(expression)) if isinstance(node, ast.Call))
    calls: list[ExperimentCall] = []
    for node in nodes:
        call = _measurable_call(node, experiments)
        if call and call not in calls:
            calls.append(call)
    return calls


@dataclass(frozen=True)
class MeasuredNumber:
    """A number that an experiment returns: `frozen_base(seed=seed).val_accuracy`."""

    function: str
    params: tuple[tuple[str, Json], ...]
    name: str
    seed: int | None = None
    """None for every seed that was measured."""


def measured_numbers(expression: str, experiments: frozenset[str]) -> tuple[MeasuredNumber, ...]:
    """Return the different results of experiments in an expression, in the order in which it names them.

    Empty if it uses an experiment in another way, or is not an expression: then these numbers would not be all of it.
    """
    try:
        nodes = [node for node in ast.walk(parse_expression(expression)) if isinstance(node, ast.Attribute)]
    except SyntaxError:
        return ()
    found = {
        (node.lineno, node.col_offset): MeasuredNumber(call.function, call.params, node.attr, call.seed)
        for node in nodes
        if isinstance(node.value, ast.Call) and (call := _measurable_call(node.value, experiments))
    }
    if not found or has_other_uses(expression, experiments):
        return ()
    ordered = [found[place] for place in sorted(found)]
    return tuple(one for at, one in enumerate(ordered) if one not in ordered[:at])


def has_other_uses(expression: str, experiments: frozenset[str]) -> bool:
    """Return whether the expression names an experiment other than in a call that can be measured beforehand."""
    nodes = list(ast.walk(parse_expression(expression)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _measurable_call(node, experiments)]
    names = [node for node in nodes if isinstance(node, ast.Name) and node.id in experiments]
    return len(names) > len(calls)


def _measurable_call(node: ast.Call, experiments: frozenset[str]) -> ExperimentCall | None:
    if not (isinstance(node.func, ast.Name) and node.func.id in experiments) or node.args:
        return None
    arguments = {keyword.arg: keyword.value for keyword in node.keywords}
    if None in arguments or "seed" not in arguments:
        return None
    values: dict[str, Json] = {}
    for name, argument in arguments.items():
        if name == "seed" and isinstance(argument, ast.Name) and argument.id == "seed":
            continue
        try:
            values[str(name)] = ast.literal_eval(argument)
        except (ValueError, TypeError, MemoryError, RecursionError):
            return None
    seed = values.pop("seed", None)
    literal_seed = not isinstance(arguments["seed"], ast.Name)
    if not all(map(is_json, values.values())) or (literal_seed and type(seed) is not int):
        return None
    return ExperimentCall(node.func.id, tuple(sorted(values.items())), seed if type(seed) is int else None)
