"""Writes values into messages for the other process, as described in `message_format`."""

from __future__ import annotations

import base64
import builtins
import json
import math
import sys

from practicum.runner.inside import library_values, tensors
from practicum.runner.inside.message_format import (
    ABILITIES,
    MAX_DEPTH,
    MAX_MESSAGE,
    MAX_VALUES,
    CannotCross,
    MessageTooBig,
    ReferenceTable,
)
from practicum.runner.inside.value_encoding import shorten

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


class Serializer:
    """Writes one message: tagged JSON and blobs."""

    def __init__(self, references: ReferenceTable, limit: int = MAX_MESSAGE, own: dict[str, Any] | None = None) -> None:
        """Begin a message.

        Args:
            own: The namespace of the program. Its classes may be named if the other side has them too.
        """
        self.references = references
        self.limit = limit
        self.own = own or {}
        self.blobs: list[bytes] = []
        self._size = 0
        self._items = 0

    def message(self, content: object) -> bytes:
        """Return the whole message with this content. Raises MessageTooBig."""
        head = json.dumps({"blobs": [len(blob) for blob in self.blobs], "content": content}).encode()
        self._add_size(len(head))
        return b"".join((len(head).to_bytes(4, "big"), head, *self.blobs))

    def _add_size(self, size: int) -> None:
        self._size += size
        if self._size > self.limit:
            raise MessageTooBig(f"more than {self.limit >> 20} MB")

    def blob(self, data: bytes) -> int:
        self._add_size(len(data))
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _add_values(self, size: int) -> None:
        self._items += size
        if self._items > MAX_VALUES:
            raise MessageTooBig(f"more than {MAX_VALUES} values")

    def serialize(self, value: object, depth: int = 0) -> Any:
        """Return `value` as tagged JSON. Raises MessageTooBig, CannotCross."""
        self._add_values(1)
        if depth > MAX_DEPTH:
            raise MessageTooBig(f"nested more than {MAX_DEPTH} deep")
        if value is None or value is True or value is False:
            return value
        number = self.references.remote_number(value)
        if number is not None:
            return {"yours": number}
        described = self._of_numpy(value, depth)
        if described is None:
            described = library_values.write(self, value, depth)
        return self.serialize_otherwise(value, depth) if described is None else described

    def serialize_otherwise(self, value: object, depth: int) -> Any:
        """Serialize a value as its builtin base class, as a model or part of one, or by reference."""
        for kind, write in _BY_TYPE:
            if isinstance(value, kind):
                return write(self, value, depth)
        return self._of_keras(value) or self._reference(value)

    def _int(self, value: int, depth: int) -> Any:
        value = int.__int__(value)
        if -(2**53) < value < 2**53:
            return value
        self._add_size(value.bit_length() // 4)
        return {"int": hex(value)}

    def _float(self, value: float, depth: int) -> Any:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"float": repr(value)}

    def _complex(self, value: complex, depth: int) -> Any:
        return {"complex": [self._float(value.real, 0), self._float(value.imag, 0)]}

    def _str(self, value: str, depth: int) -> Any:
        self._add_size(str.__len__(value))
        text = str.__str__(value)
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate, which is no UTF-8
            return {"str": base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()}
        return text

    def _bytes(self, value: bytes, depth: int) -> Any:
        return {"bytes": self.blob(bytes(memoryview(value)))}

    def _bytearray(self, value: bytearray, depth: int) -> Any:
        return {"bytearray": self.blob(bytes(memoryview(value)))}

    def _list(self, value: list[Any], depth: int) -> Any:
        self._add_values(list.__len__(value))
        return [self.serialize(item, depth + 1) for item in list.__iter__(value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        self._add_values(tuple.__len__(value))
        items = [self.serialize(item, depth + 1) for item in tuple.__iter__(value)]
        fields = getattr(type(value), "_fields", None)
        if isinstance(fields, tuple) and len(fields) == len(items) and all(type(name) is str for name in fields):
            return {"named": [shorten(type(value).__name__, 200), [shorten(name, 200) for name in fields], items]}
        return {"tuple": items}

    def _set(self, value: set[Any], depth: int) -> Any:
        return {"set": [self.serialize(item, depth + 1) for item in set.__iter__(value)]}

    def _frozenset(self, value: frozenset[Any], depth: int) -> Any:
        return {"frozenset": [self.serialize(item, depth + 1) for item in frozenset.__iter__(value)]}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        self._add_values(dict.__len__(value))
        return {"dict": [[self.serialize(k, depth + 1), self.serialize(v, depth + 1)] for k, v in dict.items(value)]}

    def _range(self, value: range, depth: int) -> Any:
        return {"range": [self._int(value.start, 0), self._int(value.stop, 0), self._int(value.step, 0)]}

    def _slice(self, value: slice, depth: int) -> Any:
        return {"slice": [self.serialize(part, depth + 1) for part in (value.start, value.stop, value.step)]}

    def _module(self, value: Any, depth: int) -> Any:
        return {"module": shorten(str(getattr(value, "__name__", "")), 200)}

    # --- NumPy and TensorFlow, used only if they are loaded -----------------------------------------------------------

    def _of_numpy(self, value: object, depth: int) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "ndarray"):
            return None
        if isinstance(value, numpy.generic):
            return self._scalar(numpy.asarray(value), depth)
        if isinstance(value, numpy.ndarray):
            return self._masked(numpy, value, depth) or self._array("array", _base_array(numpy, value), depth)
        if isinstance(value, numpy.dtype):
            return {"dtype": value.str} if value.names is None and value.subdtype is None else None
        kind = type(value)
        if not str(kind.__module__).startswith(("tensorflow", "keras")):
            return self._other_tensor(numpy, value)
        if kind.__name__ == "TensorShape":
            return {"tuple": list(value.as_list())} if value.rank is not None else None  # type: ignore[attr-defined]
        if kind.__name__ == "DType":
            return value.name  # type: ignore[attr-defined]
        return self._tensor(numpy, value)

    def _scalar(self, held: Any, depth: int) -> Any:
        if held.dtype.names is not None:
            return {"record": self._array("array", held, depth)}
        return {"scalar": [held.dtype.str, self.blob(held.tobytes())]} if _is_plain(held) else None

    def _masked(self, numpy: Any, value: Any, depth: int) -> Any:
        """Serialize a masked array with its mask; None for any other array."""
        ma: Any = sys.modules.get("numpy.ma")
        if ma is not None and value is ma.masked:
            return {"constant": "numpy.ma.masked"}
        if ma is None or type(value) is not ma.MaskedArray or value.dtype.names is not None:
            return None
        parts = (ma.getdata(value), ma.getmaskarray(value), numpy.asarray(value.fill_value))
        return {"masked": [self.serialize(part, depth + 1) for part in parts]}

    def _tensor(self, numpy: Any, value: Any) -> Any:
        """Serialize a tensor or variable by its value; None for a symbolic one, which has no value."""
        try:
            held = value.numpy()
        except (AttributeError, NotImplementedError, TypeError, ValueError):
            return None
        if not isinstance(held, numpy.ndarray | numpy.generic):
            return {"bytes": self.blob(held)} if isinstance(held, bytes) else None
        return self._array("tensor", numpy.asarray(held), 0)

    def _other_tensor(self, numpy: Any, value: object) -> Any:
        array = tensors.tensor_array(numpy, value) if tensors.is_tensor(value) else None
        if array is None:
            return None
        written = self._array("tensor", array, 0)
        if written is not None and "tensor" in written:
            written["tensor"].append(tensors.framework(value))
        return written

    def _array(self, tag: str, held: Any, depth: int) -> Any:
        if held.dtype.name == "bfloat16":  # plain NumPy lacks this dtype
            held = held.astype("float32")
        if held.dtype.names is not None:
            fields = [[shorten(name, 200), self._array("array", held[name], depth + 1)] for name in held.dtype.names]
            return None if any(array is None for _, array in fields) else {"structured": [list(held.shape), fields]}
        if not _is_plain(held):
            return (
                {"objects": [list(held.shape), [self.serialize(item, depth + 1) for item in held.ravel()]]}
                if _holds_objects(held)
                else None
            )
        self._add_size(held.nbytes)
        self._size -= held.nbytes  # counted again as a blob
        return {tag: [held.dtype.str, list(held.shape), self.blob(held.tobytes())]}

    # --- Keras -------------------------------------------------------------------------------------------------------

    def _of_keras(self, value: object) -> Any:
        if "keras" not in sys.modules:
            return None
        from practicum.runner.inside import keras_models

        kind = keras_models.keras_kind(value)
        if kind is None:
            return None
        number = self.references.add_local(value)
        if kind == "model":
            return {"model": [number, self.blob(keras_models.save_model(value))]}
        config, build, weights = keras_models.serialize_part(value)
        return {"part": [number, self.blob(config), self.blob(build), [self.serialize(weight) for weight in weights]]}

    # --- objects sent by reference -----------------------------------------------------------------------------------

    def _reference(self, value: object) -> Any:
        kind = type(value)
        can = [word for word, method in ABILITIES.items() if any(method in vars(base) for base in kind.__mro__)]
        name, base_name = kind.__name__, None
        if isinstance(value, type):
            name = value.__name__
            if getattr(builtins, name, None) is value:
                return {"type": name}
            can.append("class")
            base_name = builtin_base(value) if issubclass(value, BaseException) else None
        proxy = {"mine": [self.references.add_local(value), shorten(name, 200), can, base_name]}
        path = library_values.class_path(value, self.own) if isinstance(value, type) else None
        return proxy if path is None else {"class": [*path, proxy]}


def _is_plain(held: Any) -> bool:
    return held.dtype.kind in "biufcSUmM" and held.dtype.names is None and held.dtype.itemsize < 1_000_000


def _base_array(numpy: Any, value: Any) -> Any:
    return numpy.ndarray.view(value, numpy.ndarray)


def _holds_objects(held: Any) -> bool:
    return bool(held.dtype.kind == "O")


_BY_TYPE: tuple[tuple[type, Any], ...] = (
    (int, Serializer._int),
    (float, Serializer._float),
    (str, Serializer._str),
    (list, Serializer._list),
    (tuple, Serializer._tuple),
    (dict, Serializer._dict),
    (set, Serializer._set),
    (frozenset, Serializer._frozenset),
    (bytes, Serializer._bytes),
    (bytearray, Serializer._bytearray),
    (complex, Serializer._complex),
    (range, Serializer._range),
    (slice, Serializer._slice),
    (type(sys), Serializer._module),
)


def builtin_base(kind: type) -> str:
    """Return the name of the first builtin exception class among `kind` and its bases."""
    for base in kind.__mro__:
        if base.__module__ == "builtins" and getattr(builtins, base.__name__, None) is base:
            return str(base.__name__)
    return "Exception"


class _PlainOnly(ReferenceTable):
    def add_local(self, value: object) -> int:
        raise CannotCross("not plain data")


def fingerprint(value: object) -> str | None:
    """Return a hash that is equal for equal plain data; None for other objects."""
    import hashlib

    serializer = Serializer(_PlainOnly(), limit=1 << 30)
    try:
        return hashlib.sha256(serializer.message(serializer.serialize(value))).hexdigest()
    except (MessageTooBig, CannotCross, RecursionError):
        return None
