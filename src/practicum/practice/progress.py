"""A learner's progress in a topic, and a suggestion what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ModeProgress:
    """A learner's progress in one mode. What is counted depends on the mode: parts, exercises, cards."""

    mode: str
    done: int
    total: int
    last_at: int | None = None
    """When the learner last did something in it, in milliseconds since 1970; None if never."""
    due: int = 0
    """Number of items that are due for review now."""
    resting: bool = False
    """Whether nothing can be done in it today, although it is not finished."""

    def __post_init__(self) -> None:
        if not 0 <= self.done <= self.total or self.due < 0:
            raise ValueError(f"{self.mode}: {self.done} of {self.total} cannot be done, {self.due} due")

    @property
    def begun(self) -> bool:
        """Whether the learner has ever done something in it."""
        return self.last_at is not None

    @property
    def finished(self) -> bool:
        """Whether everything in it is done. A mode without content is never begun and so never finished."""
        return self.begun and self.done == self.total

    @property
    def share(self) -> float:
        """The fraction that is done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True)
class Suggestion:
    """A mode to continue with, and the reason: `due`, `begun`, `first` or `next`."""

    mode: str
    reason: str


def suggest(modes: Sequence[ModeProgress]) -> Suggestion | None:
    """Return what to do next. None if everything is done or rests until another day.

    Due reviews come first; then the mode used most recently; then the next mode in the topic's order.

    Args:
        modes: The progress in each mode, in the topic's order.
    """
    due = next((mode for mode in modes if mode.due and mode.begun), None)
    if due:
        return Suggestion(due.mode, "due")
    unfinished = [mode for mode in modes if not mode.finished and not mode.resting and mode.total]
    begun = [mode for mode in unfinished if mode.last_at is not None]
    if begun:
        return Suggestion(max(begun, key=lambda mode: mode.last_at or 0).mode, "begun")
    if unfinished:
        return Suggestion(unfinished[0].mode, "next" if any(mode.begun for mode in modes) else "first")
    return None
