"""Calls that stand for values as Python prints them: `Decimal('1.10')`, `array([2, 4])`, `range(0, 3)`."""

from __future__ import annotations

import ast
import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from practicum.model import PosixPath
from practicum.narrow_floats import DTYPES, narrow

MAX_DIGITS = 8_000
"""Characters of a number's text."""
_PREFIXES = frozenset(
    {
        "np",
        "numpy",
        "jnp",
        "jax.numpy",
        "torch",
        "tf",
        "math",
        "decimal",
        "fractions",
        "datetime",
        "dt",
        "pathlib",
        "pd",
        "pandas",
    }
)
_INTEGERS = (*(f"int{bits}" for bits in (8, 16, 32, 64)), *(f"uint{bits}" for bits in (8, 16, 32, 64)))


def call_value(node: ast.Call, value_of: Callable[[ast.AST], Any]) -> Any:
    """The value that a call of a known constructor stands for. Raises ValueError, TypeError.

    Args:
        value_of: The value of an argument.
    """
    name = plain_name(node.func)
    if name in _ARRAYS:  # its dtype and shape are not compared
        if len(node.args) != 1:
            raise ValueError("an array has one content")
        return _content(value_of(node.args[0]))
    constructor = _CONSTRUCTORS.get(name)
    if constructor is None:
        raise ValueError(f"{name} is not a value")
    named = {keyword.arg: value_of(keyword.value) for keyword in node.keywords if keyword.arg}
    if len(named) < len(node.keywords):
        raise ValueError("** is not a value")
    try:
        return constructor(*map(value_of, node.args), **named)
    except (InvalidOperation, OverflowError, ZeroDivisionError) as error:
        raise ValueError(str(error)) from None


def plain_name(node: ast.AST) -> str:
    """A name without the module before it: `array` for `np.array`; empty if it is no name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr if ast.unparse(node.value) in _PREFIXES else ast.unparse(node).removeprefix("datetime.")
    return ""


def _content(value: Any) -> Any:
    """What an array contains, in lists."""
    return [_content(item) for item in value] if isinstance(value, (list, tuple)) else value


def _integer(value: int) -> int:
    if type(value) is not int:
        raise TypeError("not an integer")
    return value


def _decimal(value: str | float) -> Decimal:
    if not isinstance(value, (int, float, str)) or len(str(value)) > MAX_DIGITS:
        raise TypeError("not a number")
    number = Decimal(value)
    if number.is_snan():
        raise ValueError("a signalling NaN equals nothing")
    return number


def _fraction(numerator: int | str = 0, denominator: int = 1) -> Fraction:
    if isinstance(numerator, str):
        if not numerator.replace("/", "").strip("+- ").isdecimal():
            raise ValueError("not a fraction")
        return Fraction(numerator)
    return Fraction(_integer(numerator), _integer(denominator))


def _text_float(text: str) -> float:
    if not isinstance(text, str):
        raise TypeError("a float is written without `float`")
    return float(text)


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text) if len(text) == 10 else datetime.datetime.fromisoformat(text)


def _collection(kind: type) -> Callable[..., Any]:
    def make(content: Any = ()) -> Any:
        if not isinstance(content, (list, tuple, set, frozenset, range)) or len(content) > MAX_DIGITS:
            raise TypeError("not a collection")
        return kind(content)

    return make


def _series(content: Any = (), index: Any = None, **_: Any) -> Any:
    """A series by its content: a list, or a dict by its labels."""
    if isinstance(content, dict):
        return content
    items = _collection(list)(content)
    return items if index is None else dict(zip(index, items, strict=True))


def _table(content: Any = None, index: Any = None, columns: Any = None, **_: Any) -> Any:
    """A table by its columns: each a list, or a dict by the labels of its rows."""
    if isinstance(content, dict):
        named = content
    else:
        rows = _collection(list)(content)
        named = {column: list(items) for column, items in zip(columns, zip(*rows, strict=True), strict=True)}
    return named if index is None else {column: _series(items, index) for column, items in named.items()}


def _mapping(content: Any = ()) -> Any:
    return dict(content)


_ARRAYS = frozenset({"array", "asarray", "Array", "tensor", "constant"})
_CONSTRUCTORS: Mapping[str, Callable[..., Any]] = {
    "Series": _series,
    "DataFrame": _table,
    "Index": _collection(list),
    "Timestamp": lambda text: datetime.datetime.fromisoformat(text),
    "range": lambda *numbers: range(*map(_integer, numbers)),
    **{kind.__name__: _collection(kind) for kind in (set, frozenset, list, tuple)},
    **dict.fromkeys(("dict", "OrderedDict", "Counter"), _mapping),
    **dict.fromkeys(_INTEGERS, _integer),
    **{dtype: (lambda number, dtype=dtype: narrow(float(number), dtype)) for dtype in DTYPES},
    "float64": float,
    "bool_": bool,
    "str_": lambda text: str(text),
    "float": _text_float,
    "Decimal": _decimal,
    "Fraction": _fraction,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "timezone": datetime.timezone,
    "datetime64": _day,
    **dict.fromkeys(("Path", "PosixPath", "PurePosixPath", "PurePath"), PosixPath),
}
