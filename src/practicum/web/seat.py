"""One learner's sitting as it stands, and its place among the pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from practicum import modes, practice
from practicum.model import Topic
from practicum.practice import ItemState, ItemStatus, Sitting, SittingEvent
from practicum.prove.catalogue import Catalogue, Entry
from practicum.store import EventRecord, SittingRecord
from practicum.web.view import Halt, counted

MODE = modes.CHALLENGE.name


def _uptime() -> int:
    """Nanoseconds that no change of the system's time moves; with those in which the machine slept, where it can."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic_ns()


_STARTED = time.time_ns() - _uptime()


def now() -> int:
    """The server's time in milliseconds since 1970: the only one that counts. It never goes back while we run."""
    return (_STARTED + _uptime()) // 1_000_000


@dataclass(frozen=True)
class Seat:
    """One learner's sitting as it stands: its record, its rules, its topic, and the entries of its problems."""

    id: str
    record: SittingRecord
    sitting: Sitting
    catalogue: Catalogue
    topic: Topic

    @property
    def url(self) -> str:
        return f"/s/{self.id}"

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def start_url(self) -> str:
        return f"{self.topic_url}/{MODE}"

    def here(self) -> str:
        """Where the learner is: at a problem, or at the result."""
        current = self.sitting.current
        return f"{self.url}/result" if current is None else f"{self.url}/{current + 1}"

    def entry(self, index: int, draft: bool) -> Entry:
        """The problem at that place. Raises Halt (410) if the course has changed under the sitting."""
        item = self.sitting.exam.items[index]
        entry = self.catalogue.entries.get(item.problem)
        if entry is None or not item.fits(entry.problem) or not (draft or entry.verdict.served):
            raise Halt(
                410,
                "This problem has changed",
                "Its author changed it after you began, so this challenge cannot go on. What you answered is kept; "
                "take the challenge again to see the new version.",
                (self.start_url, "Take it again"),
            )
        return entry


def records(events: tuple[SittingEvent, ...]) -> list[EventRecord]:
    return [
        EventRecord(practice.event_kind(event), event.at, practice.event_to_json(event), getattr(event, "nonce", None))
        for event in events
    ]


def index_of(request: Request, at: Seat) -> int:
    """The place of the problem that this address names, from 0. Raises Halt (404)."""
    number: int = request.path_params["number"]
    if not 1 <= number <= at.sitting.total:
        message = f"This challenge has {counted(at.sitting.total, 'problem')}."
        raise Halt(404, "There is no such problem", message, (at.here(), "Go to where you are"))
    return number - 1


def place(at: Seat, sitting: Sitting, index: int) -> dict[str, Any]:
    """Where a problem stands in its challenge."""
    return {
        "url": f"{at.url}/{index + 1}",
        "number": index + 1,
        "total": sitting.total,
        "steps": [_step(state, number == index) for number, state in enumerate(sitting.items)],
    }


def _step(state: ItemState, here: bool) -> dict[str, Any]:
    css = {ItemStatus.UNSEEN: "", ItemStatus.OPEN: "now", ItemStatus.RIGHT: "right"}.get(state.status, "wrong")
    words = {ItemStatus.UNSEEN: "to come", ItemStatus.OPEN: "open", ItemStatus.RIGHT: "right"}.get(
        state.status, "not right"
    )
    return {"css": css, "words": words, "now": here}
