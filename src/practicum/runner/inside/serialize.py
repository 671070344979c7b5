"""Values written for the other end of a conversation, as `carry` describes."""

from __future__ import annotations

import base64
import builtins
import json
import math
import sys

from practicum.runner.inside.transfer import ABILITIES, DEPTH, ITEMS, MESSAGE, CannotCross, Ledger, TooBig
from practicum.runner.inside.value_encoding import short

TYPE_CHECKING = False  # see zygote
if TYPE_CHECKING:
    from typing import Any


class Packer:
    """One message's values, as tagged JSON and blobs."""

    def __init__(self, ledger: Ledger, limit: int = MESSAGE) -> None:
        self.ledger = ledger
        self.limit = limit
        self.blobs: list[bytes] = []
        self._size = 0
        self._items = 0

    def message(self, told: object) -> bytes:
        """The whole message. Raises :class:`TooBig`."""
        head = json.dumps({"blobs": [len(blob) for blob in self.blobs], "told": told}).encode()
        self._weigh(len(head))
        return b"".join((len(head).to_bytes(4, "big"), head, *self.blobs))

    def _weigh(self, size: int) -> None:
        self._size += size
        if self._size > self.limit:
            raise TooBig(f"more than {self.limit >> 20} MB")

    def blob(self, data: bytes) -> int:
        self._weigh(len(data))
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _many(self, size: int) -> None:
        self._items += size
        if self._items > ITEMS:
            raise TooBig(f"more than {ITEMS} values")

    def pack(self, value: object, depth: int = 0) -> Any:
        """`value` for the other end. Raises :class:`TooBig`, :class:`CannotCross`."""
        self._many(1)
        if depth > DEPTH:
            raise TooBig(f"nested more than {DEPTH} deep")
        if value is None or value is True or value is False:
            return value
        number = self.ledger.borrowed(value)
        if number is not None:
            return {"yours": number}
        of_array = self._of_numpy(value)
        if of_array is not None:
            return of_array
        for kind, how in _BY_TYPE:
            if isinstance(value, kind):
                return how(self, value, depth)
        return self._of_keras(value) or self._named(value)

    def _int(self, value: int, depth: int) -> Any:
        value = int.__int__(value)
        if -(2**53) < value < 2**53:
            return value
        self._weigh(value.bit_length() // 4)
        return {"int": hex(value)}

    def _float(self, value: float, depth: int) -> Any:
        value = float.__float__(value)
        return value if math.isfinite(value) else {"float": repr(value)}

    def _complex(self, value: complex, depth: int) -> Any:
        return {"complex": [self._float(value.real, 0), self._float(value.imag, 0)]}

    def _str(self, value: str, depth: int) -> Any:
        self._weigh(str.__len__(value))
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
        self._many(list.__len__(value))
        return [self.pack(item, depth + 1) for item in list.__iter__(value)]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        self._many(tuple.__len__(value))
        items = [self.pack(item, depth + 1) for item in tuple.__iter__(value)]
        fields = getattr(type(value), "_fields", None)
        if isinstance(fields, tuple) and len(fields) == len(items) and all(type(name) is str for name in fields):
            return {"named": [short(type(value).__name__, 200), [short(name, 200) for name in fields], items]}
        return {"tuple": items}

    def _set(self, value: set[Any], depth: int) -> Any:
        return {"set": [self.pack(item, depth + 1) for item in set.__iter__(value)]}

    def _frozenset(self, value: frozenset[Any], depth: int) -> Any:
        return {"frozenset": [self.pack(item, depth + 1) for item in frozenset.__iter__(value)]}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        self._many(dict.__len__(value))
        return {"dict": [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in dict.items(value)]}

    def _range(self, value: range, depth: int) -> Any:
        return {"range": [self._int(value.start, 0), self._int(value.stop, 0), self._int(value.step, 0)]}

    def _slice(self, value: slice, depth: int) -> Any:
        return {"slice": [self.pack(part, depth + 1) for part in (value.start, value.stop, value.step)]}

    def _module(self, value: Any, depth: int) -> Any:
        return {"module": short(str(getattr(value, "__name__", "")), 200)}

    # --- NumPy and TensorFlow, looked at only where they are loaded --------------------------------------------------

    def _of_numpy(self, value: object) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is None or not hasattr(numpy, "ndarray"):
            return None
        if isinstance(value, numpy.generic):
            found = numpy.asarray(value)
            return {"scalar": [found.dtype.str, self.blob(found.tobytes())]} if _crosses(found) else None
        if isinstance(value, numpy.ndarray):
            return self._array("array", numpy.ndarray.view(value, numpy.ndarray))
        kind = type(value)
        if not str(kind.__module__).startswith(("tensorflow", "keras")):
            return None
        if kind.__name__ == "TensorShape":
            return {"tuple": list(value.as_list())} if value.rank is not None else None  # type: ignore[attr-defined]
        if kind.__name__ == "DType":
            return value.name  # type: ignore[attr-defined]
        return self._tensor(numpy, value)

    def _tensor(self, numpy: Any, value: Any) -> Any:
        """Tensors and variables; a symbolic one has no value and stays where it is."""
        try:
            held = value.numpy()
        except (AttributeError, NotImplementedError, TypeError, ValueError):
            return None
        if not isinstance(held, numpy.ndarray | numpy.generic):
            return {"bytes": self.blob(held)} if isinstance(held, bytes) else None
        return self._array("tensor", numpy.asarray(held))

    def _array(self, tag: str, held: Any) -> Any:
        if held.dtype.name == "bfloat16":  # plain NumPy does not know it
            held = held.astype("float32")
        if not _crosses(held):
            return (
                {"objects": [list(held.shape), [self.pack(item, 1) for item in held.ravel()]]} if _odd(held) else None
            )
        self._weigh(held.nbytes)
        self._size -= held.nbytes  # counted again as a blob
        return {tag: [held.dtype.str, list(held.shape), self.blob(held.tobytes())]}

    # --- Keras -------------------------------------------------------------------------------------------------------

    def _of_keras(self, value: object) -> Any:
        if "keras" not in sys.modules:
            return None
        from practicum.runner.inside import keras_models

        kind = keras_models.kind(value)
        if kind is None:
            return None
        number = self.ledger.lend(value)
        if kind == "model":
            return {"model": [number, self.blob(keras_models.save(value))]}
        config, build, weights = keras_models.take_apart(value)
        return {"part": [number, self.blob(config), self.blob(build), [self.pack(one) for one in weights]]}

    # --- what stays --------------------------------------------------------------------------------------------------

    def _named(self, value: object) -> Any:
        kind = type(value)
        can = [word for word, method in ABILITIES.items() if any(method in vars(base) for base in kind.__mro__)]
        name, base_name = kind.__name__, None
        if isinstance(value, type):
            name = value.__name__
            if getattr(builtins, name, None) is value:
                return {"type": name}
            can.append("class")
            base_name = builtin_base(value) if issubclass(value, BaseException) else None
        return {"mine": [self.ledger.lend(value), short(name, 200), can, base_name]}


def _crosses(held: Any) -> bool:
    return held.dtype.kind in "biufcSU" and held.dtype.names is None and held.dtype.itemsize < 1_000_000


def _odd(held: Any) -> bool:
    return bool(held.dtype.kind == "O")


_BY_TYPE: tuple[tuple[type, Any], ...] = (
    (int, Packer._int),
    (float, Packer._float),
    (str, Packer._str),
    (list, Packer._list),
    (tuple, Packer._tuple),
    (dict, Packer._dict),
    (set, Packer._set),
    (frozenset, Packer._frozenset),
    (bytes, Packer._bytes),
    (bytearray, Packer._bytearray),
    (complex, Packer._complex),
    (range, Packer._range),
    (slice, Packer._slice),
    (type(sys), Packer._module),
)


def builtin_base(kind: type) -> str:
    """The name of the first builtin class of exceptions among `kind` and its bases."""
    for base in kind.__mro__:
        if base.__module__ == "builtins" and getattr(builtins, base.__name__, None) is base:
            return str(base.__name__)
    return "Exception"


class _PlainOnly(Ledger):
    def lend(self, value: object) -> int:
        raise CannotCross("not plain data")


def fingerprint(value: object) -> str | None:
    """A short text that is the same for the same plain data; None for what is not plain data."""
    import hashlib

    packer = Packer(_PlainOnly(), limit=1 << 30)
    try:
        return hashlib.sha256(packer.message(packer.pack(value))).hexdigest()
    except (TooBig, CannotCross, RecursionError):
        return None
