"""The pages of a sitting: its start, its problems one at a time, their verdicts, its result.

No GET changes anything: a problem's clock starts with the form that leads to it, and a problem found past its deadline
is shown as closed, which the next form records.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from anyio.to_thread import run_sync as in_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from practicum import kinds, practice
from practicum.activities.sittings import start, verdict
from practicum.activities.sittings.rerun import rerun
from practicum.activities.sittings.view import problem_place
from practicum.application import sittings
from practicum.application.clock import now
from practicum.application.learner_sitting import LearnerSitting
from practicum.application.refusals import Link, Reason, Refused
from practicum.application.run_report import RunReport
from practicum.application.sittings import Notice, Step, refusal_notice
from practicum.formatting import clock_time, counted
from practicum.modes import Mode
from practicum.practice import GRACE, ItemState, ItemStatus, Sitting
from practicum.web import rendering
from practicum.web.forms import MAX_CODE_SIZE, answer_fields, blocking, get, post, short_field
from practicum.web.problem_view import form_view, heading, html
from practicum.web.requests import address_of, client_of, site_of, token_of

"""Options that an address may name as picked."""


def routes(mode: Mode) -> list[Route]:
    """Return the routes of a mode whose problems are answered in sittings. Those of sittings serve all such modes."""
    problem = "/s/{sitting}/{number:short}"
    own = f"/{{course}}/{{topic}}/{mode.name}"
    return [
        post(f"{problem}/answer", answer, MAX_CODE_SIZE),  # First: it is asked for most.
        get("/s/{sitting}", sitting_page),
        get("/s/{sitting}/result", verdict.result_page),
        get(problem, problem_page),
        get(f"{problem}/clock", clock),
        post(f"{problem}/hint", hint, MAX_CODE_SIZE),
        post(f"{problem}/skip", skip, MAX_CODE_SIZE),
        post(f"{problem}/next", go_on),
        post(f"{problem}/again", rerun),
        get(own, partial(start.start_page, mode)),
        post(own, blocking(partial(start.start, mode))),
    ]


def load(request: Request) -> LearnerSitting:
    """Return the sitting in the address. Raises Refused (not found) if there is none, or it is another learner's."""
    return sittings.load(site_of(request), token_of(request), request.path_params["sitting"])


# --- pages


def sitting_page(request: Request) -> Response:
    """The short address of a sitting leads to the learner's current problem."""
    return rendering.redirect(load(request).current_path)


def problem_page(request: Request) -> Response:
    """A problem while it is open; its verdict once it is closed. Later problems are not shown."""
    address = address_of(request)
    address.site.in_flight.wait_if_room(address.sitting, address.index)
    at, moment = load(request), now()
    index = at.index(address.number)
    sitting = practice.as_of(at.sitting, moment)
    state = sitting.items[index]
    notice = notice_of(request)
    if state.status.closed:
        return verdict.verdict_page(request, at, sitting, index, notice)
    if state.status is ItemStatus.UNSEEN:
        if at.sitting.current == index:
            raise Refused(
                Reason.NOT_FOUND,
                "not-open-yet",
                "This problem is not open yet",
                "Take the challenge again.",
                Link(at.context.path, "The challenge"),
            )
        return rendering.redirect(at.current_path)
    kind = kinds.get(at.entry(index).problem.kind)
    picked = [] if kind.is_composed else request.query_params.getlist("pick")
    return _open_problem(request, at, index, moment, picked, notice, focus="notice" if notice else "")


def notice_of(request: Request) -> Notice | None:
    """Return the notice that an address asks for: why the last form did not count."""
    refusal = practice.REFUSALS.get(request.query_params.get("note", ""))
    return refusal_notice(refusal)


def _open_problem(
    request: Request,
    at: LearnerSitting,
    index: int,
    moment: int,
    fields: Sequence[str] = (),
    notice: Notice | None = None,
    report: RunReport | None = None,
    focus: str = "",
) -> Response:
    """The page of an open problem. `fields`: the learner's input; `notice`: a message about it."""
    entry = at.entry(index)
    sitting = practice.as_of(at.sitting, moment)
    item, state = sitting.exam.items[index], sitting.items[index]
    variant = entry.problem.variants[item.variant]
    answers = [given.answer for given in state.answers]
    form = form_view(entry.problem, item.variant, item.order, answers, fields)
    wrong = notice is None and bool(answers)
    if wrong:
        notice = _wrong_answer(state, kinds.get(entry.problem.kind).wrong_answer_text(variant))
        report = at.context.site.failed_attempts.get(state.answers[-1].nonce)
    return rendering.page(
        request,
        "sittings/problem.html",
        mode=at.context.mode,
        **vars(heading(entry, item.variant)),
        **problem_place(at, sitting, index),
        **_clock_context(state, sitting, index, moment),
        statement=html(variant.statement, images=variant.images),
        data=entry.problem.data,
        form=form,
        names_url=f"{at.context.topic_path}/names.json",
        notice=notice,
        wrong=wrong,
        report=report,
        hint=html(variant.hint, images=variant.images) if state.hint_used else "",
        can_hint=bool(variant.hint.strip()) and not state.hint_used,
        attempts=f"{counted(state.attempts_left, 'attempt')} left",
        focus=focus or _focus(at.sitting),
    )


