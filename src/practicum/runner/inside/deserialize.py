"""Reads values from messages (see `message_format`), strictly: a learner's code may have forged them."""

from __future__ import annotations

import base64
import builtins
import importlib
import json
import keyword
import math
import re
import sys

from practicum.runner.inside import library_values, tensors
from practicum.runner.inside.message_format import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_REFERENCES,
    MAX_VALUES,
    CannotCross,
    ProtocolViolation,
    ReferenceTable,
)
from practicum.runner.inside.value_encoding import shorten

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

_DTYPE = re.compile(r"[<>|]?(?:[biufcSU][0-9]{1,6}|[mM]8(?:\[[0-9]{0,6}(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?)")
_NUMBERS = re.compile(r"-?0x[0-9a-f]+")


class Deserializer:
    """Reads one message: its `content`, and the values in it on demand."""

    def __init__(
        self, references: ReferenceTable, message: bytes, make_proxy: Any, own: dict[str, Any] | None = None
    ) -> None:
        """Parse the message. Raises ProtocolViolation.

        Args:
            make_proxy: `make_proxy(number, name, can, base)` makes the proxy of an object of the other process.
            own: Classes and functions that a saved model may refer to by name.
        """
        self.references = references
        self._make_proxy = make_proxy
        self.own = own or {}
        self._items = 0
        self._keys = 0
        try:
            size = int.from_bytes(message[:4], "big")
            head = json.loads(message[4 : 4 + size], parse_constant=_refuse)
            self.content = head["content"]
            self._blobs = _cut(message, 4 + size, head["blobs"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ProtocolViolation(str(error)[:200]) from None

    def deserialize(self, data: object) -> Any:
        """Return the value that `data`, a part of the content, encodes. Raises ProtocolViolation, CannotCross."""
        try:
            return self.read(data, 0)
        except CannotCross:
            raise
        except Exception as error:  # constructors refuse what is forged with exceptions of any class
            raise ProtocolViolation(f"{type(error).__name__}: {error}"[:200]) from None

    def read(self, data: Any, depth: int) -> Any:
        """Return the value that a part encodes. Raises anything: see `deserialize`."""
        self._items += 1
        if self._items > 2 * MAX_VALUES or depth > MAX_DEPTH + 2:
            raise ProtocolViolation("too much in one message")
        if data is None or type(data) in (bool, int, float, str):
            return data
        if type(data) is list:
            return [self.read(item, depth + 1) for item in data]
        if type(data) is not dict or len(data) != 1:
            raise ProtocolViolation("a tag has one key")
        ((tag, content),) = data.items()
        read = _TAGS.get(tag)
        if read is None:
            raise ProtocolViolation(f"unknown tag {tag[:20]!r}")
        return read(self, content, depth)

    def _blob(self, number: object) -> bytes:
        if type(number) is not int or not 0 <= number < len(self._blobs):
            raise ProtocolViolation("no such blob")
        return self._blobs[number]

    def _int(self, content: Any, depth: int) -> int:
        if not _NUMBERS.fullmatch(_text(content)):
            raise ProtocolViolation("an integer is hexadecimal")
        return int(content, 16)

    def _float(self, content: Any, depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise ProtocolViolation("an odd float")
        return float(content)

    def _complex(self, content: Any, depth: int) -> complex:
        real, imaginary = (self.read(part, depth + 1) for part in content)
        if type(real) is not float or type(imaginary) is not float:
            raise ProtocolViolation("a complex number is two floats")
        return complex(real, imaginary)

    def _str(self, content: Any, depth: int) -> str:
        return base64.b64decode(_text(content), validate=True).decode("utf-8", "surrogatepass")

    def _bytes(self, content: Any, depth: int) -> bytes:
        return self._blob(content)

    def _bytearray(self, content: Any, depth: int) -> bytearray:
        return bytearray(self._blob(content))

    def read_list(self, content: Any, depth: int) -> list[Any]:
        """Return the items of a list."""
        if type(content) is not list:
            raise ProtocolViolation("items are a list")
        return [self.read(item, depth + 1) for item in content]

    def _entries(self, content: Any) -> Any:
        if type(content) is not list:
            raise ProtocolViolation("entries are a list")
        self._keys += len(content)
        if self._keys > MAX_ENTRIES:
            raise ProtocolViolation("too many entries")
        return content

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self.read_list(content, depth))

    def _named(self, content: Any, depth: int) -> tuple[Any, ...]:
        import collections

        name, fields, items = content
        values = self.read_list(items, depth)
        if type(fields) is not list or len(fields) != len(values) or len(fields) > 200:
            raise ProtocolViolation("a named tuple has as many fields as items")
        named: Any = collections.namedtuple
        own = self.own.get(_text(name))
        if isinstance(own, type) and issubclass(own, tuple) and getattr(own, "_fields", None) == tuple(fields):
            return tuple.__new__(own, values)
        good = name.isidentifier() and not keyword.iskeyword(name)
        kind = named(name if good else "Named", map(_text, fields), rename=True)
        return kind(*values)  # type: ignore[no-any-return]

    def _set(self, content: Any, depth: int) -> set[Any]:
        return set(self.read_list(self._entries(content), depth))

    def _frozenset(self, content: Any, depth: int) -> frozenset[Any]:
        return frozenset(self.read_list(self._entries(content), depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        pairs = [(self.read(key, depth + 1), self.read(value, depth + 1)) for key, value in self._entries(content)]
        return dict(pairs)

    def _range(self, content: Any, depth: int) -> range:
        return range(*self.read_list(content, depth))

    def _slice(self, content: Any, depth: int) -> slice:
        start, stop, step = self.read_list(content, depth)
        return slice(start, stop, step)

    def _type(self, content: Any, depth: int) -> type:
        builtin = getattr(builtins, _text(content), None)
        if not isinstance(builtin, type):
            raise ProtocolViolation("no builtin class")
        return builtin

    def read_module(self, content: Any, depth: int) -> object:
        """Import the module in this process: only by a plain name, and never a module of practicum."""
        name = _text(content)
        if not all(part.isidentifier() for part in name.split(".")) or name.split(".")[0] in ("__main__", "practicum"):
            raise CannotCross(f"there is no module `{shorten(name, 50)}` that a check can import")
        try:
            return importlib.import_module(name)
        except Exception as error:
            raise CannotCross(f"the check cannot import the module `{name}`: {shorten(str(error), 200)}") from None

    def _array(self, content: Any, depth: int) -> Any:
        dtype, shape, number = content
        return self._ndarray(dtype, shape, self._blob(number))

    def _tensor(self, content: Any, depth: int) -> Any:
        dtype, shape, number, *framework = content
        array = self._ndarray(dtype, shape, self._blob(number))
        own = tensors.own_tensor(_text(framework[0]), array) if framework else None
        return array.view(tensor_type()) if own is None else own

    def _scalar(self, content: Any, depth: int) -> Any:
        dtype, number = content
        return self._ndarray(dtype, [], self._blob(number))[()]

    def _record(self, content: Any, depth: int) -> Any:
        return self.read(content, depth + 1)[()]

    def _dtype(self, content: Any, depth: int) -> Any:
        import numpy

        if content != "|O" and not _DTYPE.fullmatch(_text(content)):
            raise ProtocolViolation("an odd dtype")
        return numpy.dtype(content)

    def _structured(self, content: Any, depth: int) -> Any:
        """Build an array of records from an array for each field, whose further dimensions belong to the field."""
        import numpy

        shape, fields = content
        sides = len(_shape(shape))
        arrays = [(_text(name), self.read(array, depth + 1)) for name, array in fields]
        if any(not isinstance(array, numpy.ndarray) or list(array.shape[:sides]) != shape for _, array in arrays):
            raise ProtocolViolation("fields of another shape")
        dtype = numpy.dtype([(name, array.dtype, array.shape[sides:]) for name, array in arrays])
        records = numpy.empty(shape, dtype)
        for name, array in arrays:
            records[name] = array
        return records

    def read_constant(self, content: Any, depth: int) -> Any:
        """Return the constant of that name."""
        return library_values.read_constant(self, content, depth)

    def read_masked(self, content: Any, depth: int) -> Any:
        """Return a masked array."""
        import numpy

        data, mask, fill = self.read_list(content, depth)
        if not isinstance(data, numpy.ndarray) or mask.dtype != bool or mask.shape != data.shape:
            raise ProtocolViolation("a mask of another shape")
        return numpy.ma.MaskedArray(data, mask, fill_value=fill[()])

    def expect_missing(self) -> None:
        """Called before an array with pandas' missing values (`NA`) is read. May raise CannotCross."""

    def _ndarray(self, dtype: Any, shape: Any, data: bytes) -> Any:
        import numpy

        if not _DTYPE.fullmatch(_text(dtype)):
            raise ProtocolViolation("an odd dtype")
        kind = numpy.dtype(dtype)
        if kind.itemsize * math.prod(_shape(shape)) != len(data):
            raise ProtocolViolation("an array that is larger or smaller than its shape")
        if not data:
            return numpy.zeros(shape, kind)
        return numpy.frombuffer(data, kind).reshape(shape).copy()

    def _objects(self, content: Any, depth: int) -> Any:
        import numpy

        shape, items = content
        values = self.read_list(items, depth)
        if math.prod(_shape(shape)) != len(values):
            raise ProtocolViolation("an array that is larger or smaller than its shape")
        flat = numpy.empty(len(values), object)
        for index, item in enumerate(values):
            flat[index] = item
        return flat.reshape(shape)

    def _model(self, content: Any, depth: int) -> Any:
        number, blob = content
        return self._of_keras(number, lambda keras_models: keras_models.load_model(self._blob(blob), self.own))

    def _part(self, content: Any, depth: int) -> Any:
        number, config, build, weights = content
        arrays = self.read_list(weights, depth)
        parts = self._blob(config), self._blob(build), arrays, self.own
        return self._of_keras(number, lambda keras_models: keras_models.deserialize_part(*parts))

    def _of_keras(self, number: Any, make: Any) -> Any:
        if type(number) is not int or ("keras" not in sys.modules and not _has_keras()):
            raise CannotCross("Keras is not there")
        from practicum.runner.inside import keras_models

        value = make(keras_models)
        self.references.add_remote(number, value)
        return value

    def _mine(self, content: Any, depth: int) -> Any:
        number, name, can, base = content
        if type(number) is not int or not 0 <= number < MAX_REFERENCES or type(can) is not list or len(can) > 20:
            raise ProtocolViolation("an odd reference")
        if base is not None and not _is_exception(getattr(builtins, _text(base), None)):
            raise ProtocolViolation("an exception that is none")
        return self._make_proxy(number, _text(name)[:200], frozenset(map(_text, can)), base)

    def _yours(self, content: Any, depth: int) -> Any:
        return self.references.local(content)


_TAGS: dict[str, Any] = {
    "int": Deserializer._int,
    "float": Deserializer._float,
    "complex": Deserializer._complex,
    "str": Deserializer._str,
    "bytes": Deserializer._bytes,
    "bytearray": Deserializer._bytearray,
    "tuple": Deserializer._tuple,
    "named": Deserializer._named,
    "set": Deserializer._set,
    "frozenset": Deserializer._frozenset,
    "dict": Deserializer._dict,
    "range": Deserializer._range,
    "slice": Deserializer._slice,
    "type": Deserializer._type,
    "module": lambda reader, content, depth: reader.read_module(content, depth),
    "array": Deserializer._array,
    "tensor": Deserializer._tensor,
    "scalar": Deserializer._scalar,
    "objects": Deserializer._objects,
    "record": Deserializer._record,
    "dtype": Deserializer._dtype,
    "structured": Deserializer._structured,
    "masked": lambda reader, content, depth: reader.read_masked(content, depth),
    "object": library_values.read,
    "constant": lambda reader, content, depth: reader.read_constant(content, depth),
    "member": library_values.read_member,
    "exception": library_values.read_exception,
    "class": library_values.read_class,
    "model": Deserializer._model,
    "part": Deserializer._part,
    "mine": Deserializer._mine,
    "yours": Deserializer._yours,
}


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _cut(message: bytes, start: int, sizes: Any) -> list[bytes]:
    blobs = []
    for size in sizes:
        if type(size) is not int or not 0 <= size <= len(message) - start:
            raise ProtocolViolation("a blob that is not there")
        blobs.append(message[start : start + size])
        start += size
    if start != len(message):
        raise ProtocolViolation("more than was announced")
    return blobs


def _shape(shape: Any) -> list[int]:
    if type(shape) is not list or len(shape) > 32 or any(type(side) is not int or side < 0 for side in shape):
        raise ProtocolViolation("an odd shape")
    return shape


def _text(content: object) -> str:
    if type(content) is not str:
        raise ProtocolViolation("text is a string")
    return content


def _is_exception(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseException)


def _has_keras() -> bool:
    try:
        importlib.import_module("keras")
    except ImportError:
        return False
    return True


_TENSOR: list[type] = []


def tensor_type() -> type:
    """Return the class of arrays that were tensors. Made on first use, as NumPy may be missing."""
    if not _TENSOR:
        import numpy

        def plain(self: Any) -> Any:
            """Return the plain array, as a tensor does."""
            return numpy.ndarray.view(self, numpy.ndarray)

        _TENSOR.append(type("Tensor", (numpy.ndarray,), {"numpy": plain, "__doc__": "An array that was a tensor."}))
    return _TENSOR[0]
