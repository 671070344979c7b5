"""Jinja2's expressions in its sandbox, cut down to what cannot run away. Slow to import, and often not needed.

A course may be a stranger's. Jinja's sandbox keeps a template from reaching Python, but not from asking for a
gigabyte of text; so only names, arithmetic, comparisons, conditions and a few filters are allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from practicum.course.placeholders import FillError, line_of
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
)
_LARGE = 10**12


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"**", "*", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, (int, float)) and abs(side) < _LARGE for side in (left, right)):
            raise TemplateError(f"`{operator}` is for numbers below 10¹² here")
        if operator == "**" and abs(right) > 64:
            raise TemplateError("the exponent is above 64")
        return super().call_binop(context, operator, left, right)


def _round(value: float, digits: int = 0) -> float:
    """Python's `round`, which would work for ever on a number of -10⁹ digits."""
    if not -20 <= digits <= 20:
        raise TemplateError("`round` is for at most 20 digits here")
    return round(value, digits)


_environment = _Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_environment.globals.clear()
_environment.filters = {name: _environment.filters[name] for name in FILTERS} | {"round": _round}


def fill(text: str, params: Mapping[str, Json]) -> str:
    """The text with `{{ … }}` filled in. Raises FillError."""
    try:
        return str(_compiled(text).render(params))
    except FillError:
        raise
    except UndefinedError as reason:
        raise FillError(_undefined(reason, params), line_of(reason, text)) from reason
    except TemplateSyntaxError as reason:
        raise FillError(_syntax(reason), reason.lineno or 1) from reason
    except Exception as reason:  # a stranger's arithmetic may fail in any way that Python knows
        message = f"the braces cannot be filled in: {reason or 'nested too deeply'}"
        raise FillError(message, line_of(reason, text)) from reason


@lru_cache(maxsize=512)
def _compiled(text: str) -> Any:
    tree = _environment.parse(text)
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__
            raise FillError(
                f"{what} is not allowed in braces: use names, arithmetic, `if` and the filters {', '.join(FILTERS)}",
                node.lineno,
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise FillError(f"`{node.name}` is no filter here; there is {', '.join(FILTERS)}", node.lineno)
        if isinstance(node, nodes.Filter) and node.kwargs:
            raise FillError(f"`{node.name}` takes no named arguments here", node.lineno)
    return _environment.from_string(tree)


def _syntax(reason: TemplateSyntaxError) -> str:
    return f"the braces hold no Jinja expression: {(reason.message or '').rstrip('.')}"


def _undefined(reason: UndefinedError, params: Mapping[str, Json]) -> str:
    message = str(reason)
    if not message.endswith("is undefined"):
        return f"the braces cannot be filled in: {message}"
    names = ", ".join(f"`{name}`" for name in params) or "none"
    return f"`{message.split(chr(39))[1]}` is no parameter of this problem; the parameters are {names}"
