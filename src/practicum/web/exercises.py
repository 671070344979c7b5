"""Exercises: problems that may be tried as often as one likes, each graded at once, with what its run said."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from anyio.to_thread import run_sync as in_thread
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from practicum import modes
from practicum.kinds.base import IncompleteAnswer
from practicum.model import Problem
from practicum.prove.catalogue import Entry
from practicum.runner import Cancellation, OnEvent
from practicum.store import StepRecord
from practicum.web import answering, forms, live, proof, question, scratch, security, view
from practicum.web.answering import Asked, Graded
from practicum.web.seat import now
from practicum.web.security import visitor
from practicum.web.site import Site, site
from practicum.web.standing import is_done, standing
from practicum.web.view import Halt

FORM = scratch.FORM
"""Bytes of a form with code in it."""
ANSWERED, SHOWN = "answered", "shown"
"""Steps: an answer was graded; a solution was asked for."""


@dataclass(frozen=True)
class Exercise(Asked):
    """One exercise as one learner is asked it: which variant, and in which order what it shuffles."""

    mode: modes.Mode
    place: int
    """Among the exercises, from 0."""
    among: tuple[Entry, ...]

    @property
    def topic_url(self) -> str:
        return f"/{self.catalogue.course.slug}/{self.topic.slug}"

    @property
    def all_url(self) -> str:
        return f"{self.topic_url}/{self.mode.name}"

    @property
    def url(self) -> str:
        """Without the version: the address of its forms."""
        return f"{self.all_url}/{self.problem.slug}"

    @property
    def here(self) -> str:
        """The page itself."""
        return f"{self.url}?version={self.number + 1}" if len(self.problem.variants) > 1 else self.url

    @property
    def other(self) -> str:
        """Another version of it, if there is one."""
        count = len(self.problem.variants)
        return f"{self.url}?version={(self.number + 1) % count + 1}" if count > 1 else ""

    @property
    def next(self) -> str:
        """The exercise after it; after the last, the list of them."""
        after = self.among[self.place + 1 :]
        return f"{self.all_url}/{after[0].problem.slug}" if after else ""

    @property
    def mark(self) -> str:
        """What it asks, in short: a step counts for as long as that stands."""
        return self.problem.mark(self.number)

    @property
    def shown(self) -> str:
        """What its form shows, in short: a form is taken for as long as that stands."""
        return question.shown(self.problem, self.number, self.order)

    def step(self, kind: str, data: dict[str, Any], nonce: str | None) -> StepRecord:
        course, topic = self.catalogue.course.slug, self.topic.slug
        whole = {**data, "variant": self.number, "mark": self.mark}
        return StepRecord(course, topic, self.mode.name, self.problem.slug, kind, now(), whole, nonce)


def exercise(mode: modes.Mode, request: Request, version: str = "") -> Exercise:
    """The exercise at this address, in the version asked for or in the learner's own. Raises Halt (404)."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    entries = where.entries(catalogue, topic, mode.name)
    for place, entry in enumerate(entries):
        if entry.problem.slug == request.path_params["slug"]:
            chance = _chance(visitor(request).token, entry.path)
            number = chance.randrange(len(entry.problem.variants))
            versions = {str(one + 1): one for one in range(len(entry.problem.variants))}
            number = versions.get(version, number)
            first = Exercise(catalogue, topic, entry, number, (), mode, place, entries)
            order = first.kind.shuffled_order(first.variant, _chance(visitor(request).token, entry.path, number))
            return replace(first, order=order)
    url = f"/{catalogue.course.slug}/{topic.slug}"
    raise Halt(404, "There is no such exercise", "It may have been renamed, or is not proved.", (url, topic.title))


def _chance(*of: object) -> random.Random:
    """The same chance each time, for the same learner and problem."""
    return random.Random(hashlib.sha256(repr(of).encode()).digest())


# --- pages ---------------------------------------------------------------------------------------------------------


