"""Reading back what was stored, strictly: a record that is not exactly what was written is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class RecordError(ValueError):
    """A stored record cannot be what practicum wrote: damaged, tampered with, or from another version."""


def whole(value: Any) -> int:
    """A whole number, 0 or more. `True` is none."""
    if type(value) is not int or value < 0:
        raise RecordError(f"expected a whole number, 0 or more, not {value!r}")
    return value


def text(value: Any) -> str:
    """A string that is not empty."""
    if not isinstance(value, str) or not value:
        raise RecordError(f"expected text, not {value!r}")
    return value


def truth(value: Any) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise RecordError(f"expected true or false, not {value!r}")
    return value


def texts(value: Any) -> tuple[str, ...]:
    """A list of strings, each of which may be empty."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise RecordError(f"expected a list of text, not {value!r}")
    return tuple(value)


def wholes(value: Any) -> tuple[int, ...]:
    """A list of whole numbers, 0 or more."""
    if not isinstance(value, list):
        raise RecordError(f"expected a list of whole numbers, not {value!r}")
    return tuple(whole(part) for part in value)


def fields(data: Any, readers: Mapping[str, Callable[[Any], Any]], what: str) -> dict[str, Any]:
    """The fields of the JSON object `data`, each read by its reader.

    Raises :class:`RecordError` if `data` is no object, or has a field too many, too few, or of the wrong type.
    """
    if not isinstance(data, Mapping):
        raise RecordError(f"{what}: expected an object, not {data!r}")
    if data.keys() != readers.keys():
        raise RecordError(f"{what}: expected the fields {sorted(readers)}, not {sorted(map(str, data))}")
    values = {}
    for name, read in readers.items():
        try:
            values[name] = read(data[name])
        except RecordError as error:
            raise RecordError(f"{what}, {name}: {error}") from None
    return values
