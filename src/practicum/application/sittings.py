"""Sittings: starting one, answering its problems, and everything else a learner does in it."""

from __future__ import annotations

import contextlib
import random
from asyncio import wrap_future
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync as in_thread

from practicum import modes, practice
from practicum.application import grading
from practicum.application.clock import now
from practicum.application.context import TopicContext
from practicum.application.grading import AskedProblem, Grade
from practicum.application.in_flight import all_done
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.limits import SHORT
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.run_report import RunReport
from practicum.application.site import Site
from practicum.formatting import sentence
from practicum.kinds.base import IncompleteAnswer
from practicum.practice import Decision, Exam, ItemStatus, RecordError, Refusal, Sitting, SittingEvent, TimeLimit
from practicum.prove.catalogue import Entry
from practicum.runner import Cancellation, Client, OnEvent
from practicum.store import EventRecord, SittingRecord

RETRIES = 8
"""How often a command is decided again because another writer was first."""
LATEST = 5
"""Sittings that are looked at to decide which problems and variants come next."""

Decide = Callable[[LearnerSitting], Decision]


@dataclass(frozen=True)
class Notice:
    """A message about what a learner just did; `heading` may be empty.

    `code` names the case: that of a refusal or of an incomplete answer, `not-graded`, or `wrong-answer`.
    """

    code: str
    text: str
    heading: str = ""


def refusal_notice(refusal: Refusal | None) -> Notice | None:
    """Return the notice of a refusal, if there is one."""
    return Notice(refusal.code, refusal.message) if refusal else None


@dataclass(frozen=True)
class Step:
    """The result of something a learner did at a problem: what was decided, or why nothing was."""

    sitting: LearnerSitting
    index: int
    decision: Decision | None = None
    notice: Notice | None = None
    report: RunReport | None = None

    @property
    def refusal(self) -> Refusal | None:
        return self.decision.refusal if self.decision else None


@dataclass(frozen=True)
class Address:
    """One problem of a sitting as a learner asks for it: neither need exist, or be theirs."""

    site: Site
    token: str
    sitting: str
    number: int
    """Counted from 1."""

    @property
    def index(self) -> int:
        return self.number - 1


# --- reading


def load(site: Site, token: str, id: str) -> LearnerSitting:
    """Return the sitting, read from the store. Raises Refused (not found), also for another learner's."""
    learner = site.learner(token)
    record = site.store.sitting(id) if learner is not None else None
    if record is None or record.learner != learner:
        raise Refused(
            Reason.NOT_FOUND,
            "no-such-sitting",
            "There is no such challenge here",
            "Each browser sees only its own challenges. If you started this one, open it in the browser you used then.",
        )
    sitting = from_record(site, token, record)
    site.sittings.put(id, sitting)
    return sitting


def from_record(site: Site, token: str, record: SittingRecord) -> LearnerSitting:
    """Return the sitting of a record. Raises Refused if its topic is gone, or its record is damaged."""
    catalogue, topic = site.topic(record.course, record.topic)
    try:
        mode = modes.get(record.mode)
        paper = Exam.from_json(record.exam)
        sitting = Sitting(paper, tuple(practice.event_from_json(dict(event.data)) for event in record.events))
    except (RecordError, KeyError) as error:
        raise Refused(
            Reason.DAMAGED,
            "sitting-damaged",
            "This challenge cannot be read",
            f"Its record is damaged: {error}. Start another one.",
        ) from error
    return LearnerSitting(record, sitting, TopicContext(site, catalogue, topic, mode, token))


async def latest_known(site: Site, token: str, id: str) -> LearnerSitting:
    """Return the sitting as this process last saw it; another process may have written since. Raises as `load`."""
    remembered = _remembered(site, token, id)
    return remembered if remembered is not None else await in_thread(load, site, token, id)


def _remembered(site: Site, token: str, id: str) -> LearnerSitting | None:
    sitting = site.sittings.get(id)
    if not isinstance(sitting, LearnerSitting) or sitting.record.learner != site.remembered_learner(token):
        return None
    return sitting


