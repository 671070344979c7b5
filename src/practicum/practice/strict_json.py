"""Reads stored JSON strictly: a record that differs from what practicum writes is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class RecordError(ValueError):
    """A stored record is not what practicum writes: it is damaged, tampered with, or from another version."""


def read_natural(value: Any) -> int:
    """Read an integer of 0 or more; booleans are refused."""
    if type(value) is not int or value < 0:
        raise RecordError(f"expected an integer of 0 or more, not {value!r}")
    return value


def read_string(value: Any) -> str:
    """Read a non-empty string."""
    if not isinstance(value, str) or not value:
        raise RecordError(f"expected text, not {value!r}")
    return value


def read_boolean(value: Any) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise RecordError(f"expected true or false, not {value!r}")
    return value


def read_strings(value: Any) -> tuple[str, ...]:
    """Read a list of strings, which may be empty."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise RecordError(f"expected a list of text, not {value!r}")
    return tuple(value)


def read_naturals(value: Any) -> tuple[int, ...]:
    """Read a list of integers of 0 or more."""
    if not isinstance(value, list):
        raise RecordError(f"expected a list of integers, not {value!r}")
    return tuple(read_natural(part) for part in value)


def read_fields(data: Any, readers: Mapping[str, Callable[[Any], Any]], what: str) -> dict[str, Any]:
    """Read the fields of a JSON object, each with its reader.

    Args:
        what: The name of the record in error messages.

    Raises:
        RecordError: `data` is no object, or its fields are not exactly those of `readers`.
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
