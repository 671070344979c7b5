"""Answers that ignore their input: mutants of a solution that every check and goal must reject.

Each name that the solution binds and the check tests is replaced: a function by ones that return a constant, their
own first argument, or classes by position; a value by an empty one or by NaN, as `in_job/blind_functions.py` has them.
If one of them passes, the check tests too little: an answer passes that was written down beforehand, or that is none.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from textwrap import indent
from typing import Any

from practicum.model import Observation, Run
from practicum.python_source.names import bound_names, taken_names
from practicum.python_source.parsing import parse_or_empty

PATTERNS: Mapping[str, str] = {
    "first result": "always returns what it returned first",
    "first argument": "returns its first argument",
    "most frequent class": "predicts the most frequent class for every row",
    "classes in turn": "predicts the classes in turn, by position",
    "classes in blocks": "predicts the classes in blocks, by position",
    "given labels": "returns labels that it was given, by position",
    "mean": "predicts the mean for every row",
    "emptied argument": "empties or zeroes its argument and returns the same",
    "empty": "returns an empty result",
    "not a number": "returns NaN",
    "empty value": "is empty",
    "not a number as value": "is NaN",
}
"""What the name does or is instead, by the name of the pattern."""
RUN = "answers without input"


def blind_run(run: Run, metric: str = "None") -> Run | None:
    """Return the run that checks a solution with each name in each pattern; None if no name of it is tested.

    Args:
        run: The run of the solution with its check.
        metric: An expression after the check, evaluated where the check passes.
    """
    names = sorted(bound_names(run.snippet) & _tested_names(f"{run.check}\n(\n{metric}\n)"))
    if not names:
        return None
    return replace(
        run,
        name=RUN,
        snippet=f"{run.snippet}\n{_replacement(names)}",
        check=_repeated_check(run.check, names, metric),
        check_values={"passing": "practicum_passing"},
        seeds=run.seeds[:1],
        repeat=False,
    )


def first_accepted(observation: Observation, is_right: Callable[[Any], bool] = lambda metric: True) -> str:
    """Return, in words, the first answer without input that passes; empty if none does or the run was stopped.

    Args:
        observation: What the run has found.
        is_right: Whether the metric after a check that passes makes the answer right.
    """
    passing = observation.values.get("passing")
    if observation.stopped or not isinstance(passing, list):
        return ""
    accepted = (f"`{name}` {PATTERNS[pattern]}" for name, pattern, metric in passing if is_right(metric))
    return next(accepted, "")


def _tested_names(check: str) -> frozenset[str]:
    """Return the names that a check and its metric take from the code, other than for messages."""
    tree = parse_or_empty(check)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            node.msg = None
        elif isinstance(node, ast.Raise):
            node.exc = node.cause = None
    return taken_names(ast.unparse(tree))


def _replacement(names: Sequence[str]) -> str:
    """Return code after which patterns can be chosen. It binds only names that begin with `practicum_`."""
    return f"""\
practicum_functions = {{"__name__": "blind_functions"}}
exec({_source("blind_functions")!r}, practicum_functions)
practicum_functions["replace_names"](globals(), {names!r})
practicum_choose = practicum_functions["choose_pattern"]
"""


def _repeated_check(check: str, names: Sequence[str], metric: str) -> str:
    """Return a check that runs a check once for each name and pattern, and keeps the metric where it passes.

    It also contains the check itself, which does not run: from its text follows what is imported for it.
    """
    return f"""\
if False:
{indent(check, "    ")}
    (
    {metric}
    )
practicum_check = {{"__name__": "repeated_check"}}
exec({_source("repeated_check")!r}, practicum_check)
practicum_passing = practicum_check["repeat_check"](
    globals(), {check!r}, {metric!r}, {names!r}, {list(PATTERNS)!r}, practicum_choose
)
"""


@cache
def _source(module: str) -> str:
    return resources.files("practicum.kinds.in_job").joinpath(f"{module}.py").read_text("utf-8")
