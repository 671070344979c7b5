"""A challenge, page by page: its start, its problems one at a time, their verdicts, its result.

No GET changes anything: a problem's clock starts with the form that leads to it, and a problem found past its deadline
is shown as closed, which the next form records.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practicum import kinds, practice
from practicum.kinds.base import IncompleteAnswer
from practicum.model import Topic
from practicum.practice import (
    GRACE,
    TIME_LIMITS,
    Decision,
    Exam,
    ItemState,
    ItemStatus,
    RecordError,
    Sitting,
    TimeLimit,
)
from practicum.prove.catalogue import Catalogue, Entry
from practicum.store import SittingRecord
from practicum.web import answering, forms, live, question, view
from practicum.web.answering import LIMITS, Asked, Graded
from practicum.web.outcome import Outcome
from practicum.web.pending import ended
from practicum.web.seat import MODE, Seat, index_of, now, place, records
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.sittings import act, now_seated, seat, seated
from practicum.web.verdict import verdict_page
from practicum.web.view import Halt, counted, span

# --- the start


def start_page(request: Request) -> Response:
    """What awaits, and the choice of a clock."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    offered = _offered(where, catalogue, topic)
    learner = where.learner(visitor(request).token)
    entries = _next_set(offered, _latest(where, learner, catalogue, topic))
    problems = [entry.problem for entry in entries]
    least = min(problem.attempts for problem in problems)
    tries = "one attempt" if least == 1 else f"{least} attempts"
    url = f"/{catalogue.course.slug}/{topic.slug}"
    return view.page(
        request,
        "start.html",
        course=catalogue.course,
        topic=topic,
        topic_url=url,
        start_url=f"{url}/{MODE}",
        count=counted(len(problems), "problem").capitalize(),
        attempts=f"Each allows {tries} and offers a hint.",
        problems=[
            {**vars(question.heading(entry, 0)), "time": span(entry.problem.seconds * 1000)} for entry in entries
        ],
        clocks=[_clock(clock, sum(problem.seconds for problem in problems)) for clock in TIME_LIMITS],
        resume=resume(where, visitor(request).token, catalogue, topic),
    )


def _offered(where: Site, catalogue: Catalogue, topic: Topic) -> tuple[Entry, ...]:
    entries = where.entries(catalogue, topic, MODE)
    if not entries:
        raise Halt(
            404,
            "There is no challenge here yet",
            "None of its problems is proved. If you are the author, run `practicum prove`, or serve with --draft.",
            (f"/{catalogue.course.slug}/{topic.slug}", topic.title),
        )
    return entries


def _latest(where: Site, learner: str | None, catalogue: Catalogue, topic: Topic) -> tuple[SittingRecord, ...]:
    """A learner's latest challenges of the topic, the one begun last first."""
    return where.store.latest_sittings(learner, catalogue.course.slug, topic.slug, 5) if learner else ()


def _next_set(offered: tuple[Entry, ...], latest: tuple[SittingRecord, ...]) -> tuple[Entry, ...]:
    """The problems of the set that is next: the first to begin with, then the one after the last that was drawn."""
    sets = sorted({entry.problem.set for entry in offered})
    taken = _set_of(offered, latest)
    after = [number for number in sets if taken is not None and number > taken]
    chosen = after[0] if after else sets[0]
    return tuple(entry for entry in offered if entry.problem.set == chosen)


def _set_of(offered: tuple[Entry, ...], latest: tuple[SittingRecord, ...]) -> int | None:
    """The set that was drawn last; None if none was, or its problems are there no more."""
    known = {entry.path: entry.problem.set for entry in offered}
    for record in latest:
        try:
            drawn = Exam.from_json(record.exam).variants
        except RecordError:
            continue
        return next((known[path] for path in drawn if path in known), None)
    return None


def _clock(clock: TimeLimit, total: int) -> dict[str, str]:
    names: dict[float | None, str] = {None: "Off", 1: "Normal"}
    allowed = clock.allowed_ms(total)
    return {
        "code": clock.code,
        "name": names.get(clock.factor, f"×{clock.factor:g}" if clock.factor else ""),
        "minutes": "no limit" if allowed is None else f"{round(allowed / 60_000)} min",
    }


