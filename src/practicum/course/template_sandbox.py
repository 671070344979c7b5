"""The Jinja2 sandbox that evaluates authors' braces, with two dialects: parameters and page queries.

A course may be written by a stranger. Jinja's sandbox keeps a template from reaching Python, but not from asking for a
gigabyte of text, so each dialect allows only the node types and filters that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from practicum.course.placeholder_types import PageQuery, PlaceholderError, has_placeholders
from practicum.model import Json

QUERY_FUNCTIONS = ("measured", "best", "gives")
_QUERIES_LISTED = ", ".join(f"`{name}(…)`" for name in QUERY_FUNCTIONS)
_MAX_OPERAND = 10**12
_MAX_EXPONENT = 64
_MAX_DIGITS = 20
_MARK = "\udc00"
"""A lone surrogate: no UTF-8 file and no TOML string contains one."""
_BLOCK = f"{_MARK}%"
"""What begins a statement while a text is filled in. It is as long as `{%`, so that lines and columns stay."""
_RETURN = f"{_MARK}r"
"""A carriage return while a text is filled in: Jinja would make a line feed of it."""
_STATEMENTS = "if|elif|else|endif|raw|endraw"
_JINJA_ONLY = (
    "for|endfor|set|endset|macro|endmacro|call|endcall|filter|endfilter|block|endblock|extends|include|import|from|"
    "with|endwith|autoescape|endautoescape|do|break|continue|trans|pluralize|endtrans|debug"
)
_CONDITION = re.compile(r"\{%[-+]?\s*(if|endif)\b")
_STATEMENT = re.compile(rf"\{{%(?=[-+]?\s*(?:{_STATEMENTS}|{_JINJA_ONLY})\b)")
"""The beginning of a statement of Jinja. Any other `{%` is plain text, and so is `{#`: code may contain both."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with arithmetic that cannot fill the memory."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not all(isinstance(side, (int, float)) and abs(side) < _MAX_OPERAND for side in (left, right)):
            raise TemplateError(f"`{operator}` works only on numbers below 10¹² here")
        if operator == "**" and abs(right) > _MAX_EXPONENT:
            raise TemplateError(f"the exponent is above {_MAX_EXPONENT}")
        return super().call_binop(context, operator, left, right)


class _Dialect:
    """What may stand in the braces of one sort of text."""

    def __init__(self, node_types: tuple[type[nodes.Node], ...], filters: Mapping[str, Any], advice: str) -> None:
        self._node_types = node_types
        self._advice = advice
        self._environment = _Environment(
            block_start_string=_BLOCK,
            comment_start_string=f"{_MARK}#",
            comment_end_string=f"#{_MARK}",
            undefined=StrictUndefined,
            autoescape=False,
            keep_trailing_newline=True,
        )
        self._environment.globals.clear()
        self._environment.filters = dict(filters)

    def parse(self, text: str) -> nodes.Template:
        """The text's syntax tree. Raises PlaceholderError for what this dialect does not allow."""
        try:
            marked = _STATEMENT.sub(lambda _: _BLOCK, text).replace("\r", _RETURN)
            tree = self._environment.parse(marked)
            for node in tree.find_all(nodes.Node):
                self._check(node, text)
        except TemplateSyntaxError as error:
            line, reason = _explain_syntax_error(error, text)
            raise PlaceholderError("placeholder-syntax", f"{reason}; {_how_to_write(text)}", line) from error
        except (ValueError, RecursionError, MemoryError) as error:
            message = f"the braces cannot be read: {error or 'nested too deeply'}"
            raise PlaceholderError("placeholder-syntax", message, _first_line(text)) from error
        return tree

    def _check(self, node: nodes.Node, text: str) -> None:
        if not isinstance(node, self._node_types):
            message = f"{type(node).__name__} is not allowed in braces: use {self._advice}; {_how_to_write(text)}"
            raise PlaceholderError("placeholder-not-allowed", message, node.lineno)
        if not isinstance(node, nodes.Filter):
            return
        filters = self._environment.filters
        if node.name not in filters:
            message = f"`{node.name}` is not a filter here; the filters are {', '.join(filters)}"
            raise PlaceholderError("unknown-filter", message, node.lineno)
        if node.kwargs:
            raise PlaceholderError(
                "filter-keyword", f"`{node.name}` takes no keyword arguments here: give them by position", node.lineno
            )

    def compile(self, tree: nodes.Template, text: str) -> Template:
        """A template from the checked tree of a text."""
        try:
            return self._environment.from_string(tree)
        except Exception as error:  # deep nesting fails in the compiler, in several ways
            message = f"the braces cannot be read: {error or 'nested too deeply'}"
            raise PlaceholderError("placeholder-syntax", message, _first_line(text)) from error


