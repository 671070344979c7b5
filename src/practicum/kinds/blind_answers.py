"""Answers that ignore their input: mutants of a solution that every check and goal must reject.

Each function that the solution defines and the check names is replaced by ones that return a constant, their own first
argument, or classes by position, as `in_job/blind_functions.py` has them. If one of them passes, the check tests too
little: an answer passes that was written down beforehand.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from practicum.model import Observation, Run
from practicum.python_source.names import mentioned_names
from practicum.python_source.parsing import parse_or_empty

PATTERNS: Mapping[str, str] = {
    "first result": "always returns what it returned first",
    "first argument": "returns its first argument",
    "most frequent class": "predicts the most frequent class for every row",
    "classes in turn": "predicts the classes in turn, by position",
    "classes in blocks": "predicts the classes in blocks, by position",
    "given labels": "returns labels that it was given, by position",
    "mean": "predicts the mean for every row",
}
"""What the function does instead, by the name of the pattern."""


def blind_runs(run: Run, metric: str = "None") -> dict[str, Run]:
    """Return, for each function of a checked solution, the run that checks it with every pattern.

    Args:
        run: The run of the solution with its check.
        metric: An expression after the check, evaluated where the check passes.
    """
    return {name: _blind_run(run, name, metric) for name in _checked_functions(run)}


def accepted(observation: Observation, is_right: Callable[[Any], bool]) -> list[str]:
    """Return the patterns that pass, in words; none of a run that was stopped.

    Args:
        observation: What the run of one function has found.
        is_right: Whether the metric after a check that passes makes the answer right.
    """
    outcomes = observation.values.get("outcomes")
    if observation.stopped or not isinstance(outcomes, dict):
        return []
    return [words for pattern, words in PATTERNS.items() if pattern in outcomes and is_right(outcomes[pattern])]


def _checked_functions(run: Run) -> Iterator[str]:
    """Return the functions with parameters that the code defines and the check names."""
    mentioned = mentioned_names(run.check)
    for node in parse_or_empty(run.snippet).body:
        if isinstance(node, ast.FunctionDef) and node.name in mentioned and _has_parameters(node.args):
            yield node.name


def _has_parameters(arguments: ast.arguments) -> bool:
    return bool(arguments.posonlyargs or arguments.args or arguments.vararg)


def _blind_run(run: Run, function: str, metric: str) -> Run:
    return replace(
        run,
        name=f"{function} without its input",
        snippet=f"{run.snippet}\n{_replacement(function)}",
        check=_repeated_check(run.check, function, metric),
        check_values={"outcomes": "practicum_outcomes"},
        seeds=run.seeds[:1],
        repeat=False,
    )


def _replacement(function: str) -> str:
    """Return code after which a function ignores its input. It binds only names that begin with `practicum_`."""
    return f"""\
practicum_functions = {{"__name__": "blind_functions"}}
exec({_source("blind_functions")!r}, practicum_functions)
practicum_functions["replace_functions"](globals(), [{function!r}])
practicum_choose = practicum_functions["choose_pattern"]
"""


def _repeated_check(check: str, function: str, metric: str) -> str:
    """Return a check that runs a check once for each pattern, and keeps the metric where it passes."""
    return f"""\
practicum_check = {{"__name__": "repeated_check"}}
exec({_source("repeated_check")!r}, practicum_check)
practicum_outcomes = practicum_check["repeat_check"](
    globals(), {check!r}, {metric!r}, {list(PATTERNS)!r}, lambda pattern: practicum_choose({function!r}, pattern)
)
"""


@cache
def _source(module: str) -> str:
    return resources.files("practicum.kinds.in_job").joinpath(f"{module}.py").read_text("utf-8")
