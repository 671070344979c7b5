"""Events of a sitting. They are never changed, and the state of a sitting follows from them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from practicum.practice import strict_json
from practicum.practice.strict_json import RecordError


@dataclass(frozen=True)
class Shown:
    """The item was shown for the first time; its time runs from `at`."""

    item: int
    at: int
    """The server's time in milliseconds since 1970, as in every event."""


@dataclass(frozen=True)
class Hinted:
    """The learner opened the item's hint."""

    item: int
    at: int


@dataclass(frozen=True)
class Answered:
    """An answer that counts as an attempt."""

    item: int
    at: int
    nonce: str
    """The form's number, by which a form that is sent twice is recognized."""
    answer: tuple[str, ...]
    """The answer as the problem's kind reads it; for a choice, the indices of the selected options."""
    right: bool


@dataclass(frozen=True)
class Skipped:
    """The learner gave the item up."""

    item: int
    at: int


@dataclass(frozen=True)
class Expired:
    """The item was past its deadline."""

    item: int
    at: int


@dataclass(frozen=True)
class Moved:
    """The learner has seen the item's verdict and goes on to the next item, or after the last to the result."""

    item: int
    at: int


SittingEvent = Shown | Hinted | Answered | Skipped | Expired | Moved

_KINDS: dict[str, type[SittingEvent]] = {
    "shown": Shown,
    "hinted": Hinted,
    "answered": Answered,
    "skipped": Skipped,
    "expired": Expired,
    "moved": Moved,
}
_NAMES = {event: name for name, event in _KINDS.items()}
_FIELDS = {
    "item": strict_json.read_natural,
    "at": strict_json.read_natural,
    "nonce": strict_json.read_string,
    "answer": strict_json.read_strings,
    "right": strict_json.read_boolean,
}
_READERS = {name: {field.name: _FIELDS[field.name] for field in fields(event)} for name, event in _KINDS.items()}


def event_kind(event: SittingEvent) -> str:
    """Return the event's name in a record, such as `answered`."""
    return _NAMES[type(event)]


def event_to_json(event: SittingEvent) -> dict[str, Any]:
    """Return the event as a JSON object: its fields and its `kind`."""
    data: dict[str, Any] = {"kind": event_kind(event), **vars(event)}
    if isinstance(event, Answered):
        data["answer"] = list(event.answer)
    return data


def event_from_json(data: Any) -> SittingEvent:
    """Read an event that :func:`event_to_json` wrote. Raises RecordError."""
    name = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(name, str) or name not in _KINDS:
        raise RecordError(f"expected an event, not {data!r}")
    rest = {key: value for key, value in data.items() if key != "kind"}
    return _KINDS[name](**strict_json.read_fields(rest, _READERS[name], f"event {name}"))
