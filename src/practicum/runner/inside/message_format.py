"""The message format between a job and its check: plain data, arrays and models are copied, other objects referenced.

A message is four bytes of length, JSON of that length, then blobs (the bytes of arrays and models) in order. The JSON
is `{"blobs": [sizes], "content": …}`. Values in it are encoded as in `value_encoding`, with these additional tags:

| tag | content | becomes |
| --- | --- | --- |
| `array` | dtype, shape, blob | a NumPy array |
| `tensor` | dtype, shape, blob, and of JAX or torch its name | the reader's own tensor, or an array with `.numpy()` |
| `scalar` | dtype, blob | a NumPy scalar |
| `range`, `slice` | start, stop, step | the same |
| `named` | the type's name, its fields, its items | a `namedtuple`, of the reader's own class if it has one |
| `type` | the name of a builtin class | that class |
| `module` | its name | the reader's own import of it |
| `model` | number, blob | the reader's own load of a saved Keras model |
| `part` | number, config, build config, weights | the reader's own Keras layer, optimizer, loss or metric |
| `objects` | shape, items | a NumPy array of objects |
| `structured` | shape, the name and the array of each field | a NumPy array of records |
| `record` | an array of records without dimensions | a NumPy record |
| `masked` | data, mask, fill value | a NumPy masked array |
| `dtype` | its string | a NumPy dtype |
| `object` | the class's name, a description | an object of a listed class (`library_values`, `pandas_values`) |
| `constant` | its name | `Ellipsis`, `pandas.NaT` and others |
| `member` | module, class, name or number, substitute | a member of the reader's own enumeration |
| `exception` | the name of a builtin class, arguments | an exception that is a value |
| `class` | module, name, proxy | the reader's own class of that name, or else the proxy |
| `mine` | number, type's name, abilities, base | a proxy for an object that stays with the writer |
| `yours` | number | the reader's own object |

For an exception class, `base` is the builtin class it derives from; otherwise null. Nothing is unpickled or evaluated.
The reader is strict, as the writer may be a learner's code.
"""

from __future__ import annotations

MAX_MESSAGE = 64 << 20
"""Maximum number of bytes of a message."""
MAX_VALUES = 1_000_000
"""Maximum number of values in a message."""
MAX_ENTRIES = 100_000
"""Maximum number of set and dict entries in a message."""
MAX_DEPTH = 60
MAX_REFERENCES = 100_000
"""Maximum number of objects that one side may send by reference."""
ABILITIES = {
    "call": "__call__",
    "iter": "__iter__",
    "next": "__next__",
    "len": "__len__",
    "item": "__getitem__",
    "set": "__setitem__",
    "enter": "__enter__",
}


class MessageTooBig(Exception):
    """A message exceeds a limit; the text names it."""


class ProtocolViolation(BaseException):
    """The other side sent an invalid message. Not an `Exception`, so that a check cannot catch it by accident."""


class CannotCross(Exception):
    """A value cannot be sent; the text says why."""


class ReferenceTable:
    """Objects sent by reference: this side's own by number, and proxies for the other side's."""

    def __init__(self) -> None:
        self._local: list[object] = []
        self._numbers: dict[int, int] = {}
        self._remote: dict[int, tuple[int, object]] = {}

    def add_local(self, value: object) -> int:
        """Return the number of `value`, which stays on this side. It is kept alive, so that its `id` stays unique."""
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._local) >= MAX_REFERENCES:
                raise MessageTooBig(f"more than {MAX_REFERENCES} objects")
            number = self._numbers[id(value)] = len(self._local)
            self._local.append(value)
        return number

    def local(self, number: object) -> object:
        """Return this side's object with that number. Raises ProtocolViolation."""
        if type(number) is not int or not 0 <= number < len(self._local):
            raise ProtocolViolation(f"there is no object with the number {number!r}"[:200])
        return self._local[number]

    def add_remote(self, number: int, proxy: object) -> None:
        """Register `proxy` as standing for the other side's object `number`."""
        self._remote[id(proxy)] = (number, proxy)

    def remote_number(self, proxy: object) -> int | None:
        """Return the number of the other side's object that `proxy` stands for, or None if it is no proxy."""
        entry = self._remote.get(id(proxy))
        return None if entry is None else entry[0]
