"""Values of the other end of a conversation, read strictly: `carry` describes them, a learner may have forged them."""

from __future__ import annotations

import base64
import builtins
import importlib
import json
import keyword
import math
import re
import sys

from practicum.runner.inside.transfer import DEPTH, ITEMS, KEYS, LENT, CannotCross, Ledger, Unreadable
from practicum.runner.inside.value_encoding import short

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any

_DTYPE = re.compile(r"[<>|]?[biufcSU][0-9]{1,6}")
_NUMBERS = re.compile(r"-?0x[0-9a-f]+")


class Unpacker:
    """One message read: `told`, and its values as they are wanted."""

    def __init__(self, ledger: Ledger, message: bytes, stand_in: Any, own: dict[str, Any] | None = None) -> None:
        """`stand_in(number, name, can, base)` makes what stands here for a thing that stays there.

        `own` is where the classes and functions are found that a saved model may name. Raises :class:`Unreadable`.
        """
        self.ledger = ledger
        self._stand_in = stand_in
        self._own = own or {}
        self._items = 0
        self._keys = 0
        try:
            size = int.from_bytes(message[:4], "big")
            head = json.loads(message[4 : 4 + size], parse_constant=_refuse)
            self.told = head["told"]
            self._blobs = _cut(message, 4 + size, head["blobs"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Unreadable(str(error)[:200]) from None

    def unpack(self, told: object) -> Any:
        """The value that stands in the message as `told`. Raises :class:`Unreadable`, :class:`CannotCross`."""
        try:
            return self._unpack(told, 0)
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError, AttributeError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from None

    def _unpack(self, told: Any, depth: int) -> Any:
        self._items += 1
        if self._items > 2 * ITEMS or depth > DEPTH + 2:
            raise Unreadable("too much in one message")
        if told is None or type(told) in (bool, int, float, str):
            return told
        if type(told) is list:
            return [self._unpack(item, depth + 1) for item in told]
        if type(told) is not dict or len(told) != 1:
            raise Unreadable("a tag has one key")
        ((tag, content),) = told.items()
        how = _TAGS.get(tag)
        if how is None:
            raise Unreadable(f"unknown tag {tag[:20]!r}")
        return how(self, content, depth)

    def _blob(self, number: object) -> bytes:
        if type(number) is not int or not 0 <= number < len(self._blobs):
            raise Unreadable("no such blob")
        return self._blobs[number]

    def _int(self, content: Any, depth: int) -> int:
        if not _NUMBERS.fullmatch(_text(content)):
            raise Unreadable("an integer is hexadecimal")
        return int(content, 16)

    def _float(self, content: Any, depth: int) -> float:
        if content not in ("nan", "inf", "-inf"):
            raise Unreadable("an odd float")
        return float(content)

    def _complex(self, content: Any, depth: int) -> complex:
        real, imaginary = (self._unpack(part, depth + 1) for part in content)
        if type(real) is not float or type(imaginary) is not float:
            raise Unreadable("a complex number is two floats")
        return complex(real, imaginary)

    def _str(self, content: Any, depth: int) -> str:
        return base64.b64decode(_text(content), validate=True).decode("utf-8", "surrogatepass")

    def _bytes(self, content: Any, depth: int) -> bytes:
        return self._blob(content)

    def _bytearray(self, content: Any, depth: int) -> bytearray:
        return bytearray(self._blob(content))

    def _list(self, content: Any, depth: int) -> list[Any]:
        if type(content) is not list:
            raise Unreadable("items are a list")
        return [self._unpack(item, depth + 1) for item in content]

    def _entries(self, content: Any) -> Any:
        if type(content) is not list:
            raise Unreadable("entries are a list")
        self._keys += len(content)
        if self._keys > KEYS:
            raise Unreadable("too many entries")
        return content

    def _tuple(self, content: Any, depth: int) -> tuple[Any, ...]:
        return tuple(self._list(content, depth))

    def _named(self, content: Any, depth: int) -> tuple[Any, ...]:
        import collections

        name, fields, items = content
        values = self._list(items, depth)
        if type(fields) is not list or len(fields) != len(values) or len(fields) > 200:
            raise Unreadable("a named tuple has as many fields as items")
        named: Any = collections.namedtuple
        good = _text(name).isidentifier() and not keyword.iskeyword(name)
        kind = named(name if good else "Named", map(_text, fields), rename=True)
        return kind(*values)  # type: ignore[no-any-return]

    def _set(self, content: Any, depth: int) -> set[Any]:
        return set(self._list(self._entries(content), depth))

    def _frozenset(self, content: Any, depth: int) -> frozenset[Any]:
        return frozenset(self._list(self._entries(content), depth))

    def _dict(self, content: Any, depth: int) -> dict[Any, Any]:
        pairs = [
            (self._unpack(key, depth + 1), self._unpack(value, depth + 1)) for key, value in self._entries(content)
        ]
        return dict(pairs)

    def _range(self, content: Any, depth: int) -> range:
        return range(*self._list(content, depth))

    def _slice(self, content: Any, depth: int) -> slice:
        start, stop, step = self._list(content, depth)
        return slice(start, stop, step)

    def _type(self, content: Any, depth: int) -> type:
        found = getattr(builtins, _text(content), None)
        if not isinstance(found, type):
            raise Unreadable("no builtin class")
        return found

    def _module(self, content: Any, depth: int) -> object:
        """The reader's own module. Only by a plain name, and never one of this program."""
        name = _text(content)
        if not all(part.isidentifier() for part in name.split(".")) or name.split(".")[0] in ("__main__", "practicum"):
            raise CannotCross(f"there is no module `{short(name, 50)}` that a check can import")
        try:
            return importlib.import_module(name)
        except Exception as error:
            raise CannotCross(f"the check cannot import the module `{name}`: {short(str(error), 200)}") from None

    def _array(self, content: Any, depth: int) -> Any:
        dtype, shape, number = content
        return self._ndarray(dtype, shape, self._blob(number))

    def _tensor(self, content: Any, depth: int) -> Any:
        return self._array(content, depth).view(tensor_type())

    def _scalar(self, content: Any, depth: int) -> Any:
        dtype, number = content
        return self._ndarray(dtype, [], self._blob(number))[()]

    def _ndarray(self, dtype: Any, shape: Any, data: bytes) -> Any:
        import numpy

        if not _DTYPE.fullmatch(_text(dtype)):
            raise Unreadable("an odd dtype")
        kind = numpy.dtype(dtype)
        if kind.itemsize * math.prod(_shape(shape)) != len(data):
            raise Unreadable("an array that is larger or smaller than its shape")
        if not data:
            return numpy.zeros(shape, kind)
        return numpy.frombuffer(data, kind).reshape(shape).copy()

    def _objects(self, content: Any, depth: int) -> Any:
        import numpy

        shape, items = content
        values = self._list(items, depth)
        if math.prod(_shape(shape)) != len(values):
            raise Unreadable("an array that is larger or smaller than its shape")
        flat = numpy.empty(len(values), object)
        for index, item in enumerate(values):
            flat[index] = item
        return flat.reshape(shape)

    def _model(self, content: Any, depth: int) -> Any:
        number, blob = content
        return self._of_keras(number, lambda keras_models: keras_models.load(self._blob(blob), self._own))

    def _part(self, content: Any, depth: int) -> Any:
        number, config, build, weights = content
        arrays = self._list(weights, depth)
        parts = self._blob(config), self._blob(build), arrays, self._own
        return self._of_keras(number, lambda keras_models: keras_models.put_together(*parts))

    def _of_keras(self, number: Any, make: Any) -> Any:
        if type(number) is not int or ("keras" not in sys.modules and not _has_keras()):
            raise CannotCross("Keras is not there")
        from practicum.runner.inside import keras_models

        found = make(keras_models)
        self.ledger.borrow(number, found)
        return found

    def _mine(self, content: Any, depth: int) -> Any:
        number, name, can, base = content
        if type(number) is not int or not 0 <= number < LENT or type(can) is not list or len(can) > 20:
            raise Unreadable("an odd reference")
        if base is not None and not _is_exception(getattr(builtins, _text(base), None)):
            raise Unreadable("an exception that is none")
        return self._stand_in(number, _text(name)[:200], frozenset(map(_text, can)), base)

    def _yours(self, content: Any, depth: int) -> Any:
        return self.ledger.lent(content)


_TAGS: dict[str, Any] = {
    "int": Unpacker._int,
    "float": Unpacker._float,
    "complex": Unpacker._complex,
    "str": Unpacker._str,
    "bytes": Unpacker._bytes,
    "bytearray": Unpacker._bytearray,
    "tuple": Unpacker._tuple,
    "named": Unpacker._named,
    "set": Unpacker._set,
    "frozenset": Unpacker._frozenset,
    "dict": Unpacker._dict,
    "range": Unpacker._range,
    "slice": Unpacker._slice,
    "type": Unpacker._type,
    "module": Unpacker._module,
    "array": Unpacker._array,
    "tensor": Unpacker._tensor,
    "scalar": Unpacker._scalar,
    "objects": Unpacker._objects,
    "model": Unpacker._model,
    "part": Unpacker._part,
    "mine": Unpacker._mine,
    "yours": Unpacker._yours,
}


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _cut(message: bytes, start: int, sizes: Any) -> list[bytes]:
    blobs = []
    for size in sizes:
        if type(size) is not int or not 0 <= size <= len(message) - start:
            raise Unreadable("a blob that is not there")
        blobs.append(message[start : start + size])
        start += size
    if start != len(message):
        raise Unreadable("more than was announced")
    return blobs


def _shape(shape: Any) -> list[int]:
    if type(shape) is not list or len(shape) > 32 or any(type(side) is not int or side < 0 for side in shape):
        raise Unreadable("an odd shape")
    return shape


def _text(content: object) -> str:
    if type(content) is not str:
        raise Unreadable("text is a string")
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
    """The class of arrays that were tensors: made when first needed, as NumPy may not be there."""
    if not _TENSOR:
        import numpy

        def plain(self: Any) -> Any:
            """The plain array, as a tensor gives it."""
            return numpy.ndarray.view(self, numpy.ndarray)

        _TENSOR.append(type("Tensor", (numpy.ndarray,), {"numpy": plain, "__doc__": "An array that was a tensor."}))
    return _TENSOR[0]
