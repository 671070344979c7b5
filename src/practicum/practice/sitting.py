"""A sitting: a fixed paper and the events so far. Everything else about it follows from these two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field, replace
from enum import StrEnum

from practicum.practice.events import Answered, Expired, Hinted, Moved, Shown, SittingEvent, Skipped, event_kind
from practicum.practice.exam_draw import Exam
from practicum.practice.strict_json import RecordError

GRACE = 2_000
"""Milliseconds past its deadline for which an item still takes an answer: the way over the network is not the
learner's time. Nobody is told of it, and no key is shown before it has passed."""


class ItemStatus(StrEnum):
    """How it stands with one problem of a sitting."""

    UNSEEN = "unseen"
    OPEN = "open"
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    SKIPPED = "skipped"

    @property
    def closed(self) -> bool:
        """Whether it takes no more answers. Only then may its key be shown."""
        return self not in (ItemStatus.UNSEEN, ItemStatus.OPEN)


@dataclass(frozen=True)
class ItemState:
    """How it stands with one item. Times are the server's milliseconds since 1970."""

    attempts: int
    """How many answers count in all."""
    status: ItemStatus = ItemStatus.UNSEEN
    shown_at: int | None = None
    deadline_ms: int | None = None
    """When its time is up, as the learner is told; None before it was shown, and if the clock is off."""
    closed_at: int | None = None
    hint_used: bool = False
    answers: tuple[Answered, ...] = ()
    """The answers that counted, in their order."""

    @property
    def attempts_used(self) -> int:
        return len(self.answers)

    @property
    def attempts_left(self) -> int:
        """How many more answers count; none once it is closed."""
        return 0 if self.status.closed else self.attempts - self.attempts_used

    @property
    def closes_ms(self) -> int | None:
        """From when on it takes no answer and may show its key: its deadline and the grace."""
        return None if self.deadline_ms is None else self.deadline_ms + GRACE

    def left_ms(self, now: int) -> int | None:
        """The milliseconds left until its deadline, never less than 0; None if no clock runs."""
        return None if self.deadline_ms is None else max(0, self.deadline_ms - now)


@dataclass(frozen=True)
class Sitting:
    """A paper and what has happened to it so far.

    Raises RecordError if the events cannot have happened in this order: a record that is damaged is not guessed at.
    Deadlines are not judged again here, so that a later change of the grace leaves old sittings as they were.
    """

    exam: Exam
    events: tuple[SittingEvent, ...] = ()
    items: tuple[ItemState, ...] = field(init=False, compare=False, repr=False)
    """How it stands with each item of the paper."""
    current: int | None = field(init=False, compare=False, repr=False)
    """The index of the one item that the learner is at, its verdict included; None when the sitting is finished."""
    before: InitVar[Sitting | None] = None
    """A sitting of the same paper whose events these begin with, so that only the new ones are folded."""

    def __post_init__(self, before: Sitting | None) -> None:
        items, current = _fold(self.exam, self.events, before)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "current", current)

    @property
    def finished(self) -> bool:
        """Whether the learner has gone on from the last item. Nothing can happen any more."""
        return self.current is None

    @property
    def settled(self) -> bool:
        """Whether every item is closed: score and badge are final, though the last verdict may still be on view."""
        return all(item.status.closed for item in self.items)

    @property
    def score(self) -> int:
        """How many items were answered right."""
        return sum(item.status is ItemStatus.RIGHT for item in self.items)

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def badge(self) -> bool:
        """Whether the badge is earned: all right within their attempts. Clock, hints and tries used do not matter."""
        return self.score == self.total

    @property
    def last_at(self) -> int:
        """When something last happened; 0 if nothing has."""
        return self.events[-1].at if self.events else 0

    def after(self, events: Iterable[SittingEvent]) -> Sitting:
        """The sitting once these have happened too. Raises RecordError if they cannot."""
        return Sitting(self.exam, (*self.events, *events), before=self)

    def answered(self, nonce: str) -> Answered | None:
        """The answer that came with this nonce, if it has been counted."""
        given = (answer for item in self.items for answer in item.answers)
        return next((answer for answer in given if answer.nonce == nonce), None)


def _fold(
    exam: Exam, events: tuple[SittingEvent, ...], before: Sitting | None
) -> tuple[tuple[ItemState, ...], int | None]:
    """The states that the events lead to, and the index of the current item (None past the last)."""
    states = list(before.items) if before else [ItemState(item.attempts) for item in exam.items]
    known = len(before.events) if before else 0
    current = sum(type(event) is Moved for event in events[:known])
    nonces = {event.nonce for event in events[:known] if type(event) is Answered}
    at = events[known - 1].at if known else 0
    for number, event in enumerate(events[known:], known + 1):
        wrong = _impossible(states, current, at, nonces, event)
        if wrong:
            raise RecordError(f"event {number} ({event_kind(event)}) cannot have happened: {wrong}")
        states[current] = _next(states[current], event, exam.allowed_ms(current))
        at = event.at
        if isinstance(event, Answered):
            nonces.add(event.nonce)
        current += isinstance(event, Moved)
    return tuple(states), current if current < len(states) else None


def _impossible(states: list[ItemState], current: int, at: int, nonces: set[str], event: SittingEvent) -> str:
    """Why the event cannot follow, or nothing."""
    if event.at < at:
        return "it is older than the one before"
    if current == len(states):
        return "the sitting is finished"
    if event.item != current:
        return f"it is about item {event.item}, but the sitting is at item {current}"
    state = states[current]
    match event:
        case Shown():
            possible = state.status is ItemStatus.UNSEEN
        case Hinted():
            possible = state.status is ItemStatus.OPEN and not state.hint_used
        case Answered():
            possible = state.status is ItemStatus.OPEN and event.nonce not in nonces
        case Skipped():
            possible = state.status is ItemStatus.OPEN
        case Expired():
            possible = state.status is ItemStatus.OPEN and state.deadline_ms is not None
        case Moved():
            possible = state.status.closed
    return "" if possible else f"the item is {state.status}, or it has happened before"


def _next(state: ItemState, event: SittingEvent, allows: int | None) -> ItemState:
    """The item's state after an event that is possible."""
    match event:
        case Shown(at=at):
            deadline = None if allows is None else at + allows
            return replace(state, status=ItemStatus.OPEN, shown_at=at, deadline_ms=deadline)
        case Hinted():
            return replace(state, hint_used=True)
        case Answered(at=at, right=right):
            answers = (*state.answers, event)
            if not right and len(answers) < state.attempts:
                return replace(state, answers=answers)
            status = ItemStatus.RIGHT if right else ItemStatus.WRONG
            return replace(state, status=status, answers=answers, closed_at=at)
        case Skipped(at=at):
            return replace(state, status=ItemStatus.SKIPPED, closed_at=at)
        case Expired(at=at):
            return replace(state, status=ItemStatus.EXPIRED, closed_at=at)
        case Moved():
            return state
