"""What a job says its values are, read strictly: the job may have forged it, so nothing of it is run or trusted."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any

from practicum.model import Failure, Opaque
from practicum.runner.inside.epochs import LETTERS, NAMES
from practicum.runner.inside.value_encoding import BASES, KEYS, MESSAGE, NAME, OPAQUE, TRACEBACK


class Unreadable(ValueError):
    """A job sent what no honest job sends."""


def parse(content: bytes) -> Any:
    """JSON without NaN, of any depth that Python can take. Raises :class:`Unreadable`."""
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from None


def _refuse(name: str) -> Any:
    raise Unreadable(f"{name} is not JSON")


def decode(told: Any) -> Any:
    """The Python value of tagged JSON (`practicum.runner.inside.value_encoding`). Raises :class:`Unreadable`."""
    try:
        return _Decoder().decode(told)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Unreadable(str(error)) from None


class _Decoder:
    """Counts entries of sets and dicts: numbers whose hashes collide would make them slow to build."""

    def __init__(self) -> None:
        self.keys = 0

    def decode(self, told: Any) -> Any:
        if told is None or isinstance(told, bool | int | float | str):
            return told
        if isinstance(told, list):
            return [self.decode(item) for item in told]
        if len(told) != 1:
            raise Unreadable("a tag has one key")
        ((tag, content),) = told.items()
        how = _TAGS.get(tag)
        if how is None:
            raise Unreadable(f"unknown tag {tag[:20]!r}")
        return how(self, content)

    def _int(self, content: Any) -> int:
        return int(_text(content), 16)

    def _float(self, content: Any) -> float:
        return float(_text(content))

    def _complex(self, content: Any) -> complex:
        real, imaginary = content
        return complex(float(_text(real)), float(_text(imaginary)))

    def _str(self, content: Any) -> str:
        return base64.b64decode(_text(content), validate=True).decode("utf-8", "surrogatepass")

    def _bytes(self, content: Any) -> bytes:
        return base64.b64decode(_text(content), validate=True)

    def _items(self, content: Any) -> list[Any]:
        if not isinstance(content, list):
            raise Unreadable("items are a list")
        return content

    def _keys(self, content: Any) -> list[Any]:
        items = self._items(content)
        self.keys += len(items)
        if self.keys > KEYS:
            raise Unreadable("too many keys")
        return items

    def _tuple(self, content: Any) -> tuple[Any, ...]:
        return tuple(self.decode(item) for item in self._items(content))

    def _set(self, content: Any) -> set[Any]:
        return {self.decode(item) for item in self._keys(content)}

    def _frozenset(self, content: Any) -> frozenset[Any]:
        return frozenset(self.decode(item) for item in self._keys(content))

    def _dict(self, content: Any) -> dict[Any, Any]:
        return {self.decode(key): self.decode(value) for key, value in self._keys(content)}

    def _opaque(self, content: Any) -> Opaque:
        kind, text = content
        return Opaque(printable(kind, NAME), printable(text, OPAQUE))

    def _failure(self, content: Any) -> Failure:
        return failure(content)


_TAGS: dict[str, Callable[[_Decoder, Any], Any]] = {
    "int": _Decoder._int,
    "float": _Decoder._float,
    "complex": _Decoder._complex,
    "str": _Decoder._str,
    "bytes": _Decoder._bytes,
    "tuple": _Decoder._tuple,
    "set": _Decoder._set,
    "frozenset": _Decoder._frozenset,
    "dict": _Decoder._dict,
    "opaque": _Decoder._opaque,
    "failure": _Decoder._failure,
}


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise Unreadable("text is a string")
    return content


def printable(content: Any, limit: int) -> str:
    """Text as an honest job sends it: at most so many characters, and such as UTF-8 can carry.

    A lone surrogate would fail wherever it is written, and a long text is slow to search wherever it is shown.
    """
    return _text(content)[:limit].encode("utf-8", "replace").decode()


def traceback(content: Any) -> str:
    """A traceback, of the length that an honest job's may have. Raises :class:`Unreadable`."""
    return printable(content, TRACEBACK + 3)  # where it was cut, a line says so


def duration(told: Any) -> float:
    """Seconds that can have passed. Raises :class:`Unreadable`."""
    try:
        seconds = float(told)
    except (ValueError, TypeError, OverflowError) as error:
        raise Unreadable(str(error)) from None
    if not 0 <= seconds < math.inf:
        raise Unreadable("no clock says so")
    return seconds


COUNT = 1 << 53
"""Neither the lines of a code nor the epochs of a training are counted further: JSON has no larger numbers."""


def count(told: Any) -> int:
    """A number, or the next to it that may be shown. Raises :class:`Unreadable`."""
    if type(told) is not int:
        raise Unreadable("a count is a number")
    return max(-COUNT, min(told, COUNT))


def numbers(told: Any) -> dict[str, float]:
    """Names with a number each. Raises :class:`Unreadable`."""
    found = decode(told)
    if not isinstance(found, dict) or len(found) > NAMES:
        raise Unreadable("metrics are names with numbers")
    return {printable(name, LETTERS): float(value) for name, value in found.items()}


def refusal(content: Any) -> str:
    """Why a job says that it was not begun. Raises :class:`Unreadable`."""
    return printable(content, MESSAGE)


def failure(told: Any) -> Failure:
    """The :class:`Failure` that a job tells of. Raises :class:`Unreadable`."""
    try:
        line = None if told["line"] is None else count(told["line"])
        kind, where = printable(told["type"], NAME), printable(told["where"], MESSAGE)
        bases = tuple(printable(base, NAME) for base in told["bases"][:BASES])
        return Failure(kind, printable(told["message"], MESSAGE), line, where, bases)
    except (KeyError, TypeError) as error:
        raise Unreadable(f"no failure: {error}") from None
