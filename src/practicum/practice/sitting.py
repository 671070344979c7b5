"""A sitting: its exam and its events so far, and the state that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field, replace
from enum import StrEnum

from practicum.practice.events import Answered, Expired, Hinted, Moved, Shown, SittingEvent, Skipped, event_kind
from practicum.practice.exam_draw import Exam
from practicum.practice.strict_json import RecordError

GRACE = 2_000
"""Milliseconds after its deadline for which an item still accepts an answer, to allow for the network. Pages do not
show it, and no key is shown before it has passed."""


class ImpossibleEvent(RecordError):
    """A stored event cannot follow the ones before it. `number` is its position, from 1."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class ItemStatus(StrEnum):
    """Status of one problem of a sitting."""

    UNSEEN = "unseen"
    OPEN = "open"
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    SKIPPED = "skipped"

    @property
    def closed(self) -> bool:
        """Whether it accepts no more answers. Only then may its key be shown."""
        return self not in (ItemStatus.UNSEEN, ItemStatus.OPEN)


@dataclass(frozen=True)
class ItemState:
    """State of one item. Times are the server's, in milliseconds since 1970."""

    attempts: int
    """Maximum number of answers that count."""
    status: ItemStatus = ItemStatus.UNSEEN
    shown_at: int | None = None
    deadline_ms: int | None = None
    """When its time is up, as shown to the learner; None before it was shown and without a time limit."""
    closed_at: int | None = None
    hint_used: bool = False
    answers: tuple[Answered, ...] = ()
    """The answers that counted, in order."""

    @property
    def attempts_used(self) -> int:
        return len(self.answers)

    @property
    def attempts_left(self) -> int:
        """Number of answers that may still count; 0 once it is closed."""
        return 0 if self.status.closed else self.attempts - self.attempts_used

    @property
    def closes_ms(self) -> int | None:
        """When it stops accepting answers and may show its key: the deadline plus GRACE."""
        return None if self.deadline_ms is None else self.deadline_ms + GRACE

    def left_ms(self, now: int) -> int | None:
        """Return the milliseconds until its deadline, at least 0; None without a deadline."""
        return None if self.deadline_ms is None else max(0, self.deadline_ms - now)


@dataclass(frozen=True)
class Sitting:
    """An exam and its events so far.

    Raises RecordError if the events are impossible in this order: a damaged record is not repaired. Deadlines are not
    checked again, so that a change of GRACE leaves old sittings unchanged.
    """

    exam: Exam
    events: tuple[SittingEvent, ...] = ()
    items: tuple[ItemState, ...] = field(init=False, compare=False, repr=False)
    """The state of each item of the exam."""
    current: int | None = field(init=False, compare=False, repr=False)
    """The index of the current item, until its verdict has been seen; None once the sitting is finished."""
    before: InitVar[Sitting | None] = None
    """A sitting of the same exam with a prefix of these events, so that only the new ones are folded."""

    def __post_init__(self, before: Sitting | None) -> None:
        items, current = _fold(self.exam, self.events, before)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "current", current)

    @property
    def finished(self) -> bool:
        """Whether the learner has gone on from the last item. No more events are possible."""
        return self.current is None

    @property
    def score(self) -> int:
        """Number of items answered correctly."""
        return sum(item.status is ItemStatus.RIGHT for item in self.items)

    @property
    def total(self) -> int:
        return len(self.items)

    @property
    def badge(self) -> bool:
        """Whether the badge is earned: every item right within its attempts, with any time limit and hints."""
        return self.score == self.total

    @property
    def last_at(self) -> int:
        """The time of the last event; 0 without events."""
        return self.events[-1].at if self.events else 0

    def after(self, events: Iterable[SittingEvent]) -> Sitting:
        """Return the sitting with these events appended. Raises RecordError if they are impossible."""
        return Sitting(self.exam, (*self.events, *events), before=self)

    def answered(self, nonce: str) -> Answered | None:
        """Return the counted answer with this nonce, or None."""
        answers = (answer for item in self.items for answer in item.answers)
        return next((answer for answer in answers if answer.nonce == nonce), None)


def _fold(
    exam: Exam, events: tuple[SittingEvent, ...], before: Sitting | None
) -> tuple[tuple[ItemState, ...], int | None]:
    """Return the items' states after the events, and the index of the current item (None after the last)."""
    states = list(before.items) if before else [ItemState(item.attempts) for item in exam.items]
    known = len(before.events) if before else 0
    current = sum(type(event) is Moved for event in events[:known])
    nonces = {event.nonce for event in events[:known] if type(event) is Answered}
    at = events[known - 1].at if known else 0
    for number, event in enumerate(events[known:], known + 1):
        wrong = _impossible(states, current, at, nonces, event)
        if wrong:
            raise ImpossibleEvent(number, f"event {number} ({event_kind(event)}) cannot have happened: {wrong}")
        states[current] = _next(states[current], event, exam.allowed_ms(current))
        at = event.at
        if isinstance(event, Answered):
            nonces.add(event.nonce)
        current += isinstance(event, Moved)
    return tuple(states), current if current < len(states) else None


def _impossible(states: list[ItemState], current: int, at: int, nonces: set[str], event: SittingEvent) -> str:
    """Return why the event cannot follow, or an empty string."""
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
    """Return the item's state after a possible event."""
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
