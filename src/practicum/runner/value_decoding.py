"""Decodes values and failures reported by a job, strictly: they may be forged, so nothing in them is executed."""

from __future__ import annotations

import base64
import datetime
import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from practicum.model import Failure, Opaque, PosixPath
from practicum.narrow_floats import NarrowFloat
from practicum.runner.inside.epochs import MAX_METRICS, MAX_NAME
from practicum.runner.inside.forbidden_calls import KINDS
from practicum.runner.inside.value_encoding import BASES, BITS, DIGITS, KEYS, MESSAGE, NAME, OPAQUE, TRACEBACK

_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]{1,18})?|Infinity|NaN[0-9]*)")


class InvalidMessage(ValueError):
    """A job sent a message that the protocol does not allow."""


def parse_json(content: bytes) -> Any:
    """Parse JSON without NaN. Raises InvalidMessage."""
    try:
        return json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(str(error)) from None


def _refuse(name: str) -> Any:
    raise InvalidMessage(f"{name} is not JSON")


def decode_value(data: Any) -> Any:
    """Decode tagged JSON (`practicum.runner.inside.value_encoding`) to a Python value. Raises InvalidMessage."""
    try:
        return _Decoder().decode(data)
    except (ValueError, TypeError, RecursionError, ArithmeticError) as error:
        raise InvalidMessage(str(error)) from None


class _Decoder:
    """Decodes one value and counts its set and dict entries: many colliding hashes would be slow to insert."""

    def __init__(self) -> None:
        self.keys = 0

    def decode(self, data: Any) -> Any:
        if data is None or isinstance(data, bool | int | float | str):
            return data
        if isinstance(data, list):
            return [self.decode(item) for item in data]
        if len(data) != 1:
            raise InvalidMessage("a tag has one key")
        ((tag, content),) = data.items()
        decoder = _TAGS.get(tag)
        if decoder is None:
            raise InvalidMessage(f"unknown tag {tag[:20]!r}")
        return decoder(self, content)

    def _int(self, content: Any) -> int:
        return int(_text(content), 16)

    def _float(self, content: Any) -> float:
        return float(_text(content))

    def _range(self, content: Any) -> range:
        start, stop, step = map(self._integer, content)
        return range(start, stop, step)

    def _fraction(self, content: Any) -> Fraction:
        numerator, denominator = map(self._integer, content)
        if denominator <= 0:
            raise InvalidMessage("a denominator is positive")
        return Fraction(numerator, denominator)

    def _integer(self, content: Any) -> int:
        number = self.decode(content)
        if type(number) is not int or number.bit_length() > BITS:
            raise InvalidMessage("not an integer, or a large one, with which it is slow to compute")
        return number

    def _decimal(self, content: Any) -> Decimal:
        if not _DECIMAL.fullmatch(_text(content)) or len(content) > DIGITS:
            raise InvalidMessage("not a decimal number")
        return Decimal(content)

    def _timedelta(self, content: Any) -> datetime.timedelta:
        days, seconds, microseconds = map(self._integer, content)
        return datetime.timedelta(days, seconds, microseconds)

    def _path(self, content: Any) -> PosixPath:
        return PosixPath(_text(self.decode(content)))

    def _narrow(self, content: Any) -> Any:
        dtype, texts = content
        return _narrow_floats(texts, _text(dtype))

    def _complex(self, content: Any) -> complex:
        real, imaginary = content
        return complex(float(_text(real)), float(_text(imaginary)))

    def _str(self, content: Any) -> str:
        return base64.b64decode(_text(content), validate=True).decode("utf-8", "surrogatepass")

    def _bytes(self, content: Any) -> bytes:
        return base64.b64decode(_text(content), validate=True)

    def _items(self, content: Any) -> list[Any]:
        if not isinstance(content, list):
            raise InvalidMessage("items are a list")
        return content

    def _keys(self, content: Any) -> list[Any]:
        items = self._items(content)
        self.keys += len(items)
        if self.keys > KEYS:
            raise InvalidMessage("too many keys")
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
        return Opaque(clean_text(kind, NAME), clean_text(text, OPAQUE))

    def _failure(self, content: Any) -> Failure:
        return read_failure(content)


