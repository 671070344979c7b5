"""What a learner may do in a sitting, and what comes of it.

Each command is a pure function of the sitting and the server's time `now` (milliseconds since 1970). It changes
nothing: it returns a :class:`Decision`, whose events the caller appends. Whatever arrives, an item past its deadline is
closed first. A time before the last event counts as the last event's, so that a clock set back reopens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from practicum.practice.events import Answered, Expired, Hinted, Moved, Shown, SittingEvent, Skipped
from practicum.practice.sitting import ItemStatus, Sitting

Code = Literal["late", "repeated", "out_of_order", "open", "closed", "finished", "empty"]


@dataclass(frozen=True)
class Refusal:
    """Why something did not count, in words for the learner, with what to do now. It has cost nothing."""

    code: Code
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Decision:
    """What comes of a command. Its events are to be appended even if it is refused: time may have run out.

    No events and no refusal: it had happened already, and all is as it should be.
    """

    events: tuple[SittingEvent, ...] = ()
    refusal: Refusal | None = None
    answered: Answered | None = None
    """The answer this counts as; for a form sent again, the one that counted the first time."""


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
    """Show the current item. Its clock starts the first time, and at no other."""
    sitting, now, due = _on_time(sitting, now)
    if sitting.current is None:
        return Decision(due, FINISHED)
    if sitting.items[sitting.current].status is ItemStatus.UNSEEN:
        return Decision((*due, Shown(sitting.current, now)))
    return Decision(due)


def hint(sitting: Sitting, item: int, now: int) -> Decision:
    """Open the item's hint. It is recorded once, and only while the item is open."""
    sitting, now, due = _on_time(sitting, now)
    refusal = _not_open(sitting, item)
    if refusal or sitting.items[item].hint_used:
        return Decision(due, refusal)
    return Decision((*due, Hinted(item, now)))


def answer(sitting: Sitting, item: int, answer: tuple[str, ...], right: bool, nonce: str, now: int) -> Decision:
    """Answer the item, with the caller's judgement whether the answer is right.

    Two answers are the same if they are equal, so a kind for which order says nothing sorts its own. A nonce that has
    been counted is answered with what came of it, and counts no more. Raises ValueError if the nonce is empty.
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
    """Give the item up. It is closed as not right; giving it up twice is giving it up once."""
    sitting, now, due = _on_time(sitting, now)
    if item == sitting.current and sitting.items[item].status is ItemStatus.SKIPPED:
        return Decision(due)
    refusal = _not_open(sitting, item)
    return Decision(due, refusal) if refusal else Decision((*due, Skipped(item, now)))


def move_on(sitting: Sitting, item: int, now: int) -> Decision:
    """Go on from the item, once its verdict is there. Going on twice is going on once.

    The next item's clock does not start by this, but by :func:`show`.
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
    """The sitting as it stands at `now`, an overdue item closed: for a page, which is shown and writes nothing."""
    return _on_time(sitting, now)[0]


def _on_time(sitting: Sitting, now: int) -> tuple[Sitting, int, tuple[SittingEvent, ...]]:
    """The sitting with an overdue item closed, the time that counts, and the event that closed it if one did."""
    now = max(now, sitting.last_at)
    if sitting.current is None:
        return sitting, now, ()
    state = sitting.items[sitting.current]
    if state.status is not ItemStatus.OPEN or state.closes_ms is None or now <= state.closes_ms:
        return sitting, now, ()
    due = (Expired(sitting.current, now),)
    return sitting.after(due), now, due


def _not_open(sitting: Sitting, item: int) -> Refusal | None:
    """Why the item takes nothing from the learner now, or None if it is open."""
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
