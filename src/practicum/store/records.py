"""What goes into the store and comes out of it: plain data. What the JSON in it means is for others to know.

All times are whole milliseconds since 1970, by the server's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class StoreError(Exception):
    """The store cannot be opened, read or written. The message says what happened, where, and what to do."""


@dataclass(frozen=True)
class EventRecord:
    """One thing that happened in a sitting."""

    kind: str
    at: int
    data: Mapping[str, Any]
    """The event itself, as a JSON object."""
    nonce: str | None = None
    """Unique in its sitting where there is one: what carries it can be recorded once only."""


@dataclass(frozen=True)
class SittingRecord:
    """One learner's go at one mode of one topic, and all that happened in it."""

    id: str
    """Random, and not to be guessed: whoever has it is still asked whose it is."""
    learner: str
    course: str
    topic: str
    mode: str
    exam: Mapping[str, Any]
    """What was drawn at the start, as a JSON object."""
    started: int
    finished: int | None
    events: tuple[EventRecord, ...]
    """In the order in which they happened, without a gap: the number of them is what `append` expects."""


@dataclass(frozen=True)
class BadgeRecord:
    """A badge that a learner has earned: one a topic, kept from the first time."""

    learner: str
    course: str
    topic: str
    name: str
    sitting: str
    """The sitting that earned it."""
    earned: int


@dataclass(frozen=True)
class StepRecord:
    """One thing that a learner did in a topic outside of a sitting."""

    course: str
    topic: str
    mode: str
    item: str
    """What of the mode it is about: a problem, a card; empty where there is but one thing."""
    kind: str
    at: int
    data: Mapping[str, Any]
    """The step itself, as a JSON object."""
    nonce: str | None = None
    """Unique for its learner where there is one: what carries it can be recorded once only."""


@dataclass(frozen=True)
class RunRecord:
    """One run of a learner's code that is kept for them."""

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
    """What came of it, as a JSON object; None while it runs, and if the service ended first."""
    figures: tuple[str, ...] = ()
    """What it drew, as text. Large, so only :meth:`Store.run` brings them, and no list of runs."""