def _clock_context(state: ItemState, sitting: Sitting, index: int, moment: int) -> dict[str, Any]:
    """What the clock of an open problem shows; times in milliseconds, `refresh` in seconds, None without a limit."""
    left, total = state.left_ms(moment), sitting.exam.allowed_ms(index)
    return {
        "left_ms": left,
        "total_ms": total,
        "grace_ms": GRACE,
        "left": None if left is None else clock_time(left),
        "ring": "0" if left is None or not total else f"{100 - 100 * left / total:.2f}",
        "refresh": None if left is None else (left + GRACE) // 1000 + 2,
    }


def _wrong_answer(state: ItemState, heading: str) -> Notice:
    """The message about an answer that was not right, with the attempts left."""
    left = counted(state.attempts_left, "attempt") + " left."
    return Notice("wrong-answer", left if state.hint_used else f"{left} The hint may help.", heading)


def _focus(sitting: Sitting) -> str:
    """The part of the page that gets the focus: the result of what was done last."""
    return {"answered": "notice", "hinted": "hint"}.get(practice.event_kind(sitting.events[-1]), "title")


def clock(request: Request) -> Response:
    """The time left, for a page that has been in the background: `left` and `closes` in milliseconds, or null."""
    return JSONResponse(vars(sittings.time_left(address_of(request))), headers={"cache-control": "no-store"})


# --- forms


async def answer(request: Request, form: FormData) -> Response:
    """Grade and store an answer. The redirect is sent once it is on disk."""
    fields = answer_fields(form)
    step = await sittings.answer(address_of(request), fields, short_field(form, "nonce"), client_of(request))
    return await _after(request, step, fields)


async def hint(request: Request, form: FormData) -> Response:
    """Open the hint; the learner's input stays."""
    return await _after(request, await sittings.hint(address_of(request)), answer_fields(form), focus="hint")


async def skip(request: Request, form: FormData) -> Response:
    """Give a problem up, and show its verdict."""
    return await _after(request, await sittings.skip(address_of(request)))


async def go_on(request: Request, form: FormData) -> Response:
    """Go on from a verdict: the next problem's clock starts here."""
    step = await sittings.move_on(address_of(request))
    note = f"?note={step.refusal.code}" if step.refusal else ""
    return rendering.redirect(step.sitting.current_path + note)


async def _after(request: Request, step: Step, fields: Sequence[str] = (), focus: str = "") -> Response:
    """The response to a form: this problem if it is current or closed, otherwise the learner's current page.

    Input that was not counted as an answer exists only in the form that was sent, so its page answers that form.
    """
    at, index = step.sitting, step.index
    if step.decision is None:
        return await _stay(request, index, fields, step.notice, step.report)
    refusal, state = step.refusal, at.sitting.items[index]
    note = {"note": refusal.code} if refusal else {}
    path = at.problem_path(index)
    if state.status is ItemStatus.UNSEEN or (refusal and refusal.code in ("finished", "out_of_order")):
        return rendering.redirect(f"{at.current_path}?{urlencode(note or {'note': 'out_of_order'})}")
    if state.status is ItemStatus.OPEN and step.decision.answered is None:
        if kinds.get(at.entry(index).problem.kind).is_composed:
            return await _stay(request, index, fields, refusal_notice(refusal), focus=focus)
        query = [*note.items(), *(("pick", place) for place in fields)]
        return rendering.redirect(path + (f"?{urlencode(query)}" if query else ""))
    return rendering.redirect(path + (f"?{urlencode(note)}" if note else ""))


async def _stay(
    request: Request,
    index: int,
    fields: Sequence[str],
    notice: Notice | None,
    report: RunReport | None = None,
    focus: str = "notice",
) -> Response:
    """The problem as it was, with the learner's input."""

    def page() -> Response:
        at, moment = load(request), now()
        path = at.problem_path(index)
        if practice.as_of(at.sitting, moment).items[index].status is not ItemStatus.OPEN:
            return rendering.redirect(path)
        focused = focus if notice or focus == "hint" else ""
        response = _open_problem(request, at, index, moment, fields, notice, report, focused)
        response.headers["hx-push-url"] = path  # Otherwise the address of the form, which is no page.
        return response

    return await in_thread(page)
