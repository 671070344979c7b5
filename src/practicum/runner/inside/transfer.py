"""Values on their way between a job and its check: plain data, arrays and models cross; all else stays and is named.

A message is four bytes of length, that much JSON, then blobs (the bytes of arrays and models) one after the other. The
JSON is `{"blobs": [sizes], "told": …}`; in it values stand as in `encode`, with these tags besides:

| tag | content | becomes |
| --- | --- | --- |
| `array`, `tensor` | dtype, shape, blob | a NumPy array; a tensor's has `.numpy()` too |
| `scalar` | dtype, blob | a NumPy scalar |
| `range`, `slice` | start, stop, step | the same |
| `named` | the type's name, its fields, its items | a `namedtuple` |
| `type` | the name of a builtin class | that class |
| `module` | its name | the reader's own import of it |
| `model` | number, blob | the reader's own load of a saved Keras model |
| `part` | number, config, build config, weights | the reader's own Keras layer, optimizer, loss or metric |
| `objects` | shape, items | a NumPy array of objects |
| `mine` | number, type's name, abilities, base | a stand-in for what stays with the writer |
| `yours` | number | what stays with the reader |

The `base` of a class of exceptions is the builtin class that it derives from, else none. Nothing is unpickled or
evaluated. The reader is strict, for the writer may be a learner's code.
"""

from __future__ import annotations

MESSAGE = 64 << 20
"""Bytes of one message."""
ITEMS = 1_000_000
"""Values in one message."""
KEYS = 100_000
"""Entries of its sets and dicts."""
DEPTH = 60
LENT = 100_000
"""Things that one end may name without handing them over."""
ABILITIES = {
    "call": "__call__",
    "iter": "__iter__",
    "next": "__next__",
    "len": "__len__",
    "item": "__getitem__",
    "set": "__setitem__",
    "enter": "__enter__",
}


class TooBig(Exception):
    """More than may cross; the text says what."""


class Unreadable(BaseException):
    """The other end sent what no honest end sends. Not an `Exception`: no check may swallow it."""


class CannotCross(Exception):
    """A value cannot be handed over; the text says why."""


class Ledger:
    """What stays here and the other end names by number, and what stays there and is stood for here."""

    def __init__(self) -> None:
        self._lent: list[object] = []
        self._numbers: dict[int, int] = {}
        self._borrowed: dict[int, tuple[int, object]] = {}

    def lend(self, value: object) -> int:
        """The number of `value`, which stays here. What has a number is kept, so that its `id` stays its own."""
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._lent) >= LENT:
                raise TooBig(f"more than {LENT} objects")
            number = self._numbers[id(value)] = len(self._lent)
            self._lent.append(value)
        return number

    def lent(self, number: object) -> object:
        """What was lent under `number`. Raises :class:`Unreadable`."""
        if type(number) is not int or not 0 <= number < len(self._lent):
            raise Unreadable(f"nothing was lent under the number {number!r}"[:200])
        return self._lent[number]

    def borrow(self, number: int, stand_in: object) -> None:
        """Remember that `stand_in` stands for what the other end keeps under `number`."""
        self._borrowed[id(stand_in)] = (number, stand_in)

    def borrowed(self, stand_in: object) -> int | None:
        found = self._borrowed.get(id(stand_in))
        return None if found is None else found[0]