# --- starting


def offered_entries(context: TopicContext) -> tuple[Entry, ...]:
    """Return the problems that may be drawn. Raises Refused (not found) if there are none."""
    entries = context.entries()
    if not entries:
        raise Refused(
            Reason.NOT_FOUND,
            "nothing-proved",
            "There is no challenge here yet",
            "None of its problems is proved. If you are the author, run `practicum prove`, or serve with --draft.",
            context.topic_link,
        )
    return entries


def latest_records(context: TopicContext, limit: int = LATEST) -> tuple[SittingRecord, ...]:
    """Return the learner's latest sittings of this topic in this mode, the newest first."""
    learner = context.learner
    if learner is None:
        return ()
    course, topic = context.catalogue.course.slug, context.topic.slug
    return context.site.store.latest_sittings(learner, course, topic, context.mode.name, limit)


def next_set(context: TopicContext) -> tuple[Entry, ...]:
    """Return the problems of the next set: the first at the beginning, then the one after the last that was drawn."""
    offered = offered_entries(context)
    sets = sorted({entry.problem.set for entry in offered})
    last = _last_set(offered, latest_records(context))
    later = [number for number in sets if last is not None and number > last]
    chosen = later[0] if later else sets[0]
    return tuple(entry for entry in offered if entry.problem.set == chosen)


@dataclass(frozen=True)
class SetPlace:
    """One of a mode's sets of problems: its number, counted from 1, and how many sets there are."""

    number: int
    total: int


def place_of(context: TopicContext, paths: Iterable[str]) -> SetPlace | None:
    """Return the place of the set that these problems are from; None if none of them is offered any more."""
    offered = {entry.path: entry.problem.set for entry in context.entries()}
    sets = sorted(set(offered.values()))
    found = next((offered[path] for path in paths if path in offered), None)
    return None if found is None else SetPlace(sets.index(found) + 1, len(sets))


def next_place(context: TopicContext) -> SetPlace | None:
    """Return the place of the set that a new sitting would have; None if nothing is offered."""
    return place_of(context, [entry.path for entry in next_set(context)] if context.entries() else ())


def _last_set(offered: Sequence[Entry], records: Sequence[SittingRecord]) -> int | None:
    """The set that was drawn last; None if none was, or its problems no longer exist."""
    sets = {entry.path: entry.problem.set for entry in offered}
    for record in records:
        try:
            drawn = Exam.from_json(record.exam).variants
        except RecordError:
            continue
        return next((sets[path] for path in drawn if path in sets), None)
    return None


def resumable(context: TopicContext) -> LearnerSitting | None:
    """Return the learner's latest sitting of this mode, if it is not finished and can continue."""
    for record in latest_records(context, 1):
        if record.finished is not None:
            continue
        with contextlib.suppress(Refused):
            sitting = from_record(context.site, context.token, record)
            if sitting.sitting.current is not None:
                sitting.entry(sitting.sitting.current)
                return sitting
    return None


def start(context: TopicContext, clock: str, nonce: str) -> LearnerSitting:
    """Draw the problems and start a sitting. The same nonce again returns the sitting that it started before.

    Raises Refused (invalid) for an unknown clock, and as `offered_entries` does.
    """
    problems = [entry.problem for entry in next_set(context)]
    records = latest_records(context)
    learner = context.enroll()
    try:
        chosen = TimeLimit.from_code(clock)
    except ValueError:
        link = Link(context.path, "Back")
        raise Refused(
            Reason.INVALID, "no-such-clock", "There is no such clock", "Choose one of those on the page.", link
        ) from None
    paper = practice.draw_exam(problems, chosen, random.SystemRandom(), _drawn_variants(records))
    moment = now()
    first = event_records(practice.show(Sitting(paper), moment).events)
    course, topic = context.catalogue.course.slug, context.topic.slug
    store = context.site.store
    id = store.start_sitting(learner, course, topic, context.mode.name, paper.to_json(), moment, first, nonce)
    record = store.sitting(id)
    assert record is not None
    return from_record(context.site, context.token, record)


