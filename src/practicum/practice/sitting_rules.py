"""Commands of a learner in a sitting, and the rules that decide on them.

Each command is a pure function of the sitting and the server's time `now` (milliseconds since 1970). It returns a
:class:`Decision`, whose events the caller appends. Every command first closes an item that is past its deadline. A time
before the last event counts as that event's time, so that setting the server's clock back reopens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from practicum.practice.events import Answered, Expired, Hinted, Moved, Shown, SittingEvent, Skipped
from practicum.practice.sitting import ItemStatus, Sitting

RefusalCode = Literal["late", "repeated", "out_of_order", "open", "closed", "finished", "empty"]


@dataclass(frozen=True)
class Refusal:
    """Why a command did not count, with a message for the learner that says what to do. It costs nothing."""

    code: RefusalCode
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Decision:
    """The result of a command. Its events must be appended even if it is refused, as time may have run out.

    Without events and refusal, the command has been carried out before.
    """

    events: tuple[SittingEvent, ...] = ()
    refusal: Refusal | None = None
    answered: Answered | None = None
    """The answer that was counted; for a form that is sent again, the one from the first time."""


REFUSALS: Mapping[str, Refusal] = {
    refusal.code: refusal
    for refusal in (
        Refusal("late", "The time for this problem ran out, so this did not count. Read the explanation, then go on."),
        Refusal("repeated", "You tried this answer already, so it did not use up an attempt. Try a different one."),
        Refusal("empty", "Nothing was answered, so no attempt was used. Choose or write an answer first."),
        Refusal(
            "out_of_order", "You sent this for another problem, so it did not count. This is your current problem."
        ),
        Refusal("closed", "This problem is closed, so this did not count. Go on to the next one."),
        Refusal("open", "This problem is still open. Answer it, or skip it, before you go on."),
        Refusal("finished", "This challenge is finished, so this did not count. You can take it again."),
    )
}
"""Every refusal by its code."""
LATE, REPEATED, EMPTY, OUT_OF_ORDER, CLOSED, OPEN, FINISHED = REFUSALS.values()


def show(sitting: Sitting, now: int) -> Decision:
    """Show the current item. Its time starts when it is shown first."""
    sitting, now, due = _on_time(sitting, now)
    if sitting.current is None:
        return Decision(due, FINISHED)
    if sitting.items[sitting.current].status is ItemStatus.UNSEEN:
        return Decision((*due, Shown(sitting.current, now)))
    return Decision(due)


def hint(sitting: Sitting, item: int, now: int) -> Decision:
    """Open the item's hint. This is recorded once, and only while the item is open."""
    sitting, now, due = _on_time(sitting, now)
    refusal = _not_open(sitting, item)
    if refusal or sitting.items[item].hint_used:
        return Decision(due, refusal)
    return Decision((*due, Hinted(item, now)))


def answer(sitting: Sitting, item: int, answer: tuple[str, ...], right: bool, nonce: str, now: int) -> Decision:
    """Answer the item.

    Args:
        answer: Compared with earlier answers by equality, so a kind for which order does not matter must sort it.
        right: Whether the answer is right, decided by the caller.
        nonce: The form's number. A form sent again gets the result of the first time and is not counted.

    Raises:
        ValueError: The nonce is empty.
    """
    if not nonce:
        raise ValueError("an answer needs a nonce")
    counted = sitting.answered(nonce)
    if counted is not None:
        return Decision(answered=counted)
    sitting, now, due = _on_time(sitting, now)
    refusal = _not_open(sitting, item)
    if refusal is None and not any(part.strip() for part in answer):
        refusal = EMPTY
    if refusal is None and any(given.answer == answer for given in sitting.items[item].answers):
        refusal = REPEATED
    if refusal:
        return Decision(due, refusal)
    event = Answered(item, now, nonce, answer, right)
    return Decision((*due, event), answered=event)


def skip(sitting: Sitting, item: int, now: int) -> Decision:
    """Give the item up. It is closed as not right. Doing so twice has the effect of once."""
    sitting, now, due = _on_time(sitting, now)
    if item == sitting.current and sitting.items[item].status is ItemStatus.SKIPPED:
        return Decision(due)
    refusal = _not_open(sitting, item)
    return Decision(due, refusal) if refusal else Decision((*due, Skipped(item, now)))


def move_on(sitting: Sitting, item: int, now: int) -> Decision:
    """Go on from a closed item to the next. Doing so twice has the effect of once.

    The next item's time does not start here but in :func:`show`.
    """
    sitting, now, due = _on_time(sitting, now)
    passed = len(sitting.items) if sitting.current is None else sitting.current
    if 0 <= item < passed:
        return Decision(due)
    if sitting.finished:
        return Decision(due, FINISHED)
    if item != sitting.current:
        return Decision(due, OUT_OF_ORDER)
    if due:  # The learner has not seen the verdict yet.
        return Decision(due, LATE)
    if not sitting.items[item].status.closed:
        return Decision(due, OPEN)
    return Decision((*due, Moved(item, now)))


def as_of(sitting: Sitting, now: int) -> Sitting:
    """Return the sitting at the time `now`, with an overdue item closed: for pages, which write nothing."""
    return _on_time(sitting, now)[0]


def _on_time(sitting: Sitting, now: int) -> tuple[Sitting, int, tuple[SittingEvent, ...]]:
    """Return the sitting with an overdue item closed, the time that counts, and the event that closed it, if any."""
    now = max(now, sitting.last_at)
    if sitting.current is None:
        return sitting, now, ()
    state = sitting.items[sitting.current]
    if state.status is not ItemStatus.OPEN or state.closes_ms is None or now <= state.closes_ms:
        return sitting, now, ()
    due = (Expired(sitting.current, now),)
    return sitting.after(due), now, due


def _not_open(sitting: Sitting, item: int) -> Refusal | None:
    """Return why the item does not accept a command now, or None if it is open."""
    if sitting.current is None:
        return FINISHED
    if item != sitting.current:
        return OUT_OF_ORDER
    status = sitting.items[item].status
    if status is ItemStatus.UNSEEN:
        return OUT_OF_ORDER
    if status is ItemStatus.EXPIRED:
        return LATE
    return CLOSED if status.closed else None