def index(mode: modes.Mode, request: Request) -> Response:
    """All exercises of a topic, and which of them are done."""
    where = site(request)
    catalogue, topic = where.topic(request.path_params["course"], request.path_params["topic"])
    entries = where.entries(catalogue, topic, mode.name)
    url = f"/{catalogue.course.slug}/{topic.slug}"
    if not entries:
        raise Halt(404, "There are no exercises here yet", "None of them is proved.", (url, topic.title))
    learner = where.learner(visitor(request).token)
    steps = where.store.steps(learner, catalogue.course.slug, topic.slug, mode.name) if learner else ()
    rows = [
        {
            **vars(question.heading(entry, 0)),
            "url": f"{url}/{mode.name}/{entry.problem.slug}",
            "stands": _stands(entry.problem, steps),
        }
        for entry in entries
    ]
    return view.page(
        request,
        "exercises.html",
        course=catalogue.course,
        topic=topic,
        topic_url=url,
        mode=mode,
        rows=rows,
        done=sum(row["stands"] == "done" for row in rows),
    )


def _stands(problem: Problem, steps: Sequence[StepRecord]) -> str:
    if is_done(problem, steps, ANSWERED, "right"):
        return "done"
    return "begun" if standing(problem, steps) else ""


def page(mode: modes.Mode, request: Request) -> Response:
    """One exercise; its solution too, once it was answered right or the solution was asked for."""
    return _page(request, exercise(mode, request, request.query_params.get("version", "")))


@dataclass(frozen=True)
class Come:
    """How far a learner has come with one version of an exercise."""

    last: tuple[str, ...] = ()
    """The last answer."""
    done: bool = False
    closed: bool = False
    """Whether its solution may be seen: it was answered right, or asked for."""


def _come(where: Site, request: Request, what: Exercise) -> Come:
    learner = where.learner(visitor(request).token)
    if learner is None:
        return Come()
    steps = where.store.steps(learner, what.catalogue.course.slug, what.topic.slug, what.mode.name)
    mine = standing(what.problem, steps, what.number)
    answers = [step for step in mine if step.kind == ANSWERED]
    done = any(step.data.get("right") for step in answers)
    last = tuple(map(str, answers[-1].data["answer"])) if answers else ()
    return Come(last, done, done or any(step.kind == SHOWN for step in mine))


def _page(
    request: Request,
    what: Exercise,
    fields: Sequence[str] = (),
    graded: Graded | None = None,
    notice: str = "",
    hint: bool = False,
) -> Response:
    where = site(request)
    come = _come(where, request, what)
    return view.page(
        request,
        "exercise.html",
        **vars(question.heading(what.entry, what.number)),
        **_shared(what),
        topic=what.topic,
        mode=what.mode,
        statement=question.html(what.variant.statement),
        form=question.form(what.problem, what.number, what.order, (), fields or _before(what, come)),
        names_url=f"{what.topic_url}/names.json",
        count=len(what.among),
        number=what.place + 1,
        version=what.number + 1,
        asked=what.shown,
        versions=len(what.problem.variants),
        can_hint=bool(what.variant.hint.strip()),
        hint=question.html(what.variant.hint) if hint else "",
        offered=not what.is_run or scratch.is_offered(where),
        isolated=where.isolated,
        done=come.done,
        closed=_closed(what) if come.closed else None,
        graded=graded,
        outcome=graded.outcome if graded else None,
        notice=notice,
    )


def _before(what: Exercise, come: Come) -> Sequence[str]:
    """What was answered last, in the form's terms; nothing if the exercise has changed since."""
    try:
        return what.kind.answer_fields(what.variant, what.order, come.last) if come.last else ()
    except ValueError:
        return ()


def _shared(what: Exercise) -> dict[str, Any]:
    """What both the page and a piece of it need."""
    return {
        "url": what.url,
        "here": what.here,
        "all_url": what.all_url,
        "topic_url": what.topic_url,
        "other": what.other,
        "next_url": what.next,
    }


def _closed(what: Exercise) -> dict[str, Any]:
    """What may be seen of an exercise that is done, or given up."""
    return {
        "solved": proof.solved(what.entry, what.number, ()),
        "options": proof.claims(what.entry, what.number, what.order) if what.variant.options else (),
        "explanation": question.html(what.variant.explanation),
        "proof": proof.proof(what.entry, what.number),
    }


# --- what a learner does -------------------------------------------------------------------------------------------


