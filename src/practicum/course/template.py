"""Filling parameters into text: Jinja2's expressions in its sandbox, cut down to what cannot run away.

A course may be a stranger's. Jinja's sandbox keeps a template from reaching Python, but not from asking for a
gigabyte of text; so only names, arithmetic, comparisons, conditions and a few filters are allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from practicum.model import Json

FILTERS = ("abs", "int", "float", "round", "length", "lower", "upper", "min", "max", "sum", "string")

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.List,
    nodes.Tuple,
    nodes.BinExpr,
    nodes.UnaryExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Concat,
    nodes.If,
    nodes.Keyword,
)
_LARGE = 10**12


class FillError(ValueError):
    """Text that cannot be filled in; `line` counts within it, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"**", "*", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, (int, float)) and abs(side) < _LARGE for side in (left, right)):
            raise TemplateError(f"`{operator}` is for numbers below 10¹² here")
        if operator == "**" and abs(right) > 64:
            raise TemplateError("the exponent is above 64")
        return super().call_binop(context, operator, left, right)


_environment = _Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_environment.globals.clear()
_environment.filters = {name: _environment.filters[name] for name in FILTERS}


def fill(text: str, params: Mapping[str, Json]) -> str:
    """The text with `{{ … }}` filled in. Raises FillError."""
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return text
    try:
        return str(_compiled(text).render(params))
    except UndefinedError as reason:
        names = ", ".join(f"`{name}`" for name in params) or "none"
        raise FillError(f"{_plain(reason)}; the parameters are {names}", _place(text, str(reason))) from reason
    except TemplateSyntaxError as reason:
        raise FillError(f"the braces hold no Jinja expression: {reason.message}", reason.lineno or 1) from reason
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError, MemoryError) as reason:
        raise FillError(f"cannot be filled in: {reason}") from reason


def check_page(text: str) -> None:
    """Raises FillError where a page's `{{ … }}` cannot even be parsed."""
    try:
        _environment.parse(text)
    except TemplateSyntaxError as reason:
        if "No filter named" not in str(reason.message):
            raise FillError(f"the braces hold no Jinja expression: {reason.message}", reason.lineno or 1) from reason
    except RecursionError as reason:
        raise FillError("the braces are nested too deeply") from reason


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Any:
    tree = _environment.parse(text)
    for node in [tree, *tree.find_all(nodes.Node)]:
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__
            raise FillError(f"`{what}` is not allowed in braces: use names, arithmetic, `if` and filters", node.lineno)
    return _environment.from_string(tree)


def _plain(reason: UndefinedError) -> str:
    name = str(reason).split("'")[1] if str(reason).count("'") >= 2 else ""
    return f"`{name}` is no parameter of this problem" if str(reason).endswith("is undefined") else str(reason)


def _place(text: str, message: str) -> int:
    name = message.split("'")[1] if message.count("'") >= 2 else ""
    for number, line in enumerate(text.split("\n"), 1):
        if name and name in line and "{" in line:
            return number
    return 1
