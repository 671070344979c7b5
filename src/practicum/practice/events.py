"""Events of a sitting. They are never changed, and the state of a sitting follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter

from practicum.practice.strict_json import RECORD, Boolean, Natural, NonEmpty, RecordError, String, read_record


@dataclass(frozen=True)
class _StoredEvent:
    """What all events have."""

    __pydantic_config__: ClassVar[ConfigDict] = RECORD

    item: Natural
    at: Natural
    """The server's time in milliseconds since 1970."""


@dataclass(frozen=True)
class Shown(_StoredEvent):
    """The item was shown for the first time; its time runs from `at`."""


@dataclass(frozen=True)
class Hinted(_StoredEvent):
    """The learner opened the item's hint."""


@dataclass(frozen=True)
class Answered(_StoredEvent):
    """An answer that counts as an attempt."""

    nonce: NonEmpty
    """The form's number, by which a form that is sent twice is recognized."""
    answer: tuple[String, ...]
    """The answer as the problem's kind reads it; for a choice, the indices of the selected options."""
    right: Boolean


@dataclass(frozen=True)
class Skipped(_StoredEvent):
    """The learner gave the item up."""


@dataclass(frozen=True)
class Expired(_StoredEvent):
    """The item was past its deadline."""


@dataclass(frozen=True)
class Moved(_StoredEvent):
    """The learner has seen the item's verdict and goes on to the next item, or after the last to the result."""


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
_ADAPTERS: dict[str, TypeAdapter[SittingEvent]] = {name: TypeAdapter(event) for name, event in _KINDS.items()}


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
    fields = {key: value for key, value in data.items() if key != "kind"}
    return read_record(_ADAPTERS[name], fields, f"event {name}")
