"""A value as JSON that says its type: bounded, and read back (`value_decoding`) without running anything."""

from __future__ import annotations

import base64
import math
import sys

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

ITEMS = 50_000
"""Values in one value, itself included."""
KEYS = 5_000
"""Entries of its sets and dicts together: hashes can be made to collide, so the reader must not take many."""
TEXT = 200_000
"""Characters (or bytes) of one string in a value, and of one value in all."""
DEPTH = 40
BITS = 8_000
"""Of one integer."""
OPAQUE = 500
"""Characters of the `repr` of what is not plain data."""
NAME = 200
"""Characters of the name of a class."""
MESSAGE = 4_000
"""Characters of an exception's message."""
BASES = 20
"""Classes of an exception that are told besides its own."""
TRACEBACK = 20_000
"""Characters of a traceback, which is cut in the middle."""


class TooBig(Exception):
    """The value is beyond the bounds."""


class _Encoder:
    """Counts what it has encoded, and stops at the bounds."""

    def __init__(self) -> None:
        self.items = 0
        self.keys = 0
        self.text = 0

    def encode(self, value: object, depth: int = 0) -> Any:
        self.items += 1
        if self.items > ITEMS or depth > DEPTH:
            raise TooBig
        if value is None or value is True or value is False:
            return value
        for kind, how in _BY_TYPE:
            if isinstance(value, kind):
                return how(self, value, depth)
        plain = _plain(value)
        if plain is not value:
            return self.encode(plain, depth + 1)
        self.items += 20
        return opaque(value)

    def _text(self, size: int) -> None:
        self.text += size
        if self.text > TEXT:
            raise TooBig

    def _int(self, value: int, depth: int) -> Any:
        value = int.__int__(value)
        if -(2**53) < value < 2**53:
            return value
        if value.bit_length() > BITS:
            raise TooBig
        return {"int": hex(value)}

    def _float(self, value: float, depth: int) -> Any:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"float": repr(value)}

    def _complex(self, value: complex, depth: int) -> Any:
        value = complex(value)
        return {"complex": [repr(value.real), repr(value.imag)]}

    def _str(self, value: str, depth: int) -> Any:
        self._text(str.__len__(value))
        text = str.__str__(value)
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate, which is no UTF-8
            return {"str": base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()}
        return text

    def _bytes(self, value: bytes, depth: int) -> Any:
        self._text(bytes.__len__(value))
        return {"bytes": base64.b64encode(bytes(value)).decode()}

    def _many(self, size: int) -> None:
        if self.items + size > ITEMS:
            raise TooBig

    def _list(self, value: list[Any], depth: int) -> Any:
        self._many(list.__len__(value))
        return [self.encode(item, depth + 1) for item in list.__iter__(value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        self._many(tuple.__len__(value))
        return {"tuple": [self.encode(item, depth + 1) for item in tuple.__iter__(value)]}

    def _entries(self, size: int) -> None:
        self.keys += size
        if self.keys > KEYS:
            raise TooBig

    def _set(self, value: set[Any], depth: int) -> Any:
        self._entries(set.__len__(value))
        return {"set": [self.encode(item, depth + 1) for item in set.__iter__(value)]}

    def _frozenset(self, value: frozenset[Any], depth: int) -> Any:
        self._entries(frozenset.__len__(value))
        return {"frozenset": [self.encode(item, depth + 1) for item in frozenset.__iter__(value)]}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        self._entries(dict.__len__(value))
        pairs = dict.items(value)
        return {"dict": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]}


_BY_TYPE: tuple[tuple[type, Any], ...] = (
    (int, _Encoder._int),
    (float, _Encoder._float),
    (str, _Encoder._str),
    (list, _Encoder._list),
    (tuple, _Encoder._tuple),
    (dict, _Encoder._dict),
    (set, _Encoder._set),
    (frozenset, _Encoder._frozenset),
    (bytes, _Encoder._bytes),
    (complex, _Encoder._complex),
)


def encode(value: object) -> Any:
    """`value` as tagged JSON; what is too big or not plain becomes `{"opaque": [type, text]}`."""
    try:
        return _Encoder().encode(value)
    except TooBig:
        return opaque(value, "too big to carry: ")
    except RecursionError:
        return opaque(value)


def opaque(value: object, prefix: str = "") -> Any:
    """A value of which only its type and the beginning of its `repr` is told."""
    return {"opaque": [short(type(value).__name__, NAME), short(prefix + _glimpse(value), OPAQUE)]}


def short(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, as UTF-8 can carry them."""
    text = str.__str__(text)[: limit + 1]
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _glimpse(value: object) -> str:
    """The beginning of the value's `repr`, without walking through gigabytes of it."""
    import reprlib

    class Brief(reprlib.Repr):
        def repr_bytes(self, value: bytes, level: int) -> str:
            return repr(value[:OPAQUE])

        repr_bytearray = repr_bytes

    brief = Brief()
    brief.maxlist = brief.maxtuple = brief.maxset = brief.maxfrozenset = brief.maxdict = 8
    brief.maxstring = brief.maxlong = brief.maxother = OPAQUE
    try:
        kind = type(value)
        if kind in (str, bytes, bytearray) and len(value) > OPAQUE:  # type: ignore[arg-type]
            return repr(value[:OPAQUE])  # type: ignore[index]
        if isinstance(value, int) and value.bit_length() > BITS:
            return f"an integer of {value.bit_length()} bits"
        if kind.__repr__ in (list.__repr__, tuple.__repr__, dict.__repr__, set.__repr__, frozenset.__repr__):
            return brief.repr(value)
        # A large array prints its corners only.
        return repr(value)
    except BaseException as error:
        return f"<{type(value).__name__} whose repr raises {type(error).__name__}>"


# --- NumPy, TensorFlow, Keras: looked at only where the code has imported them ---------------------------------


def _plain(value: object) -> object:
    """The plain value that a NumPy scalar or array, a tensor or a Keras variable holds; else `value` itself."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return bytes(value) if type(value) is bytearray and len(value) <= TEXT else value
    if isinstance(value, numpy.generic):
        return _of_scalar(numpy, value)
    if isinstance(value, numpy.ndarray):
        return _of_array(value)
    if type(value) is bytearray and len(value) <= TEXT:
        return bytes(value)
    return _of_tensor(value)


def _of_scalar(numpy: Any, value: Any) -> object:
    plain = value.item()
    if isinstance(plain, numpy.generic):  # long doubles give themselves
        return float(plain) if isinstance(plain, numpy.floating) else value
    return plain


def _of_array(value: Any) -> object:
    if value.size > ITEMS:
        raise TooBig
    if value.dtype.kind not in "biufcSUO":
        return value
    plain = value.tolist()
    return float(plain) if type(plain) is type(value) else plain


def _of_tensor(value: Any) -> object:
    """Tensors and variables of TensorFlow and Keras; a symbolic one has no value and stays what it is."""
    kind = type(value)
    if not kind.__module__.startswith(("tensorflow", "keras")):
        return value
    if kind.__name__ == "TensorShape":
        return tuple(value.as_list()) if value.rank is not None else value
    numpy = getattr(value, "numpy", None)
    if numpy is None:
        return value
    if math.prod(side or 1 for side in value.shape) > ITEMS:
        raise TooBig
    try:
        return numpy()
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return value