_TAGS: dict[str, Callable[[_Decoder, Any], Any]] = {
    "int": _Decoder._int,
    "float": _Decoder._float,
    "narrow": _Decoder._narrow,
    "range": _Decoder._range,
    "fraction": _Decoder._fraction,
    "decimal": _Decoder._decimal,
    "date": lambda _, content: datetime.date.fromisoformat(_text(content)),
    "datetime": lambda _, content: datetime.datetime.fromisoformat(_text(content)),
    "time": lambda _, content: datetime.time.fromisoformat(_text(content)),
    "timedelta": _Decoder._timedelta,
    "path": _Decoder._path,
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


def _narrow_floats(texts: Any, dtype: str) -> Any:
    if isinstance(texts, list):
        return [_narrow_floats(item, dtype) for item in texts]
    return NarrowFloat(_text(texts), dtype)


def _text(content: Any) -> str:
    if not isinstance(content, str):
        raise InvalidMessage("text is a string")
    return content


def clean_text(content: Any, limit: int) -> str:
    """Return at most `limit` characters of `content`, without lone surrogates. Raises InvalidMessage if it is no text.

    Lone surrogates cannot be encoded as UTF-8, and long texts are slow to search.
    """
    return _text(content)[:limit].encode("utf-8", "replace").decode()


def read_traceback(content: Any) -> str:
    """Read a traceback, cut to the permitted length. Raises InvalidMessage."""
    return clean_text(content, TRACEBACK + 3)  # 3 more for the mark where it was cut


def read_duration(data: Any) -> float:
    """Read a finite number of seconds, 0 or more. Raises InvalidMessage."""
    try:
        seconds = float(data)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidMessage(str(error)) from None
    if not 0 <= seconds < math.inf:
        raise InvalidMessage("not a duration")
    return seconds


MAX_COUNT = 1 << 53
"""Largest line or epoch number: JSON numbers above it are not exact."""


def read_count(data: Any) -> int:
    """Read an integer, clamped to ±MAX_COUNT. Raises InvalidMessage."""
    if type(data) is not int:
        raise InvalidMessage("a count is a number")
    return max(-MAX_COUNT, min(data, MAX_COUNT))


def read_metrics(data: Any) -> dict[str, float]:
    """Read metrics: a name and a number each. Raises InvalidMessage."""
    metrics = decode_value(data)
    if not isinstance(metrics, dict) or len(metrics) > MAX_METRICS:
        raise InvalidMessage("metrics are names with numbers")
    return {clean_text(name, MAX_NAME): float(value) for name, value in metrics.items()}


def read_refusal(content: Any) -> str:
    """Read why a job could not start. Raises InvalidMessage."""
    return clean_text(content, MESSAGE)


def read_forbidden(data: Any) -> tuple[str, str, int | None]:
    """Read what the sandbox did not allow: its kind, source and line. Raises InvalidMessage."""
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        raise InvalidMessage("no forbidden call")
    line = data.get("line")
    return data["kind"], clean_text(data.get("where"), MESSAGE), None if line is None else read_count(line)


def read_failure(data: Any) -> Failure:
    """Read a Failure. Raises InvalidMessage."""
    try:
        line = None if data["line"] is None else read_count(data["line"])
        kind, where = clean_text(data["type"], NAME), clean_text(data["where"], MESSAGE)
        bases = tuple(clean_text(base, NAME) for base in data["bases"][:BASES])
        running = clean_text(data["running"], MESSAGE)
        called_from = running if running != where else ""
        packages = tuple(clean_text(package, NAME) for package in data.get("packages", ())[: BASES + 1])
        return Failure(
            kind,
            clean_text(data["message"], MESSAGE),
            line,
            where,
            bases,
            called_from,
            packages if any(packages) else (),
        )
    except (KeyError, TypeError) as error:
        raise InvalidMessage(f"no failure: {error}") from None
