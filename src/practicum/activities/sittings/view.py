"""Where a problem stands in its sitting, for the pages of both."""

from __future__ import annotations

from typing import Any

from practicum.application.learner_sitting import LearnerSitting
from practicum.practice import ItemState, ItemStatus, Sitting


def problem_place(at: LearnerSitting, sitting: Sitting, index: int) -> dict[str, Any]:
    """Return the address and number of a problem, and the state of every problem of its sitting."""
    return {
        "url": at.problem_path(index),
        "number": index + 1,
        "total": sitting.total,
        "form_kinds": _kind_names(at),
        "steps": [_step(state, number == index) for number, state in enumerate(sitting.items)],
    }


def _kind_names(at: LearnerSitting) -> list[str]:
    """The kinds of all problems of a sitting: from one page, boosted links lead to the forms of the others."""
    entries = (at.context.catalogue.entries.get(item.problem) for item in at.sitting.exam.items)
    return [entry.problem.kind for entry in entries if entry is not None]


def _step(state: ItemState, current: bool) -> dict[str, Any]:
    css = {ItemStatus.UNSEEN: "", ItemStatus.OPEN: "now", ItemStatus.RIGHT: "right"}.get(state.status, "wrong")
    words = {ItemStatus.UNSEEN: "to come", ItemStatus.OPEN: "open", ItemStatus.RIGHT: "right"}
    return {"css": css, "words": words.get(state.status, "not right"), "now": current}