def _drawn_variants(records: Sequence[SittingRecord]) -> Mapping[str, int]:
    """The variant of each problem that was drawn last."""
    drawn: dict[str, int] = {}
    for record in reversed(records):
        with contextlib.suppress(RecordError):
            drawn |= Exam.from_json(record.exam).variants
    return drawn


# --- what a learner does


async def answer(address: Address, fields: list[str], nonce: str, client: Client) -> Step:
    """Grade and store an answer. Returns once it is on disk.

    Raises Refused (invalid) for a form without a nonce, or an answer that no form sends.
    """
    if not nonce:
        raise Refused(
            Reason.INVALID, "no-nonce", "This form is incomplete", "Go back, reload the page, and answer again."
        )
    arrived = now()
    # From here on everything else at this problem waits for this answer, and this one for those before it.
    with address.site.in_flight.grading(address.sitting, address.index) as earlier:
        await all_done(earlier)
        return await _answer(address, fields, nonce, client, arrived)


async def _answer(address: Address, fields: list[str], nonce: str, client: Client, arrived: int) -> Step:
    at = await latest_known(address.site, address.token, address.sitting)
    index = at.index(address.number)
    asked = at.asked(index)
    try:
        meant = asked.read(fields)
    except IncompleteAnswer as reason:
        return Step(at, index, notice=Notice(reason.code, str(reason)))
    except ValueError:
        raise no_such_answer(at.current_link) from None

    def decide(at: LearnerSitting, right: bool = False) -> Decision:
        return practice.answer(at.sitting, index, meant, right, nonce, arrived)

    def counts(at: LearnerSitting) -> bool:
        return decide(at).answered is not None and at.sitting.answered(nonce) is None

    # An answer that would not count need not be graded; but that is never decided from memory alone.
    wanted = counts(at) or counts(await in_thread(load, address.site, address.token, address.sitting))
    grade = await _grade(address, asked, meant, client) if wanted else Grade(False)
    if grade.right is None:
        cost = "It did not use up an attempt."
        text = cost if grade.report else f"{sentence(grade.reason)} {cost}"  # the report gives the reason
        return Step(at, index, notice=Notice("not-graded", text, "Not graded."), report=grade.report)
    at, decision = await act(address, lambda at: decide(at, bool(grade.right)))
    if grade.report and not grade.right:
        address.site.failed_attempts.put(nonce, grade.report)
    return Step(at, index, decision)


async def _grade(address: Address, asked: AskedProblem, meant: tuple[str, ...], client: Client) -> Grade:
    """Grade an answer, by its key or by running it. The time it arrived counts, however long grading takes."""
    if not asked.is_run:
        return grading.grade_by_key(asked, meant)
    site = address.site

    def work(on_event: OnEvent, cancel: Cancellation) -> Grade:
        return grading.grade(site, asked, meant, client, on_event, cancel)

    try:
        run = site.runs.start(client, work)
        return await run.outcome()
    except Refused as refused:  # Too many runs wait, or the service is stopping; what was typed stays on the page.
        return Grade(None, str(refused))


async def hint(address: Address) -> Step:
    """Open the hint of a problem."""
    moment = await _settled(address)
    return await _step(address, lambda at: practice.hint(at.sitting, at.index(address.number), moment))


async def skip(address: Address) -> Step:
    """Give a problem up."""
    moment = await _settled(address)
    return await _step(address, lambda at: practice.skip(at.sitting, at.index(address.number), moment))


async def move_on(address: Address) -> Step:
    """Go on from a verdict; the next problem's clock starts."""
    moment = await _settled(address)

    def decide(at: LearnerSitting) -> Decision:
        # The verdict of an overdue problem has been shown already: close it and go on in one step.
        closed = practice.as_of(at.sitting, moment)
        due = closed.events[len(at.sitting.events) :]
        moved = practice.move_on(closed, at.index(address.number), moment)
        shown = practice.show(closed.after(moved.events), moment) if moved.events else Decision()
        return Decision((*due, *moved.events, *shown.events), moved.refusal)

    return await _step(address, decide)


