"""Jinja2 for the braces of pages: what may stand in them, and how numbers are written. Slow to import."""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from practicum.course.placeholders import FillError, Question

FUNCTIONS = ("measured", "best", "gives")
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Const,
    nodes.Name,
    nodes.List,
    nodes.Tuple,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.Neg,
    nodes.Call,
    nodes.Keyword,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
)


def _percent(share: float, digits: int = 0) -> str:
    """`0.864` as `86 %`."""
    return f"{100 * float(share):.{digits}f}\N{NO-BREAK SPACE}%"


def _points(share: float, digits: int = 0) -> str:
    """A difference of shares in percentage points: `0.12` as `12`."""
    return f"{100 * float(share):.{digits}f}"


def _round(number: float, digits: int = 0) -> str:
    return f"{float(number):.{digits}f}"


def _count(number: float) -> str:
    """A whole number, its thousands set apart."""
    return f"{round(float(number)):,}"


def _code(value: object) -> str:
    """As a code span."""
    text = repr(value) if isinstance(value, (list, tuple)) else f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{text}`"


_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_environment.globals.clear()
_environment.filters = {
    "percent": _percent,
    "points": _points,
    "round": _round,
    "count": _count,
    "abs": abs,
    "int": int,
    "string": str,
    "code": _code,
}
FILTERS = tuple(_environment.filters)


def parsed(text: str) -> tuple[Any, tuple[Question, ...]]:
    """The text as a template, and the questions in it. Raises FillError."""
    try:
        tree = _environment.parse(text)
    except TemplateSyntaxError as reason:
        raise FillError(
            f"the braces hold no Jinja expression: {(reason.message or '').rstrip('.')}", reason.lineno or 1
        ) from reason
    except (ValueError, RecursionError, MemoryError) as reason:
        raise FillError(f"the braces cannot be read: {reason or 'nested too deeply'}") from reason
    called = {id(node.node) for node in tree.find_all(nodes.Call)}
    for node in tree.find_all(nodes.Node):
        _allowed(node, called)
    asked = tuple(_question(node) for node in tree.find_all(nodes.Call))
    return _environment.from_string(tree), asked


def _allowed(node: nodes.Node, called: set[int]) -> None:
    """Raises FillError for what has no place in a page's braces."""
    if not isinstance(node, _ALLOWED):
        what = type(node).__name__
        raise FillError(f"{what} is not allowed in braces: ask {_listed()}, with filters and arithmetic", node.lineno)
    if isinstance(node, nodes.Filter) and (node.name not in FILTERS or node.kwargs):
        raise FillError(f"`{node.name}` is no filter here; there is {', '.join(FILTERS)}", node.lineno)
    if isinstance(node, nodes.Name) and (node.name not in FUNCTIONS or id(node) not in called):
        raise FillError(f"`{node.name}` says nothing in a page's braces: ask {_listed()}", node.lineno)
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise FillError(f"`{node.attr}` is no result of an experiment", node.lineno)


def _listed() -> str:
    return ", ".join(f"`{name}(…)`" for name in FUNCTIONS)


def _question(node: nodes.Call) -> Question:
    if not isinstance(node.node, nodes.Name):
        raise FillError("only a name can be called in braces", node.lineno)
    try:
        positional = tuple(argument.as_const() for argument in node.args)
        named = {keyword.key: keyword.value.as_const() for keyword in node.kwargs}
    except nodes.Impossible as reason:
        raise FillError(
            "what is asked in braces must be literal: numbers, texts, lists of them", node.lineno
        ) from reason
    return Question(node.node.name, positional, named, node.lineno)
