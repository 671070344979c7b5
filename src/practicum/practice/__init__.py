"""The rules of practising, as pure functions: no input or output; time and random generators are arguments.

A *sitting* of a challenge is a fixed :class:`Exam` and a growing list of events, and its state is a fold of them. A
caller loads both, calls a command, and appends the events of its :class:`Decision`::

    decision = answer(sitting, item, ("2",), right=True, nonce=nonce, now=now)
    # append decision.events; if another writer was first, load the sitting and call the command again
    sitting = sitting.after(decision.events)
"""

from practicum.practice.events import (
    Answered,
    Expired,
    Hinted,
    Moved,
    Shown,
    SittingEvent,
    Skipped,
    event_from_json,
    event_kind,
    event_to_json,
)
from practicum.practice.exam_draw import Exam, ExamItem, draw_exam
from practicum.practice.sitting import GRACE, ItemState, ItemStatus, Sitting
from practicum.practice.sitting_rules import REFUSALS, Decision, Refusal, answer, as_of, hint, move_on, show, skip
from practicum.practice.strict_json import RecordError
from practicum.practice.time_limit import TIME_LIMITS, TimeLimit

__all__ = [
    "GRACE",
    "REFUSALS",
    "TIME_LIMITS",
    "Answered",
    "Decision",
    "Exam",
    "ExamItem",
    "Expired",
    "Hinted",
    "ItemState",
    "ItemStatus",
    "Moved",
    "RecordError",
    "Refusal",
    "Shown",
    "Sitting",
    "SittingEvent",
    "Skipped",
    "TimeLimit",
    "answer",
    "as_of",
    "draw_exam",
    "event_from_json",
    "event_kind",
    "event_to_json",
    "hint",
    "move_on",
    "show",
    "skip",
]
