"""Encodes values as tagged JSON of limited size. `value_decoding` decodes them without executing anything."""

from __future__ import annotations

import base64
import math
import sys

from practicum.runner.inside import tables, tensors

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

ITEMS = 50_000
"""Maximum number of nested values, the outermost included."""
KEYS = 5_000
"""Maximum number of set and dict entries: forged hashes can collide, so the reader must not accept many."""
TEXT = 200_000
"""Maximum number of characters and bytes in all strings of a value."""
DEPTH = 40
BITS = 8_000
"""Maximum number of bits of an integer."""
DIGITS = 8_000
"""Maximum number of characters of a decimal number."""
OPAQUE = 500
"""Maximum length of the `repr` of an object that is not plain data."""
NAME = 200
"""Maximum length of a class name."""
MESSAGE = 4_000
"""Maximum length of an exception's message."""
BASES = 20
"""Maximum number of reported base classes of an exception."""
TRACEBACK = 20_000
"""Maximum length of a traceback, which is cut in the middle."""


class ValueTooBig(Exception):
    """The value exceeds a limit."""


class _Encoder:
    """Encodes one value and counts its parts, up to the limits."""

    def __init__(self) -> None:
        self.items = 0
        self.keys = 0
        self.text = 0

    def encode(self, value: object, depth: int = 0) -> Any:
        self.items += 1
        if self.items > ITEMS or depth > DEPTH:
            raise ValueTooBig
        if value is None or value is True or value is False:
            return value
        for kind, encode in _BY_TYPE:
            if isinstance(value, kind):
                return encode(self, value, depth)
        plain = _plain(value)
        if plain is not value:
            return self.encode(plain, depth + 1)
        encode = _BY_NAME.get((type(value).__module__.partition(".")[0], type(value).__name__))
        found = encode(self, value) if encode else None
        if found is not None:
            return found
        self.items += 20
        return encode_opaque(value)

    def _add_text(self, size: int) -> None:
        self.text += size
        if self.text > TEXT:
            raise ValueTooBig

    def _int(self, value: int, depth: int) -> Any:
        value = int.__int__(value)
        if -(2**53) < value < 2**53:
            return value
        if value.bit_length() > BITS:
            raise ValueTooBig
        return {"int": hex(value)}

    def _float(self, value: float, depth: int) -> Any:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"float": repr(value)}

    def _narrow(self, value: _Narrow, depth: int) -> Any:
        self._check_count(value.size)
        self.items += value.size
        return {"narrow": [value.dtype, value.texts]}

    def _range(self, value: range) -> Any:
        return {"range": [self._int(number, 0) for number in (value.start, value.stop, value.step)]}

    def _decimal(self, value: Any) -> Any:
        text = str(value)
        self._add_text(len(text))
        return None if value.is_snan() or len(text) > DIGITS else {"decimal": text}

    def _fraction(self, value: Any) -> Any:
        return {"fraction": [self._int(value.numerator, 0), self._int(value.denominator, 0)]}

    def _time(self, value: Any) -> Any:
        zone = getattr(value, "tzinfo", None)
        if zone is not None and type(zone).__name__ != "timezone":  # a zone that the text would not name
            return None
        return {type(value).__name__: value.isoformat()}

    def _duration(self, value: Any) -> Any:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}

    def _path(self, value: Any) -> Any:
        self._add_text(len(str(value)))
        return {"path": self._str(str(value), 0)}

    def _complex(self, value: complex, depth: int) -> Any:
        value = complex(value)
        return {"complex": [repr(value.real), repr(value.imag)]}

    def _str(self, value: str, depth: int) -> Any:
        self._add_text(str.__len__(value))
        text = str.__str__(value)
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot encode
            return {"str": base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()}
        return text

    def _bytes(self, value: bytes, depth: int) -> Any:
        self._add_text(bytes.__len__(value))
        return {"bytes": base64.b64encode(bytes(value)).decode()}

    def _check_count(self, size: int) -> None:
        if self.items + size > ITEMS:
            raise ValueTooBig

    def _list(self, value: list[Any], depth: int) -> Any:
        self._check_count(list.__len__(value))
        return [self.encode(item, depth + 1) for item in list.__iter__(value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        self._check_count(tuple.__len__(value))
        return {"tuple": [self.encode(item, depth + 1) for item in tuple.__iter__(value)]}

    def _add_entries(self, size: int) -> None:
        self.keys += size
        if self.keys > KEYS:
            raise ValueTooBig

    def _set(self, value: set[Any], depth: int) -> Any:
        self._add_entries(set.__len__(value))
        return {"set": [self.encode(item, depth + 1) for item in set.__iter__(value)]}

    def _frozenset(self, value: frozenset[Any], depth: int) -> Any:
        self._add_entries(frozenset.__len__(value))
        return {"frozenset": [self.encode(item, depth + 1) for item in frozenset.__iter__(value)]}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        self._add_entries(dict.__len__(value))
        pairs = dict.items(value)
        return {"dict": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]}


class _Narrow:
    """Numbers of a type such as float32, each as the text that NumPy prints for it; in lists if they are an array."""

    def __init__(self, dtype: str, texts: object, size: int) -> None:
        self.dtype = dtype
        self.texts = texts
        self.size = size


_BY_TYPE: tuple[tuple[type, Any], ...] = (
    (_Narrow, _Encoder._narrow),
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


_BY_NAME: dict[tuple[str, str], Any] = {
    ("builtins", "range"): _Encoder._range,
    ("decimal", "Decimal"): _Encoder._decimal,
    ("fractions", "Fraction"): _Encoder._fraction,
    ("datetime", "date"): _Encoder._time,
    ("datetime", "datetime"): _Encoder._time,
    ("datetime", "time"): _Encoder._time,
    ("datetime", "timedelta"): _Encoder._duration,
    ("pathlib", "PosixPath"): _Encoder._path,
    ("pathlib", "PurePosixPath"): _Encoder._path,
}
"""Values of the standard library, by package and class: none of their modules needs to be imported."""


def encode_value(value: object) -> Any:
    """Return `value` as tagged JSON. A value that is too large or not plain becomes `{"opaque": [type, text]}`."""
    try:
        return _Encoder().encode(value)
    except ValueTooBig:
        return encode_opaque(value, "too large: ")
    except RecursionError:
        return encode_opaque(value)


def encode_opaque(value: object, prefix: str = "") -> Any:
    """Return the encoding of a value by its type and the beginning of its `repr`."""
    return {"opaque": [shorten(type(value).__name__, NAME), shorten(prefix + _short_repr(value), OPAQUE)]}


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, in a form that UTF-8 can encode."""
    text = str.__str__(text)[: limit + 1]
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _short_repr(value: object) -> str:
    """Return the beginning of the value's `repr`, without building a long one."""
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


# --- NumPy, TensorFlow and Keras, used only if the code has imported them ------------------------------------------


def _plain(value: object) -> object:
    """Return the plain value of a NumPy scalar or array, a tensor or a Keras variable; otherwise `value` itself."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return bytes(value) if type(value) is bytearray and len(value) <= TEXT else value
    if isinstance(value, numpy.generic):
        return _of_scalar(numpy, value)
    if isinstance(value, numpy.ndarray):
        return _of_array(numpy, value)
    if type(value) is bytearray and len(value) <= TEXT:
        return bytes(value)
    return _of_tensor(numpy, value)


NARROW = ("float16", "bfloat16", "float32")
"""The types that are sent as NumPy prints them: as a Python float, `np.float32(0.1)` would be 0.10000000149011612."""


def _of_scalar(numpy: Any, value: Any) -> object:
    name = value.dtype.name
    if name in NARROW:
        return _Narrow(name, str(value), 1)
    if name == "complex64":
        return _of_complex(value)
    plain = value.item()
    if value.dtype.kind in "mM" and (plain is None or isinstance(plain, int)):
        return value  # a time that Python's types cannot express: NaT, nanoseconds
    if isinstance(plain, numpy.generic):  # `item` of a long double returns a long double
        return float(plain) if isinstance(plain, numpy.floating) else value
    return plain


def _of_complex(value: Any) -> complex:
    """Return a complex number of two float32 as NumPy prints it."""
    return complex(float(str(value.real)), float(str(value.imag)))


def _of_array(numpy: Any, value: Any) -> object:
    if value.size > ITEMS:
        raise ValueTooBig
    name = value.dtype.name
    if name in (*NARROW, "complex64") and not hasattr(value, "mask"):
        items = numpy.empty(value.size, object)
        items[:] = [_of_complex(item) if name == "complex64" else str(item) for item in value.flat]
        nested = items.reshape(value.shape).tolist()
        return nested if name == "complex64" else _Narrow(name, nested, value.size)
    if value.dtype.kind not in "biufcSUO":
        return value
    plain = value.tolist()
    return float(plain) if type(plain) is type(value) else plain


def _of_tensor(numpy: Any, value: Any) -> object:
    """Return the value of a tensor or variable; a symbolic one, which has no value, is returned unchanged."""
    kind = type(value)
    if not kind.__module__.startswith(("tensorflow", "keras")):
        if not tensors.is_tensor(value):
            return tables.plain_table(value, ITEMS)
        array = tensors.tensor_array(numpy, value)
        return value if array is None else _of_array(numpy, array)
    if kind.__name__ == "TensorShape":
        return tuple(value.as_list()) if value.rank is not None else value
    numpy = getattr(value, "numpy", None)
    if numpy is None:
        return value
    if math.prod(side or 1 for side in value.shape) > ITEMS:
        raise ValueTooBig
    try:
        return numpy()
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return value
