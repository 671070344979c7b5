"""Reads stored JSON strictly: a record that differs from what practicum writes is refused."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, Strict, TypeAdapter, ValidationError

RECORD = ConfigDict(extra="forbid")
"""Dataclasses of records have it as `__pydantic_config__`: unknown fields are refused."""

Natural = Annotated[int, Strict(), Field(ge=0)]
"""An integer of 0 or more; in a record no boolean, string or float."""
String = Annotated[str, Strict()]
NonEmpty = Annotated[str, Strict(), Field(min_length=1)]
Boolean = Annotated[bool, Strict()]

Record = TypeVar("Record")


class RecordError(ValueError):
    """A stored record is not what practicum writes: it is damaged, tampered with, or from another version."""


def read_record(adapter: TypeAdapter[Record], data: Any, name: str) -> Record:
    """Return the record in some JSON.

    Args:
        adapter: An adapter for the record's type.
        data: What `json.loads` returned.
        name: What the record is, for the error.

    Raises:
        RecordError: A field is missing, unknown or of the wrong type.
    """
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join([name, *map(str, first["loc"])])
        raise RecordError(f"{place}: {first['msg']}, not {first['input']!r}") from None
