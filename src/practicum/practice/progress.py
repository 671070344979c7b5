"""How far a learner has come in a topic, and one thing to do next, with its reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ModeProgress:
    """Where a learner stands in one mode. What is counted (parts, exercises, cards) differs from mode to mode."""

    mode: str
    done: int
    total: int
    last_at: int | None = None
    """When something was last done in it, in milliseconds since 1970; None if nothing ever was."""
    due: int = 0
    """How many things met before ask to be met again now."""
    resting: bool = False
    """Whether there is nothing to be done in it today, though it is not at its end."""

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.total or self.due < 0:
            raise ValueError(f"{self.mode}: {self.done} of {self.total} cannot be done, {self.due} due")

    @property
    def begun(self) -> bool:
        return self.last_at is not None

    @property
    def finished(self) -> bool:
        """Whether all of it is done. A mode that holds nothing is never begun, so never finished."""
        return self.begun and self.done == self.total

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class Suggestion:
    """One mode to go to, and why: `due`, `begun`, `first` or `next`."""

    mode: str
    reason: str


def suggest(stands: Sequence[ModeProgress]) -> Suggestion | None:
    """What to do next, of modes in their order. None if all is done, or rests until another day.

    What is about to be forgotten goes first, as it will not wait; then what was begun last; then what comes next in
    the topic's order.
    """
    due = next((one for one in stands if one.due and one.begun), None)
    if due:
        return Suggestion(due.mode, "due")
    open_ones = [one for one in stands if not one.finished and not one.resting and one.total]
    begun = [one for one in open_ones if one.last_at is not None]
    if begun:
        return Suggestion(max(begun, key=lambda one: one.last_at or 0).mode, "begun")
    if open_ones:
        return Suggestion(open_ones[0].mode, "next" if any(one.begun for one in stands) else "first")
    return None
