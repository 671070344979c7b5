"""A learner's rules, pure: no input or output, no clock of their own, no chance but what is handed in.

A *sitting* of a challenge is a fixed :class:`Paper` and a growing list of events; its state is a fold of them. A
caller loads both, asks a command what comes of something, and appends the events of its :class:`Decision`::

    decision = answer(sitting, item, ("2",), right=True, nonce=nonce, now=now)
    # append decision.events; if another writer was first, load the sitting again and ask again
    sitting = sitting.after(decision.events)
"""

from practicum.practice.events import (
    Answered,
    Event,
    Expired,
    Hinted,
    Moved,
    Shown,
    Skipped,
    from_json,
    kind,
    to_json,
)
from practicum.practice.exam_draw import Item, Paper, draw
from practicum.practice.sitting import GRACE, ItemState, Sitting, Status
from practicum.practice.sitting_rules import Decision, Refusal, answer, as_of, hint, move_on, show, skip
from practicum.practice.strict_json import RecordError
from practicum.practice.time_limit import CLOCKS, Clock

__all__ = [
    "CLOCKS",
    "GRACE",
    "Answered",
    "Clock",
    "Decision",
    "Event",
    "Expired",
    "Hinted",
    "Item",
    "ItemState",
    "Moved",
    "Paper",
    "RecordError",
    "Refusal",
    "Shown",
    "Sitting",
    "Skipped",
    "Status",
    "answer",
    "as_of",
    "draw",
    "from_json",
    "hint",
    "kind",
    "move_on",
    "show",
    "skip",
    "to_json",
]
