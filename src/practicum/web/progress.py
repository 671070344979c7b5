"""How far a learner has come in a topic: gathered from what is stored, and told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from practicum import modes
from practicum.model import Page, Prose, Topic
from practicum.practice import progress
from practicum.practice.progress import ModeProgress
from practicum.prove.catalogue import Catalogue
from practicum.store import SittingRecord, StepRecord
from practicum.web import reading, recall
from practicum.web.seat import MODE as CHALLENGE
from practicum.web.seat import Seat, now
from practicum.web.site import Site
from practicum.web.sittings import seated
from practicum.web.standing import is_done
from practicum.web.view import Halt, counted


@dataclass(frozen=True)
class Place:
    """A mode as it stands with a learner, ready to be shown."""

    mode: modes.Mode
    stand: ModeProgress
    words: str
    """What is done of it; empty where nothing was begun."""
    left_off: str = ""
    """The address of where one left off, if that is not the mode's own page."""


@dataclass(frozen=True)
class Way:
    """All modes of a topic, and the one thing to do next."""

    places: tuple[Place, ...]
    next: Place | None
    why: str
    """Why that one, as a sentence."""

    @property
    def begun(self) -> int:
        return sum(place.stand.begun for place in self.places)

    @property
    def finished(self) -> int:
        return sum(place.stand.finished for place in self.places)


def way(where: Site, token: str, catalogue: Catalogue, topic: Topic) -> Way:
    """Where this learner stands in every mode that the topic offers."""
    learner = where.learner(token)
    steps = where.store.steps(learner, catalogue.course.slug, topic.slug) if learner else ()
    at = _At(where, token, learner, catalogue, topic, steps)
    places = tuple(_TELL[mode.shows](at, mode) for mode in where.offered(catalogue, topic))
    suggested = progress.suggest([place.stand for place in places])
    if suggested is None:
        return Way(places, None, "")
    chosen = next(place for place in places if place.mode.name == suggested.mode)
    return Way(places, chosen, _WHY[suggested.reason](chosen))


_WHY: dict[str, Callable[[Place], str]] = {
    "due": lambda place: f"{counted(place.stand.due, 'card')} {'is' if place.stand.due == 1 else 'are'} due.",
    "begun": lambda place: f"You are in the middle of it: {place.words}.",
    "first": lambda place: f"A good beginning: {place.mode.summary[0].lower()}{place.mode.summary[1:]}",
    "next": lambda place: f"Comes next: {place.mode.summary[0].lower()}{place.mode.summary[1:]}",
}


@dataclass(frozen=True)
class _At:
    """What is asked of: a learner's steps in a topic."""

    where: Site
    token: str
    learner: str | None
    catalogue: Catalogue
    topic: Topic
    steps: tuple[StepRecord, ...]

    def url(self, mode: modes.Mode) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}/{mode.name}"

    def of(self, mode: modes.Mode) -> list[StepRecord]:
        return [step for step in self.steps if step.mode == mode.name]


def _last(steps: Iterable[StepRecord]) -> int | None:
    return max((step.at for step in steps), default=None)


def _page(at: _At, mode: modes.Mode) -> Place:
    steps = at.of(mode)
    total = max(1, parts(at.topic.pages[mode.name]))
    read = any(step.kind == "read" for step in steps)
    furthest = max((int(step.data.get("section", 0)) for step in steps if step.kind == "reached"), default=0)
    # The last part is reached by scrolling; read is what somebody says of it.
    done = total if read else min(furthest, total - 1)
    words = "read" if read else f"{done} of {counted(total, 'part')} read" if done else ""
    left_off = "" if read or not furthest else f"{at.url(mode)}#part-{min(furthest, total)}"
    return Place(
        mode, ModeProgress(mode.name, done, total, _last(steps)), words or ("begun" if steps else ""), left_off
    )


def parts(page: Page) -> int:
    """How many parts a page has: its `##` headings."""
    prose = [block for block in page.blocks if isinstance(block, Prose) and not block.verbatim]
    return sum(bool(title) for block in prose for title, _ in reading.split(block.text))


def _exercises(at: _At, mode: modes.Mode) -> Place:
    return _problems(at, mode, "answered", "right", "solved")


def _project(at: _At, mode: modes.Mode) -> Place:
    return _problems(at, mode, "submitted", "met", "met")


def _problems(at: _At, mode: modes.Mode, kind: str, good: str, word: str) -> Place:
    """So many of a mode's problems for which a step says that it was done well."""
    problems = [entry.problem for entry in at.where.entries(at.catalogue, at.topic, mode.name)]
    steps = at.of(mode)
    done = sum(is_done(problem, steps, kind, good) for problem in problems)
    words = f"{done} of {len(problems)} {word}" if steps else ""
    return Place(mode, ModeProgress(mode.name, done, len(problems), _last(steps)), words)


def _challenge(at: _At, mode: modes.Mode) -> Place:
    course, topic = at.catalogue.course.slug, at.topic.slug
    latest = at.where.store.latest_sittings(at.learner, course, topic) if at.learner else ()
    seats = [seat for record in latest if record.mode == CHALLENGE and (seat := _seat(at, record))]
    if not seats:
        entries = at.where.entries(at.catalogue, at.topic, mode.name)
        return Place(mode, ModeProgress(mode.name, 0, len(entries)), "")
    last, total = seats[0].sitting, seats[0].sitting.total
    last_at = max(last.last_at, seats[0].record.started)
    if _has_badge(at) or any(seat.sitting.badge and seat.sitting.finished for seat in seats):
        words = "badge earned" if at.topic.badge else "all right"
        return Place(mode, ModeProgress(mode.name, total, total, last_at), words)
    best = max(min(seat.sitting.score, total) for seat in seats)
    going = last.current is not None
    words = (
        f"at problem {last.current + 1} of {total}" if last.current is not None else f"best: {best} of {total} right"
    )
    # A challenge that was finished is not in the way of what comes next; it can be taken again at any time.
    stand = ModeProgress(mode.name, min(best, max(0, total - 1)), total, last_at, resting=not going)
    return Place(mode, stand, words, seats[0].here() if going else "")


def _has_badge(at: _At) -> bool:
    """Whether the topic's badge was ever earned: the sittings that are looked at are the latest only."""
    here = (at.catalogue.course.slug, at.topic.slug)
    return at.learner is not None and any(
        (badge.course, badge.topic) == here for badge in at.where.store.badges(at.learner)
    )


def _seat(at: _At, record: SittingRecord) -> Seat | None:
    try:
        return seated(at.where, record)
    except Halt:
        return None


def _cards(at: _At, mode: modes.Mode) -> Place:
    desk = recall.desk(at.where, at.token, at.catalogue, at.topic, now())
    due = len(desk.queue.due) if desk.reviews else 0
    words = f"{due} due" if due else f"{desk.met} of {len(desk.cards)} met" if desk.met else ""
    last = max((one.at for one in desk.reviews), default=None)
    resting = not desk.queue.left and last is not None
    return Place(mode, ModeProgress(mode.name, desk.met, len(desk.cards), last, due, resting), words)


_TELL: dict[str, Callable[[_At, modes.Mode], Place]] = {
    "page": _page,
    "exercises": _exercises,
    "sitting": _challenge,
    "bench": _project,
    "cards": _cards,
}