async def answer(mode: modes.Mode, request: Request, form: FormData) -> Response:
    """Grade an answer: in place as it happens, or as a page."""
    what = await in_thread(exercise, mode, request, forms.word(form, "version"))
    if _is_old(what, form):
        return await _anew(request, what, form)
    fields = question.given(form)
    try:
        meant = what.read(fields)
        if not meant:
            raise IncompleteAnswer("answer-empty", "The answer is empty. Fill it in, then check it.")
    except IncompleteAnswer as reason:
        if view.streams(request):
            raise Halt(422, str(reason), "", (what.here, "Back")) from None
        return await in_thread(partial(_page, request, what, fields, notice=str(reason)))
    except ValueError:
        raise Halt(400, "There is no such answer", "Choose one of those on the page.", (what.here, "Back")) from None
    where, person, nonce = site(request), visitor(request).person, forms.word(form, "nonce")

    def work(tell: OnEvent, cancel: Cancellation) -> Graded:
        return answering.grade(where, what, meant, person, tell, cancel)

    def note(graded: Graded) -> None:
        if graded.right is not None:
            # A form sent twice counts once; one in which the answer was mended since is another.
            once = hashlib.sha256(repr((nonce, what.mark, meant)).encode()).hexdigest()
            _record(request, what.step(ANSWERED, {"answer": list(meant), "right": graded.right}, once))

    def piece(graded: Graded) -> str:
        note(graded)
        return _piece(what, graded=graded, outcome=graded.outcome, closed=_closed(what) if graded.right else None)

    def whole(graded: Graded) -> Response:
        note(graded)
        return _page(request, what, fields, graded)

    return await live.answer(request, work, piece, whole)


async def hint(mode: modes.Mode, request: Request, form: FormData) -> Response:
    """The hint; what was filled in stays."""
    what = await in_thread(exercise, mode, request, forms.word(form, "version"))
    if _is_old(what, form):
        return await _anew(request, what, form)
    if not view.streams(request):
        return await in_thread(partial(_page, request, what, question.given(form), hint=True))
    return await _at_once(request, partial(_piece, what, hint=question.html(what.variant.hint)))


async def solution(mode: modes.Mode, request: Request, form: FormData) -> Response:
    """A solution, though nothing was answered right: it was asked for."""
    what = await in_thread(exercise, mode, request, forms.word(form, "version"))
    if _is_old(what, form):
        return await _anew(request, what, form)
    await in_thread(_record, request, what.step(SHOWN, {}, None))
    if not view.streams(request):
        return await in_thread(partial(_page, request, what, question.given(form)))
    return await _at_once(request, lambda: _piece(what, closed=_closed(what)))


CHANGED = "This exercise has changed since you opened it, so nothing was graded. Here it is as it is now."


def _is_old(what: Exercise, form: FormData) -> bool:
    """Whether a form shows another text than the exercise has now: its author changed it, and the page was open."""
    return forms.word(form, "asked") != what.shown


async def _anew(request: Request, what: Exercise, form: FormData) -> Response:
    """The exercise as it is now. What was typed stays; places in an order that was another say nothing any more."""
    if view.streams(request):
        raise Halt(409, "This exercise has changed", "Nothing was graded. Reload the page, then answer.")
    fields = () if what.order else question.given(form)
    return await in_thread(partial(_page, request, what, fields, notice=CHANGED))


async def _at_once(request: Request, made: Callable[[], str]) -> Response:
    """A piece of the page for a script that waits for a run's end: there is nothing to run."""
    return await live.answer(request, lambda tell, cancel: None, lambda _: made(), lambda _: Response(status_code=204))


def _piece(
    what: Exercise,
    graded: Graded | None = None,
    outcome: Any = None,
    closed: dict[str, Any] | None = None,
    hint: Markup | str = "",
) -> str:
    """What a script puts into the page: how it went, and what else is different now."""
    return view.part(
        "exercise_piece.html",
        **_shared(what),
        graded=graded,
        outcome=outcome,
        closed=closed,
        hint=hint,
        nonce=security.nonce(),
    )


def _record(request: Request, step: StepRecord) -> None:
    where = site(request)
    learner = where.enrol(visitor(request).token)
    where.store.add_step(learner, step)


def exercise_modes() -> tuple[modes.Mode, ...]:
    """The modes that these pages are for."""
    return tuple(mode for mode in modes.ALL if mode.shows == "exercises")