async def _settled(address: Address) -> int:
    """Wait until no answer to this problem is being graded, and return that moment.

    Decisions are made as of that moment: an answer that arrives later can no longer be in time, if time ran out before.
    """
    await address.site.in_flight.wait(address.sitting, address.index)
    return now()


async def _step(address: Address, decide: Decide) -> Step:
    at, decision = await act(address, decide)
    return Step(at, at.index(address.number), decision)


def no_such_answer(link: Link) -> Refused:
    """Return the refusal of an answer that no form sends."""
    return Refused(
        Reason.INVALID, "no-such-answer", "There is no such answer", "Choose one of those on the page.", link
    )


@dataclass(frozen=True)
class TimeLeft:
    """Milliseconds left at an open problem as shown, and until its key may be shown; None: no limit."""

    left: int | None
    closes: int | None


def time_left(address: Address) -> TimeLeft:
    """Return the time left at a problem. Raises as `load` does."""
    at, moment = load(address.site, address.token, address.sitting), now()
    state = practice.as_of(at.sitting, moment).items[at.index(address.number)]
    if address.site.in_flight.is_grading(address.sitting, address.index):  # It came in time; the result is to come.
        return TimeLeft(0, int(1000 * SHORT.seconds))
    if state.status is not ItemStatus.OPEN or state.closes_ms is None:
        return TimeLeft(None, None)
    return TimeLeft(state.left_ms(moment), state.closes_ms - moment)


# --- writing


async def act(address: Address, decide: Decide) -> tuple[LearnerSitting, Decision]:
    """Decide, store the decision's events, and return both once they are on disk.

    The first decision is made by the sitting in memory. It counts only if it is stored, and the store accepts it only
    if nothing has happened since; otherwise the sitting is read and decided again. Raises Refused (conflict) if another
    writer was first again and again.
    """
    site, token, id = address.site, address.token, address.sitting
    remembered = _remembered(site, token, id)
    if remembered is not None:
        decision = decide(remembered)
        after = await _store(remembered, decision)
        if after is not None:
            return after, decision
    for _ in range(RETRIES):
        at = await in_thread(load, site, token, id)
        decision = decide(at)
        if not decision.events:
            return at, decision
        after = await _store(at, decision)
        if after is not None:
            return after, decision
    raise Refused(
        Reason.CONFLICT,
        "too-many-writers",
        "Too many requests at once",
        "This challenge is being answered elsewhere. Reload the page to see where it stands.",
    )


async def _store(at: LearnerSitting, decision: Decision) -> LearnerSitting | None:
    """The sitting once the decision's events are on disk; None if there are none, or another writer was first."""
    if not decision.events:
        return None
    site = at.context.site
    after = at.sitting.after(decision.events)
    if after.badge and after.finished:
        await in_thread(_award_badge, at)
    finished = decision.events[-1].at if after.finished else None
    # Answers that arrive together are committed together, and nothing else waits for the disk meanwhile.
    stored = site.store.append_grouped(at.id, len(at.sitting.events), event_records(decision.events), finished)
    if not await wrap_future(stored):
        return None
    written = LearnerSitting(at.record, after, at.context)
    site.sittings.put(at.id, written)
    return written


def _award_badge(at: LearnerSitting) -> None:
    """Award the badge before the sitting is finished: a crash between the two then loses nothing."""
    badge, record = at.context.topic.badge, at.record
    if badge and at.context.mode.awards_badge:
        at.context.site.store.award_badge(record.learner, record.course, record.topic, badge, at.id, at.sitting.last_at)


def event_records(events: tuple[SittingEvent, ...]) -> list[EventRecord]:
    return [
        EventRecord(practice.event_kind(event), event.at, practice.event_to_json(event), getattr(event, "nonce", None))
        for event in events
    ]
