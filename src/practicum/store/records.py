"""Records that the store reads and writes: plain data, whose JSON fields it does not interpret.

All times are integer milliseconds since 1970, by the server's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from practicum.errors import CodedError


class StoreError(CodedError):
    """The store cannot be opened, read or written.

    Codes: `not-writable`, `url-invalid`, `url-not-supported`, `driver-missing`, `not-a-database`, `damaged`,
    `disk-full`, `cannot-open`, `file-replaced`, `locked`, `unreachable`, `busy`, `timeout`, `too-many-connections`,
    `database-error`, `foreign-tables`, `newer-schema`, `no-such-learner`, `no-such-sitting`, `closing`; of backups also
    `no-database`, `other-schema`, `file-exists`, `not-a-backup`, `not-empty`, `copy-differs`.

    The message is for the operator: it may name the database. Pages show a text of their own for each code.
    """


@dataclass(frozen=True)
class EventRecord:
    """One event of a sitting."""

    kind: str
    at: int
    data: Mapping[str, Any]
    """The event itself, as a JSON object."""
    nonce: str | None = None
    """If set, unique in its sitting, so that an event with it is stored at most once."""


@dataclass(frozen=True)
class SittingRecord:
    """One learner's attempt at one mode of one topic, with all its events."""

    id: str
    """Random and unguessable. Access still requires that the sitting belongs to the learner."""
    learner: str
    course: str
    topic: str
    mode: str
    exam: Mapping[str, Any]
    """The exam drawn at the start, as a JSON object."""
    started: int
    finished: int | None
    events: tuple[EventRecord, ...]
    """In order and without gaps; their number is the `expected_seq` of `append`."""


@dataclass(frozen=True)
class BadgeRecord:
    """A badge that a learner has earned: one per topic, kept from the first time."""

    learner: str
    course: str
    topic: str
    name: str
    sitting: str
    """The sitting that earned it."""
    earned: int


@dataclass(frozen=True)
class StepRecord:
    """One action of a learner in a topic, outside of sittings."""

    course: str
    topic: str
    mode: str
    item: str
    """The problem or card it is about; empty if the mode has only one item."""
    kind: str
    at: int
    data: Mapping[str, Any]
    """Details of the step, as a JSON object."""
    nonce: str | None = None
    """If set, unique for the learner, so that a step with it is stored at most once."""


@dataclass(frozen=True)
class ActivityCount:
    """How many steps and events of one kind a learner made on one day."""

    day: int
    """Days since 1970, by UTC."""
    kind: str
    count: int


@dataclass(frozen=True)
class RunRecord:
    """A stored run of a learner's code."""

    id: str
    learner: str
    course: str
    topic: str
    mode: str
    item: str
    code: str
    started: int
    ended: int | None = None
    result: Mapping[str, Any] | None = None
    """Its result as a JSON object; None while it runs, or if the service stopped first."""
    figures: tuple[str, ...] = ()
    """Its figures, as text. Only :meth:`Store.run` loads them, as they are large."""


def fields_of(record: object, *without: str) -> dict[str, Any]:
    """Return a record's fields by name, but for those named."""
    return {name: value for name, value in vars(record).items() if name not in without}