def _how_to_write(text: str) -> str:
    """The end of a message about a text that may have been meant as it stands."""
    written = "{%" if _STATEMENT.search(text) else "{{"
    in_formula = ", or in a formula `{ {` with a space" if "$" in text else ""
    return f"for plain braces, write `{{{{ '{written}' }}}}`{in_formula}"


def _explain_syntax_error(error: TemplateSyntaxError, text: str) -> tuple[int, str]:
    """The line and the message for a text that is no template."""
    opened: list[int] = []
    for match in _CONDITION.finditer(text):
        if match[1] == "if":
            opened.append(text.count("\n", 0, match.start()) + 1)
        elif opened:
            opened.pop()
    reason = (error.message or "").rstrip(".").replace(_BLOCK, "{%")
    if opened and reason.startswith("Unexpected end of template"):
        return opened[-1], "`{% if … %}` is not closed: end it with `{% endif %}` in the same part"
    return error.lineno or 1, f"the braces hold no Jinja expression: {reason}"


def _render(template: Template, names: Mapping[str, Any], text: str) -> str:
    """The filled-in text. Raises PlaceholderError, and lets UndefinedError through."""
    try:
        return str(template.render(names)).replace(_BLOCK, "{%").replace(_RETURN, "\r")
    except PlaceholderError as error:
        raise PlaceholderError(error.code, error.message, _failed_line(error, text)) from error
    except UndefinedError:
        raise
    except Exception as error:  # a stranger's arithmetic may fail in any way that Python knows
        message = f"the braces cannot be filled in: {error or 'nested too deeply'}"
        raise PlaceholderError("placeholder-value", message, _failed_line(error, text)) from error


def _failed_line(error: BaseException, text: str) -> int:
    """The template's line that failed, which Jinja writes into the traceback; else the first line with braces."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or _first_line(text)


def _first_line(text: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if has_placeholders(line))


# --- parameters in problems -----------------------------------------------------------------------------------------


def _round_to_float(value: float, digits: int = 0) -> float:
    """Python's `round`, which would take forever on a number with -10⁹ digits."""
    if not -_MAX_DIGITS <= digits <= _MAX_DIGITS:
        raise TemplateError(f"`round` takes at most {_MAX_DIGITS} digits here")
    return round(value, digits)


PARAMETER_FILTERS: Mapping[str, Any] = {
    name: JINJA_FILTERS[name]
    for name in ("abs", "int", "float", "round", "length", "lower", "upper", "min", "max", "sum", "string")
} | {"round": _round_to_float}
_PARAMETERS = _Dialect(
    (
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
    ),
    PARAMETER_FILTERS,
    f"names, arithmetic, `if` and the filters {', '.join(PARAMETER_FILTERS)}",
)


def fill_parameters(text: str, params: Mapping[str, Json]) -> str:
    """Fill a problem's parameters into a text. Raises PlaceholderError."""
    try:
        return _render(_parameter_template(text), params, text)
    except UndefinedError as error:
        code, message = _explain_undefined(error, params)
        message = f"{message}; {_how_to_write(text)}" if code == "unknown-parameter" else message
        raise PlaceholderError(code, message, _failed_line(error, text)) from error


@lru_cache(maxsize=512)
def _parameter_template(text: str) -> Template:
    return _PARAMETERS.compile(_PARAMETERS.parse(text), text)