def resume(where: Site, token: str, catalogue: Catalogue, topic: Topic) -> dict[str, Any] | None:
    """The challenge that this learner is in the middle of, if it can go on."""
    learner = where.learner(token)
    latest = where.store.latest_sittings(learner, catalogue.course.slug, topic.slug, 1) if learner else ()
    for record in latest:
        if record.finished is not None or record.mode != MODE:
            continue
        try:
            at = seated(where, record)
            if at.sitting.current is None:
                continue
            at.entry(at.sitting.current, where.draft)
        except Halt:
            continue
        number = at.sitting.current + 1
        return {"url": at.here(), "title": topic.title, "number": number, "total": at.sitting.total}
    return None


def start(request: Request, form: FormData) -> Response:
    """Draw a paper and begin. A form sent twice, even at the same time, begins once, and leads to where that stands."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    learner = where.enrol(visitor(request).token)
    latest = _latest(where, learner, catalogue, topic)
    problems = [entry.problem for entry in _next_set(_offered(where, catalogue, topic), latest)]
    try:
        clock = TimeLimit.from_code(forms.word(form, "clock") or "1")
        previous = _drawn(latest)
    except ValueError:
        raise Halt(
            400, "There is no such clock", "Choose one of those on the page.", (request.url.path, "Back")
        ) from None
    paper = practice.draw_exam(problems, clock, random.SystemRandom(), previous)
    at = now()
    first, nonce = records(practice.show(Sitting(paper), at).events), forms.word(form, "nonce")
    id = where.store.start_sitting(learner, catalogue.course.slug, topic.slug, MODE, paper.to_json(), at, first, nonce)
    begun = where.store.sitting(id)
    assert begun is not None
    return view.see(seated(where, begun).here())


def _drawn(latest: tuple[SittingRecord, ...]) -> dict[str, int]:
    """The variant of each problem that was drawn last."""
    drawn: dict[str, int] = {}
    for record in reversed(latest):
        with contextlib.suppress(RecordError):
            drawn |= Exam.from_json(record.exam).variants
    return drawn


# --- a problem


def sitting_page(request: Request) -> Response:
    """The short address of a sitting leads to where it stands."""
    return view.see(seat(request).here())


def problem_page(request: Request) -> Response:
    """A problem while it is open; its verdict once it is closed. What is to come is not shown."""
    site(request).pending.wait_if_room(*_address(request))
    at, moment = seat(request), now()
    index = index_of(request, at)
    sitting = practice.as_of(at.sitting, moment)
    state = sitting.items[index]
    if state.status.closed:
        return verdict_page(request, at, sitting, index)
    if state.status is ItemStatus.UNSEEN:
        if at.sitting.current == index:
            raise Halt(
                404, "This problem is not open yet", "Take the challenge again.", (at.start_url, "The challenge")
            )
        return view.see(at.here())
    note = NOTES.get(request.query_params.get("note", ""))
    picked = [place for place in request.query_params.getlist("pick") if place in set("12345678")]
    return _open(request, at, index, moment, picked, _noted(note) if note else None, focus="notice" if note else "")


def _open(
    request: Request,
    at: Seat,
    index: int,
    moment: int,
    fields: Sequence[str] = (),
    notice: Mapping[str, str] | None = None,
    told: Outcome | None = None,
    focus: str = "",
) -> Response:
    """An open problem. `fields`: what the learner has put in; `notice`: what is to be said of that."""
    where = site(request)
    entry = at.entry(index, where.draft)
    sitting = practice.as_of(at.sitting, moment)
    item, state = sitting.exam.items[index], sitting.items[index]
    variant = entry.problem.variants[item.variant]
    answers = [one.answer for one in state.answers]
    form = question.form(entry.problem, item.variant, item.order, answers, fields)
    if notice is None and answers:
        notice, told = _not_right(state, form), where.told.get(state.answers[-1].nonce)
    left, total = state.left_ms(moment), sitting.exam.allowed_ms(index)
    return view.page(
        request,
        "problem.html",
        **vars(question.heading(entry, item.variant)),
        **place(at, sitting, index),
        statement=question.html(variant.statement),
        form=form,
        names_url=f"{at.topic_url}/names.json",
        notice=notice,
        outcome=told,
        hint=question.html(variant.hint) if state.hint_used else "",
        can_hint=bool(variant.hint.strip()) and not state.hint_used,
        attempts=f"{counted(state.attempts_left, 'attempt')} left",
        focus=focus or _focus(at.sitting),
        left_ms=left,
        total_ms=total,
        grace_ms=GRACE,
        left=None if left is None else span(left),
        ring="0" if left is None or not total else f"{100 - 100 * left / total:.2f}",
        refresh=None if left is None else (left + GRACE) // 1000 + 2,
    )


NOTES = {
    "repeated": "You have tried this already, so it did not use up an attempt. Try a different one.",
    "empty": "Nothing was chosen, so no attempt was used. Choose first, then answer.",
    "blank": "Nothing was filled in, so no attempt was used. Write your answer first.",
    "order": "You are here now. What you sent was for another problem, and cost nothing.",
}
"""What a refusal says on the page that follows it."""


def _noted(text: str, head: str = "") -> dict[str, str]:
    return {"css": "", "head": head, "text": text}


def _not_right(state: ItemState, form: question.Form) -> dict[str, str]:
    """What is said of a try that failed, and of the tries that are left."""
    head = "Not right yet." if form.is_composed else "Not quite." if form.many else "Not that one."
    left = counted(state.attempts_left, "attempt") + " left."
    return {"css": "wrong", "head": head, "text": left if state.hint_used else f"{left} The hint may help."}


def _focus(sitting: Sitting) -> str:
    """What the page draws attention to: what came of the last thing that was done."""
    last = practice.event_kind(sitting.events[-1])
    return {"answered": "notice", "hinted": "hint"}.get(last, "title")


def clock(request: Request) -> Response:
    """The time that is left, for a page that has been out of sight: `left` and `closes` in milliseconds, or null."""
    at, moment = seat(request), now()
    state = practice.as_of(at.sitting, moment).items[index_of(request, at)]
    open_for = None if state.status is not ItemStatus.OPEN or state.closes_ms is None else state.closes_ms - moment
    if site(request).pending.holds(*_address(request)):  # It came in time: what comes of it is still to be told.
        return JSONResponse({"left": 0, "closes": 1000 * LIMITS.seconds}, headers={"cache-control": "no-store"})
    answer = {"left": state.left_ms(moment) if open_for is not None else None, "closes": open_for}
    return JSONResponse(answer, headers={"cache-control": "no-store"})


# --- what a learner does


async def answer(request: Request, form: FormData) -> Response:
    """Judge and store an answer. The redirect is sent once it is on disk."""
    nonce = forms.word(form, "nonce")
    if not nonce:
        raise Halt(400, "This form is incomplete", "Go back, reload the page, and answer again.")
    fields, arrived = question.given(form), now()
    # From here on whatever else is done waits for this answer; and this one for those that came before.
    with site(request).pending.while_graded(*_address(request)) as before:
        await ended(before)
        return await _answer(request, fields, nonce, arrived)


def _address(request: Request) -> tuple[str, int]:
    """The sitting and the problem that are asked for, which need not be there."""
    return request.path_params["sitting"], request.path_params["number"] - 1


async def _answer(request: Request, fields: list[str], nonce: str, arrived: int) -> Response:
    at = await now_seated(request)
    index = index_of(request, at)
    asked = _asked(at, index, site(request).draft)
    try:
        meant = asked.read(fields)
    except IncompleteAnswer as reason:
        return await _still(request, fields, _noted(str(reason)))
    except ValueError:
        raise Halt(400, "There is no such answer", "Choose one of those on the page.", (at.here(), "Back")) from None

    def decide(at: Seat, right: bool = False) -> Decision:
        return practice.answer(at.sitting, index, meant, right, nonce, arrived)

    def counts(at: Seat) -> bool:
        return decide(at).answered is not None and at.sitting.answered(nonce) is None

    # What would not count need not be graded; but that is never decided without a fresh look.
    wanted = counts(at) or counts(await in_thread(seat, request))
    graded = await _grade(request, asked, meant) if wanted else Graded(False)
    if graded.right is None:
        why = f"{view.sentence(graded.why)} It did not use up an attempt."
        return await _still(request, fields, _noted(why, "Not graded."), graded.outcome)
    at, decision = await act(request, lambda at: decide(at, bool(graded.right)))
    if graded.outcome and not graded.right:
        site(request).told.put(nonce, graded.outcome)
    return await _follow(request, at, decision, fields)


async def _grade(request: Request, asked: Asked, meant: tuple[str, ...]) -> Graded:
    """Judge an answer: at once, or by running it. What counts is when it arrived, however long that takes."""
    if not asked.is_run:
        return answering.known(asked, meant)
    where, person = site(request), visitor(request).person
    try:
        return await live.result(
            request, lambda tell, cancel: answering.grade(where, asked, meant, person, tell, cancel)
        )
    except Halt as full:  # Too many runs wait, or the service is ending: what was typed stays on the page.
        return Graded(None, f"{full.heading}. {full.detail}")


def _asked(at: Seat, index: int, draft: bool) -> Asked:
    item = at.sitting.exam.items[index]
    return Asked(at.catalogue, at.topic, at.entry(index, draft), item.variant, item.order)


async def hint(request: Request, form: FormData) -> Response:
    """Open the hint; what was picked or typed stays."""
    moment = await _settled(request)
    at, decision = await act(request, lambda at: practice.hint(at.sitting, index_of(request, at), moment))
    return await _follow(request, at, decision, question.given(form), focus="hint")


async def skip(request: Request, form: FormData) -> Response:
    """Give a problem up, and see its verdict."""
    moment = await _settled(request)
    at, decision = await act(request, lambda at: practice.skip(at.sitting, index_of(request, at), moment))
    return await _follow(request, at, decision)


async def _settled(request: Request) -> int:
    """Wait for what comes of an answer that is being graded, so that nothing overtakes it. The moment when none is.

    What is decided is decided as of that moment: an answer that comes after it cannot have been in time any more, if
    time had run out by then.
    """
    await site(request).pending.settled(*_address(request))
    return now()


async def _follow(
    request: Request, at: Seat, decision: Decision, fields: Sequence[str] = (), focus: str = ""
) -> Response:
    """Where to after a form: this problem if it is current or closed, else where the learner is.

    What was typed and not counted as an answer is nowhere but in the form that was sent, so its page answers that form.
    """
    index = index_of(request, at)
    state = at.sitting.items[index]
    if state.status is ItemStatus.UNSEEN:
        return view.see(at.here() + "?note=order")
    note = decision.refusal.code if decision.refusal and decision.refusal.code in NOTES else ""
    if state.status is ItemStatus.OPEN and decision.answered is None:
        if kinds.get(at.entry(index, site(request).draft).problem.kind).is_composed:
            words = NOTES["blank" if note == "empty" else note] if note else ""
            return await _still(request, fields, _noted(words) if words else None, focus=focus)
        query = [*([("note", note)] if note else []), *(("pick", place) for place in fields)]
        return view.see(f"{at.url}/{index + 1}" + (f"?{urlencode(query)}" if query else ""))
    return view.see(f"{at.url}/{index + 1}")


async def _still(
    request: Request,
    fields: Sequence[str],
    notice: Mapping[str, str] | None,
    told: Outcome | None = None,
    focus: str = "notice",
) -> Response:
    """The problem as it was, with what was typed into it."""

    def made() -> Response:
        at, moment = seat(request), now()
        index = index_of(request, at)
        if practice.as_of(at.sitting, moment).items[index].status is not ItemStatus.OPEN:
            return view.see(f"{at.url}/{index + 1}")
        page = _open(request, at, index, moment, fields, notice, told, focus if notice or focus == "hint" else "")
        page.headers["hx-push-url"] = f"{at.url}/{index + 1}"  # Else the address of the form, which is no page.
        return page

    return await in_thread(made)


async def go_on(request: Request, form: FormData) -> Response:
    """Go on from a verdict: the next problem's clock starts here."""
    moment = await _settled(request)

    def decide(at: Seat) -> Decision:
        # The verdict of an overdue problem has been on view already: close it and go on in one step.
        closed = practice.as_of(at.sitting, moment)
        due = closed.events[len(at.sitting.events) :]
        moved = practice.move_on(closed, index_of(request, at), moment)
        shown = practice.show(closed.after(moved.events), moment) if moved.events else Decision()
        return Decision((*due, *moved.events, *shown.events), moved.refusal)

    at, _ = await act(request, decide)
    return view.see(at.here())