def _explain_undefined(error: UndefinedError, params: Mapping[str, Json]) -> tuple[str, str]:
    """The code and message for an undefined name or attribute."""
    message = str(error)
    if not message.endswith("is undefined"):
        return "placeholder-value", f"the braces cannot be filled in: {message}"
    names = ", ".join(f"`{name}`" for name in params) or "none"
    unknown = message.split("'")[1]
    return "unknown-parameter", f"`{unknown}` is not a parameter of this problem; the parameters are {names}"


# --- queries in pages -----------------------------------------------------------------------------------------------


def _percent(fraction: float, digits: int = 0) -> str:
    """`0.864` as `86 %`."""
    return f"{100 * float(fraction):.{digits}f}\N{NO-BREAK SPACE}%"


def _points(fraction: float, digits: int = 0) -> str:
    """A difference of fractions in percentage points: `0.12` as `12`."""
    return f"{100 * float(fraction):.{digits}f}"


def _round_to_text(number: float, digits: int = 0) -> str:
    return f"{float(number):.{digits}f}"


def _count(number: float) -> str:
    """An integer with a thousands separator."""
    return f"{round(float(number)):,}"


def _code(value: object) -> str:
    """The value as a code span."""
    text = repr(value) if isinstance(value, (list, tuple)) else f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{text}`"


QUERY_FILTERS: Mapping[str, Callable[..., Any]] = {
    "percent": _percent,
    "points": _points,
    "round": _round_to_text,
    "count": _count,
    "abs": abs,
    "int": int,
    "string": str,
    "code": _code,
}
_QUERIES = _Dialect(
    (
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
    ),
    QUERY_FILTERS,
    f"{_QUERIES_LISTED}, with filters and arithmetic",
)


def find_queries(text: str) -> tuple[PageQuery, ...]:
    """The queries in a page's prose. Raises PlaceholderError."""
    return _page_template(text)[1]


def fill_queries(text: str, functions: Mapping[str, Callable[..., Any]]) -> str:
    """Fill the results of a page's queries into its prose. Raises PlaceholderError."""
    try:
        return _render(_page_template(text)[0], functions, text)
    except UndefinedError as error:
        message = f"the braces cannot be filled in: {error}"
        raise PlaceholderError("placeholder-value", message, _failed_line(error, text)) from error


@lru_cache(maxsize=512)
def _page_template(text: str) -> tuple[Template, tuple[PageQuery, ...]]:
    tree = _QUERIES.parse(text)
    called = {id(node.node) for node in tree.find_all(nodes.Call)}
    for node in tree.find_all((nodes.Name, nodes.Getattr)):
        if isinstance(node, nodes.Name):
            _check_name(node, is_called=id(node) in called)
        elif isinstance(node, nodes.Getattr):
            _check_result(node)
    queries = tuple(_query(node) for node in tree.find_all(nodes.Call))
    return _QUERIES.compile(tree, text), queries


def _check_name(node: nodes.Name, is_called: bool) -> None:
    if node.name not in QUERY_FUNCTIONS or not is_called:
        message = f"`{node.name}` has no value in a page's braces: use {_QUERIES_LISTED}"
        raise PlaceholderError("unknown-query", message, node.lineno)


def _check_result(node: nodes.Getattr) -> None:
    if node.attr.startswith("_"):
        message = f"`{node.attr}` is not a result of an experiment"
        raise PlaceholderError("private-result", message, node.lineno)


def _query(node: nodes.Call) -> PageQuery:
    if not isinstance(node.node, nodes.Name):
        message = f"only a name can be called in braces: use {_QUERIES_LISTED}"
        raise PlaceholderError("unknown-query", message, node.lineno)
    try:
        positional = tuple(argument.as_const() for argument in node.args)
        named = {keyword.key: keyword.value.as_const() for keyword in node.kwargs}
    except nodes.Impossible as error:
        message = "a query's arguments must be literals: numbers, strings, or lists of them"
        raise PlaceholderError("query-arguments", message, node.lineno) from error
    return PageQuery(node.node.name, positional, named, node.lineno)
